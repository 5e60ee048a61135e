import { randomUUID } from 'node:crypto';
import { fromId, toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import type { Ground } from './ground.js';

const RECORD = `mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) { results { alreadyKnown } } }`;

/** What somebody did in answer to a seat: its id is told to webhooks alone. */
export async function recordAnswer(territory: Ground): Promise<string> {
  const { api, agency, key } = territory;
  const seatId = await territory.take('seat');
  const who = { recipientProfileUrl: `https://www.linkedin.com/in/${randomUUID()}` };
  const input = { seatId, ...who, kind: 'REPLIED', occurredAt: new Date().toISOString() };
  await api.data(key, RECORD, { inputs: [{ ...input, idempotencyKey: randomUUID() }] });
  const [found] = await inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query<{ id: string }[]>(
      `SELECT id FROM engagement WHERE agency_id = $1 AND seat_id = $2 AND origin = 'REPORT'
       ORDER BY recorded_at DESC, id DESC LIMIT 1`,
      [agency.agencyId, fromId('seat', seatId)],
    ),
  );
  if (!found) throw new Error('An answer that was recorded is there.');
  return toId('engagement', found.id);
}
