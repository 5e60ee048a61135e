import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema } from 'graphql';
import type { Role } from '../../src/quota/words.js';
import { done, servicesOn } from '../support/agency.js';
import { Api } from '../support/api.js';
import { ownDatabase, superuserUrl } from '../support/database.js';
import type { Attack } from './attack.js';
import type { Attacker } from './attacker.js';
import { type Asked, askedOf } from './places.js';
import { Territory } from './territory.js';
import { Walker } from './walk.js';

/** A walk asks some thousand questions: it is made in parts, each a test file, so that several are made at once. */
export const AGENCY_PARTS = 4;
export const CLIENT_PARTS = 3;
/** What one part may take on a machine that does much else. */
export const PART_MS_MAX = 600_000;

const PLAN = { plan: { seatAllowance: 10_000 } };

/** Every so-many-th field of the schema, so that whatever is new falls into one of the parts by itself. */
export function partOf(schema: GraphQLSchema, part: number, parts: number): Asked[] {
  return askedOf(schema).filter((_, index) => index % parts === part - 1);
}

/** A server on a database of its own, with two agencies, of which one has two client accounts. */
export async function openStage() {
  // Of its own: rows are counted in it, and walls torn down.
  const database = await ownDatabase();
  const databaseUrl = await superuserUrl(database.appUrl);
  // Nothing but the walker's questions may change a row: neither a worker's turn nor a sweep in the middle of a walk.
  const quiet = { HEADROOM_API_LIMITS: 'off', HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' };
  const api = await Api.start(quiet, database);
  const schema = buildClientSchema((await api.ask(null, getIntrospectionQuery())).data);
  const mine = Territory.of(api, await api.seed(PLAN));
  return {
    ...{ api, schema, walker: new Walker(api, schema) },
    // As the superuser, who sees all of it; and the role that the server has.
    ...{ databaseUrl, appRole: new URL(database.appUrl).username },
    // The caller's own client account, another one of the same agency, and another agency.
    ...{ mine, neighbours: await besides(mine), theirs: Territory.of(api, await api.seed(PLAN)) },
    close: () => api.close(),
  };
}
export type Stage = Awaited<ReturnType<typeof openStage>>;

/** A key of each of some roles: of the whole agency, or of its one client account. */
export async function attackersOf(
  own: Territory,
  others: Territory,
  of: 'AGENCY' | 'CLIENT_ACCOUNT',
  roles: readonly Role[],
): Promise<Attacker[]> {
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

/** Another client account of the same agency, with a plan of its own. */
async function besides({ api, agency }: Territory): Promise<Territory> {
  const { clientAccounts, plans } = servicesOn(api.dataSource);
  const plan = done(await plans.createPlan(agency.owner, { ...PLAN.plan, name: 'Other plan' }));
  const terms = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
  const account = done(await clientAccounts.createClientAccount(agency.owner, terms));
  return Territory.of(api, agency, account.id);
}

/** Every way in, as each of the attackers; the first one is thorough. */
export async function attackAs(attack: Attack, attackers: readonly Attacker[]): Promise<void> {
  const [first, ...others] = attackers;
  if (!first) throw new Error('Nobody attacks.');
  for (const one of attackers) await attack.lookAround(one);
  await attack.tryIds(first, true);
  for (const other of others) await attack.tryIds(other, false);
  await attack.tryEverythingElse(first);
  await attack.tryCursors(first);
  await attack.tryTexts(first);
}
