import type { EntityManager } from 'typeorm';
import { counterOf } from '../../quota/counter.js';
import {
  policyNews,
  ruleIdentity,
  type Policy,
  type PolicyCourse,
  type PolicyNews,
  type PolicyRuleKind,
} from '../../quota/policy/index.js';
import type { Instant } from '../../quota/window.js';
import { raise, type Alert } from './alerts.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { judgeAgain, type HeldAgency, type IsNewlyLimited } from '../manager-desk.js';
import { ledgerOn } from '../books/manager-rows.js';
import { readCourses } from '../reading/policies.js';

const READ_TOLD: Statement = {
  name: 'read_policy_alerts',
  text: `
SELECT a.created_at, (SELECT coalesce(json_agg(json_build_array(t.kind, t.detail->'facts'->>'version')), '[]')
  FROM alert t WHERE t.agency_id = a.agency_id AND t.kind IN ('POLICY_CHANGED', 'POLICY_STALE')) AS told
FROM agency a WHERE a.agency_id = $1`,
};

interface ToldRow {
  readonly created_at: Instant;
  readonly told: readonly (readonly [kind: string, version: string])[];
}

/** What time alone did to an agency's versions of the policy, and nobody was told yet. */
export async function readPolicyNews(
  transaction: LedgerTransaction,
  { agencyId, at }: HeldAgency,
): Promise<{ readonly course: PolicyCourse; readonly news: readonly PolicyNews[] }> {
  const [courses, [row]] = await Promise.all([
    readCourses(transaction, [agencyId]),
    transaction.query<ToldRow>(READ_TOLD, [agencyId]),
  ]);
  const course = courses(agencyId);
  if (!row) return { course, news: [] };
  const told = new Set(row.told.map(([kind, version]) => `${kind} ${version}`));
  const news = policyNews(course, { since: row.created_at, at });
  return { course, news: news.filter(({ kind, version }) => !told.has(`${kind} ${version}`)) };
}

/** Tells it, each dated when it happened, and judges seats anew by the maxima that hold since. */
export async function raisePolicyNews(manager: EntityManager, agency: HeldAgency): Promise<void> {
  const { course, news } = await readPolicyNews(await ledgerOn(manager), agency);
  await raise(manager, agency.agencyId, news.map(alertOf));
  const [first] = news.filter(({ facts, kind }) => kind === 'POLICY_CHANGED' && facts.inForce === undefined);
  if (!first) return;
  await judgeSeats(manager, agency, course.at(first.at - 1), course.at(agency.at));
}

/** Tells that a version is in force from this very instant on. */
export async function raisePolicyInForce(
  manager: EntityManager,
  agency: HeldAgency,
  { before, policy }: { readonly before: Policy; readonly policy: Policy },
): Promise<void> {
  const { version, effectiveFrom: at } = policy;
  await raise(manager, agency.agencyId, [{ kind: 'POLICY_CHANGED', facts: { version }, at }]);
  await judgeSeats(manager, agency, before, policy);
}

function alertOf({ kind, facts, at }: PolicyNews): Alert {
  return { kind, facts, at };
}

/** What a seat's maxima follow from. */
const KINDS_OF_MAXIMA: readonly PolicyRuleKind[] = ['LIMIT', 'HISTORY_UNKNOWN', 'WARM_UP', 'WARM_UP_PER_DAY'];

function maximaOf({ rules }: Policy): string {
  const ofMaxima = rules.filter(({ kind }) => KINDS_OF_MAXIMA.includes(kind));
  const numbers = ofMaxima.map((rule) => [ruleIdentity(rule), rule.recommended, rule.ceiling]);
  return JSON.stringify(numbers.toSorted());
}

/** Whether a counter is one that the version limits and the one before did not, at least for some tiers. */
function newLimitsOf(before: Policy, after: Policy): IsNewlyLimited {
  const known = new Set(before.rules.map(ruleIdentity));
  const added = after.rules.filter((rule) => !known.has(ruleIdentity(rule)));
  const keys = new Set(
    added.flatMap(({ actions, onlyWithNote, window }) =>
      window === null ? [] : [counterOf(actions, onlyWithNote, window).key],
    ),
  );
  return ({ counter }) => keys.has(counter.key);
}

/** Seats that are read at once: so many are in memory. */
const SEATS_AT_ONCE = 100;
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Those alone whose counters somebody watches: nothing is told of others. */
const READ_WATCHED: Statement = {
  name: 'read_watched_seats',
  text: `
SELECT s.id FROM seat s
JOIN scope_state t ON t.agency_id = s.agency_id AND t.scope_kind = 'SEAT' AND t.scope_id = s.id
WHERE s.agency_id = $1 AND s.status <> 'REMOVED' AND s.id > $2 ORDER BY s.id LIMIT $3`,
};

async function judgeSeats(
  manager: EntityManager,
  agency: HeldAgency,
  before: Policy,
  after: Policy,
): Promise<void> {
  if (maximaOf(before) === maximaOf(after)) return;
  const isNew = newLimitsOf(before, after);
  for (let last = NO_ID; ;) {
    const transaction = await ledgerOn(manager);
    const seats = await transaction.query<{ id: string }>(READ_WATCHED, [
      agency.agencyId,
      last,
      SEATS_AT_ONCE,
    ]);
    const seatIds = seats.map(({ id }) => id);
    if (seatIds.length > 0) await judgeAgain(manager, agency, { seatIds }, isNew);
    if (seatIds.length < SEATS_AT_ONCE) return;
    last = seatIds.at(-1)!;
  }
}
