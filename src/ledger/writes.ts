import { HOUR, type Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';
import type { LedgerTransaction, Statement } from './connection.js';
import type { Place } from './places.js';
import { insertRows, type Table } from './rows.js';
import * as tables from './tables.js';

const NO_CAMPAIGN = '00000000-0000-0000-0000-000000000000';

type Happening = 'allowed' | 'denied' | 'committed' | 'released' | 'recorded';

/** Whose hour something happened in. */
interface Happened extends Place {
  readonly action: Action;
}

/** All that a desk writes: gathered while it decides, sent set-wise at the end of the batch. */
export class Writes {
  readonly charges: tables.ChargeRow[] = [];
  readonly holds: tables.HoldRow[] = [];
  readonly holdsResolved: { agencyId: string; id: string }[] = [];
  readonly holdsAccounted: { agencyId: string; id: string; at: Instant }[] = [];
  readonly decisions: tables.DecisionRow[] = [];
  readonly resolutions: tables.ResolutionRow[] = [];
  readonly keys: tables.IdempotencyRow[] = [];
  readonly recipients: tables.RecipientRow[] = [];
  readonly recipientKeys: tables.RecipientKeyRow[] = [];
  readonly sources: tables.ActivitySourceRow[] = [];
  readonly auditEntries: tables.AuditEntryRow[] = [];
  private readonly hours = new Map<string, tables.UsageHourRow>();

  /** Counts something in the rollup of its hour. */
  tell(
    happening: Happening,
    { agencyId, seatId, clientAccountId, campaignId, action }: Happened,
    at: Instant,
    count = 1,
  ): void {
    const hour = at - (at % HOUR);
    const campaign = campaignId ?? NO_CAMPAIGN;
    const key = [agencyId, seatId, clientAccountId, campaign, action, hour].join(' ');
    const row = this.hours.get(key) ?? {
      agency_id: agencyId,
      seat_id: seatId,
      client_account_id: clientAccountId,
      campaign_id: campaign,
      action,
      hour,
      allowed: 0,
      denied: 0,
      committed: 0,
      released: 0,
      recorded: 0,
    };
    row[happening] += count;
    this.hours.set(key, row);
  }

  hoursTold(): tables.UsageHourRow[] {
    return [...this.hours.values()];
  }
}

/** Sends what desks gathered, table by table; the answers are looked at when the transaction commits. */
export function sendWrites(
  transaction: LedgerTransaction,
  gathered: readonly Writes[],
  states: readonly tables.ScopeStateRow[],
  books: ReadonlyMap<string, Instant>,
): void {
  const insert = <Row extends object>(table: Table<Row>, rowsOf: (writes: Writes) => readonly Row[]): void =>
    insertRows(transaction, table, gathered.flatMap(rowsOf));
  insert(tables.RECIPIENT, ({ recipients }) => recipients);
  insert(tables.RECIPIENT_KEY, ({ recipientKeys }) => recipientKeys);
  insert(tables.ACTIVITY_SOURCE, ({ sources }) => sources);
  insert(tables.DECISION, ({ decisions }) => decisions);
  insert(tables.IDEMPOTENCY, ({ keys }) => keys);
  insert(tables.HOLD, ({ holds }) => holds);
  insert(tables.RESOLUTION, ({ resolutions }) => resolutions);
  insert(tables.CHARGE, ({ charges }) => charges);
  insert(tables.AUDIT_ENTRY, ({ auditEntries }) => auditEntries);
  insert(tables.USAGE_HOUR, (writes) => writes.hoursTold());
  insertRows(transaction, tables.SCOPE_STATE, states);
  sendHolds(transaction, gathered);
  void transaction.query(ADVANCE_BOOKS, [[...books.keys()], [...books.values()]]);
}

/** What became of holds. */
function sendHolds(transaction: LedgerTransaction, gathered: readonly Writes[]): void {
  const resolved = gathered.flatMap(({ holdsResolved }) => holdsResolved);
  if (resolved.length > 0) {
    void transaction.query(DELETE_HOLDS, [
      resolved.map(({ agencyId }) => agencyId),
      resolved.map(({ id }) => id),
    ]);
  }
  const accounted = gathered.flatMap(({ holdsAccounted }) => holdsAccounted);
  if (accounted.length > 0) {
    void transaction.query(ACCOUNT_HOLDS, [
      accounted.map(({ agencyId }) => agencyId),
      accounted.map(({ id }) => id),
      accounted.map(({ at }) => at),
    ]);
  }
}

const DELETE_HOLDS: Statement = {
  name: 'delete_holds',
  text: `
DELETE FROM hold h USING unnest($1::uuid[], $2::uuid[]) AS n (agency_id, id)
WHERE h.agency_id = n.agency_id AND h.id = n.id`,
};

const ACCOUNT_HOLDS: Statement = {
  name: 'account_holds',
  text: `
UPDATE hold h SET accounted_at = n.at FROM unnest($1::uuid[], $2::uuid[], $3::int8[]) AS n (agency_id, id, at)
WHERE h.agency_id = n.agency_id AND h.id = n.id`,
};

const ADVANCE_BOOKS: Statement = {
  name: 'advance_books',
  text: `
UPDATE agency_book b SET last_at = n.at FROM unnest($1::uuid[], $2::int8[]) AS n (agency_id, at)
WHERE b.agency_id = n.agency_id`,
};
