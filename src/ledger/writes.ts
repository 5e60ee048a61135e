import { MINUTE, type Instant } from '../quota/window.js';
import {
  BOOKS_ADVANCED,
  HOLD_FORGOTTEN_AFTER_MS,
  HOLDS_ACCOUNTED,
  HOLDS_FORGOTTEN,
  HOLDS_RESOLVED,
} from './altered-rows.js';
import type { LedgerTransaction } from './connection.js';
import { deleteOldRows, deleteRows, insertRows, updateRows, type Table } from './rows.js';
import * as tables from './tables.js';
import { UsageHours, type Happened, type Happening } from './usage-hours.js';

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
  private readonly hours = new UsageHours();

  /** Counts something in the rollup of its hour. */
  tell(happening: Happening, happened: Happened, at: Instant, count = 1): void {
    this.hours.tell(happening, happened, at, count);
  }

  hoursTold(): readonly tables.UsageHourRow[] {
    return this.hours.rows();
  }
}

/** The agencies whose books go on, from the last instant in them to that of the batch. */
type Advanced = ReadonlyMap<string, { readonly at: Instant; readonly lastAt: Instant }>;

/** Sends what desks gathered, table by table; the answers are looked at when the transaction commits. */
export function sendWrites(
  transaction: LedgerTransaction,
  gathered: readonly Writes[],
  states: readonly tables.ScopeStateRow[],
  books: Advanced,
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
  sendHolds(transaction, gathered, books);
  const advanced = [...books].map(([agencyId, { at }]) => ({ agency_id: agencyId, last_at: at }));
  updateRows(transaction, BOOKS_ADVANCED, advanced);
}

/** What became of holds. */
function sendHolds(transaction: LedgerTransaction, gathered: readonly Writes[], books: Advanced): void {
  const resolved = gathered.flatMap(({ holdsResolved }) => holdsResolved);
  deleteRows(
    transaction,
    HOLDS_RESOLVED,
    resolved.map(({ agencyId, id }) => ({ agency_id: agencyId, id })),
  );
  // No answer depends on that: what has lapsed is passed over. Once a minute of an agency's books is enough.
  const old = [...books].flatMap(([agencyId, { at, lastAt }]) =>
    minuteOf(at) === minuteOf(lastAt) ? [] : { agency_id: agencyId, before: at - HOLD_FORGOTTEN_AFTER_MS },
  );
  deleteOldRows(transaction, HOLDS_FORGOTTEN, old);
  const accounted = gathered.flatMap(({ holdsAccounted }) => holdsAccounted);
  updateRows(
    transaction,
    HOLDS_ACCOUNTED,
    accounted.map(({ agencyId, id, at }) => ({ agency_id: agencyId, id, accounted_at: at })),
  );
}

function minuteOf(at: Instant): number {
  return Math.floor(at / MINUTE);
}
