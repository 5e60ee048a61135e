import { creditRuleOf, grantDayAt, type CreditTerms } from '../../quota/credit-days.js';
import { NEW_PURSE, type CreditLot, type CreditMember, type PurseState } from '../../quota/credit-lots.js';
import { Purse } from '../../quota/credits.js';
import { dayOf } from '../../quota/calendar.js';
import { PursePast, type PursePastEvent } from '../../quota/purse-past.js';
import type { Instant } from '../../quota/window.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import {
  askedName,
  purseName,
  readPurses,
  type PurseAsked,
  type PurseRead,
} from '../credits/credit-reading.js';
import { purseFromJson } from '../books/credit-tables.js';
import { columnsOf, readInMails, type InMailRead, type PurseOver } from './hindsight-inmails.js';

/** An InMail whose credit is asked for. */
export type InMailAsked = PurseAsked & { readonly agencyId: string; readonly at: Instant };

/** The purses that InMails were of, at their instants. They are asked in the order of time. */
export class PursesInHindsight {
  constructor(
    private readonly names: ReadonlyMap<string, string>,
    private readonly pasts: ReadonlyMap<string, PurseOverTime>,
  ) {}

  /** Null where the seat had none then, or nobody knows what was in it: before it was added, or had another tier. */
  at(asked: InMailAsked, notYet: ReadonlySet<string>): Purse | null {
    const found = this.pasts.get(this.names.get(askedName(asked)) ?? '');
    const since = found?.since.get(asked.seatId);
    return found && since !== undefined && since <= asked.at ? found.past.at(asked.at, notYet) : null;
  }
}

interface PurseOverTime {
  readonly past: PursePast;
  /** Since when seats are in it. */
  readonly since: ReadonlyMap<string, Instant>;
}

/** Reads the purses that some InMails were of, as they stood before the first of them, and what happened to them since. */
export async function readPursesInHindsight(
  transaction: LedgerTransaction,
  sent: readonly InMailAsked[],
): Promise<PursesInHindsight> {
  const purses = new Map<string, PurseAskedOver>();
  const names = new Map<string, string>();
  const read = await readPurses(transaction, sent);
  for (const [index, found] of read.entries()) {
    const { at, agencyId, ...seat } = sent[index]!;
    if (!found) continue;
    const name = purseName(found.key);
    names.set(askedName(seat), name);
    const known = purses.get(name) ?? { ...found, agencyId, before: at - 1, until: at };
    purses.set(name, {
      ...known,
      before: Math.min(known.before, at - 1),
      until: Math.max(known.until, at),
    });
  }
  const asked = [...purses.values()];
  const inMails = await readInMails(transaction, asked);
  const all = asked.map((purse, index) => ({ ...purse, before: startOf(purse, inMails[index]!) }));
  const logs = await readLogs(transaction, all);
  const pasts = all.map((purse, index) => {
    const since = inMails[index]!.filter(({ recordedAt }) => recordedAt > purse.before);
    return [purseName(purse.key), pastOf(purse, logs[index]!, since)] as const;
  });
  return new PursesInHindsight(names, new Map(pasts));
}

/**
 * The instant from which on all is done again: what was told late took its credit of what there was when it was told, so that
 * the purse of before the first of these is the one to begin with.
 */
function startOf({ before }: PurseAskedOver, inMails: readonly InMailRead[]): Instant {
  let start = before;
  // From the latest one backwards: each that was told late may bring others that were.
  for (const { sentAt, recordedAt } of inMails.toSorted((one, other) => other.recordedAt - one.recordedAt)) {
    if (recordedAt > start && sentAt <= start) start = sentAt - 1;
  }
  return start;
}

type PurseAskedOver = PurseRead & PurseOver;

type LogRow = Omit<CreditLot, 'number'> & {
  readonly index: number;
  readonly what: 'LAST' | 'LOT' | 'SET' | 'RETURN';
  readonly number: number;
  readonly at: Instant;
  readonly chargeId: string | null;
};

// The purse as it was written down by an instant: its last event, and the lots that had not expired by then with what they
// had left. What was told and given back since comes with it; takings come with their InMails.
const READ_PURSE_LOGS: Statement = {
  name: 'read_purse_logs',
  text: `
WITH asked AS MATERIALIZED (
  SELECT n.*, l.number AS last, l.at AS last_at, coalesce(t.number, 0) AS told, t.at AS told_at
  FROM unnest($1::int4[], $2::uuid[], $3::text[], $4::uuid[], $5::int8[], $6::int8[])
    AS n (i, agency_id, kind, id, before, until)
  LEFT JOIN LATERAL (SELECT e.number, e.at FROM credit_event e WHERE e.agency_id = n.agency_id AND e.scope_kind = n.kind
    AND e.scope_id = n.id AND e.at <= n.before ORDER BY e.number DESC LIMIT 1) AS l ON true
  LEFT JOIN LATERAL (SELECT e.number, e.at FROM credit_event e WHERE e.agency_id = n.agency_id AND e.scope_kind = n.kind
    AND e.scope_id = n.id AND e.number <= l.number AND e.kind = 'SET' ORDER BY e.number DESC LIMIT 1) AS t ON true)
SELECT n.i AS index, 'LAST' AS what, n.last AS number, n.last_at AS at, NULL::uuid AS "seatId", NULL::uuid AS "chargeId",
  n.told_at AS "grantedAt", NULL::int8 AS "expiresAt", (SELECT coalesce(max(e.lot), 0) FROM credit_event e
    WHERE e.agency_id = n.agency_id AND e.scope_kind = n.kind AND e.scope_id = n.id AND e.number <= n.last) AS amount,
  0 AS remaining
FROM asked n WHERE n.last IS NOT NULL
UNION ALL
SELECT n.i, 'LOT', g.lot, g.at, g.seat_id, NULL, g.at, g.expires_at, g.amount, g.amount + s.sum
FROM asked n CROSS JOIN LATERAL (
  SELECT * FROM credit_event g WHERE g.agency_id = n.agency_id AND g.scope_kind = n.kind AND g.scope_id = n.id
    AND g.number >= n.told AND g.number <= n.last AND g.kind IN ('OPENING', 'GRANT', 'SET') AND g.lot IS NOT NULL
    AND (g.expires_at IS NULL OR g.expires_at > n.last_at) OFFSET 0) AS g
CROSS JOIN LATERAL (
  SELECT coalesce(sum(CASE e.kind WHEN 'RETURN' THEN e.amount ELSE -e.amount END), 0)::int4 AS sum FROM credit_event e
  WHERE e.agency_id = n.agency_id AND e.scope_kind = n.kind AND e.scope_id = n.id AND e.number > g.number
    AND e.number <= n.last AND e.lot = g.lot) AS s
UNION ALL
SELECT n.i, e.kind, coalesce(e.lot, 0), e.at, e.seat_id, e.charge_id, e.at, NULL, e.amount, 0
FROM asked n CROSS JOIN LATERAL (
  SELECT * FROM credit_event e WHERE e.agency_id = n.agency_id AND e.scope_kind = n.kind AND e.scope_id = n.id
    AND e.number > coalesce(n.last, 0) AND e.at <= n.until AND (e.kind = 'SET' OR e.kind = 'RETURN' AND EXISTS (
      SELECT 1 FROM credit_event t WHERE t.agency_id = e.agency_id AND t.charge_id = e.charge_id AND t.kind = 'TAKE'
        AND t.lot = e.lot AND t.number <= n.last)) OFFSET 0) AS e`,
};

async function readLogs(
  transaction: LedgerTransaction,
  purses: readonly PurseAskedOver[],
): Promise<LogRow[][]> {
  const logs = purses.map((): LogRow[] => []);
  if (purses.length === 0) return logs;
  const rows = await transaction.query<LogRow>(READ_PURSE_LOGS, [...columnsOf(purses)]);
  for (const row of rows) logs[row.index]!.push(row);
  return logs;
}

function pastOf(read: PurseAskedOver, log: readonly LogRow[], inMails: readonly InMailRead[]): PurseOverTime {
  const { terms, before } = read;
  const now = purseFromJson(read.state);
  const since = new Map(
    terms.map((one) => [one.seatId, now?.members[one.seatId]?.since ?? one.addedAt] as const),
  );
  const joined = terms.map((one) => sinceThen(one, since.get(one.seatId)!));
  const kept = stateBy(log, joined, since);
  const purse = new Purse(kept, joined);
  purse.advance(before);
  return { past: new PursePast(purse, eventsOf(read, log, inMails)), since };
}

/** A seat that came by another tier brings nothing but its next grants. */
function sinceThen(terms: CreditTerms, since: Instant): CreditTerms {
  const { addedAt, renewOn, timeZone } = terms;
  if (since <= addedAt) return terms;
  return {
    ...terms,
    ...{ addedAt: since, openingCredits: null, renewOn: renewOn ?? dayOf(addedAt, timeZone) },
  };
}

/** A purse as its log tells it; null where nothing was written by then. */
function stateBy(
  log: readonly LogRow[],
  terms: readonly CreditTerms[],
  since: ReadonlyMap<string, Instant>,
): PurseState | null {
  const last = log.find(({ what }) => what === 'LAST');
  if (!last) return null;
  const upTo = last.at;
  const lots = log
    .filter(({ what }) => what === 'LOT')
    .map(({ number, seatId, grantedAt, expiresAt, amount, remaining }): CreditLot => ({
      ...{ number, seatId, grantedAt, expiresAt, amount, remaining },
    }));
  const members = terms.flatMap((one): [string, CreditMember][] => {
    const rule = creditRuleOf(one, upTo);
    const from = since.get(one.seatId)!;
    if (!rule || from > upTo) return [];
    const addedOn = dayOf(one.addedAt, one.timeZone);
    return [[one.seatId, { since: from, addedOn, lastDay: grantDayAt(one, rule, upTo) }]];
  });
  return {
    ...{ ...NEW_PURSE, upTo, lots, members: Object.fromEntries(members) },
    ...{ setAt: last.grantedAt, lotsMade: last.amount, eventsMade: last.number },
  };
}

function eventsOf(
  { key, terms }: PurseAskedOver,
  log: readonly LogRow[],
  inMails: readonly InMailRead[],
): PursePastEvent[] {
  const seatId = key.kind === 'SEAT' ? key.id : (terms[0]?.seatId ?? key.id);
  const told = log.flatMap(({ what, at, number: lot, amount, ...row }): PursePastEvent[] => {
    if (what === 'SET') return [{ kind: 'SET', at, available: amount, seatId }];
    if (what !== 'RETURN') return [];
    return [
      {
        kind: 'RETURN',
        at,
        take: { chargeId: row.chargeId!, seatId: row.seatId ?? seatId, lot, amount },
      },
    ];
  });
  const sent = inMails.flatMap(({ recordedAt: _recordedAt, answeredAt, ...one }): PursePastEvent[] => {
    const take: PursePastEvent = { kind: 'TAKE', at: one.sentAt, sent: one };
    return answeredAt === null ? [take] : [take, { kind: 'ANSWER', at: answeredAt, chargeId: one.chargeId }];
  });
  return [...told, ...sent].toSorted((one, other) => one.at - other.at);
}
