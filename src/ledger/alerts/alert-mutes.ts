import type { Instant } from '../../quota/window.js';
import type { AlertKind } from '../../quota/words.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { Conditions } from '../books/conditions.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { addSeen } from '../told/seen.js';

/** Which alerts are not pushed to anybody: by the stream of alerts, or by webhooks. Written and listed they are all the same. */
export interface Muting {
  /** Null for all. */
  readonly kinds: readonly AlertKind[] | null;
  /** Null for those of all the agency. */
  readonly clientAccountId: string | null;
  /** Of the client account that had the seat then; null for all of it. */
  readonly seatId: string | null;
}

export interface AlertMute extends Muting {
  readonly id: string;
  readonly until: Instant;
  readonly mutedAt: Instant;
  readonly mutedBy: string;
}

/** Most mutes of an agency in force at once: all of them are looked at for each alert. */
export const MUTES_MAX = 2_000;
/** Of a client account as a whole, and of all the agency: whoever mutes one leaves room for the others. */
export const MUTES_OF_ONE_MAX = 100;
/** Of a single seat, for the same reason, and so that whoever was given it alone doesn't learn what others mute. */
export const MUTES_OF_SEAT_MAX = 10;

interface Pushed {
  readonly kind: AlertKind;
  readonly clientAccountId: string | null;
  readonly seatId: string | null;
}

/** Whether one of these mutes keeps an alert from being pushed. */
export function isMuted(mutes: readonly Muting[], alert: Pushed): boolean {
  return mutes.some(
    ({ kinds, clientAccountId, seatId }) =>
      (kinds === null || kinds.includes(alert.kind)) &&
      (clientAccountId === null || clientAccountId === alert.clientAccountId) &&
      (seatId === null || seatId === alert.seatId),
  );
}

const COLUMNS = `m.id, m.kinds, m.client_account_id AS "clientAccountId", m.seat_id AS "seatId", m.until,
  m.muted_at AS "mutedAt", m.muted_by AS "mutedBy"`;

const READ_MUTES: Statement = {
  name: 'read_alert_mutes',
  text: `SELECT ${COLUMNS} FROM alert_mute m WHERE m.agency_id = $1 AND m.until > $2`,
};

/** All that are in force at an instant, whoever sees them. */
export function readMutes(
  transaction: LedgerTransaction,
  agencyId: string,
  at: Instant,
): Promise<AlertMute[]> {
  return transaction.query<AlertMute>(READ_MUTES, [agencyId, at]);
}

/** Those in force that a viewer sees, newest first; `before` is the id that the page begins behind. */
export function listMutes(
  transaction: LedgerTransaction,
  viewer: Viewer,
  at: Instant,
  { before, rows }: { readonly before: string | null; readonly rows: number },
): Promise<AlertMute[]> {
  const asked = addSeen(new Conditions(), viewer, 'm')
    .add('at', at, (instant) => `m.until > ${instant}`)
    .add('before', before, (id) => `m.id < ${id}`);
  const page = `ORDER BY m.id DESC LIMIT ${asked.parameter(rows)}`;
  const statement = asked.statement('list_alert_mutes', `SELECT ${COLUMNS} FROM alert_mute m`, page);
  return transaction.query<AlertMute>(statement, asked.values);
}
