import { SPIKE_MEAN_DAYS, TOOLS_DAYS } from '../../quota/day-alert.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { AlertKind } from '../../quota/words.js';
import { uuidFloor } from '../../tenancy/uuid.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';

/** What is told of a seat's day, and what the books must be asked for it. */
export const DAY_ALERT_KINDS = [
  'HOLDS_EXPIRED',
  'ACTIVITY_SPIKE',
  'SEVERAL_TOOLS',
  'SEAT_IDLE',
] as const satisfies readonly AlertKind[];
export type DayAlertKind = (typeof DAY_ALERT_KINDS)[number];

export interface DayQuestion {
  readonly agencyId: string;
  readonly seatId: string;
  /** The one that has the seat: of holds and tools it is told its own alone. */
  readonly clientAccountId: string;
  readonly kind: DayAlertKind;
  /** When the seat's day began. */
  readonly start: Instant;
  readonly at: Instant;
}

/** What the books hold of it, without what the batch adds. */
export interface DayFacts {
  /** Of HOLDS_EXPIRED: allowed since the day began. */
  readonly held: number;
  /** Those that lapsed since, without word of what came of them. */
  readonly lapsedAt: readonly Instant[];
  /** Of ACTIVITY_SPIKE: sent and recorded since the day began, and in the days before that its mean is of. */
  readonly today: number;
  readonly before: number;
  /** Of SEVERAL_TOOLS: the ids of those that records name. */
  readonly sources: readonly string[];
  /** Of SEAT_IDLE: when it last did something; null where it never did. */
  readonly lastAt: Instant | null;
}

/** What somebody found who looked: a seat of which nothing was due need not be looked at again for each request. */
export interface DayLook extends DayQuestion {
  readonly facts: DayFacts;
}

const NOTHING: DayFacts = { held: 0, lapsedAt: [], today: 0, before: 0, sources: [], lastAt: null };

/** When the days begin that a mean is of, before the day itself. */
export function meanFrom(dayStart: Instant): Instant {
  return dayStart - SPIKE_MEAN_DAYS * DAY;
}

// As a FILTER: as a condition of the rows PostgreSQL may take it for the way in, and read what all seats of the client account did.
const OF_CLIENT_ACCOUNT = 'client_account_id = n.client_account_id';

const READ_HOLDS_OF_DAY: Statement = {
  name: 'read_holds_of_day',
  text: `
SELECT n.i AS index,
  (SELECT count(*) FILTER (WHERE d.${OF_CLIENT_ACCOUNT}) FROM decision d
    WHERE d.agency_id = n.agency_id AND d.seat_id = n.seat_id AND d.id >= n.first_id AND d.outcome = 'ALLOWED')::int8 AS held,
  (SELECT coalesce(json_agg(h.expires_at) FILTER (WHERE h.${OF_CLIENT_ACCOUNT}), '[]') FROM hold h
    WHERE h.agency_id = n.agency_id AND h.seat_id = n.seat_id
      AND h.expires_at >= n.start AND h.expires_at <= n.at AND h.accounted_at IS NULL) AS "lapsedAt"
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int8[], $6::int8[], $7::uuid[])
  AS n (i, agency_id, seat_id, client_account_id, start, at, first_id)`,
};

// From the charges, once a day of a seat: opening use is in no rollup, and was done all the same.
const READ_ACTIVITY_OF_DAY: Statement = {
  name: 'read_activity_of_day',
  text: `
SELECT n.i AS index, coalesce(d.today, 0)::int8 AS today, coalesce(d.before, 0)::int8 AS before
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::int8[]) AS n (i, agency_id, seat_id, from_at, today)
CROSS JOIN LATERAL (
  SELECT sum(c.count) FILTER (WHERE c.effective_at >= n.today) AS today,
    sum(c.count) FILTER (WHERE c.effective_at < n.today) AS before
  FROM charge c WHERE c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.effective_at >= n.from_at) AS d`,
};

const READ_TOOLS: Statement = {
  name: 'read_tools',
  text: `
SELECT n.i AS index, coalesce(array_agg(DISTINCT c.source_id::text) FILTER (WHERE c.${OF_CLIENT_ACCOUNT}), '{}') AS sources
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int8[]) AS n (i, agency_id, seat_id, client_account_id, after)
JOIN charge c ON c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.effective_at > n.after
  AND c.source_id IS NOT NULL
WHERE NOT EXISTS (
  SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at)
GROUP BY n.i`,
};

// What was taken out again was done at its instant all the same, as far as anybody knows of the seat's idleness.
const READ_LAST_ACTIVITY: Statement = {
  name: 'read_last_activity',
  text: `
SELECT n.i AS index, l.effective_at AS "lastAt"
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[]) AS n (i, agency_id, seat_id, at)
CROSS JOIN LATERAL (
  SELECT c.effective_at FROM charge c WHERE c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.effective_at <= n.at
  ORDER BY c.effective_at DESC LIMIT 1) AS l`,
};

/** What of an answer differs by its kind: the parameters behind the seat. */
const ASKING: Record<
  DayAlertKind,
  { readonly statement: Statement; values: (asked: readonly DayQuestion[]) => unknown[] }
> = {
  HOLDS_EXPIRED: {
    statement: READ_HOLDS_OF_DAY,
    values: (asked) => [
      asked.map(({ clientAccountId }) => clientAccountId),
      asked.map(({ start }) => start),
      asked.map(({ at }) => at),
      asked.map(({ start }) => uuidFloor(start)),
    ],
  },
  ACTIVITY_SPIKE: {
    statement: READ_ACTIVITY_OF_DAY,
    values: (asked) => [asked.map(({ start }) => meanFrom(start)), asked.map(({ start }) => start)],
  },
  SEVERAL_TOOLS: {
    statement: READ_TOOLS,
    values: (asked) => [
      asked.map(({ clientAccountId }) => clientAccountId),
      asked.map(({ at }) => at - TOOLS_DAYS * DAY),
    ],
  },
  SEAT_IDLE: {
    statement: READ_LAST_ACTIVITY,
    values: (asked) => [asked.map(({ at }) => at)],
  },
};

/** Answers in the order of the questions. */
export async function readDays(
  transaction: LedgerTransaction,
  questions: readonly DayQuestion[],
): Promise<DayFacts[]> {
  const facts = questions.map((): DayFacts => NOTHING);
  const indexed = questions.map((question, index) => ({ question, index }));
  const answers = Object.entries(ASKING).map(async ([kind, { statement, values }]) => {
    const ofKind = indexed.filter(({ question }) => question.kind === kind);
    if (ofKind.length === 0) return;
    const asked = ofKind.map(({ question }) => question);
    const rows = await transaction.query<Partial<DayFacts> & { index: number }>(statement, [
      ofKind.map(({ index }) => index),
      asked.map(({ agencyId }) => agencyId),
      asked.map(({ seatId }) => seatId),
      ...values(asked),
    ]);
    for (const { index, ...row } of rows) facts[index] = { ...NOTHING, ...row };
  });
  await Promise.all(answers);
  return facts;
}

export function dayName({ kind, seatId }: Pick<DayQuestion, 'kind' | 'seatId'>): string {
  return `${kind} ${seatId}`;
}
