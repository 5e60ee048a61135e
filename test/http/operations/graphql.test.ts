import { getIntrospectionQuery } from 'graphql';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
  agency = await api.seed();
});
afterAll(() => api.close());

const PLANS = '{ plans { totalCount } }';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('who is asking', () => {
  it.each([
    ['no key', null],
    ['a key that is none', 'hr_live_x'],
    ['a key that nobody has', 'hr_live_'.padEnd(100, 'A')],
  ])('is UNAUTHENTICATED with %s, by a 401 and nothing else', async (_, key) => {
    const { status, data, errors } = await api.ask(key, '{ viewer { role } seats { totalCount } }');
    expect(status).toBe(401);
    expect(data).toBeUndefined();
    expect(errors).toHaveLength(1);
    expect(errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });

  it('does not matter for the schema alone, outside of production', async () => {
    const { status, data } = await api.ask(null, getIntrospectionQuery());
    expect(status).toBe(200);
    expect(data.__schema.queryType.name).toBe('Query');
    expect(await api.code(null, '{ __schema { queryType { name } } viewer { role } }')).toBe(
      'UNAUTHENTICATED',
    );
    expect(await api.code(null, '{ ...Hidden } fragment Hidden on Query { viewer { role } }')).toBe(
      'UNAUTHENTICATED',
    );
  });
});

describe('in production', () => {
  let production: Api;
  beforeAll(async () => {
    production = await Api.start({ NODE_ENV: 'production' });
  });
  afterAll(() => production.close());

  it.each([
    ['introspection', '{ __schema { queryType { name } } }'],
    ['a wrong query', '{ nothing }'],
    ['a broken one', '{'],
  ])('%s is UNAUTHENTICATED without a key, and tells nothing', async (_, query) => {
    const { status, data, errors } = await production.ask(null, query);
    expect(status).toBe(401);
    expect(data).toBeUndefined();
    expect(errors).toEqual([
      {
        message: expect.stringContaining('A valid API key is needed'),
        extensions: { code: 'UNAUTHENTICATED', requestId: expect.stringMatching(UUID) },
      },
    ]);
  });

  it('the schema is told to whoever has a key', async () => {
    const { data } = await production.ask(agency.key, '{ __schema { queryType { name } } }');
    expect(data.__schema.queryType.name).toBe('Query');
  });

  it('the Playground asks for a key', async () => {
    expect((await fetch(`${production.url}/playground`)).status).toBe(401);
    const basic = Buffer.from(`me:${agency.key}`).toString('base64');
    const admitted = await fetch(`${production.url}/playground`, {
      headers: { authorization: `Basic ${basic}` },
    });
    expect(admitted.status).toBe(200);
    expect((await fetch(`${api.url}/playground`)).status).toBe(200);
  });
});

describe('an error', () => {
  it('bears the id of its request, and so does every answer', async () => {
    const { headers, errors } = await api.ask(agency.key, '{ seats(first: 1000) { totalCount } }');
    const requestId = headers.get('x-request-id');
    expect(requestId).toMatch(UUID);
    expect(errors[0]).toEqual({
      message: '`first` is 1 to 100 rows, not 1000.',
      locations: [{ line: 1, column: 3 }],
      path: ['seats'],
      extensions: { code: 'BAD_USER_INPUT', requestId },
    });
    const next = await api.ask(agency.key, '{ viewer { role } }');
    expect(next.headers.get('x-request-id')).not.toBe(requestId);
  });

  it.each([
    ['cannot be parsed', '{', {}],
    ['asks for what there is not', '{ nothing }', {}],
    ['lacks a variable', 'query ($id: ID!) { seat(id: $id) { id } }', {}],
    ['has a scalar that cannot be read', 'query ($at: DateTime) { policy(at: $at) { id } }', { at: 'today' }],
    ['has another such scalar', '{ policy(at: "2026-02-30T00:00:00Z") { id } }', {}],
    ['gives null to what cannot be null', 'query ($id: ID! = "x") { node(id: $id) { id } }', { id: null }],
  ])('of an operation that %s is BAD_USER_INPUT with a 400', async (_, query, variables) => {
    const { status, data, errors } = await api.ask(agency.key, query, variables);
    expect(errors[0]).toMatchObject({
      extensions: { code: 'BAD_USER_INPUT', requestId: expect.stringMatching(UUID) },
    });
    expect(errors[0].message).not.toMatch(/Something went wrong/);
    expect([status, data]).toEqual([400, undefined]);
  });

  it('of a variable that is null where an argument is never is BAD_USER_INPUT too, before anything is executed', async () => {
    const { status, errors } = await api.ask(agency.key, 'query ($id: ID = "x") { node(id: $id) { id } }', {
      id: null,
    });
    expect(status).toBe(400);
    expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  it('of one operation among several that names none is told', async () => {
    expect(await api.code(agency.key, 'query A { viewer { role } } query B { viewer { role } }')).toBe(
      'BAD_USER_INPUT',
    );
  });
});

describe('the size of an operation', () => {
  const nested = (levels: number): string =>
    `{ __schema { types { ${'ofType { '.repeat(levels - 3)}name${' }'.repeat(levels - 3)} } } }`;

  it('is 15 levels at most, fragments followed; the usual introspection fits', async () => {
    expect((await api.ask(null, nested(15))).errors).toBeUndefined();
    const { errors } = await api.ask(null, nested(16));
    expect(errors[0].message).toBe('The operation is 16 levels deep; 15 are allowed.');
    const hidden = `${nested(14).replace('name', '...Deep')} fragment Deep on __Type { ofType { ofType { name } } }`;
    expect((await api.ask(null, hidden)).errors[0].message).toBe(
      'The operation is 16 levels deep; 15 are allowed.',
    );
    const deepest = getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, specifiedByUrl: true });
    expect((await api.ask(null, deepest)).errors).toBeUndefined();
  });

  it.each(['query', 'mutation'])('of a %s a hundred selections in each other', async (kind) => {
    const nest = (levels: number): string =>
      `${kind} { ${'... { '.repeat(levels - 1)}__typename${' }'.repeat(levels - 1)} }`;
    expect((await api.ask(agency.key, nest(100))).errors).toBeUndefined();
    expect((await api.ask(agency.key, nest(101))).errors[0].message).toBe(
      'Fragments lie 101 deep in each other; 100 are allowed.',
    );
    for (const levels of [1_000, 2_000, 2_600, 3_000]) {
      const { status, errors } = await api.ask(agency.key, nest(levels));
      expect([levels, status, errors[0].extensions.code]).toEqual([levels, 400, 'BAD_USER_INPUT']);
    }
  });

  it('is 10000 words and signs at most', async () => {
    // A list of the query's own: long ones are for variables.
    const statuses = (count: number): string => Array.from({ length: count }, () => 'ACTIVE').join(' ');
    const query = (count: number): string =>
      `{ seats(first: 1, statuses: [${statuses(count)}]) { nodes { id } } }`;
    expect((await api.ask(agency.key, query(9_900))).errors).toBeUndefined();
    const { errors } = await api.ask(agency.key, query(10_000));
    expect(errors[0].message).toMatch(/10000 tokens/);
  });

  it('is 10000 fields at most, those of a fragment wherever it is spread', async () => {
    const levels = Array.from(
      { length: 14 },
      (_, level) =>
        `fragment F${level} on Query { a${level}: viewer { role } ...F${level + 1} b${level}: viewer { role } ...F${level + 1} }`,
    );
    const { errors } = await api.ask(
      agency.key,
      `{ ...F0 } ${levels.join(' ')} fragment F14 on Query { viewer { role } }`,
    );
    expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(errors[0].message).toMatch(/recursive/i);
  });
});

describe('the HTTP request', () => {
  const query = '{ viewer { role } }';

  it.each([
    ['broken JSON', '{"query": ', 400],
    ['a list of operations', [{ query }], 400],
    ['no query', {}, 400],
    ['an empty query', { query: '' }, 400],
    ['a query that is a number', { query: 1 }, 400],
    ['variables that are a text', { query, variables: '{}' }, 400],
    ['an operation’s name that is a number', { query, operationName: 1 }, 400],
    ['a prototype', '{"query": "{ viewer { role } }", "__proto__": {}}', 400],
    ['too much', { query, variables: { text: 'x'.repeat(1_100_000) } }, 413],
  ])('with %s is told as GraphQL tells errors', async (_, body, status) => {
    const answer = await api.post(body, { authorization: `Bearer ${agency.key}` });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.errors).toEqual([
      {
        message: expect.any(String),
        extensions: { code: 'BAD_USER_INPUT', requestId: expect.stringMatching(UUID) },
      },
    ]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'of the type "%s", which a form can send, is refused',
    async (type) => {
      const body = new Blob([JSON.stringify({ query })]);
      const response = await fetch(`${api.url}/graphql`, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${agency.key}`, ...(type && { 'content-type': type }) },
      });
      expect(response.status).toBe(415);
    },
  );

  it('is a POST', async () => {
    const response = await fetch(`${api.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { authorization: `Bearer ${agency.key}` },
    });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('may ask for the newer media type', async () => {
    const { status, headers } = await api.post(
      { query },
      {
        authorization: `Bearer ${agency.key}`,
        accept: 'application/graphql-response+json',
      },
    );
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
  });

  it.each([
    ['image/png', 406],
    ['application/json;q=0', 406],
    ['application/json; charset=latin1', 406],
    ['multipart/mixed', 406],
    ['text/html, application/json;q=0.1', 200],
    ['application/json; charset=utf-8', 200],
    ['application/graphql-response+json', 200],
    ['*/*', 200],
  ])(
    'that accepts %s is answered with %d; one that can not be answered is not executed',
    async (accept, code) => {
      const before = await api.data(agency.key, PLANS);
      const query = `mutation { createPlan(input: { name: "${accept}", seatAllowance: 1 }) { plan { name } } }`;
      const { status, headers, errors } = await api.post(
        { query },
        { authorization: `Bearer ${agency.key}`, accept },
      );
      expect(status).toBe(code);
      const after = await api.data(agency.key, PLANS);
      expect(after.plans.totalCount - before.plans.totalCount).toBe(code === 200 ? 1 : 0);
      if (code === 200) return;
      const requestId = headers.get('x-request-id');
      expect(errors).toEqual([
        { message: expect.stringContaining('Accept'), extensions: { code: 'BAD_USER_INPUT', requestId } },
      ]);
    },
  );

  it('asks for no persisted query', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
    const { errors } = await api.post({ query, extensions });
    expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });
});
