import type { Instant } from '../quota/window.js';
import {
  BOOKS_ADVANCED,
  HOLD_FORGOTTEN_AFTER_MS,
  HOLDS_ACCOUNTED,
  HOLDS_FORGOTTEN,
  HOLDS_RESOLVED,
} from './altered-rows.js';
import { ALERT, alertRows, BOOKS_ALERTED, type Alert } from './alerts.js';
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
  readonly alerts: Alert[] = [];
  private readonly hours = new UsageHours();

  /** Counts something in the rollup of its hour. */
  tell(happening: Happening, happened: Happened, at: Instant, count = 1): void {
    this.hours.tell(happening, happened, at, count);
  }

  hoursTold(): readonly tables.UsageHourRow[] {
    return this.hours.rows();
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
  sendHolds(transaction, gathered, books);
  const advanced = [...books].map(([agencyId, at]) => ({ agency_id: agencyId, last_at: at }));
  updateRows(transaction, BOOKS_ADVANCED, advanced);
}

/** What became of holds. */
function sendHolds(
  transaction: LedgerTransaction,
  gathered: readonly Writes[],
  books: ReadonlyMap<string, Instant>,
): void {
  const resolved = gathered.flatMap(({ holdsResolved }) => holdsResolved);
  deleteRows(
    transaction,
    HOLDS_RESOLVED,
    resolved.map(({ agencyId, id }) => ({ agency_id: agencyId, id })),
  );
  // Whoever adds to the working set takes out of it. No answer depends on that: what has lapsed is passed over.
  const holding = new Set(gathered.flatMap(({ holds }) => holds.map(({ agency_id }) => agency_id)));
  const old = [...books].flatMap(([agencyId, at]) =>
    holding.has(agencyId) ? { agency_id: agencyId, before: at - HOLD_FORGOTTEN_AFTER_MS } : [],
  );
  deleteOldRows(transaction, HOLDS_FORGOTTEN, old);
  const accounted = gathered.flatMap(({ holdsAccounted }) => holdsAccounted);
  updateRows(
    transaction,
    HOLDS_ACCOUNTED,
    accounted.map(({ agencyId, id, at }) => ({ agency_id: agencyId, id, accounted_at: at })),
  );
}

/** Alerts of an agency, with the number of the last one before them. */
export interface AgencyAlerts {
  readonly agencyId: string;
  readonly alertSequence: number;
  readonly alerts: readonly Alert[];
}

/** Numbers and sends what is to be told, under the books' locks. */
export function sendAlerts(transaction: LedgerTransaction, agencies: readonly AgencyAlerts[]): void {
  const telling = agencies.filter(({ alerts }) => alerts.length > 0);
  insertRows(
    transaction,
    ALERT,
    telling.flatMap(({ agencyId, alertSequence, alerts }) => alertRows(agencyId, alertSequence, alerts)),
  );
  updateRows(
    transaction,
    BOOKS_ALERTED,
    telling.map(({ agencyId, alertSequence, alerts }) => ({
      agency_id: agencyId,
      alert_sequence: alertSequence + alerts.length,
    })),
  );
}
