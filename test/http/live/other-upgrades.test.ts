import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { SeededAgency } from '../../support/agency.js';
import { Api, type Json } from '../../support/api.js';

/** Clients that would rather speak another protocol, as Java's own does over http, and are answered in this one. */
let api: Api;
let agency: SeededAgency;
beforeAll(async () => {
  api = await Api.start();
  agency = await api.seed();
});
afterAll(() => api.close());

const OFFER = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAEAAEAAAAIAAAAB' };

interface Answered {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: Json;
}

async function asked(path: string, body: string | null, headers: Record<string, string>): Promise<Answered> {
  const sent = request(`${api.url}${path}`, { method: body === null ? 'GET' : 'POST', headers });
  sent.end(body ?? undefined);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, connection: response.headers.connection, body: JSON.parse(text) };
}

const headers = () => ({
  ...OFFER,
  authorization: `Bearer ${agency.key}`,
  'content-type': 'application/json',
});

it.each(['h2c', 'TLS/1.0', 'h2c, websocket'])('an operation that offers %s is answered', async (upgrade) => {
  const body = JSON.stringify({ query: '{ viewer { role } }' });
  expect(await asked('/graphql', body, { ...headers(), upgrade })).toEqual({
    ...{ status: 200, connection: 'close' },
    body: expect.objectContaining({ data: { viewer: { role: 'OWNER' } } }),
  });
});

it('a body that comes in pieces is read whole, and one that is too long is refused', async () => {
  const long = { query: `{ viewer { role } } #${'x'.repeat(200_000)}` };
  const chunked = { ...headers(), 'transfer-encoding': 'chunked' };
  expect((await asked('/graphql', JSON.stringify(long), chunked)).body).toMatchObject({
    data: { viewer: { role: 'OWNER' } },
  });
  expect((await asked('/graphql', '', { ...headers(), 'content-length': '900000000' })).status).toBe(413);
});

it('so is any other address, and bounds of who asks hold', async () => {
  expect((await asked('/health/live', null, OFFER)).status).toBe(200);
  expect((await asked('/nowhere', null, OFFER)).status).toBe(404);
  expect(
    (
      await asked('/graphql', '{"query":"{ viewer { role } }"}', {
        ...OFFER,
        'content-type': 'application/json',
      })
    ).status,
  ).toBe(401);
});

it.each(['h2c', 'websocket'])(
  'behind what is under way over the same connection no %s is taken, lest answers change places',
  async (protocol) => {
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    const body = JSON.stringify({ query: '{ viewer { role } }' });
    const head = ['Host: headroom', `Authorization: Bearer ${agency.key}`];
    const first = ['POST /graphql HTTP/1.1', ...head, 'Content-Type: application/json'];
    const upgrade = ['Connection: Upgrade', `Upgrade: ${protocol}`, 'Sec-WebSocket-Version: 13'];
    const ofSocket = [
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
    ];
    const second = ['GET /graphql HTTP/1.1', ...head, ...upgrade, ...ofSocket, '', ''];
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    socket.write([...first, `Content-Length: ${body.length}`, '', body].join('\r\n') + second.join('\r\n'));
    await once(socket, 'close');
    expect(text).not.toMatch(/ 101 |HTTP[\s\S]*HTTP/);
  },
);
