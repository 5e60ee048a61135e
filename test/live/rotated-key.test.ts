import { toId } from '../../src/schema/ids.js';
import { done, servicesOn } from '../support/agency.js';
import { Api } from '../support/api.js';
import { RawSocket } from '../support/raw-socket.js';

/** A rotated key works on for the overlap, also for what listens with it. */

const WHO = '{ viewer { role } }';
const LISTENING = 'subscription { reservationChanged { __typename } }';
const ROTATE = `mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { userErrors { code } } }`;
const OVERLAP_SECONDS = 3;

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

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
  const streamEnded = stream.text().then(() => Date.now());
  const input = { apiKeyId: toId('key', made.apiKey.id), overlapSeconds: OVERLAP_SECONDS };
  expect((await api.data(agency.key, ROTATE, { input })).rotateApiKey.userErrors).toEqual([]);
  const endsAt = Date.now() + OVERLAP_SECONDS * 1_000;
  // Whoever comes now has the end that is known; whoever was there is of the same.
  const later = await RawSocket.begin(api.url, made.secret);
  later.subscribe('who', WHO);
  await later.until((raw) => raw.of('who').length > 0);
  const ends = await Promise.all([
    ...[socket, later].map(async ({ closed }) => [(await closed).code, Date.now()] as const),
    streamEnded.then((at) => [4403, at] as const),
  ]);
  for (const [code, at] of ends) {
    expect(code).toBe(4403);
    expect(at).toBeGreaterThanOrEqual(endsAt - 500);
    expect(at).toBeLessThan(endsAt + 1_500);
  }
});
