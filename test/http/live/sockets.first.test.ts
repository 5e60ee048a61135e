import { Api } from '../../support/api.js';
import { RawSocket } from '../../support/raw-socket.js';

let api: Api;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

it('takes little before it was said who it is, and what is large after that', async () => {
  const { key } = await api.seed();
  const payload = { authorization: `Bearer ${key}` };
  const large = await RawSocket.open(api.url);
  large.send({ type: 'connection_init', payload: { ...payload, more: 'x'.repeat(16_384) } });
  expect((await large.closed).code).toBe(1009);
  // A message that never ends is kept in pieces: it is not waited for.
  const endless = await RawSocket.open(api.url);
  for (let piece = 0; piece < 20; piece += 1) endless.socket.send('x'.repeat(1_000), { fin: false });
  expect((await endless.closed).code).toBe(1009);
  const fine = await RawSocket.open(api.url);
  fine.send({ type: 'connection_init', payload: { ...payload, more: 'x'.repeat(12_000) } });
  await fine.until(({ messages }) => messages.length > 0);
  fine.subscribe('long', `{ viewer { role } } # ${'x'.repeat(500_000)}`);
  await fine.until(() => fine.of('long').length > 0);
  expect(fine.of('long')[0].payload.data).toEqual({ viewer: { role: 'OWNER' } });
});

it('takes a message in as many pieces as browsers send, and no message of thousands', async () => {
  const { key } = await api.seed();
  const inPieces = async (pieces: number): Promise<RawSocket> => {
    const raw = await RawSocket.begin(api.url, key);
    const query = `{ viewer { role } } # ${'x'.repeat(10_000)}`;
    const text = JSON.stringify({ id: 'one', type: 'subscribe', payload: { query } });
    const size = Math.ceil(text.length / pieces);
    for (let at = 0; at < text.length; at += size)
      raw.socket.send(text.slice(at, at + size), { fin: at + size >= text.length });
    return raw;
  };
  const fine = await inPieces(16);
  await fine.until(() => fine.of('one').length > 0);
  expect(fine.of('one')[0].payload.data).toEqual({ viewer: { role: 'OWNER' } });
  // Each piece keeps what was read with it: of a byte 64 KiB, of a message of thousands a gigabyte.
  expect((await (await inPieces(1_000)).closed).code).toBe(1008);
  fine.end();
});

it.each([
  { type: 'connection_ack' },
  { id: '1', type: 'next', payload: {} },
  { id: '1', type: 'error', payload: [] },
])('what servers alone say ends it for good: %j', async (message) => {
  const raw = await RawSocket.open(api.url);
  raw.send(message);
  expect((await raw.closed).code).toBe(4400);
});
