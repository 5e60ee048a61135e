import { toId } from '../../src/schema/ids.js';
import { Api, type Json } from '../support/api.js';
import { RawSocket } from '../support/raw-socket.js';

/** Where nothing is answered without a key, so that it is known who sends a text before it is read. */
let api: Api;
beforeAll(async () => {
  api = await Api.start({ NODE_ENV: 'production' });
});
afterAll(() => api.close());

const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret userErrors { code } } }`;
/** Refused for what is in it, and dear to read. */
const DEAR = `{ ${'...{nothing{at}}'.repeat(1_600)} }`;

it('long texts that are refused are paid for, and keep nobody else waiting', async () => {
  const agency = await api.seed();
  const input = { name: 'client', role: 'CLIENT', clientAccountId: toId('client', agency.clientAccount.id) };
  const { createApiKey } = await api.data(agency.key, CREATE, { input });
  const key: string = createApiKey.secret;
  const send = async (query: string, as = key) => {
    const answer = await api.ask(as, query);
    return [answer.status, answer.errors?.[0].extensions.code];
  };
  let read = 0;
  while (read < 20 && (await send(DEAR))[0] === 400) read += 1;
  expect(read).toBeLessThan(12);
  expect(await send(DEAR)).toEqual([429, 'THROTTLED']);
  const asked = await api.post({ query: DEAR }, { authorization: `Bearer ${key}` });
  expect(asked.errors[0].extensions.retryAfterMs).toBeGreaterThan(1_000);
  const socket = await RawSocket.begin(api.url, key);
  socket.subscribe('dear', DEAR);
  await socket.until(() => socket.of('dear').length > 0);
  expect(socket.of('dear')[0].payload[0].extensions.code).toBe('THROTTLED');
  socket.end();
  // What is short is read for nothing, whatever else it costs.
  expect(await send('{ viewer { role } }')).toEqual([200, undefined]);
  expect(await send(DEAR, agency.key)).toEqual([400, 'BAD_USER_INPUT']);
});

it('a text that holds long words is not long', async () => {
  const { key } = await api.seed();
  const left = async (query: string): Promise<number> => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query }),
    });
    const { extensions }: Json = await response.json();
    return extensions.cost.budget.remaining;
  };
  const before = await left('{ viewer { role } }');
  expect(before - (await left(`{ viewer { role } } # ${'x '.repeat(50_000)}`))).toBeLessThan(10);
});
