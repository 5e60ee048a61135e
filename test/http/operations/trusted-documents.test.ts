import { createHash } from 'node:crypto';
import { toId } from '../../../src/schema/ids.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api, type ApiAnswer, type Json } from '../../support/api.js';
import { RawSocket } from '../../support/raw-socket.js';

const WHO = 'query Who { viewer { role } }';
const SEATS = 'query Seats($first: Int) { seats(first: $first) { totalCount } }';
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const REGISTER = `mutation ($documents: [String!]!) { registerDocuments(input: { documents: $documents }) {
  documents { sha256 text registeredAt } userErrors { code message field } } }`;
const REMOVE = `mutation ($sha256s: [String!]!) { removeDocuments(input: { sha256s: $sha256s }) {
  removed userErrors { code field } } }`;
const LIST = '{ trustedDocuments(first: 100) { totalCount nodes { sha256 text } pageInfo { hasNextPage } } }';
const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
  apiKey { id trustedDocumentsOnly } secret userErrors { code field } } }`;

let api: Api;
let production: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
  production = await Api.start({ NODE_ENV: 'production' });
});
afterAll(async () => {
  await production.close();
  await api.close();
});
beforeEach(async () => {
  agency = await api.seed();
});

async function register(documents: string[], key = agency.key): Promise<Json> {
  return (await api.data(key, REGISTER, { documents })).registerDocuments;
}

async function createKey(input: object, key = agency.key): Promise<Json> {
  return (await api.data(key, CREATE, { input: { name: 'Console', role: 'ANALYST', ...input } }))
    .createApiKey;
}

/** The secret of a key that may send registered documents alone. */
async function trustedKey(input: object = {}): Promise<string> {
  return (await createKey({ trustedDocumentsOnly: true, ...input })).secret;
}

const send = (key: string | null, body: object, server = api): Promise<ApiAnswer> =>
  server.post(body, key === null ? {} : { authorization: `Bearer ${key}` });
const told = ({ status, errors }: ApiAnswer): [number, string | undefined] => [
  status,
  errors?.[0].extensions.code,
];

describe('a key of trusted documents alone', () => {
  it.each([
    ['its text', { query: WHO }],
    ['documentId', { documentId: hashOf(WHO) }],
    ['documentId with its algorithm', { documentId: `sha256:${hashOf(WHO).toUpperCase()}` }],
    ['persistedQuery', { extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(WHO) } } }],
    ['both', { query: WHO, extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(WHO) } } }],
  ])('sends what was registered by %s', async (_, body) => {
    await register([WHO, SEATS]);
    for (const server of [api, production]) {
      const { errors, data } = await send(await trustedKey(), body, server);
      expect([errors, data]).toEqual([undefined, { viewer: { role: 'ANALYST' } }]);
    }
  });

  it('sends variables with it, which are no part of it', async () => {
    await register([SEATS]);
    const { data } = await send(await trustedKey(), { documentId: hashOf(SEATS), variables: { first: 1 } });
    expect(data.seats.totalCount).toBeGreaterThanOrEqual(0);
  });

  it('is refused everything else, before any of it is executed', async () => {
    await register([WHO]);
    const key = await trustedKey({ role: 'OWNER' });
    const plan = 'mutation { createPlan(input: { name: "Sly", seatAllowance: 1 }) { plan { id } } }';
    for (const query of [`${WHO} `, plan, '{ __typename viewer { role } }', SEATS]) {
      const answer = await send(key, { query });
      expect([...told(answer), answer.data]).toEqual([403, 'FORBIDDEN', undefined]);
    }
    const plans = await api.data(agency.key, '{ plans { nodes { name } } }');
    expect(JSON.stringify(plans)).not.toContain('Sly');
  });

  it('is told nothing of the schema by what it may not send, in production', async () => {
    const key = await trustedKey();
    for (const query of ['{ viewe { role } }', '{ __schema { types { name } } }', '{ broken']) {
      expect(told(await send(key, { query }, production))).toEqual([403, 'FORBIDDEN']);
    }
  });

  it('is told nothing of the schema by what another one sent before it either, where that is told without a key', async () => {
    const key = await trustedKey();
    const query = `query Schema${agency.agencyId.replaceAll('-', '')} { __schema { queryType { name } } }`;
    expect((await send(null, { query })).errors).toBeUndefined();
    expect(told(await send(key, { query }))).toEqual([403, 'FORBIDDEN']);
  });

  it('is refused a document from the moment that it is removed', async () => {
    await register([WHO]);
    const key = await trustedKey();
    expect((await send(key, { query: WHO })).errors).toBeUndefined();
    const removed = await api.data(agency.key, REMOVE, { sha256s: [hashOf(WHO), hashOf(SEATS)] });
    expect(removed.removeDocuments).toEqual({ removed: [hashOf(WHO)], userErrors: [] });
    expect(told(await send(key, { query: WHO }))).toEqual([403, 'FORBIDDEN']);
    expect(told(await send(key, { documentId: hashOf(WHO) }))).toEqual([404, 'NOT_FOUND']);
  });

  it.each([
    ['an archive', '/imports/linkedin-export?seatId=', 'application/zip'],
    ['a list', '/imports/lead-list?clientAccountId=', 'text/csv'],
  ])('uploads nothing either, whatever its role: %s', async (_, path, type) => {
    const key = await trustedKey({ role: 'OWNER' });
    const id = path.includes('seatId')
      ? toId('seat', agency.seat.id)
      : toId('client', agency.clientAccount.id);
    const upload = async (bearer: string): Promise<[number, Json]> => {
      const headers = { authorization: `Bearer ${bearer}`, 'content-type': type, 'x-headroom-import': '1' };
      const body = 'Profile URL\nhttps://www.linkedin.com/in/ada-king\n';
      const answer = await fetch(`${api.url}${path}${id}`, { method: 'POST', headers, body });
      return [answer.status, ((await answer.json()) as Json).error];
    };
    expect(await upload(key)).toEqual([403, 'FORBIDDEN']);
    expect((await upload(agency.key))[1]).not.toBe('FORBIDDEN');
  });

  it('registers nothing itself, makes no freer key, and stays what it is when it is rotated', async () => {
    const rotate = `mutation ($id: ID!) { rotateApiKey(input: { apiKeyId: $id }) {
      apiKey { trustedDocumentsOnly } secret userErrors { code field } } }`;
    await register([REGISTER, CREATE, REMOVE, rotate, WHO]);
    const made = await createKey({ role: 'ADMIN', trustedDocumentsOnly: true });
    const forbidden = [{ code: 'FORBIDDEN_FOR_ROLE' }];
    expect(made.apiKey.trustedDocumentsOnly).toBe(true);
    expect((await register([SEATS], made.secret)).userErrors).toMatchObject(forbidden);
    const removed = await api.data(made.secret, REMOVE, { sha256s: [hashOf(WHO)] });
    expect(removed.removeDocuments.userErrors).toMatchObject(forbidden);
    expect((await createKey({}, made.secret)).userErrors).toEqual([
      { code: 'FORBIDDEN_FOR_ROLE', field: ['input', 'trustedDocumentsOnly'] },
    ]);
    const { rotateApiKey: rotated } = await api.data(agency.key, rotate, { id: made.apiKey.id });
    expect(rotated.apiKey.trustedDocumentsOnly).toBe(true);
    expect(told(await send(rotated.secret, { query: SEATS }))).toEqual([403, 'FORBIDDEN']);
    const free = (await createKey({ role: 'ADMIN' })).apiKey;
    expect(free.trustedDocumentsOnly).toBe(false);
    const sly = await api.data(made.secret, rotate, { id: free.id });
    expect(sly.rotateApiKey.userErrors).toMatchObject(forbidden);
  });
});

describe('a hash', () => {
  it('is good for every key of the agency, and for nobody else', async () => {
    await register([WHO]);
    expect((await send(agency.key, { documentId: hashOf(WHO) })).data.viewer.role).toBe('OWNER');
    expect(told(await send(null, { documentId: hashOf(WHO) }))).toEqual([401, 'UNAUTHENTICATED']);
    const other = await api.seed();
    const answers = [hashOf(WHO), hashOf('nobody’s')].map((documentId) => send(other.key, { documentId }));
    for (const answer of await Promise.all(answers)) expect(told(answer)).toEqual([404, 'NOT_FOUND']);
    expect((await api.data(other.key, LIST)).trustedDocuments.totalCount).toBe(0);
    await api.data(other.key, REMOVE, { sha256s: [hashOf(WHO)] });
    expect((await api.data(agency.key, LIST)).trustedDocuments.totalCount).toBe(1);
  });

  it.each([
    ['of another text', { query: SEATS, documentId: hashOf(WHO) }],
    ['that is none', { documentId: 'abc' }],
    ['that is a number', { extensions: { persistedQuery: { sha256Hash: 1 } } }],
    ['that is no object', { extensions: { persistedQuery: true } }],
    ['and no text at all', { extensions: {} }],
  ])('%s is refused', async (_, body) => {
    await register([WHO]);
    expect(told(await send(agency.key, body))).toEqual([400, 'BAD_USER_INPUT']);
  });
});

describe('over a socket', () => {
  it('the hash beside an empty text is enough, and the text itself; the hash alone is no message of the protocol', async () => {
    await register([WHO]);
    const socket = await RawSocket.begin(api.url, await trustedKey());
    const sent = {
      empty: { query: '', documentId: hashOf(WHO) },
      text: { query: WHO },
      other: { query: SEATS },
      none: { query: '' },
    };
    for (const [id, payload] of Object.entries(sent)) {
      socket.send({ id, type: 'subscribe', payload });
      await socket.until(() => socket.of(id).length > 0);
    }
    expect(socket.of('empty')[0].payload).toMatchObject({ data: { viewer: { role: 'ANALYST' } } });
    expect(socket.of('text')[0].payload).toMatchObject({ data: { viewer: { role: 'ANALYST' } } });
    const codes = ['other', 'none'].map((id) => socket.of(id)[0].payload[0].extensions.code);
    expect(codes).toEqual(['FORBIDDEN', 'BAD_USER_INPUT']);
    socket.send({ id: 'alone', type: 'subscribe', payload: { documentId: hashOf(WHO) } });
    expect((await socket.closed).code).toBe(4400);
  });
});

describe('registerDocuments', () => {
  it('answers the hashes in their order; again, it is a no-op', async () => {
    const { documents } = await register([WHO, SEATS, WHO]);
    expect(documents.map(({ sha256 }: Json) => sha256)).toEqual([hashOf(WHO), hashOf(SEATS), hashOf(WHO)]);
    expect((await register([SEATS])).documents[0]).toEqual(documents[1]);
    const { trustedDocuments } = await api.data(agency.key, LIST);
    expect(trustedDocuments.totalCount).toBe(2);
    const texts = trustedDocuments.nodes.map(({ text }: Json) => text);
    expect(texts.toSorted()).toEqual([WHO, SEATS].toSorted());
  });

  it.each([
    ['what does not parse', '{ broken', /Syntax Error/],
    ['what the schema has not', '{ nothing }', /Cannot query field/],
    ['what no operation may be', `{ ${'viewer { role } '.repeat(26)} }`, /repetitions/],
    ['what is too long', `${WHO}${' '.repeat(50_000)}`, /50000 characters/],
    ['what can’t be kept', `${WHO} # \0`, /NUL/],
  ])('refuses %s, and all that came with it', async (_, document, message) => {
    const { documents, userErrors } = await register([WHO, document]);
    expect(documents).toEqual([]);
    expect(userErrors).toEqual([
      { code: 'INVALID', message: expect.stringMatching(message), field: ['input', 'documents', '1'] },
    ]);
    expect((await api.data(agency.key, LIST)).trustedDocuments.totalCount).toBe(0);
  });

  it.each([
    [
      'a net of fragments without a field',
      `mutation { ...F0 } ${Array.from({ length: 40 }, (_, index) => `fragment F${index} on Mutation { ...F${index + 1} ...F${index + 1} }`).join(' ')} fragment F40 on Mutation { ...F0 }`,
    ],
    ['what lies deeper than can be read', `query { ${'...{'.repeat(3_300)}x${'}'.repeat(3_300)} }`],
  ])('says what is wrong with %s', async (_, text) => {
    const { documents, userErrors } = await register([text]);
    expect([documents, userErrors]).toEqual([
      [],
      [{ code: 'INVALID', message: expect.any(String), field: ['input', 'documents', '0'] }],
    ]);
  });

  it('counts the fields of a mutation in fragments, each as often as it is spread', async () => {
    const spread = (times: number): string =>
      `mutation M($id: ID!) { ${'...F '.repeat(times)} } fragment F on Mutation { ${Array.from({ length: 5 }, (_, index) => `m${index}: pauseSeat(input: { seatId: $id }) { userErrors { code } }`).join(' ')} }`;
    expect((await register([spread(5)])).userErrors).toEqual([]);
    expect((await register([spread(6)])).userErrors).toMatchObject([
      { code: 'INVALID', message: expect.stringContaining('more than 25 fields of a mutation') },
    ]);
  });

  it('registers a thousand for an agency at most', async () => {
    const some = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => `query Q${from + index} { viewer { role } }`);
    for (let from = 0; from < 1_000; from += 100) await register(some(from, 100));
    expect((await register([WHO])).userErrors).toMatchObject([{ code: 'INVALID' }]);
    expect((await register(some(0, 101))).userErrors).toMatchObject([{ code: 'INVALID' }]);
    expect((await register(some(0, 1))).userErrors).toEqual([]);
    expect((await api.data(agency.key, LIST)).trustedDocuments.totalCount).toBe(1_000);
  });

  it('is put down, by hashes, and is for administrators of the whole agency', async () => {
    await register([WHO]);
    await api.data(agency.key, REMOVE, { sha256s: [hashOf(WHO)] });
    const log = '{ auditLog(first: 2) { nodes { verb subjectKind subjectId changes { field old new } } } }';
    const entries = (await api.data(agency.key, log)).auditLog.nodes;
    expect(entries.map(({ verb, changes }: Json) => [verb, changes[0].old, changes[0].new])).toEqual([
      ['removeDocuments', JSON.stringify([hashOf(WHO)]), '[]'],
      ['registerDocuments', '[]', JSON.stringify([hashOf(WHO)])],
    ]);
    expect(entries[0]).toMatchObject({
      subjectKind: 'TRUSTED_DOCUMENTS',
      subjectId: toId('agency', agency.agencyId),
    });
    const part = await api.keyOf(agency, 'ADMIN', agency.clientAccount.id);
    expect((await register([WHO], part)).userErrors).toMatchObject([{ code: 'FORBIDDEN_FOR_ROLE' }]);
    expect(await api.code(part, LIST)).toBe('FORBIDDEN');
  });
});
