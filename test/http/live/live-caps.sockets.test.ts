import { toId } from '../../../src/schema/ids.js';
import { Listener } from '../../live/listener.js';
import { raiseAlerts } from '../../live/alerts.support.js';
import { Api } from '../../support/api.js';
import type { SeededAgency } from '../../support/agency.js';
import { RawSocket } from '../../support/raw-socket.js';

/** A key has five hundred subscriptions of one process: whoever asks for one more can come again once there is a place. */
const ALERTS = 'subscription Alerts { alertRaised { ... on AlertRaised { alert { sequence } } } }';

let api: Api;
let agency: SeededAgency;
let sockets: RawSocket[];

beforeAll(async () => {
  api = await Api.start({ HEADROOM_API_LIMITS: 'off' });
});
beforeEach(async () => {
  agency = await api.seed();
  sockets = [await begin(), await begin(), await begin()];
});
afterEach(async () => {
  sockets.forEach((socket) => socket.end());
  while ((await taken()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
});
afterAll(() => api.close());

function begin(key = agency.key): Promise<RawSocket> {
  return RawSocket.begin(api.url, key);
}

/** Five hundred of a subscription, at the first two sockets in turn. */
async function takeAll(query = ALERTS, variables = {}): Promise<void> {
  for (let asked = 0; asked < 500; asked += 1) sockets[asked % 2]!.subscribe(`${asked}`, query, variables);
  while ((await taken()) < 500) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function taken(): Promise<number> {
  const metrics = await (await fetch(`${api.url}/metrics`)).text();
  return Number(/^headroom_live_subscriptions (\d+)$/m.exec(metrics)?.[1]);
}

it('one that is alone on its socket is closed with it, so that its client comes again by itself', async () => {
  await takeAll();
  const [first, , alone] = sockets as [RawSocket, RawSocket, RawSocket];
  alone.subscribe('more', ALERTS);
  const { code, reason } = await alone.closed;
  expect([code, reason]).toEqual([1013, expect.stringContaining('Too many subscriptions')]);
  const listener = new Listener(api.url, { key: agency.key });
  await listener.until(({ closes }) => closes.length > 1);
  expect(listener.errors).toEqual([]);
  first.send({ id: '0', type: 'complete' });
  while (listener.told.length === 0) {
    listener.mustGoOn();
    await raiseAlerts(api.dataSource, agency.agencyId);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await listener.close();
}, 60_000);

it('one beside others is told when to come again, and the others go on', async () => {
  await takeAll();
  const [first, second] = sockets as [RawSocket, RawSocket];
  first.subscribe('more', ALERTS);
  await first.until((raw) => raw.of('more').length > 0);
  expect(first.of('more')).toMatchObject([
    { type: 'error', payload: [{ extensions: { code: 'THROTTLED', retryAfterMs: 10_000 } }] },
  ]);
  second.send({ id: '1', type: 'complete' });
  while ((await taken()) > 499) await new Promise((resolve) => setTimeout(resolve, 20));
  first.subscribe('again', ALERTS);
  while ((await taken()) < 500) await new Promise((resolve) => setTimeout(resolve, 20));
  await raiseAlerts(api.dataSource, agency.agencyId);
  await first.until((raw) => raw.of('again').length > 0 && raw.of('0').length > 0);
}, 60_000);

it('a query beside them is answered, and a request for events is told when to come again', async () => {
  await takeAll();
  const [, , alone] = sockets as [RawSocket, RawSocket, RawSocket];
  alone.subscribe('query', '{ viewer { role } }');
  await alone.until((raw) => raw.of('query').length === 2);
  const response = await fetch(`${api.url}/graphql/stream`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
      authorization: `Bearer ${agency.key}`,
    },
    body: JSON.stringify({ query: ALERTS }),
  });
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '10']);
}, 60_000);

it('a feed that is full is told as that, too, and whatever else is on the socket goes on', async () => {
  const other = await api.keyOf(agency, 'OWNER');
  const [first] = sockets as [RawSocket];
  sockets[1]!.end();
  sockets[1] = await begin(other);
  const touches = 'subscription Touches($seatId: ID!) { touchesDue(seatId: $seatId) { __typename } }';
  await takeAll(touches, { seatId: toId('seat', agency.seat.id) });
  first.subscribe('more', touches, { seatId: toId('seat', agency.seat.id) });
  await first.until((raw) => raw.of('more').length > 0);
  expect(first.of('more')).toMatchObject([
    { type: 'error', payload: [{ extensions: { code: 'THROTTLED', retryAfterMs: 5_000 } }] },
  ]);
  first.subscribe('query', '{ viewer { role } }');
  await first.until((raw) => raw.of('query').length === 2);
}, 60_000);
