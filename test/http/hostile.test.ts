import { connect, type Socket } from 'node:net';
import { getIntrospectionQuery } from 'graphql';
import type { SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
let production: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
  production = await Api.start({ NODE_ENV: 'production' });
  agency = await api.seed();
});
afterAll(async () => {
  await production.close();
  await api.close();
});

/** The answer to bytes as they are, until the server ends it or `answered` is there. */
async function raw(bytes: Buffer | string, answered = /\r\n\r\n/): Promise<string> {
  const { hostname, port } = new URL(api.url);
  const socket: Socket = connect(Number(port), hostname);
  let text = '';
  return new Promise((resolve, reject) => {
    const end = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (answered.test(text)) end();
    });
    socket.on('close', end);
    socket.on('error', (error) => (text === '' ? reject(error) : end()));
    socket.write(bytes);
  });
}

function post(body: Buffer | string, headers: readonly string[] = []): Buffer {
  const bytes = Buffer.from(body);
  const head = [
    ...['POST /graphql HTTP/1.1', 'Host: headroom', 'Content-Type: application/json', 'Connection: close'],
    ...[`Content-Length: ${bytes.length}`, `Authorization: Bearer ${agency.key}`, ...headers, '', ''],
  ];
  return Buffer.concat([Buffer.from(head.join('\r\n')), bytes]);
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

async function refusalOf(query: string, key: string | null = agency.key): Promise<string> {
  const { status, data, errors } = await api.ask(key, query);
  expect([status, data]).toEqual([400, undefined]);
  return errors[0].message;
}

/** The checks of GraphQL Cop, each as an attempt that has to fail. */
describe('GraphQL Cop', () => {
  const times = (count: number, text: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => text(index)).join(' ');

  it('alias overloading: a hundred other names are the most', async () => {
    const query = (count: number): string => `{ ${times(count, (index) => `a${index}: __typename`)} }`;
    expect((await api.ask(agency.key, query(100))).errors).toBeUndefined();
    expect(await refusalOf(query(101))).toBe('The operation has more than 100 aliases.');
    const hidden = `{ ...F } fragment F on Query ${query(101)}`;
    expect(await refusalOf(hidden)).toBe('The operation has more than 100 aliases.');
  });

  it('and none longer than a hundred characters, since each row is told by it', async () => {
    const query = (length: number): string => `{ ${'a'.repeat(length)}: __typename }`;
    expect((await api.ask(agency.key, query(100))).errors).toBeUndefined();
    expect(await refusalOf(query(101))).toBe('The operation has more than 100 characters in an alias.');
  });

  it('array batching: a list of operations is none', async () => {
    const body = Array.from({ length: 10 }, () => ({ query: '{ __typename }' }));
    expect((await api.post(body, { authorization: `Bearer ${agency.key}` })).status).toBe(400);
  });

  it('directive overloading: fifty are the most', async () => {
    const query = (count: number): string => `{ __typename ${times(count, () => '@include(if: true)')} }`;
    expect(await refusalOf(query(51))).toMatch(/more than 50 directives|only be used once/);
    const spread = (count: number): string =>
      `{ ${times(count, (index) => `a${index}: __typename @skip(if: false)`)} }`;
    expect((await api.ask(agency.key, spread(50))).errors).toBeUndefined();
    expect(await refusalOf(spread(51))).toBe('The operation has more than 50 directives.');
  });

  it('field duplication: a field twenty-five times in one place is the most', async () => {
    const query = (count: number): string => `{ ${times(count, () => '__typename')} }`;
    expect((await api.ask(agency.key, query(25))).errors).toBeUndefined();
    expect(await refusalOf(query(500))).toBe(
      'The operation has more than 25 repetitions of a field in one place.',
    );
  });

  it('circular introspection: no deeper than the usual one', async () => {
    const levels = 12;
    const query = `{ __schema { types { ${'fields { type { '.repeat(levels)} name ${'} }'.repeat(levels)} } } }`;
    expect(await refusalOf(query, null)).toMatch(/depth/);
  });

  it('introspection by many other names: all of the schema now and then, and not a hundred times at once', async () => {
    const words = 'name description';
    const type = 'type { name kind ofType { name kind ofType { name kind } } }';
    const all = `fragment T on __Type { ${words} fields { ${words} args { ${words} ${type} } ${type} } inputFields { ${words} ${type} } }`;
    const schemas = (count: number): string =>
      `{ ${times(count, (index) => `a${index}: __schema { types { ...T } }`)} } ${all}`;
    expect((await api.ask(null, schemas(2))).data.a1.types.length).toBeGreaterThan(100);
    for (const key of [null, agency.key])
      expect(await refusalOf(schemas(99), key)).toMatch(/fields, 50000 are allowed/);
    const types = `{ ${times(99, (index) => `a${index}: __type(name: "Query") { ...T fields { ...F } }`)} } ${all}
      fragment F on __Field { type { fields { name } ofType { fields { name } ofType { fields { name } } } } }`;
    expect(await refusalOf(types)).toMatch(/fields, 50000 are allowed/);
    // Whoever is known pays for it, as for anything else.
    const { headers } = await production.ask(agency.key, getIntrospectionQuery());
    expect(Number(headers.get('x-headroom-cost')?.split(' ')[0])).toBeGreaterThan(1_000);
  });

  it('circular fragments are refused, not followed', async () => {
    const query = '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }';
    expect(await refusalOf(query)).toMatch(/fragment/i);
    const mutation = 'mutation { ...A } fragment A on Mutation { ...B } fragment B on Mutation { ...A }';
    expect(await refusalOf(mutation)).toMatch(/fragment/i);
  });

  it('introspection is told to nobody without a key, in production', async () => {
    const { status, data } = await production.ask(null, getIntrospectionQuery());
    expect([status, data]).toEqual([401, undefined]);
  });

  it('suggestions of fields are told to nobody without a key, in production', async () => {
    const { errors } = await production.ask(null, '{ viewe { role } }');
    expect(JSON.stringify(errors)).not.toMatch(/Did you mean|viewer/);
  });

  it('an interactive console is for nobody without a key, in production', async () => {
    for (const path of ['/graphiql', '/playground', '/console', '/graphql']) {
      const response = await fetch(`${production.url}${path}`, { headers: { accept: 'text/html' } });
      expect([path, response.status >= 400]).toEqual([path, true]);
    }
  });

  it.each(['{ __typename }', 'mutation { __typename }'])('GET is no way to ask %s', async (query) => {
    const address = `${api.url}/graphql?query=${encodeURIComponent(query)}`;
    const headers = { authorization: `Bearer ${agency.key}`, 'apollo-require-preflight': '1' };
    expect((await fetch(address, { headers })).status).toBe(405);
  });

  it('a form is no way to ask anything', async () => {
    const body = new URLSearchParams({ query: '{ __typename }' });
    const headers = { authorization: `Bearer ${agency.key}` };
    expect((await fetch(`${api.url}/graphql`, { method: 'POST', body, headers })).status).toBe(415);
  });

  it('no tracing comes with an answer, and no stack with an error', async () => {
    const { errors } = await api.ask(agency.key, '{ seats(first: 1000) { totalCount } }');
    const fine = await api.post(
      { query: '{ viewer { role } }' },
      {
        ...{ authorization: `Bearer ${agency.key}`, 'apollo-federation-include-trace': 'ftv1' },
      },
    );
    expect(JSON.stringify([errors, fine])).not.toMatch(/tracing|ftv1|stacktrace|at .*\.(ts|js):\d/);
  });
});

describe('many in one', () => {
  it('a mutation has twenty-five fields at most, fragments followed', async () => {
    const field = (index: number): string => `a${index}: pauseSeat(input: { seatId: "x" }) { seat { id } }`;
    const fields = (count: number): string =>
      Array.from({ length: count }, (_, index) => field(index)).join(' ');
    expect((await api.ask(agency.key, `mutation { ${fields(25)} }`)).errors).toBeUndefined();
    const told = 'The operation has more than 25 fields of a mutation.';
    expect(await refusalOf(`mutation { ${fields(26)} }`)).toBe(told);
    const hidden = `mutation { ...F } fragment F on Mutation { ... { ${fields(26)} } }`;
    expect(await refusalOf(hidden)).toBe(told);
  });

  it('fragments that spread each other many times over are not counted for ever', async () => {
    const levels = Array.from({ length: 40 }, (_, level) => {
      return `fragment F${level} on Mutation { ...F${level + 1} ...F${level + 1} }`;
    });
    const query = `mutation { ...F0 } ${levels.join(' ')} fragment F40 on Mutation { __typename }`;
    const before = process.cpuUsage();
    await refusalOf(query);
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
  });
});

describe('bodies and heads', () => {
  it('too many bytes are refused before they have come', async () => {
    const head = post('', []).toString().replace('Content-Length: 0', 'Content-Length: 900000000');
    expect(statusOf(await raw(head))).toBe(413);
  });

  it('chunks without an end are refused once they are too many', async () => {
    const head = post('').toString().replace('Content-Length: 0', 'Transfer-Encoding: chunked');
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    expect(statusOf(await raw(head + chunk.repeat(20)))).toBe(413);
  });

  it('JSON as deep as it is long is refused, or read: nothing breaks', async () => {
    const search = 'query ($search: String) { seats(search: $search) { totalCount } }';
    for (const text of ['['.repeat(500_000), `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`]) {
      const body = `{"query":"${search}","variables":{"search":${text}}}`;
      expect(statusOf(await raw(post(body)))).toBe(400);
    }
    const query = JSON.stringify({
      query: `{ seats(search: ${'['.repeat(9_000)}1${']'.repeat(9_000)}) { totalCount } }`,
    });
    expect(statusOf(await raw(post(query)))).toBe(400);
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
  });

  it('heads that are too long, or too many, are refused', async () => {
    expect(statusOf(await raw(post('{}', [`X-Bomb: ${'x'.repeat(100_000)}`])))).toBe(431);
    const many = Array.from({ length: 3_000 }, (_, index) => `X-${index}: bomb`);
    expect(statusOf(await raw(post('{}', many)))).toBeGreaterThanOrEqual(400);
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
  });

  it('bytes that are no UTF-8 are nobody’s words: a text with them is refused, or kept as the mark of such bytes', async () => {
    const body = Buffer.concat([
      Buffer.from('{"query":"{ seats(search: \\"'),
      Buffer.from([0xff, 0xfe, 0xc3, 0x28]),
      Buffer.from('\\") { totalCount } }"}'),
    ]);
    const answer = await raw(post(body), /\r\n\r\n[\s\S]*\}/);
    expect([200, 400]).toContain(statusOf(answer));
    expect(answer).not.toMatch(/INTERNAL/);
    for (const text of ['\u0000', '\ud800', '\ufeff']) {
      const { errors } = await api.ask(
        agency.key,
        'query ($search: String) { seats(search: $search) { totalCount } }',
        {
          search: text,
        },
      );
      expect((errors ?? []).map(({ extensions }: Json) => extensions.code)).not.toContain('INTERNAL');
    }
  });

  it('a prototype in the variables is nothing but a name', async () => {
    const body =
      '{"query":"{ __typename }","variables":{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}}';
    expect(statusOf(await raw(post(body)))).toBe(400);
    expect('polluted' in {}).toBe(false);
  });
});

describe('addresses', () => {
  it.each(['/holder/%zz', '/graphql/%c0%ae', `/holder/${'A'.repeat(5_000)}`])(
    'that can’t be read, as %.20s, lead nowhere, and are not told back',
    async (path) => {
      const answer = await fetch(`${api.url}${path}`);
      expect([answer.status, await answer.json()]).toEqual([
        404,
        { error: 'NOT_FOUND', message: 'There is nothing at this address.' },
      ]);
    },
  );
});

describe('the head of every answer', () => {
  it.each(['/graphql', '/', '/health/live', '/playground', '/nowhere', '/holder/%zz'])(
    'of %s keeps browsers from more than is meant',
    async (path) => {
      const { headers } = await fetch(`${api.url}${path}`);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
    },
  );
});
