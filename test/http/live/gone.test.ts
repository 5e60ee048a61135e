import { Subscribing } from '../../../src/http/live/subscribing.js';
import { Api } from '../../support/api.js';
import { RawSocket } from '../../support/raw-socket.js';

let api: Api;
let key: string;
let ask: jest.SpyInstance<ReturnType<Subscribing<never>['ask']>, Parameters<Subscribing<never>['ask']>>;

beforeAll(async () => {
  api = await Api.start();
  key = (await api.seed()).key;
  ask = jest.spyOn(Subscribing.prototype, 'ask');
});
afterAll(() => api.close());
beforeEach(() => ask.mockClear());

const QUERY = '{ viewer { role } }';
const goneOf = (nth: number): AbortSignal => ask.mock.calls[nth]![1].gone!;

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

it('of all that was asked over a socket nobody waits for the answer once it is closed, and not before', async () => {
  const socket = await RawSocket.begin(api.url, key);
  for (const id of ['one', 'two']) socket.subscribe(id, QUERY);
  await socket.until(() => ask.mock.calls.length === 2);
  expect([goneOf(0).aborted, goneOf(1).aborted]).toEqual([false, false]);
  socket.end();
  await aborted(goneOf(0));
  await aborted(goneOf(1));
});

it('nor for what was asked over a stream of events', async () => {
  const leaving = new AbortController();
  const response = await fetch(`${api.url}/graphql/stream`, {
    method: 'POST',
    headers: {
      ...{ accept: 'text/event-stream', 'content-type': 'application/json' },
      authorization: `Bearer ${key}`,
    },
    body: JSON.stringify({ query: 'subscription { usageChanged { changedAt } }' }),
    signal: leaving.signal,
  });
  expect([response.status, goneOf(0).aborted]).toEqual([200, false]);
  leaving.abort();
  await aborted(goneOf(0));
});
