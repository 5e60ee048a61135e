import { once } from 'node:events';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createApp } from '../../../src/http/app.js';
import { boundBodies, LongBodies } from '../../../src/http/bounds/long-bodies.js';
import { Api } from '../../support/api.js';

const LONG = 1_000_000;
/** Refused, and free of cost: an operation that is none. */
const REFUSED = JSON.stringify({ query: '{ nothing }', variables: { filling: 'x'.repeat(LONG) } });

/** All sent at once: what comes back meanwhile is no more than a few. */
function statusesOf(count: number, send: (index: number) => Promise<Response>): Promise<number[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const response = await send(index).catch(() => null);
      await response?.text().catch(() => undefined);
      return response?.status ?? 429;
    }),
  );
}

describe('long bodies over HTTP', () => {
  it('of one key, and of all keys of a role, are no more than they may send; short ones and other agencies have their own', async () => {
    const api = await Api.start();
    const [agency, other] = [await api.seed(), await api.seed()];
    const send = (key: string): Promise<Response> =>
      fetch(`${api.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: REFUSED,
      });
    expect(await statusesOf(8, () => send(agency.key))).toEqual(Array(8).fill(400));
    expect(await statusesOf(30, () => send(agency.key))).toContain(429);
    const keys = await Promise.all(Array.from({ length: 10 }, () => api.keyOf(agency, 'OPERATOR')));
    const ofRole = await statusesOf(60, (index) => send(keys[index % keys.length]!));
    expect(ofRole).toContain(429);
    expect(await statusesOf(1, async () => send(await api.keyOf(agency, 'ADMIN')))).toEqual([400]);
    expect((await api.data(agency.key, '{ viewer { role } }')).viewer.role).toBe('OWNER');
    expect(await statusesOf(1, () => send(other.key))).toEqual([400]);
    await api.close();
  });
});

describe('a long body', () => {
  let server: FastifyInstance;
  let url: string;
  let bodies: LongBodies;
  beforeAll(async () => {
    bodies = new LongBodies();
    server = await createApp({ logger: pino({ level: 'silent' }), observe: () => undefined }, [
      async (part) => {
        boundBodies(part, {
          authenticate: ({ session }) =>
            Promise.resolve({
              ...{ agencyId: String(session).split(' of ')[1] ?? 'agency', role: 'OPERATOR' },
              credential: { kind: 'MEMBER', id: String(session).split(' ')[0]!, rights: 1 },
            }),
          sessionOf: ({ headers }) => String(headers['x-session']),
          needsKey: true,
          bodies,
        });
        part.post('/', async () => 'read');
      },
    ]);
    url = await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => server.close());
  // Nothing comes back meanwhile, however long that takes here.
  beforeEach(() => {
    jest.spyOn(performance, 'now').mockReturnValue(performance.now());
  });
  afterEach(() => jest.restoreAllMocks());

  const send = (
    session: string,
    body: NonNullable<RequestInit['body']>,
    signal: AbortSignal | null = null,
  ): Promise<Response> =>
    fetch(url, {
      signal,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-session': session },
      body,
      duplex: 'half',
    });

  it('counts for a member, whichever session it comes with, and says when to come again', async () => {
    const body = JSON.stringify('x'.repeat(LONG));
    expect(await statusesOf(8, (index) => send(`one ${index}`, body))).toEqual(Array(8).fill(200));
    expect(await statusesOf(20, (index) => send(`one ${index}`, body))).toContain(429);
    let refused = await send('one last', body);
    while (refused.status !== 429) refused = await send('one last', body);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('connection')).toBe('close');
    expect(await statusesOf(1, () => send('one last', '1'))).toEqual([200]);
    expect(await statusesOf(1, () => send('other', body))).toEqual([200]);
  });

  it('that does not tell its length counts for what it was', async () => {
    const inChunks = () => new Blob(['"short"']).stream();
    expect(await statusesOf(40, () => send('chunks', inChunks()))).toEqual(Array(40).fill(200));
  });

  /** Announces a megabyte, and breaks off behind so many bytes of it, once they are in. */
  async function breakOff(session: string, bytes: number): Promise<void> {
    const arrived = once(server.server, 'request');
    const socket = connect(Number(new URL(url).port), '127.0.0.1').resume();
    // It may be sent away before it has sent all.
    socket.on('error', () => undefined);
    const head = ['POST / HTTP/1.1', 'Host: h', 'Content-Type: application/json', `X-Session: ${session}`];
    socket.write(`${[...head, 'Content-Length: 1048576'].join('\r\n')}\r\n\r\n`);
    await arrived;
    await new Promise(setImmediate);
    socket.end(Buffer.alloc(bytes, ' '));
    await new Promise((resolve) => socket.once('close', resolve));
  }

  it('that was announced and never came counts for what came of it', async () => {
    const body = JSON.stringify('x'.repeat(LONG));
    for (let times = 0; times < 20; times += 1) await breakOff('patient of one', 1);
    expect(await statusesOf(1, () => send('patient of one', body))).toEqual([200]);
    for (let times = 0; times < 20; times += 1) await breakOff('hasty of another', LONG);
    expect(await statusesOf(1, () => send('hasty of another', body))).toEqual([429]);
  });

  it('is read in the turn of its agency; a short one waits for none', async () => {
    const take = jest.spyOn(bodies.turns, 'take');
    expect(await statusesOf(1, () => send('reader of agencies', '"short"'))).toEqual([200]);
    expect(take).not.toHaveBeenCalled();
    expect(await statusesOf(1, () => send('reader of agencies', JSON.stringify('x'.repeat(20_000))))).toEqual(
      [200],
    );
    expect(take.mock.calls).toMatchObject([[{ agencyId: 'agencies' }]]);
  });

  it('waits with eight megabytes of its key or member at most, and the next is sent away unread', async () => {
    const begin: (() => void)[] = [];
    jest.spyOn(bodies.turns, 'take').mockImplementation(() => new Promise((resolve) => begin.push(resolve)));
    const body = JSON.stringify('x'.repeat(LONG));
    // Whoever leaves meanwhile is no reason to take in more: what came is kept until its turn.
    const leaving = new AbortController();
    const left = send('waiter of waiting', body, leaving.signal).catch(() => 'left');
    while (begin.length < 1) await new Promise(setImmediate);
    leaving.abort();
    expect(await left).toBe('left');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const sent = Array.from({ length: 7 }, () => send('waiter of waiting', body));
    while (begin.length < 8) await new Promise(setImmediate);
    const next = await send('waiter of waiting', body).catch(() => null);
    expect([next?.status ?? 429, begin.length]).toEqual([429, 8]);
    for (const one of begin) one();
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(Array(7).fill(200));
  });
});
