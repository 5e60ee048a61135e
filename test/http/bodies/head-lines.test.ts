import { once } from 'node:events';
import { connect } from 'node:net';
import { Api } from '../../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

async function ask(first: string, lines: readonly string[], body = ''): Promise<string> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  // One that is not ended fails its test, and keeps no other.
  socket.setTimeout(20_000, () => socket.destroy());
  let told = '';
  socket.on('data', (chunk: Buffer) => (told += chunk.toString()));
  socket.write([first, ...lines, '', body].join('\r\n'));
  await once(socket, 'close');
  return told;
}

const OWN = ['Host: x', 'Connection: close'];
const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `x${index}:`);

it('a head has 200 lines', async () => {
  expect(await ask('GET /health/live HTTP/1.1', [...lines(198), ...OWN])).toMatch(/^HTTP\/1\.1 200 /);
  const told = await ask('GET /health/live HTTP/1.1', [...lines(199), ...OWN]);
  expect(told).toMatch(/^HTTP\/1\.1 431 /);
  expect(told).toContain('"message":"The head has more than 200 lines."');
});

it.each(['GET /nope', 'POST /graphql', 'GET /health/live', 'OPTIONS /graphql', 'POST /graphql/stream'])(
  'one of thousands is refused whatever it asks for: %s',
  async (first) => {
    const own = [...OWN, 'Content-Type: application/json', 'Content-Length: 2'];
    for (const some of [lines(2_000), Array.from({ length: 15_000 }, () => 'x:')]) {
      expect(await ask(`${first} HTTP/1.1`, [...own, ...some], '{}')).toMatch(/^HTTP\/1\.1 431 /);
    }
  },
);

it.each(['websocket', 'h2c'])(
  'and so is one that offers %s, whatever is left of it without its offer',
  async (upgrade) => {
    const offer = ['Host: x', 'Connection: Upgrade', `Upgrade: ${upgrade}`];
    const webSocket = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
    const more = [...Array.from({ length: 150 }, () => 'Keep-Alive: x'), ...lines(500)];
    const told = await ask('GET /graphql HTTP/1.1', [...offer, ...webSocket, ...more]);
    expect(told).toMatch(/^HTTP\/1\.1 431 /);
  },
);

it('behind one that is under way it is answered after it', async () => {
  const first = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\nGET /health/live HTTP/1.1';
  const told = await ask(first, ['Host: x', ...lines(300)]);
  expect(told.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 431']);
});
