import { once } from 'node:events';
import { connect } from 'node:net';
import { fromId } from '../../src/schema/ids.js';
import { heyreach } from '../imports/tool-samples.js';
import { Api } from '../support/api.js';
import { officeWithTool, sendEvents, UNREAD_EVENTS } from '../support/inbound.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start({ HEADROOM_API_LIMITS: 'off', HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' });
});
afterAll(() => api.close());

const REVOKE = `mutation ($input: RevokeInboundSourceInput!) { revokeInboundSource(input: $input) {
  inboundSource { id revokedAt } userErrors { code } } }`;

it('what is too large, of nobody, of a source that was revoked, or too much, is not taken', async () => {
  const { agency, url, sourceId } = await officeWithTool(api, 'HEYREACH', '4711');
  const event = heyreach('FOLLOW_SENT', 'janesmith', {
    timestamp: new Date(Date.now() - 60_000).toISOString(),
  });
  expect((await sendEvents(url, { ...event, filler: 'x'.repeat(262_144) })).status).toBe(413);
  expect((await sendEvents(url, Array(101).fill(event))).status).toBe(400);
  for (const wrong of [
    `${url}x`,
    url.replace(/.{3}$/, 'abc'),
    url.replace(/hr_.*/, 'hr_inbound'),
    url.replace('hr_inbound', 'hr_live'),
  ]) {
    expect((await sendEvents(wrong, event)).status).toBe(404);
  }
  expect((await fetch(url)).status).toBe(405);
  const other = await api.seed();
  const input = { inboundSourceId: sourceId };
  expect((await api.data(other.key, REVOKE, { input })).revokeInboundSource.userErrors).toEqual([
    { code: 'NOT_FOUND' },
  ]);
  expect((await api.data(other.key, UNREAD_EVENTS, { id: sourceId })).unreadEvents.nodes).toEqual([]);
  // On a busy machine so many take longer than it takes to be let in again.
  const statuses = new Set<number>();
  for (let times = 0; times < 5 && !statuses.has(429); times += 1) {
    const many = Array.from({ length: 400 }, () => sendEvents(url, heyreach('CAMPAIGN_COMPLETED')));
    (await Promise.all(many)).forEach(({ status }) => statuses.add(status));
  }
  expect(statuses).toEqual(new Set([200, 429]));
  const { revokeInboundSource: revoked } = await api.data(agency.key, REVOKE, { input });
  expect(revoked.inboundSource.revokedAt).not.toBeNull();
  expect((await sendEvents(url, event)).status).toBe(404);
  expect(fromId('source', sourceId)).not.toBeNull();
}, 60_000);

/** The status of a request of which nothing but the head is ever sent. */
async function statusOfHead(address: string, bytes: number): Promise<number> {
  const { port, pathname } = new URL(address);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`,
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  await once(socket, 'close');
  return Number(head.toString('latin1').split(' ')[1]);
}

it('nothing is read of what is sent to no source, nor of what a source has not left', async () => {
  const { url } = await officeWithTool(api, 'HEYREACH', '4712');
  expect(await statusOfHead(url.replace(/.{3}$/, 'abc'), 250_000)).toBe(404);
  // 300 requests at once, and 16 for each of these: the twentieth is refused by its head, on a busy machine a later one.
  const heads = Array.from({ length: 60 }, () => statusOfHead(url, 250_000));
  expect(await Promise.race(heads)).toBe(429);
});

it('a list of events counts as one request, and as one more for each ten of them', async () => {
  const { url } = await officeWithTool(api, 'HEYREACH', '4711');
  const hundred = Array(100).fill(heyreach('CAMPAIGN_COMPLETED'));
  const statuses: number[] = [];
  // 28 lists of 11 are more than a source has, besides the twenty a second that come back to it.
  for (let times = 0; times < 28 + 20 && !statuses.includes(429); times += 1) {
    statuses.push(
      ...(await Promise.all([sendEvents(url, hundred), sendEvents(url, hundred)])).map(
        ({ status }) => status,
      ),
    );
  }
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
});

it.each([
  ['too long to be read', (address: string) => `${address}${'x'.repeat(200)}`],
  ['no address at all', (address: string) => `${address}%zz`],
])('an address that is %s is not repeated to whoever reads the answer', async (_, spoil) => {
  const { url } = await officeWithTool(api, 'HEYREACH', 'spoilt');
  const [token = ''] = url.split('/').slice(-1);
  const response = await fetch(spoil(url), { method: 'POST', body: '{}' });
  const text = await response.text();
  expect([response.status, JSON.parse(text).error]).toEqual([404, 'NOT_FOUND']);
  expect(text).not.toContain(token.slice(0, 20));
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
});
