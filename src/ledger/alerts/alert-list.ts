import type { AlertAbout } from '../../quota/alert-words.js';
import type { Instant } from '../../quota/window.js';
import type { AlertKind, Severity } from '../../quota/words.js';
import { sees, type Viewer } from '../../tenancy/viewer.js';
import { isMuted, readMutes } from './alert-mutes.js';
import { alertAbout, type AlertDetail } from './alerts.js';
import { Conditions } from '../books/conditions.js';
import { addSeen, seenOf, seenValues } from '../told/seen.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';

/** The alerts of an agency, newest first. A viewer of a part of it sees that part's, and none of the agency alone. */

export interface AlertRecord extends AlertAbout {
  readonly id: string;
  readonly sequence: number;
  readonly severity: Severity;
  readonly clientAccountId: string | null;
  readonly seatId: string | null;
  readonly campaignId: string | null;
  readonly raisedAt: Instant;
  readonly acknowledgedAt: Instant | null;
  readonly acknowledgedBy: string | null;
}

/** Null where it does not matter. */
export interface AlertFilter {
  readonly clientAccountId: string | null;
  readonly seatId: string | null;
  readonly kinds: readonly AlertKind[] | null;
  readonly severities: readonly Severity[] | null;
  readonly unacknowledgedOnly: boolean;
}

type AlertRow = Omit<AlertRecord, 'usage' | 'facts'> & { readonly detail: AlertDetail };

const ALERT_COLUMNS = `a.id, a.sequence, a.kind, a.severity, a.client_account_id AS "clientAccountId",
  a.seat_id AS "seatId", a.campaign_id AS "campaignId", a.detail, a.raised_at AS "raisedAt",
  a.acknowledged_at AS "acknowledgedAt", a.acknowledged_by AS "acknowledgedBy"`;

/** `before` is the number that the page begins behind. */
export async function listAlerts(
  transaction: LedgerTransaction,
  viewer: Viewer,
  filter: AlertFilter,
  { before, rows }: { readonly before: number | null; readonly rows: number },
): Promise<AlertRecord[]> {
  const asked = addSeen(new Conditions(), viewer, 'a')
    .add('account', filter.clientAccountId, (account) => `a.client_account_id = ${account}`)
    .add('seat', filter.seatId, (seat) => `a.seat_id = ${seat}`)
    .add('kinds', filter.kinds, (kinds) => `a.kind = ANY (${kinds}::text[])`)
    .add('severities', filter.severities, (severities) => `a.severity = ANY (${severities}::text[])`)
    .add('open', filter.unacknowledgedOnly || null, (only) => `a.acknowledged_at IS NULL AND ${only}::bool`)
    .add('before', before, (sequence) => `a.sequence < ${sequence}`);
  const page = `ORDER BY a.sequence DESC LIMIT ${asked.parameter(rows)}`;
  const statement = asked.statement('list_alerts', `SELECT ${ALERT_COLUMNS} FROM alert a`, page);
  return (await transaction.query<AlertRow>(statement, asked.values)).map(alertFromRow);
}

/** What the stream of alerts asks of them. */
export type StreamFilter = Pick<AlertFilter, 'clientAccountId' | 'severities'>;

/** An alert as it is pushed, or not: with whether it was muted when it was read. */
export type StreamedAlert = AlertRecord & { readonly isMuted: boolean };

/** The alerts behind a number, in their order, and where the numbers stood when they were read. */
export interface AlertsAfter {
  readonly alerts: readonly StreamedAlert[];
  /** The number of the agency's last alert, whoever sees it. */
  readonly head: number;
  readonly at: Instant;
}

/** At most `rows` alerts behind the number `after`; fewer are all there are up to `head`. At one instant, so without gaps. */
export async function listAlertsAfter(
  transaction: LedgerTransaction,
  viewer: Viewer,
  filter: StreamFilter,
  { after, rows, at }: { readonly after: number; readonly rows: number; readonly at: Instant },
): Promise<Pick<AlertsAfter, 'alerts' | 'head'>> {
  const asked = addSeen(new Conditions(), viewer, 'a')
    .add('account', filter.clientAccountId, (account) => `a.client_account_id = ${account}`)
    .add('severities', filter.severities, (severities) => `a.severity = ANY (${severities}::text[])`)
    .add('after', after, (sequence) => `a.sequence > ${sequence}`);
  const page = `ORDER BY a.sequence LIMIT ${asked.parameter(rows)}`;
  const statement = asked.statement('list_alerts_after', `SELECT ${ALERT_COLUMNS} FROM alert a`, page);
  const [found, [last], mutes] = await Promise.all([
    transaction.query<AlertRow>(statement, asked.values),
    transaction.query<{ sequence: number }>(LAST_SEQUENCE, [viewer.agencyId]),
    readMutes(transaction, viewer.agencyId, at),
  ]);
  const alerts = found.map(alertFromRow).map((alert) => ({ ...alert, isMuted: isMuted(mutes, alert) }));
  return { alerts, head: last?.sequence ?? 0 };
}

/** The same in memory: whether the viewer is told of an alert that was read for all. Of a muted one nobody is. */
export function isAsked(viewer: Viewer, filter: StreamFilter, alert: StreamedAlert): boolean {
  const { clientAccountId, severities } = filter;
  return (
    !alert.isMuted &&
    sees(viewer, { clientAccountId: alert.clientAccountId ?? '', seatId: alert.seatId ?? '' }) &&
    (clientAccountId === null || clientAccountId === alert.clientAccountId) &&
    (severities === null || severities.includes(alert.severity))
  );
}

const SEEN = seenOf('a');

const READ_ALERTS: Statement = {
  name: 'read_alerts',
  text: `SELECT ${ALERT_COLUMNS} FROM alert a WHERE ${SEEN} AND a.id = ANY ($4::uuid[])`,
};

export async function readAlerts(
  transaction: LedgerTransaction,
  viewer: Viewer,
  ids: readonly string[],
): Promise<AlertRecord[]> {
  const values = [...seenValues(viewer), ids];
  return (await transaction.query<AlertRow>(READ_ALERTS, values)).map(alertFromRow);
}

// By the book: the last alert of an agency is the one of its number. Of those who see a part of the agency their own last one counts, so
// that the answer tells nothing of what others are told.
const LAST_SEQUENCE: Statement = {
  name: 'last_alert_sequence',
  text: `SELECT alert_sequence AS sequence FROM agency_book WHERE agency_id = $1`,
};
const LAST_SEQUENCE_SEEN = `SELECT coalesce(max(a.sequence), 0)::int8 AS sequence FROM alert a`;

/** The number of the last alert that the viewer sees; 0 where there is none. */
export async function readLastSequence(transaction: LedgerTransaction, viewer: Viewer): Promise<number> {
  const seen = addSeen(new Conditions(), viewer, 'a');
  const [last] = await (viewer.reach === null
    ? transaction.query<{ sequence: number }>(LAST_SEQUENCE, [viewer.agencyId])
    : transaction.query<{ sequence: number }>(
        seen.statement('last_alert_sequence_seen', LAST_SEQUENCE_SEEN, ''),
        seen.values,
      ));
  return last?.sequence ?? 0;
}

function alertFromRow({ detail, ...row }: AlertRow): AlertRecord {
  return { ...row, ...alertAbout(detail) };
}
