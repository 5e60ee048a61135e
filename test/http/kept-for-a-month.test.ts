import { randomBytes } from 'node:crypto';
import { RetentionService } from '../../src/services/prospects/retention.service.js';
import { AuditLog } from '../../src/services/audit-log.js';
import { Changes } from '../../src/services/changes.js';
import { fromId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import { uuidRandom } from '../../src/tenancy/uuid.js';
import { systemViewer } from '../../src/tenancy/viewer.js';
import { TEST_FINGERPRINTS, type SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { addSource, UNREAD_EVENTS } from '../support/inbound.js';

const DAY = 86_400_000;
const NOW = Date.now();

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off' });
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
});

function sql(text: string, ...values: unknown[]): Promise<Json[]> {
  return inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query(text, [agency.agencyId, ...values]),
  );
}

async function sweep(): Promise<void> {
  const parts = { changes: new Changes(api.dataSource), audit: new AuditLog(TEST_FINGERPRINTS) };
  await new RetentionService(api.dataSource, parts).sweep(systemViewer(agency.agencyId, 'sweep'));
}

it('events that could not be read are told for a month, and then gone, however silent their source is', async () => {
  const { inboundSource } = await addSource(api, agency.key, { tool: 'HEYREACH' });
  for (const days of [29, 31]) {
    await sql(
      `INSERT INTO unread_event (agency_id, id, source_id, fingerprint, why, type, outline, received_at)
       VALUES ($1, $2, $3, $4, 'REFUSED', $5, '{}', $6)`,
      ...[uuidRandom(), fromId('source', inboundSource.id), randomBytes(32), `OF_${days}`, NOW - days * DAY],
    );
  }
  const { unreadEvents } = await api.data(agency.key, UNREAD_EVENTS, { id: inboundSource.id });
  expect(unreadEvents.nodes).toHaveLength(1);
  expect(await sql('SELECT type FROM unread_event WHERE agency_id = $1')).toHaveLength(2);
  await sweep();
  expect(await sql('SELECT type FROM unread_event WHERE agency_id = $1')).toEqual([{ type: 'OF_29' }]);
});

it('deliveries are kept for a month after they ended, also where nothing more is sent', async () => {
  const add = `mutation { addWebhook(input: { name: "w", url: "https://hooks.example.com/w" }) {
    webhook { id } userErrors { message } } }`;
  const { webhook } = (await api.data(agency.key, add)).addWebhook;
  for (const [number, status, days] of [
    [1, 'DELIVERED', 31],
    [2, 'DELIVERED', 29],
    [3, 'WAITING', null],
  ] as const) {
    await sql(
      `INSERT INTO webhook_delivery (agency_id, webhook_id, number, id, event, subject_id, status, created_at, due_at, ended_at,
         tries, tried_at)
       VALUES ($1, $2, $3, $4, 'TEST', $4, $5, $6, $6, $7, 1, $6)`,
      ...[fromId('webhook', webhook.id), number, uuidRandom(), status, NOW - 40 * DAY],
      days && NOW - days * DAY,
    );
  }
  await sweep();
  const left = await sql('SELECT number FROM webhook_delivery WHERE agency_id = $1 ORDER BY number');
  expect(left.map(({ number }) => Number(number))).toEqual([2, 3]);
});
