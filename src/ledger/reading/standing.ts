import type { ZoneFrom } from '../../quota/calendar.js';
import type { Scope } from '../../quota/counter.js';
import {
  limitsSet,
  limitsThrough,
  lowestLimits,
  policyLimits,
  stepsAhead,
  type Limit,
  type SetLimit,
} from '../../quota/limit.js';
import { POOLED_TIERS } from '../../quota/credit-days.js';
import type { OutsideFacts } from '../../quota/outside-use.js';
import type { PolicyCourse } from '../../quota/policy/index.js';
import type { RestrictionFacts } from '../../quota/seat-facts.js';
import type { Instant, WorkingHours } from '../../quota/window.js';
import type {
  CampaignStatus,
  ClientAccountStatus,
  LimitMode,
  LinkedInTier,
  SeatHistory,
} from '../../quota/words.js';
import { sees, type Viewer } from '../../tenancy/viewer.js';
import { HALF_CAPS_OF_SEAT, restrictionsFromJson, STOPS_OF_SEAT } from './restrictions.js';
import { changesInTime, seatLimitsOverTime } from './seat-limits.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { readCourses } from './policies.js';
import {
  LIMIT_JSON,
  LIMITS_OF_CAMPAIGN,
  outsideUseFromJson,
  setLimitFromJson,
  type StandingRow,
} from './standing-json.js';
import type { OpeningInvitations } from '../../quota/opening-invitations.js';
import { NO_PACE, type Pace } from './paces.js';

/** Where a seat stands: all that its requests are judged by, but the counters. */
export interface Standing {
  readonly agencyId: string;
  readonly seatId: string;
  readonly clientAccountId: string;
  readonly tier: LinkedInTier;
  readonly status: 'ACTIVE' | 'PAUSED' | 'REMOVED';
  readonly holderAgreed: boolean;
  readonly clientAccountStatus: ClientAccountStatus;
  /** Whether its contacts are pooled with those of the agency's other client accounts that say so too. */
  readonly poolsContacts: boolean;
  /** Whether its agency keeps the texts that it asks about. */
  readonly keepsTexts: boolean;
  readonly history: SeatHistory;
  /** The stricter of the seat's and the client account's. */
  readonly limitMode: LimitMode;
  readonly zones: {
    readonly agency: ZoneFrom[];
    readonly clientAccount: ZoneFrom[];
    readonly seat: ZoneFrom[];
  };
  readonly set: {
    readonly agency: SetLimit[];
    readonly plan: SetLimit[];
    readonly clientAccount: SetLimit[];
    readonly seat: SetLimit[];
  };
  /** Whose the seat was, from when on, oldest first; the first one holds for all time before it. */
  readonly assignments: readonly { readonly from: Instant; readonly clientAccountId: string }[];
  /** Those that have not ended; another one is read for whoever names it. */
  readonly campaigns: readonly CampaignStanding[];
  readonly outside: OutsideFacts;
  /** Null where it has none of its own. */
  readonly workingHours: WorkingHours | null;
  readonly daysOff: readonly string[];
  readonly warmUpStartedOn: string | null;
  /** What was stopped until when, and what is halved after it; what has ended among it. */
  readonly restrictions: readonly RestrictionFacts[];
  /** What it had pending when it was added, as somebody told. */
  readonly opening: OpeningInvitations;
  /** The versions of the policy, of its agency. */
  readonly course: PolicyCourse;
}

/** A campaign that has the seat. */
export interface CampaignStanding {
  readonly id: string;
  readonly clientAccountId: string;
  readonly status: CampaignStatus;
  readonly set: SetLimit[];
}

/** Whose client account something of the seat was at an instant. */
export function clientAccountAt(standing: Standing, at: Instant): string {
  const assignment = standing.assignments.findLast(({ from }) => from <= at) ?? standing.assignments[0];
  return assignment?.clientAccountId ?? standing.clientAccountId;
}

/**
 * The same, where somebody tells of it. Whoever does not see the client account of that time tells of it for the one they see: nobody
 * fills up the limits of others, or answers for them, by what they say of the past.
 */
export function clientAccountToldOf(viewer: Viewer, standing: Standing, at: Instant): string {
  const clientAccountId = clientAccountAt(standing, at);
  return sees(viewer, { ...standing, clientAccountId }) ? clientAccountId : standing.clientAccountId;
}

export const ALL_TIME = { from: 0, until: Number.MAX_SAFE_INTEGER } as const;

/** The times at which a seat was of a client account: each from its first instant on, up to its end. */
export function timesOf(
  { assignments }: Pick<Standing, 'assignments'>,
  clientAccountId: string,
): { readonly from: Instant; readonly until: Instant }[] {
  return assignments.flatMap((assignment, index) => {
    if (assignment.clientAccountId !== clientAccountId) return [];
    const from = index === 0 ? ALL_TIME.from : assignment.from;
    return [{ from, until: assignments[index + 1]?.from ?? ALL_TIME.until }];
  });
}

/** Every limit that people and the policy set for a seat's requests, each by itself. */
export function allLimits(
  standing: Standing,
  campaign: CampaignStanding | null,
  at: Instant,
  pace: Pace = NO_PACE,
): Limit[] {
  const seat: Scope = { kind: 'SEAT', id: standing.seatId };
  return [
    ...limitsThrough(standing.course, at, (policy) => policyLimits(policy, standing, seat)),
    ...seatLimitsOverTime(standing, seat, at, pace),
    ...limitsOfPeople(standing, campaign),
  ];
}

/** Those of them that people set: time changes none. */
export function limitsOfPeople(standing: Standing, campaign: CampaignStanding | null): Limit[] {
  const { set } = standing;
  const clientAccount: Scope = { kind: 'CLIENT_ACCOUNT', id: standing.clientAccountId };
  const seat: Scope = { kind: 'SEAT', id: standing.seatId };
  return [
    ...limitsSet(set.seat, seat, 'CUSTOM'),
    ...(campaign ? limitsSet(campaign.set, { kind: 'CAMPAIGN', id: campaign.id }, 'CUSTOM') : []),
    ...limitsSet(set.plan, clientAccount, 'PLAN'),
    ...limitsSet(set.clientAccount, clientAccount, 'CUSTOM'),
    ...limitsSet(set.agency, { kind: 'AGENCY', id: standing.agencyId }, 'CUSTOM'),
  ];
}

/** Limits as they were found, for as long as time alone changes none of them. */
interface KeptLimits {
  readonly key: string;
  readonly from: Instant;
  readonly until: Instant;
  readonly limits: readonly Limit[];
}

const lowestKept = new WeakMap<Standing, Map<string, KeptLimits>>();

/** The lowest limit on each counter that a seat's requests are held to, its parents' included. */
export function limitsOfStanding(
  standing: Standing,
  campaign: CampaignStanding | null,
  at: Instant,
  pace: Pace = NO_PACE,
): readonly Limit[] {
  const byCampaign = lowestKept.get(standing) ?? new Map<string, KeptLimits>();
  lowestKept.set(standing, byCampaign);
  const changes = changesInTime(standing);
  const paceKey =
    standing.warmUpStartedOn === null ? '' : `${pace.lastSentAt} ${pace.resumedAt} ${pace.heldUntil.join()}`;
  const key = `${standing.course.at(at).id} ${paceKey}`;
  const name = campaign?.id ?? '';
  const kept = byCampaign.get(name);
  if (kept?.key === key && kept.from <= at && at < kept.until) return kept.limits;
  const limits = lowestLimits(allLimits(standing, campaign, at, pace));
  // A step that has come is no step any more: the limit is made anew, for the instant from which it holds.
  const until = Math.min(
    ...limits.flatMap((limit) =>
      [...stepsAhead(limit, 'LAPSE'), ...stepsAhead(limit, 'COMMIT')].map(({ from }) => from),
    ),
  );
  byCampaign.set(name, { key, from: changes ? at : -Infinity, until, limits });
  return limits;
}

/** Whether a limit is set at a scope of a seat, or credits are kept there: where not, what is held there is of no interest. */
export function isLimitedAt(standing: Standing, { kind, id }: Scope): boolean {
  const { set, campaigns, clientAccountId, tier } = standing;
  switch (kind) {
    case 'AGENCY':
      return set.agency.length > 0;
    case 'CLIENT_ACCOUNT':
      // Of the one that had the seat before it is not known here.
      if (id !== clientAccountId || POOLED_TIERS.includes(tier)) return true;
      return set.plan.length + set.clientAccount.length > 0;
    case 'CAMPAIGN':
      // Of one that has ended it is not known here.
      return campaigns.find((campaign) => campaign.id === id)?.set.length !== 0;
    case 'SEAT':
      return true;
  }
}

export function zonesOf(standing: Standing, scope: Scope): readonly ZoneFrom[] {
  if (scope.kind === 'AGENCY') return standing.zones.agency;
  return scope.kind === 'SEAT' ? standing.zones.seat : standing.zones.clientAccount;
}

/** A seat of an agency. */
export interface SeatRef {
  readonly agencyId: string;
  readonly seatId: string;
}

const READ_STANDINGS: Statement = {
  name: 'read_standings',
  text: `
SELECT s.agency_id, s.id AS seat_id, s.client_account_id, s.tier, s.status, s.holder_agreed_on IS NOT NULL AS holder_agreed,
  a.status AS client_account_status, a.pools_contacts, s.history,
  EXISTS (SELECT 1 FROM text_keeping k WHERE k.agency_id = s.agency_id AND k.days > 0) AS keeps_texts, s.working_hours,
  s.warm_up_started_on::text, s.created_at, s.opening_pending_invitations,
  ${STOPS_OF_SEAT} AS stops, ${HALF_CAPS_OF_SEAT} AS half_caps,
  (SELECT coalesce(json_agg(o.day ORDER BY o.day), '[]') FROM seat_day_off o
    WHERE o.agency_id = s.agency_id AND o.seat_id = s.id) AS days_off,
  CASE WHEN 'RECOMMENDED' IN (s.limit_mode, a.limit_mode) THEN 'RECOMMENDED' ELSE 'CEILING' END AS limit_mode,
  (SELECT json_agg(json_build_array(z.scope_kind, z.from_at, z.time_zone) ORDER BY z.from_at)
    FROM scope_zone z WHERE z.agency_id = s.agency_id AND (z.scope_kind, z.scope_id) IN
      (('AGENCY', s.agency_id), ('CLIENT_ACCOUNT', s.client_account_id), ('SEAT', s.id))) AS zones,
  (SELECT coalesce(json_agg(json_build_array(l.scope_kind, ${LIMIT_JSON}) ORDER BY l.id), '[]')
    FROM scope_limit l WHERE l.agency_id = s.agency_id AND (l.scope_kind, l.scope_id) IN
      (('AGENCY', s.agency_id), ('PLAN', a.plan_id), ('CLIENT_ACCOUNT', a.id), ('SEAT', s.id))) AS limits,
  (SELECT json_agg(json_build_array(f.from_at, f.client_account_id) ORDER BY f.from_at)
    FROM seat_assignment f WHERE f.agency_id = s.agency_id AND f.seat_id = s.id) AS assignments,
  (SELECT coalesce(json_agg(json_build_array(c.id, c.client_account_id, c.status, ${LIMITS_OF_CAMPAIGN})), '[]')
    FROM campaign_seat m JOIN campaign c ON c.agency_id = m.agency_id AND c.id = m.campaign_id
    WHERE m.agency_id = s.agency_id AND m.seat_id = s.id AND c.status NOT IN ('COMPLETED', 'ARCHIVED')) AS campaigns,
  (SELECT coalesce(json_agg(json_build_array(o.action, o.per_day, o.from_on, o.until_on) ORDER BY o.declared_at DESC, o.id DESC), '[]')
    FROM outside_use o WHERE o.agency_id = s.agency_id AND o.seat_id = s.id) AS outside_uses,
  (SELECT max(i.imported_at) FROM archive_import i WHERE i.agency_id = s.agency_id AND i.seat_id = s.id) AS last_import_at
FROM unnest($1::uuid[], $2::uuid[]) AS n (agency_id, seat_id)
JOIN seat s ON s.agency_id = n.agency_id AND s.id = n.seat_id
JOIN client_account a ON a.agency_id = s.agency_id AND a.id = s.client_account_id`,
};

/** Reads where seats stand. What the transaction may not see is not among the answers. */
export async function readStandings(
  transaction: LedgerTransaction,
  seats: readonly SeatRef[],
): Promise<Standing[]> {
  if (seats.length === 0) return [];
  const agencyIds = seats.map(({ agencyId }) => agencyId);
  const [rows, courses] = await Promise.all([
    transaction.query<StandingRow>(READ_STANDINGS, [agencyIds, seats.map(({ seatId }) => seatId)]),
    readCourses(transaction, agencyIds),
  ]);
  return rows.map((row) => standingFromRow(row, courses(row.agency_id)));
}

function standingFromRow(row: StandingRow, course: PolicyCourse): Standing {
  const zones = (kind: string): ZoneFrom[] =>
    row.zones.filter(([scopeKind]) => scopeKind === kind).map(([, from, timeZone]) => ({ from, timeZone }));
  const set = (kind: string): SetLimit[] =>
    row.limits.filter(([scopeKind]) => scopeKind === kind).map(([, ...limit]) => setLimitFromJson(limit));
  return {
    agencyId: row.agency_id,
    seatId: row.seat_id,
    clientAccountId: row.client_account_id,
    tier: row.tier,
    status: row.status,
    holderAgreed: row.holder_agreed,
    clientAccountStatus: row.client_account_status,
    poolsContacts: row.pools_contacts,
    keepsTexts: row.keeps_texts,
    history: row.history,
    limitMode: row.limit_mode,
    zones: { agency: zones('AGENCY'), clientAccount: zones('CLIENT_ACCOUNT'), seat: zones('SEAT') },
    set: {
      ...{ agency: set('AGENCY'), plan: set('PLAN') },
      ...{ clientAccount: set('CLIENT_ACCOUNT'), seat: set('SEAT') },
    },
    assignments: row.assignments.map(([from, clientAccountId]) => ({ from, clientAccountId })),
    campaigns: row.campaigns.map(([id, clientAccountId, status, limits]) => ({
      id,
      clientAccountId,
      status,
      set: limits.map(setLimitFromJson),
    })),
    workingHours: row.working_hours,
    outside: { uses: row.outside_uses.map(outsideUseFromJson), lastImportAt: row.last_import_at },
    course,
    daysOff: row.days_off,
    warmUpStartedOn: row.warm_up_started_on,
    opening: { at: row.created_at, count: row.opening_pending_invitations },
    restrictions: restrictionsFromJson(row.stops, row.half_caps),
  };
}
