import type { EntityManager } from 'typeorm';
import { SEVERITY_OF_KIND } from '../../quota/alert-words.js';
import type { Facts } from '../../quota/rule.js';
import type { Usage } from '../../quota/usage.js';
import type { Instant } from '../../quota/window.js';
import type { AlertKind, Severity } from '../../quota/words.js';
import { uuidAt } from '../../tenancy/uuid.js';
import { usageFromJson, usageToJson, type UsageAloneJson } from '../decision-record.js';
import { alterRows, writeRows } from '../books/manager-rows.js';
import type { RowUpdate, Table } from '../books/rows.js';

/** What is to be told: numbers and codes alone, from which the message is made whenever it is read. */
export interface Alert {
  readonly kind: AlertKind;
  /** Whose it is; what is left out it is not of. An alert of the agency alone names none of them. */
  readonly clientAccountId?: string | null;
  readonly seatId?: string | null;
  readonly campaignId?: string | null;
  /** The counter as it stands; left out where the alert is of none. */
  readonly usage?: Usage | null;
  /** By name, as src/quota/alert-words.ts expects them of the kind. */
  readonly facts?: Facts;
  /** When it happened: what time alone caused happened before anybody wrote. */
  readonly at: Instant;
}

/** Version 1 of what an alert is about. */
export interface AlertDetail {
  readonly v: 1;
  readonly usage?: UsageAloneJson;
  readonly facts?: Facts;
}

export interface AlertRow {
  agency_id: string;
  sequence: number;
  id: string;
  kind: AlertKind;
  severity: Severity;
  client_account_id: string | null;
  seat_id: string | null;
  campaign_id: string | null;
  detail: AlertDetail;
  raised_at: number;
}

export const ALERT: Table<AlertRow> = {
  name: 'alert',
  columns: {
    agency_id: 'uuid',
    sequence: 'int8',
    id: 'uuid',
    kind: 'text',
    severity: 'text',
    client_account_id: 'uuid',
    seat_id: 'uuid',
    campaign_id: 'uuid',
    detail: 'jsonb',
    raised_at: 'int8',
  },
};

/** Of the books of agencies that alerts were raised in: the number of the last one. */
export const BOOKS_ALERTED: RowUpdate<{ agency_id: string; alert_sequence: number }> = {
  name: 'number_alerts',
  table: 'agency_book',
  key: { agency_id: 'uuid' },
  set: { alert_sequence: 'int8' },
};

/**
 * Numbers an agency's alerts on from the last one of its book. Under the book's lock alone: then the numbers have no gap
 * (what is rolled back gives its numbers back) and are in the order of commit.
 */
export function alertRows(agencyId: string, lastSequence: number, alerts: readonly Alert[]): AlertRow[] {
  return alerts.map((alert, index) => ({
    agency_id: agencyId,
    sequence: lastSequence + 1 + index,
    id: uuidAt(alert.at),
    kind: alert.kind,
    severity: SEVERITY_OF_KIND[alert.kind],
    client_account_id: alert.clientAccountId ?? null,
    seat_id: alert.seatId ?? null,
    campaign_id: alert.campaignId ?? null,
    detail: {
      v: 1,
      ...(alert.usage && { usage: usageToJson(alert.usage) }),
      ...(alert.facts && { facts: alert.facts }),
    },
    raised_at: alert.at,
  }));
}

export function alertAbout({ v, usage, facts = {} }: AlertDetail): { usage: Usage | null; facts: Facts } {
  if (v !== 1) throw new Error(`An alert of version ${String(v)} is newer than this program.`);
  return { usage: usage ? usageFromJson(usage) : null, facts };
}

/**
 * Raises alerts in the transaction of a service that holds the agency's book: they are written with what caused them, or
 * not at all. Whatever a rule or a service has to tell goes this way; what is decided in a batch tells the same by
 * `Desk.raise`.
 */
export async function raise(
  manager: EntityManager,
  agencyId: string,
  alerts: readonly Alert[],
): Promise<void> {
  if (alerts.length === 0) return;
  const [book] = await manager.query<{ alert_sequence: string }[]>(
    'SELECT alert_sequence FROM agency_book WHERE agency_id = $1',
    [agencyId],
  );
  const rows = alertRows(agencyId, Number(book?.alert_sequence), alerts);
  await writeRows(manager, ALERT, rows);
  await alterRows(manager, BOOKS_ALERTED, [
    { agency_id: agencyId, alert_sequence: Number(book?.alert_sequence) + rows.length },
  ]);
}
