import type { CreditEvent, PurseState } from '../../quota/credit-lots.js';
import type { Table } from './rows.js';

/** The rows of InMail credits, as their migration declares them. */

/** Whose purse it is: a seat's, or a client account's whose seats share their credits. */
export interface PurseKey {
  readonly kind: 'CLIENT_ACCOUNT' | 'SEAT';
  readonly id: string;
}

/** A purse as it is kept; `v` is the version of this form. */
export type PurseJson = PurseState & { readonly v: 1 };

export interface PurseRow {
  agency_id: string;
  scope_kind: string;
  scope_id: string;
  state: PurseJson;
}

export const CREDIT_PURSE: Table<PurseRow> = {
  name: 'credit_purse',
  columns: { agency_id: 'uuid', scope_kind: 'text', scope_id: 'uuid', state: 'jsonb' },
  onConflict: 'ON CONFLICT (agency_id, scope_kind, scope_id) DO UPDATE SET state = excluded.state',
};

export interface CreditEventRow {
  agency_id: string;
  scope_kind: PurseKey['kind'];
  scope_id: string;
  number: number;
  at: number;
  kind: string;
  amount: number;
  balance: number;
  lot: number | null;
  expires_at: number | null;
  seat_id: string | null;
  charge_id: string | null;
  because: string | null;
}

export const CREDIT_EVENT: Table<CreditEventRow> = {
  name: 'credit_event',
  columns: {
    agency_id: 'uuid',
    scope_kind: 'text',
    scope_id: 'uuid',
    number: 'int4',
    at: 'int8',
    kind: 'text',
    amount: 'int4',
    balance: 'int4',
    lot: 'int4',
    expires_at: 'int8',
    seat_id: 'uuid',
    charge_id: 'uuid',
    because: 'text',
  },
};

export function purseRow(agencyId: string, { kind, id }: PurseKey, state: PurseState): PurseRow {
  return { agency_id: agencyId, scope_kind: kind, scope_id: id, state: { v: 1, ...state } };
}

/** Throws where the form is one of a newer version, which this program can't read. */
export function purseFromJson(state: PurseJson | null): PurseState | null {
  if (state === null) return null;
  const { v, ...kept } = state;
  if (v !== 1) throw new Error(`A purse of version ${String(v)} can't be read.`);
  return kept;
}

export function creditEventRow(agencyId: string, key: PurseKey, event: CreditEvent): CreditEventRow {
  const { expiresAt, seatId, chargeId, ...columns } = event;
  return {
    agency_id: agencyId,
    scope_kind: key.kind,
    scope_id: key.id,
    ...columns,
    expires_at: expiresAt,
    seat_id: seatId,
    charge_id: chargeId,
  };
}
