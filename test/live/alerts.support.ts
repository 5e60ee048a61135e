import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { inAgency } from '../../src/tenancy/door.js';

export interface Raised {
  readonly clientAccountId?: string | null;
  readonly seatId?: string | null;
  readonly severity?: 'INFO' | 'WARNING' | 'CRITICAL';
  readonly raisedAt?: number;
  readonly count?: number;
}

/** Raises alerts in one transaction, numbered on under the book as everything that raises some does. Answers the last number. */
export function raiseAlerts(
  dataSource: DataSource,
  agencyId: string,
  {
    clientAccountId = null,
    seatId = null,
    severity = 'WARNING',
    raisedAt = Date.now(),
    count = 1,
  }: Raised = {},
): Promise<number> {
  return inAgency(dataSource, { agencyId }, async (manager) => {
    const [book] = await manager.query<{ alert_sequence: string }[]>(
      'SELECT alert_sequence FROM agency_book WHERE agency_id = $1 FOR NO KEY UPDATE',
      [agencyId],
    );
    const first = Number(book?.alert_sequence) + 1;
    const ids = Array.from({ length: count }, () => randomUUID());
    await manager.query(
      `INSERT INTO alert (agency_id, sequence, id, kind, severity, client_account_id, seat_id, detail, raised_at)
       SELECT $1, $2::int8 + n.at - 1, n.id, 'SEAT_IDLE', $4, $5, $6, '{"v": 1, "facts": {"days": 8}}', $7
       FROM unnest($3::uuid[]) WITH ORDINALITY AS n (id, at)`,
      [agencyId, first, ids, severity, clientAccountId, seatId, raisedAt],
    );
    const last = first + count - 1;
    await manager.query('UPDATE agency_book SET alert_sequence = $2 WHERE agency_id = $1', [agencyId, last]);
    return last;
  });
}

/** Every alert behind a number that is there, in order: what a listener is to be told, once each. */
export async function alertsAfter(
  dataSource: DataSource,
  agencyId: string,
  after: number,
): Promise<number[]> {
  const rows = await inAgency(dataSource, { agencyId }, (manager) =>
    manager.query<{ sequence: string }[]>(
      'SELECT sequence FROM alert WHERE agency_id = $1 AND sequence > $2 ORDER BY sequence',
      [agencyId, after],
    ),
  );
  return rows.map(({ sequence }) => Number(sequence));
}
