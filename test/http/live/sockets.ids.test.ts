import { WebSocket } from 'ws';
import { Api } from '../../support/api.js';
import { RawSocket } from '../../support/raw-socket.js';
import { raiseAlerts } from '../../live/alerts.support.js';
import type { SeededAgency } from '../../support/agency.js';

/** An id is another operation’s once the one before is there or was completed: earlier its end would be taken for that of the later one. */
const ALERTS = 'subscription { alertRaised { __typename } }';
const VIEWER = '{ viewer { role } }';

let api: Api;
let agency: SeededAgency;
let socket: RawSocket;

beforeAll(async () => {
  api = await Api.start();
  agency = await api.seed();
});
beforeEach(async () => {
  socket = await RawSocket.begin(api.url, agency.key);
});
afterEach(() => socket.end());
afterAll(() => api.close());

const complete = (id: string): void => socket.send({ id, type: 'complete' });

async function toldOf(id: string): Promise<void> {
  const told = socket.of(id).length;
  while (socket.of(id).length === told && socket.socket.readyState === WebSocket.OPEN) {
    await raiseAlerts(api.dataSource, agency.agencyId);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

it.each([ALERTS, VIEWER])(
  'of one that is not open yet it is no other one’s, though it was completed: %s',
  async (first) => {
    socket.subscribe('1', first);
    complete('1');
    socket.subscribe('1', ALERTS);
    expect((await socket.closed).code).toBe(4409);
  },
);

it('a long one is told as far as there is room for it, in whole characters', async () => {
  const id = '🙂'.repeat(60);
  socket.subscribe(id, ALERTS);
  socket.subscribe(id, ALERTS);
  const { code, reason } = await socket.closed;
  expect([code, Buffer.from(reason).length <= 123]).toEqual([4409, true]);
  expect(reason).toMatch(/^Subscriber for 🙂+…$/u);
});

it('of a subscription that was completed it is free at once', async () => {
  for (let times = 0; times < 3; times += 1) {
    socket.subscribe('1', ALERTS);
    await toldOf('1');
    complete('1');
  }
  socket.subscribe('1', VIEWER);
  await socket.until(() => socket.of('1').at(-1)?.type === 'complete');
});

it('of an answer it is free at once', async () => {
  for (let times = 1; times <= 50; times += 1) {
    socket.subscribe('1', times % 2 ? VIEWER : '{ nothing }');
    await socket.until(() => socket.of('1').filter(({ type }) => type !== 'next').length === times);
  }
});
