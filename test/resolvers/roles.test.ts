import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema } from 'graphql';
import { ROLES, type Role } from '../../src/quota/words.js';
import { parseKey } from '../../src/tenancy/api-key.js';
import { mayDo, PERMISSIONS, type Permission } from '../../src/tenancy/roles.js';
import type { SeededAgency } from '../support/agency.js';
import { Api } from '../support/api.js';
import { type Asked, askedOf } from '../walls/places.js';
import { Territory } from '../walls/territory.js';
import { type Answer, type Sent, Walker, withNobodysIds } from '../walls/walk.js';

/** What is no field of the schema: it has a door of its own. */
const OTHER_DOORS: readonly Permission[] = ['importArchive', 'importLeadList'];

let api: Api;
let agency: SeededAgency;
let schema: GraphQLSchema;
let walker: Walker;
let mine: Territory;
const keys = new Map<Role, string>();

beforeAll(async () => {
  api = await Api.start({ HEADROOM_API_LIMITS: 'off' });
  agency = await api.seed({ plan: { seatAllowance: 1_000 } });
  schema = buildClientSchema((await api.ask(null, getIntrospectionQuery())).data);
  walker = new Walker(api, schema);
  mine = Territory.of(api, agency);
  for (const role of ROLES) keys.set(role, await mine.keyOf(role, role === 'CLIENT'));
});
afterAll(() => api.close());

const keyOf = (role: Role): string => keys.get(role) ?? '';

function rootFields(operation: Asked['operation']): Asked[] {
  return askedOf(schema).filter((asked) => asked.operation === operation && asked.steps.length === 1);
}

function isPermission(name: string): name is Permission {
  return name in PERMISSIONS;
}

/** Every field that has been asked for by a role, whether it was forbidden. */
async function forbiddenFor(sent: Sent): Promise<Role[]> {
  const answers = await Promise.all(ROLES.map((role) => walker.ask(keyOf(role), sent)));
  return ROLES.filter((_, index) => isForbidden(answers[index]!));
}

/** What a wider role put there, a narrower one may not replace: so the narrowest is asked first, one after the other. */
async function forbiddenInTurn(sent: Sent): Promise<Role[]> {
  const forbidden: Role[] = [];
  for (const role of ROLES.toReversed()) {
    if (isForbidden(await walker.ask(keyOf(role), sent))) forbidden.unshift(role);
  }
  return forbidden;
}

/** So that what was put there by an owner is in nobody's way. */
async function removeProvider(): Promise<void> {
  await api.data(keyOf('OWNER'), 'mutation { removeSignInProvider { removed } }');
}

function isForbidden({ data, errors }: Answer): boolean {
  return /"(FORBIDDEN|FORBIDDEN_FOR_ROLE)"/.test(JSON.stringify([data, errors]));
}

it('every mutation is in the table, and whatever is in it is a field of the schema', () => {
  const mutations = rootFields('mutation').map(({ name }) => name);
  const queries = rootFields('query').map(({ name }) => name);
  expect(mutations.length).toBeGreaterThan(30);
  expect(mutations.filter((name) => !isPermission(name))).toEqual([]);
  const known: readonly string[] = [...mutations, ...queries, ...OTHER_DOORS];
  expect(Object.keys(PERMISSIONS).filter((name) => !known.includes(name))).toEqual([]);
});

describe('each mutation is refused to exactly those roles that the table leaves out', () => {
  it('with inputs that are right, of things that nobody has', async () => {
    const otherwise: string[] = [];
    for (const asked of rootFields('mutation')) {
      if (!isPermission(asked.name)) continue;
      const sent = await walker.sentBy(mine, asked);
      if (asked.name.endsWith('SignInProvider')) await removeProvider();
      const forbiddenOf = asked.name === 'setSignInProvider' ? forbiddenInTurn : forbiddenFor;
      const forbidden = await forbiddenOf({ ...sent, levels: 1, values: withNobodysIds(sent.values) });
      const expected = ROLES.filter((role) => !mayDo(role, asked.name as Permission));
      if (forbidden.join() !== expected.join()) {
        otherwise.push(`${asked.name} is refused to ${forbidden.join()}, not to ${expected.join()}`);
      }
    }
    expect(otherwise).toEqual([]);
  });

  it('and done for the least of those that it lets in', async () => {
    const refused: string[] = [];
    await removeProvider();
    for (const asked of rootFields('mutation')) {
      const least = ROLES.findLast((role) => isPermission(asked.name) && mayDo(role, asked.name));
      const key = keyOf(least ?? 'OWNER');
      // A claim is ended by whoever made it.
      mine.claimant = `key:${parseKey(key)?.keyId}`;
      const answer = await walker.ask(key, await walker.sentBy(mine, asked));
      if (answer.errors.length > 0 || /"userErrors":\[\{/.test(JSON.stringify(answer.data))) {
        refused.push(`${asked.name} by ${least}: ${JSON.stringify(answer).slice(0, 300)}`);
      }
    }
    expect(refused).toEqual([]);
  });
});

describe('each query', () => {
  it('is refused to exactly those roles that the table leaves out, and to nobody where it is not in it', async () => {
    const otherwise: string[] = [];
    for (const asked of rootFields('query')) {
      const forbidden = await forbiddenFor({ ...(await walker.sentBy(mine, asked)), levels: 1 });
      const { name } = asked;
      const expected = ROLES.filter((role) => isPermission(name) && !mayDo(role, name));
      if (forbidden.join() !== expected.join()) {
        otherwise.push(`${name} is refused to ${forbidden.join()}, not to ${expected.join()}`);
      }
    }
    expect(otherwise).toEqual([]);
  });

  it('of a key finds one only for those who may see keys', async () => {
    const id = await mine.take('key');
    const query = 'query ($id: ID!) { node(id: $id) { id } }';
    const found: Role[] = [];
    for (const role of ROLES) {
      if ((await api.data(keyOf(role), query, { id })).node) found.push(role);
    }
    expect(found).toEqual(ROLES.filter((role) => mayDo(role, 'apiKeys')));
  });

  it('of what one sees is for everybody', async () => {
    const query = '{ viewer { role } seats { totalCount } plans { totalCount } policy { version } }';
    for (const role of ROLES) expect(await api.data(keyOf(role), query)).toMatchObject({ viewer: { role } });
  });
});

/** DESIGN 6 in short: whoever changes the table has to mean it. */
describe('the table', () => {
  it.each([
    ['OWNER', Object.keys(PERMISSIONS)],
    ['ANALYST', []],
    ['CLIENT', []],
  ] as const)('lets %s do what it should', (role, expected) => {
    const allowed = (Object.keys(PERMISSIONS) as Permission[]).filter((one) => mayDo(role, one));
    expect(allowed).toEqual(expected);
  });

  it('gives a wider role all that a narrower one has', () => {
    for (const permission of Object.keys(PERMISSIONS) as Permission[]) {
      const allowed = ROLES.filter((role) => mayDo(role, permission));
      expect(allowed).toEqual(ROLES.slice(0, allowed.length));
    }
  });

  it.each(['createPlan', 'addSeat', 'setLimit', 'publishPolicy', 'createApiKey', 'auditLog'] as const)(
    'keeps %s from MANAGER',
    (permission) => expect(mayDo('MANAGER', permission)).toBe(false),
  );

  it.each(['updateSeat', 'createCampaign', 'addDoNotContact', 'setCredits'] as const)(
    'keeps %s from OPERATOR, and gives it to MANAGER',
    (permission) =>
      expect([mayDo('OPERATOR', permission), mayDo('MANAGER', permission)]).toEqual([false, true]),
  );
});
