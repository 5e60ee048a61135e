import type { ZoneFrom } from '../../quota/calendar.js';
import type { Scope } from '../../quota/counter.js';
import { limitsSet, lowestLimits, type Limit } from '../../quota/limit.js';
import type { OpeningInvitations } from '../../quota/opening-invitations.js';
import type { OutsideFacts } from '../../quota/outside-use.js';
import type { PolicyCourse } from '../../quota/policy/index.js';
import type { RestrictionFacts } from '../../quota/seat-facts.js';
import type { Instant, WorkingHours } from '../../quota/window.js';
import type {
  CampaignStatus,
  ClientAccountStatus,
  LimitMode,
  LinkedInTier,
  ScopeKind,
  SeatHistory,
} from '../../quota/words.js';
import { sees, type Viewer } from '../../tenancy/viewer.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { mapIn } from './map-in.js';
import { readCourses } from './policies.js';
import { HALF_CAPS_OF_SEAT, restrictionsFromJson, STOPS_OF_SEAT } from './restrictions.js';
import { readScopeLimits, type ScopeLimits } from './scope-limits.js';
import type { ScopeRef } from './scopes.js';
import { LIMIT_JSON, outsideUseFromJson, setLimitFromJson, type StandingRow } from './standing-json.js';

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
    readonly agency: readonly ZoneFrom[];
    readonly clientAccount: readonly ZoneFrom[];
    readonly seat: readonly ZoneFrom[];
  };
  /** The lowest limit on each counter that somebody set, the plan's at the client account. All but the seat's own are shared by standings. */
  readonly set: {
    readonly agency: readonly Limit[];
    readonly clientAccount: readonly Limit[];
    readonly seat: readonly Limit[];
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
  /** The lowest limit on each counter that somebody set, shared by standings. */
  readonly set: readonly Limit[];
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
  (SELECT json_agg(json_build_array(z.from_at, z.time_zone) ORDER BY z.from_at)
    FROM scope_zone z WHERE z.agency_id = s.agency_id AND z.scope_kind = 'SEAT' AND z.scope_id = s.id) AS zones,
  (SELECT coalesce(json_agg(json_build_array(${LIMIT_JSON}) ORDER BY l.id), '[]')
    FROM scope_limit l WHERE l.agency_id = s.agency_id AND l.scope_kind = 'SEAT' AND l.scope_id = s.id) AS limits,
  (SELECT json_agg(json_build_array(f.from_at, f.client_account_id) ORDER BY f.from_at)
    FROM seat_assignment f WHERE f.agency_id = s.agency_id AND f.seat_id = s.id) AS assignments,
  (SELECT coalesce(json_agg(json_build_array(c.id, c.client_account_id, c.status)), '[]')
    FROM campaign_seat m JOIN campaign c ON c.agency_id = m.agency_id AND c.id = m.campaign_id
    WHERE m.agency_id = s.agency_id AND m.seat_id = s.id AND c.status NOT IN ('COMPLETED', 'ARCHIVED')) AS campaigns,
  (SELECT coalesce(json_agg(json_build_array(o.action, o.per_day, o.from_on, o.until_on) ORDER BY o.declared_at DESC, o.id DESC), '[]')
    FROM outside_use o WHERE o.agency_id = s.agency_id AND o.seat_id = s.id) AS outside_uses,
  (SELECT max(i.imported_at) FROM archive_import i WHERE i.agency_id = s.agency_id AND i.seat_id = s.id) AS last_import_at
FROM unnest($1::uuid[], $2::uuid[]) AS n (agency_id, seat_id)
JOIN seat s ON s.agency_id = n.agency_id AND s.id = n.seat_id
JOIN client_account a ON a.agency_id = s.agency_id AND a.id = s.client_account_id`,
};

/** What is set at a scope above seats, the lowest limit on each counter, and the calendar that it follows. */
export type Parent = Pick<ScopeLimits, 'limits' | 'zones'>;

/** What is set above seats: what is known of it, and what was read besides. */
export class Parents {
  /** By the agency, and in it by the scope's id. */
  readonly read = new Map<string, Map<string, Parent>>();

  /** `known`: of an agency, by the scope's id. */
  constructor(
    private readonly known: (agencyId: string) => ReadonlyMap<string, Parent> | undefined = () => undefined,
  ) {}

  has(agencyId: string, id: string): boolean {
    return this.find(agencyId, id) !== undefined;
  }

  get(agencyId: string, id: string): Parent {
    const parent = this.find(agencyId, id);
    if (!parent) throw new Error(`What is set above seats of ${agencyId}, at ${id}, was not read.`);
    return parent;
  }

  add(agencyId: string, id: string, parent: Parent): void {
    mapIn(this.read, agencyId).set(id, parent);
  }

  private find(agencyId: string, id: string): Parent | undefined {
    return this.known(agencyId)?.get(id) ?? this.read.get(agencyId)?.get(id);
  }
}

/**
 * Reads where seats stand. What the transaction may not see is not among the answers. Of `parents` what isn't
 * known is read, each once for all of its seats.
 */
export async function readStandings(
  transaction: LedgerTransaction,
  seats: readonly SeatRef[],
  parents = new Parents(),
): Promise<Standing[]> {
  if (seats.length === 0) return [];
  const agencyIds = seats.map(({ agencyId }) => agencyId);
  const [rows, courses] = await Promise.all([
    transaction.query<StandingRow>(READ_STANDINGS, [agencyIds, seats.map(({ seatId }) => seatId)]),
    readCourses(transaction, agencyIds),
  ]);
  await readParents(transaction, rows, parents);
  return rows.map((row) => standingFromRow(row, courses(row.agency_id), parents));
}

async function readParents(
  transaction: LedgerTransaction,
  rows: readonly StandingRow[],
  parents: Parents,
): Promise<void> {
  const asked = new Map<string, Map<string, ScopeRef>>();
  for (const { agency_id: agencyId, client_account_id: clientAccountId, campaigns } of rows) {
    const ofAgency = mapIn(asked, agencyId);
    const ask = (kind: ScopeKind, id: string): void => {
      if (!parents.has(agencyId, id)) ofAgency.set(id, { agencyId, scope: { kind, id } });
    };
    ask('AGENCY', agencyId);
    ask('CLIENT_ACCOUNT', clientAccountId);
    for (const [id] of campaigns) ask('CAMPAIGN', id);
  }
  const refs = [...asked.values()].flatMap((ofAgency) => [...ofAgency.values()]);
  for (const { agencyId, scope, limits, zones } of await readScopeLimits(transaction, refs)) {
    parents.add(agencyId, scope.id, { limits: lowestLimits(limits), zones });
  }
}

function standingFromRow(row: StandingRow, course: PolicyCourse, parents: Parents): Standing {
  const agency = parents.get(row.agency_id, row.agency_id);
  const clientAccount = parents.get(row.agency_id, row.client_account_id);
  const ofSeat = limitsSet(row.limits.map(setLimitFromJson), { kind: 'SEAT', id: row.seat_id }, 'CUSTOM');
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
    zones: {
      agency: agency.zones,
      clientAccount: clientAccount.zones,
      seat: row.zones.map(([from, timeZone]) => ({ from, timeZone })),
    },
    set: { agency: agency.limits, clientAccount: clientAccount.limits, seat: lowestLimits(ofSeat) },
    assignments: row.assignments.map(([from, clientAccountId]) => ({ from, clientAccountId })),
    campaigns: row.campaigns.map(([id, clientAccountId, status]) => ({
      id,
      clientAccountId,
      status,
      set: parents.get(row.agency_id, id).limits,
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
