import pg from 'pg';
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema } from 'graphql';
import { type Role, ROLES } from '../../src/quota/words.js';
import { ID_KINDS } from '../../src/schema/ids.js';
import { done, servicesOn } from '../support/agency.js';
import { Api } from '../support/api.js';
import { ownDatabase, superuserUrl } from '../support/database.js';
import { Attack, type Attacker } from './attack.js';
import { booksOf, tablesOfAgencies } from './books.js';
import { liveThroughEverything } from './life.js';
import { inputFieldsOf } from './places.js';
import { wallFindings } from './policies.js';
import { Territory } from './territory.js';
import { Walker } from './walk.js';

/** It asks some thousand questions. */
const WALK_MS_MAX = 600_000;
/** The roles that a key without a client account may have. */
const WHOLE = ROLES.filter((role) => role !== 'CLIENT');
const PLAN = { plan: { seatAllowance: 10_000 } };

let api: Api;
let schema: GraphQLSchema;
let walker: Walker;
/** As the superuser, who sees all of it; and the role that the server has. */
let databaseUrl: string;
let appRole: string;
/** The caller's own client account, another one of the same agency, and another agency. */
let mine: Territory;
let neighbours: Territory;
let theirs: Territory;

beforeAll(async () => {
  // Of its own: walls are torn down in it.
  const database = await ownDatabase();
  databaseUrl = await superuserUrl(database.appUrl);
  appRole = new URL(database.appUrl).username;
  api = await Api.start({ HEADROOM_API_LIMITS: 'off' }, database);
  schema = buildClientSchema((await api.ask(null, getIntrospectionQuery())).data);
  walker = new Walker(api, schema);
  mine = Territory.of(api, await api.seed(PLAN));
  neighbours = await besides(mine);
  theirs = Territory.of(api, await api.seed(PLAN));
});
afterAll(() => api.close());

/** Another client account of the same agency, with a plan of its own. */
async function besides({ agency }: Territory): Promise<Territory> {
  const { clientAccounts, plans } = servicesOn(api.dataSource);
  const plan = done(await plans.createPlan(agency.owner, { ...PLAN.plan, name: 'Other plan' }));
  const terms = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
  const account = done(await clientAccounts.createClientAccount(agency.owner, terms));
  return Territory.of(api, agency, account.id);
}

/** A key of each of some roles: of the whole agency, or of its one client account. */
async function attackersOf(
  own: Territory,
  others: Territory,
  of: 'AGENCY' | 'CLIENT_ACCOUNT',
  roles: readonly Role[],
) {
  const attackers: Attacker[] = [];
  for (const role of roles) {
    attackers.push({
      name: `${role} of ${of}`,
      key: await own.keyOf(role, of === 'CLIENT_ACCOUNT'),
      own,
      isOfSameAgency: own.agency === others.agency,
    });
  }
  return attackers;
}

/** Every way in, as each of the attackers; the first one is thorough. */
async function attackAs(attack: Attack, attackers: readonly Attacker[]): Promise<void> {
  const [first, ...others] = attackers;
  if (!first) throw new Error('Nobody attacks.');
  for (const one of attackers) await attack.lookAround(one);
  await attack.tryIds(first, true);
  for (const other of others) await attack.tryIds(other, false);
  await attack.tryEverythingElse(first);
  await attack.tryCursors(first);
  await attack.tryTexts(first);
}

describe('another agency', () => {
  let attack: Attack;
  let before: Record<string, string>;
  let after: Record<string, string>;

  beforeAll(async () => {
    const books = async () => booksOf(databaseUrl, theirs.agency.agencyId);
    attack = new Attack(walker, schema, theirs);
    await liveThroughEverything(walker, schema, theirs);
    await attack.prepare(ID_KINDS);
    before = await books();
    await attackAs(attack, [
      ...(await attackersOf(mine, theirs, 'AGENCY', WHOLE)),
      ...(await attackersOf(mine, theirs, 'CLIENT_ACCOUNT', ['CLIENT', 'OPERATOR'])),
    ]);
    after = await books();
  }, WALK_MS_MAX);

  it('tells nothing: its ids, texts, keys and cursors are answered as those that nobody has', () =>
    expect(attack.findings).toEqual([]));

  it('is as it was, every row of it', () => expect(after).toEqual(before));

  it('has rows in every table, so that there was something to find', () => {
    expect(Object.keys(before).length).toBeGreaterThan(35);
    expect(Object.entries(before).filter(([, rows]) => rows.startsWith('0 rows'))).toEqual([]);
  });

  it('was asked for at every place that the schema has', () => {
    const asked = new Set(attack.places.map(({ name }) => name));
    const leaves = inputFieldsOf(schema);
    expect(leaves.length).toBeGreaterThan(150);
    expect(leaves.filter((name) => !asked.has(name))).toEqual([]);
    // A stream is asked over a socket: subscriptions.test.ts walks every one that the schema has.
    expect(attack.places.length).toBeGreaterThan(280);
    expect(attack.probes.ID).toBeGreaterThan(1_000);
    expect(attack.probes.TEXT).toBeGreaterThan(60);
    expect(attack.probes.KEY).toBeGreaterThan(3);
    expect(attack.listsWithCursors.length).toBeGreaterThan(10);
  });

  it('could have done all of it itself, with the very same inputs', async () => {
    expect(await attack.proveInputs()).toEqual([]);
  });
});

describe('another client account of the same agency', () => {
  let attack: Attack;
  let before: string[];
  let after: string[];

  beforeAll(async () => {
    attack = new Attack(walker, schema, neighbours);
    await attack.prepare(ID_KINDS.filter((kind) => kind !== 'agency' && kind !== 'policy'));
    before = await attack.everythingOfTheirs();
    await attackAs(attack, await attackersOf(mine, neighbours, 'CLIENT_ACCOUNT', ROLES));
    after = await attack.everythingOfTheirs();
  }, WALK_MS_MAX);

  it('tells nothing to a key of one client account, whatever its role', () =>
    expect(attack.findings).toEqual([]));

  it('is as it was', () => {
    expect(before.length).toBeGreaterThan(50);
    expect(after.filter((one, index) => one !== before[index])).toEqual([]);
  });

  it('could have done all of it itself', async () => expect(await attack.proveInputs()).toEqual([]));
});

/** What a defect of a migration would do to a table's wall. */
const BREACHES = {
  'without its policy': (table: string) => `DROP POLICY agency_wall ON ${table}`,
  'with its policy switched off': (table: string) => `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`,
  'with a policy that shows everything': (table: string) =>
    `ALTER POLICY agency_wall ON ${table} USING (true)`,
  'with a policy that takes everything': (table: string) =>
    `ALTER POLICY agency_wall ON ${table} WITH CHECK (true)`,
};

describe('the tables themselves', () => {
  let superuser: pg.Client;
  let tables: string[];

  beforeAll(async () => {
    superuser = new pg.Client({ connectionString: databaseUrl });
    await superuser.connect();
    tables = await tablesOfAgencies(superuser);
  });
  afterAll(() => superuser.end());

  const walled = () => ({ appRole, mine: mine.agency.agencyId, theirs: theirs.agency.agencyId });

  it('show an agency all that is its own, and nothing else', async () => {
    expect(await wallFindings(superuser, walled())).toEqual([]);
  });

  it.each(Object.entries(BREACHES))('are noticed, each of them, %s', async (_, breach) => {
    const unnoticed: string[] = [];
    for (const table of tables) {
      const findings = await wallFindings(superuser, walled(), [table], breach(table));
      if (findings.length === 0) unnoticed.push(table);
    }
    expect(tables.length).toBeGreaterThan(35);
    expect(unnoticed).toEqual([]);
  });
});
