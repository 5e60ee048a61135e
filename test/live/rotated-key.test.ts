import { toId } from '../../src/schema/ids.js';
import { Authenticator } from '../../src/tenancy/authenticate.js';
import { done, servicesOn } from '../support/agency.js';
import type { Api } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { RawSocket } from '../support/raw-socket.js';

/** A rotated key works on for the overlap, also for what listens with it. */

const WHO = '{ viewer { role } }';
const LISTENING = 'subscription { reservationChanged { __typename } }';
const ROTATE = `mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { userErrors { code } } }`;
const OVERLAP_SECONDS = 3_600;

let clocked: ClockedApi;
let api: Api;
beforeAll(async () => {
  clocked = await ClockedApi.start(Date.UTC(2026, 10, 23, 9));
  ({ api } = clocked);
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => clocked.close());

/** Once what is open was looked at, from here on. */
async function lookedAt(): Promise<void> {
  const look = jest.spyOn(Authenticator.prototype, 'lookAgain');
  // The second one begins when the first is over.
  while (look.mock.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  look.mockRestore();
}

it('keeps its sockets and streams until the overlap is over, and loses them then', async () => {
  const agency = await api.seed();
  const { apiKeys } = servicesOn(api.dataSource);
  const made = done(await apiKeys.createApiKey(agency.owner, { name: 'Sender', role: 'OPERATOR' }));
  const socket = await RawSocket.begin(api.url, made.secret);
  socket.subscribe('holds', LISTENING);
  await socket.until((raw) => raw.of('holds').length > 0);
  const stream = await fetch(`${api.url}/graphql/stream`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${made.secret}`, 'content-type': 'application/json' },
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ query: LISTENING }),
  });
  const ended: string[] = [];
  const streamEnded = stream.text().then(() => ended.push('stream'));
  const input = { apiKeyId: toId('key', made.apiKey.id), overlapSeconds: OVERLAP_SECONDS };
  expect((await api.data(agency.key, ROTATE, { input })).rotateApiKey.userErrors).toEqual([]);
  // Whoever comes now has the end that is known; whoever was there is of the same.
  const later = await RawSocket.begin(api.url, made.secret);
  const closed = [socket, later].map(async (one) => ended.push(String((await one.closed).code)));
  await clocked.pass(OVERLAP_SECONDS * 1_000 - 1);
  await lookedAt();
  later.subscribe('who', WHO);
  await later.until((raw) => raw.of('who').length > 0);
  expect([later.of('who')[0].type, ended]).toEqual(['next', []]);
  await clocked.pass(1);
  await Promise.all([...closed, streamEnded]);
  expect(ended.toSorted()).toEqual(['4403', '4403', 'stream']);
});
