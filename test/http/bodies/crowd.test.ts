import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { WebSocket } from 'ws';
import { createApp } from '../../../src/http/app.js';
import { SessionCookie } from '../../../src/http/cookies.js';
import { Crowd } from '../../../src/http/bodies/crowd.js';
import { LiveDoor, type LiveDoorParts } from '../../../src/http/live/live-door.js';
import { LiveMetrics } from '../../../src/http/live/live-metrics.js';
import { placeFinder } from '../../../src/http/place-finder.js';
import { Sockets } from '../../../src/http/live/sockets.js';
import { AuthorityWatch } from '../../../src/live/authority.js';
import { Authenticator } from '../../../src/tenancy/authenticate.js';
import { networkOf } from '../../../src/tenancy/network.js';
import { Api } from '../../support/api.js';
import { RawSocket } from '../../support/raw-socket.js';

describe('a crowd', () => {
  it('sends away whoever has been there for longest, of the group that weighs most', () => {
    const gone: string[] = [];
    const crowd = new Crowd(4);
    const take = (group: string, name: string, weight = 1) =>
      crowd.take(group, weight, () => gone.push(name));
    take('a', 'a1');
    const [b1, b2] = [take('b', 'b1'), take('b', 'b2')];
    take('c', 'c1');
    expect(gone).toEqual([]);
    take('d', 'd1');
    expect(gone).toEqual(['b1']);
    // It is gone already: that makes no room.
    b1();
    take('e', 'e1');
    expect(gone).toEqual(['b1', 'a1']);
    b2();
    take('f', 'f1');
    expect(gone).toEqual(['b1', 'a1']);
    take('g', 'g1', 3);
    expect(gone).toEqual(['b1', 'a1', 'g1']);
  });
});

describe('where a request came from', () => {
  const from = (trusted: string | null, remoteAddress: string, forwarded?: string): string => {
    const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } };
    return networkOf(placeFinder(trusted)(request as never));
  };

  it('is the other side, and what a proxy says that is trusted, of IPv6 the network', () => {
    expect(from(null, '192.0.2.1', '198.51.100.1')).toBe('192.0.2.1');
    expect(from('192.0.2.0/24, ::1', '192.0.2.1', '203.0.113.9, 198.51.100.1')).toBe('198.51.100.1');
    expect(from('192.0.2.0/24', '203.0.113.1', '198.51.100.1')).toBe('203.0.113.1');
    expect(from(null, '2001:db8:1:2::3')).toBe(from(null, '2001:db8:1:2:ffff::'));
    expect(from(null, '2001:db8:1:2::3')).not.toBe(from(null, '2001:db8:1:3::3'));
    expect(from(null, '::ffff:192.0.2.1')).toBe('192.0.2.1');
  });
});

describe('bodies that are announced and do not come', () => {
  it('keep nobody out, and the oldest of them is ended for whoever comes', async () => {
    const logger = pino({ level: 'silent' });
    const patience = { bodiesBytesMax: 10_000 };
    const server = await createApp({ logger, observe: () => undefined, patience }, [
      async (part) => void part.post('/graphql', async () => 'read'),
    ]);
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const begin = async (): Promise<{ socket: Socket; answer: Promise<string> }> => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
      const head =
        'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n';
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      await once(socket, 'connect');
      socket.write(`${head}{"a":"`);
      return { socket, answer: once(socket, 'close').then(() => text) };
    };
    const slow = [await begin(), await begin()];
    const body = JSON.stringify('x'.repeat(3_000));
    for (let time = 0; time < 3; time += 1) {
      const sent = { method: 'POST', body, headers: { 'content-type': 'application/json' } };
      expect(await fetch(`${url}/graphql`, sent).then((response) => response.text())).toBe('read');
    }
    expect(await slow[0]!.answer).toMatch(/^HTTP\/1\.1 429 [^]*"THROTTLED"/);
    expect(slow[1]!.socket.closed).toBe(false);
    slow[1]!.socket.destroy();
    await server.close();
  });
});

describe('sockets that do not say who they are', () => {
  it('keep nobody out who does: the one that was silent for longest goes', async () => {
    const api = await Api.start();
    const { key } = await api.seed();
    const authenticator = new Authenticator(api.dataSource);
    const logger = pino({ level: 'silent' });
    const authenticate: LiveDoorParts['authenticate'] = ({ authorization, session }) =>
      authenticator.authenticate(authorization, session);
    const door = new LiveDoor({
      ...{ authenticate, logger, requestLimit: null, schema: new GraphQLSchema({}) },
      authorities: new AuthorityWatch({ look: authenticate }),
      metrics: new LiveMetrics(new Registry()),
      ask: () => Promise.reject(new Error('Nothing is asked.')),
    });
    const cookie = new SessionCookie({ mode: 'test', host: '127.0.0.1', publicUrl: null });
    const sockets = new Sockets({ door, cookie, trustProxy: null, strangersMax: 5 });
    const server = await createApp({ logger, observe: () => undefined }, [(part) => sockets.routes(part)]);
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const known = await RawSocket.begin(url, key);
    const crowd: RawSocket[] = [];
    for (let open = 0; open < 5; open += 1) crowd.push(await RawSocket.open(url));
    const isOpen = (): boolean[] => crowd.map(({ socket }) => socket.readyState === WebSocket.OPEN);
    expect(isOpen()).toEqual([true, true, true, true, true]);
    const another = await RawSocket.begin(url, key);
    expect(another.messages).toEqual([{ type: 'connection_ack' }]);
    await crowd[0]!.closed;
    expect(isOpen()).toEqual([false, true, true, true, true]);
    // Whoever was let in is none of them any more.
    await RawSocket.begin(url, key);
    await RawSocket.begin(url, key);
    expect(isOpen()).toEqual([false, true, true, true, true]);
    expect([known, another].map(({ socket }) => socket.readyState)).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
    await sockets.close();
    await server.close();
    await authenticator.settled();
    await api.close();
  });
});
