import { graphql, type GraphQLSchema } from 'graphql';
import { Failure } from '../../src/errors.js';
import { ApiKey, ApiKeyConnection } from '../../src/schema/api-key.schema.js';
import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX, type PageContent, readPage } from '../../src/schema/connection.js';
import { cursorKeys, openCursor, sealCursor } from '../../src/schema/cursor.js';
import { fill } from '../../src/schema/fill.js';
import { PolicyConnection } from '../../src/schema/policy.schema.js';
import { buildStubSchema } from './stub-resolvers.js';

const KEYS = cursorKeys('a server secret of the tests');
const OWNER = { agencyId: '01890a5d-ac96-774b-bcce-b302099a8057', connection: 'apiKeys' };
const NOW = Date.UTC(2026, 10, 24, 9, 30);

function apiKey(name: string): ApiKey {
  return fill(ApiKey, {
    id: `key_${name}`,
    name,
    role: 'OPERATOR',
    clientAccountId: null,
    prefix: `hr_live_${name}`,
    createdAt: NOW,
    lastUsedAt: null,
    expiresAt: null,
    revokedAt: null,
    trustedDocumentsOnly: false,
    replacedById: null,
  });
}

/** A page of keys of these names; `counts` notes how often all of them were counted. */
function pageOf(names: readonly string[], counts: number[] = []): PageContent<ApiKey> {
  return {
    rows: names.map((name) => ({ node: apiKey(name), position: [name, `key_${name}`] })),
    hasNextPage: true,
    hasPreviousPage: false,
    keys: KEYS,
    owner: OWNER,
    countAll: () => counts.push(42),
  };
}

function failureOf(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('Nothing failed.');
}

describe('the arguments of a page', () => {
  it('mean 20 rows from the beginning where they are left out or null', () => {
    expect(readPage({}, KEYS, OWNER)).toEqual({ rows: PAGE_ROWS_DEFAULT, after: null });
    expect(readPage({ first: null, after: null }, KEYS, OWNER)).toEqual({ rows: 20, after: null });
  });

  it.each([1, 2, 99, PAGE_ROWS_MAX])('take %i rows', (first) => {
    expect(readPage({ first }, KEYS, OWNER).rows).toBe(first);
  });

  it.each([0, -1, 101, 2147483647, -2147483648])('refuse %i rows, and say how many there may be', (first) => {
    const failure = failureOf(() => readPage({ first }, KEYS, OWNER));
    expect(failure.code).toBe('BAD_USER_INPUT');
    expect(failure.message).toBe(`\`first\` is 1 to 100 rows, not ${first}.`);
  });

  it('open the cursor that the page begins behind', () => {
    const after = sealCursor(KEYS, OWNER, ['Ana', 'key_1']);
    expect(readPage({ first: 5, after }, KEYS, OWNER)).toEqual({ rows: 5, after: ['Ana', 'key_1'] });
  });

  it('refuse the cursor of another list, of another agency, and what is none', () => {
    const foreign = { ...OWNER, agencyId: '01890a5d-ac96-774b-bcce-b302099a8058' };
    const cursors = [
      sealCursor(KEYS, { ...OWNER, connection: 'plans' }, ['Ana', 'key_1']),
      sealCursor(KEYS, foreign, ['Ana', 'key_1']),
      '',
      'MQ==',
    ];
    const failures = cursors.map((after) => failureOf(() => readPage({ after }, KEYS, OWNER)));
    expect(new Set(failures.map((failure) => failure.code))).toEqual(new Set(['BAD_USER_INPUT']));
    // The same words for all: the answer doesn't tell that a cursor is another agency's.
    expect(new Set(failures.map((failure) => failure.message)).size).toBe(1);
  });
});

describe('a connection', () => {
  let schema: GraphQLSchema;

  beforeAll(async () => {
    schema = await buildStubSchema();
  });

  async function ask(source: string, apiKeys: unknown): Promise<Record<string, Record<string, unknown>>> {
    const { data, errors } = await graphql({ schema, source, contextValue: { answers: { apiKeys } } });
    if (errors) throw errors[0] ?? new Error('An empty list of errors.');
    return JSON.parse(JSON.stringify(data));
  }

  it('gives nodes, edges with cursors that open, the page and the count', async () => {
    const source = `{ apiKeys { nodes { name } edges { cursor node { name createdAt } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`;
    const { apiKeys } = await ask(source, new ApiKeyConnection(pageOf(['Ana', 'Bo'], [])));
    const cursors = ['Ana', 'Bo'].map((name) => sealCursor(KEYS, OWNER, [name, `key_${name}`]));
    const createdAt = '2026-11-24T09:30:00.000Z';
    expect(apiKeys).toEqual({
      nodes: [{ name: 'Ana' }, { name: 'Bo' }],
      edges: [
        { cursor: cursors[0], node: { name: 'Ana', createdAt } },
        { cursor: cursors[1], node: { name: 'Bo', createdAt } },
      ],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: cursors[0], endCursor: cursors[1] },
      totalCount: 1,
    });
    expect(openCursor(KEYS, OWNER, String(cursors[1]))).toEqual(['Bo', 'key_Bo']);
  });

  it('has no cursors on an empty page', async () => {
    const source = '{ apiKeys { edges { cursor } pageInfo { startCursor endCursor } } }';
    const { apiKeys } = await ask(source, new ApiKeyConnection(pageOf([])));
    expect(apiKeys).toEqual({ edges: [], pageInfo: { startCursor: null, endCursor: null } });
  });

  it('counts all rows only where that is asked for', async () => {
    const counts: number[] = [];
    await ask('{ apiKeys { nodes { name } } }', new ApiKeyConnection(pageOf(['Ana'], counts)));
    expect(counts).toEqual([]);
    await ask('{ apiKeys { totalCount } }', new ApiKeyConnection(pageOf(['Ana'], counts)));
    expect(counts).toEqual([42]);
  });

  it('says so when a page came without its count, instead of counting wrong', async () => {
    const { countAll, ...uncounted } = pageOf(['Ana']);
    expect(countAll).toBeDefined();
    const answer = ask('{ apiKeys { totalCount } }', new ApiKeyConnection(uncounted));
    await expect(answer).rejects.toThrow('A page of ApiKeyConnection came without countAll.');
  });

  it('has a count only in lists that can be counted', () => {
    expect(schema.getType('ApiKeyConnection')).toHaveProperty('_fields.totalCount');
    expect(schema.getType('PolicyConnection')).not.toHaveProperty('_fields.totalCount');
    expect(new PolicyConnection({ ...pageOf([]), rows: [] }).nodes()).toEqual([]);
  });
});
