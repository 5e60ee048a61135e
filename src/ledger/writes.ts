import { HOUR, type Instant } from '../quota/window.js';
import type { LedgerTransaction, Statement } from './connection.js';
import { insertRows } from './rows.js';
import * as tables from './tables.js';

const NO_CAMPAIGN = '00000000-0000-0000-0000-000000000000';

type Happening = 'allowed' | 'denied' | 'committed' | 'released' | 'recorded';

/** Whose hour something happened in. */
interface Happened {
  readonly agencyId: string;
  readonly seatId: string;
  readonly clientAccountId: string;
  readonly campaignId: string | null;
  readonly action: string;
}

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
    insertRows(transaction, tables.USAGE_HOUR, [...this.hours.values()]);
    insertRows(transaction, tables.SCOPE_STATE, states);
    if (this.holdsResolved.length > 0) {
      void transaction.query(DELETE_HOLDS, [
        this.holdsResolved.map(({ agencyId }) => agencyId),
        this.holdsResolved.map(({ id }) => id),
      ]);
    }
    if (this.holdsAccounted.length > 0) {
      void transaction.query(ACCOUNT_HOLDS, [
        this.holdsAccounted.map(({ agencyId }) => agencyId),
        this.holdsAccounted.map(({ id }) => id),
        this.holdsAccounted.map(({ at }) => at),
      ]);
    }
    void transaction.query(ADVANCE_BOOKS, [[...books.keys()], [...books.values()]]);
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
