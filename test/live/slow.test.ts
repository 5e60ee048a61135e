import { LedgerReader } from '../../src/ledger/told/reader.js';
import { openLive } from '../../src/live/wired.js';
import { AlertService } from '../../src/services/alerts/alert.service.js';
import { Api } from '../support/api.js';
import { testDatabase } from '../support/database.js';
import { raiseAlerts } from './alerts.support.js';
import { Listener } from './listener.js';

let api: Api;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

it('a stream that nobody reads keeps a few alerts in memory, and tells all of them once it is read', async () => {
  const { agencyId, owner } = await api.seed();
  const { appUrl } = await testDatabase();
  const reader = new LedgerReader(appUrl);
  const onFailure = (error: unknown): void => {
    throw error;
  };
  const live = openLive({ appUrl, alertDays: 90, onFailure, hasWakeUps: false });
  const streams = live.alertStreams(new AlertService(api.dataSource, reader));
  const asked = { since: 0, clientAccountId: null, severities: null };
  const [read, stalled] = [await streams.open(owner, asked), await streams.open(owner, asked)];
  // Both have begun: what comes now comes by the queue.
  const first = await raiseAlerts(api.dataSource, agencyId);
  await Promise.all([read.next(), stalled.next()]);
  const last = await raiseAlerts(api.dataSource, agencyId, { count: 2_500 });
  for await (const event of read) if (event.kind === 'RAISED' && event.alert.sequence === last) break;
  // Whoever reads had all of it, so that it was offered to the other as well.
  expect(stalled.held).toBeLessThanOrEqual(456);
  const told: number[] = [];
  for await (const event of stalled) {
    if (event.kind === 'RAISED') told.push(event.alert.sequence);
    expect(stalled.held).toBeLessThanOrEqual(456);
    if (told.at(-1) === last) break;
  }
  expect(told).toEqual(range(first + 1, last));
  await live.close();
  await reader.close();
}, 60_000);

it('a socket that reads nothing is closed, holds up nobody, and misses nothing when it comes again', async () => {
  const agency = await api.seed();
  // Long answers, so that what the system itself keeps for a socket is soon full.
  const long = Array.from({ length: 90 }, (_, index) => `m${index}: message`).join(' ');
  const query = `subscription ($since: String) { alertRaised(since: $since) {
    ... on AlertRaised { cursor alert { sequence ${long} } } ... on AlertCheckpoint { cursor } } }`;
  const { alertCursor: since } = await api.data(agency.key, '{ alertCursor }');
  const options = { key: agency.key, query, variables: { since } };
  const [stalled, other] = [new Listener(api.url, options), new Listener(api.url, options)];
  const first = await raiseAlerts(api.dataSource, agency.agencyId);
  await Promise.all([stalled, other].map((one) => one.until(({ told }) => told.length > 0)));
  const closedBefore = await slowClosed();
  stalled.pause();
  const last = await raiseAlerts(api.dataSource, agency.agencyId, { count: 3_000 });
  await other.until(({ sequences }) => sequences.at(-1) === last);
  while ((await slowClosed()) === closedBefore) await new Promise((resolve) => setTimeout(resolve, 50));
  stalled.resume();
  await stalled.until(({ sequences }) => sequences.at(-1) === last);
  expect(stalled.sequences).toEqual(range(first, last));
  expect(stalled.connections).toBe(2);
  await Promise.all([stalled, other].map((one) => one.close()));
}, 120_000);

async function slowClosed(): Promise<number> {
  const metrics = await (await fetch(`${api.url}/metrics`)).text();
  return Number(/^headroom_live_slow_closed_total (\d+)$/m.exec(metrics)?.[1]);
}
