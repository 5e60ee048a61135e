import type { Instant } from '../quota/window.js';
import {
  BOOKS_ADVANCED,
  HOLD_FORGOTTEN_AFTER_MS,
  HOLDS_ACCOUNTED,
  HOLDS_FORGOTTEN,
  HOLDS_RESOLVED,
} from './altered-rows.js';
import type { LedgerTransaction } from './connection.js';
import { deleteOldRows, deleteRows, insertRows, updateRows } from './rows.js';
import * as tables from './tables.js';
import { UsageHours, type Happened, type Happening } from './usage-hours.js';

/** All that a batch writes: gathered while it is decided, sent set-wise at its end. */
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

  /** Sends everything; the answers are looked at when the transaction commits. */
  send(
    transaction: LedgerTransaction,
    states: readonly tables.ScopeStateRow[],
    books: ReadonlyMap<string, Instant>,
  ): void {
    insertRows(transaction, tables.RECIPIENT, this.recipients);
    insertRows(transaction, tables.RECIPIENT_KEY, this.recipientKeys);
    insertRows(transaction, tables.ACTIVITY_SOURCE, this.sources);
    insertRows(transaction, tables.DECISION, this.decisions);
    insertRows(transaction, tables.IDEMPOTENCY, this.keys);
    insertRows(transaction, tables.HOLD, this.holds);
    insertRows(transaction, tables.RESOLUTION, this.resolutions);
    insertRows(transaction, tables.CHARGE, this.charges);
    insertRows(transaction, tables.AUDIT_ENTRY, this.auditEntries);
    insertRows(transaction, tables.USAGE_HOUR, this.hours.rows());
    insertRows(transaction, tables.SCOPE_STATE, states);
    const resolved = this.holdsResolved.map(({ agencyId, id }) => ({ agency_id: agencyId, id }));
    deleteRows(transaction, HOLDS_RESOLVED, resolved);
    // Whoever adds to the working set takes out of it. No answer depends on that: what has lapsed is passed over.
    const holding = new Set(this.holds.map(({ agency_id }) => agency_id));
    const old = [...books].flatMap(([agencyId, at]) =>
      holding.has(agencyId) ? { agency_id: agencyId, before: at - HOLD_FORGOTTEN_AFTER_MS } : [],
    );
    deleteOldRows(transaction, HOLDS_FORGOTTEN, old);
    const accounted = this.holdsAccounted.map(({ agencyId, id, at }) => ({
      agency_id: agencyId,
      id,
      accounted_at: at,
    }));
    updateRows(transaction, HOLDS_ACCOUNTED, accounted);
    const advanced = [...books].map(([agencyId, at]) => ({ agency_id: agencyId, last_at: at }));
    updateRows(transaction, BOOKS_ADVANCED, advanced);
  }
}
