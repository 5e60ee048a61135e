import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { refuse } from '../../../src/errors.js';
import { createApp, routesOf } from '../../../src/http/app.js';
import { leadLists } from '../../../src/http/uploads/lead-lists.js';
import { Uploads } from '../../../src/http/uploads/uploads.js';
import { NOBODY } from '../../../src/resolvers/ids.js';
import { toId } from '../../../src/schema/ids.js';
import { systemViewer, type Viewer } from '../../../src/tenancy/viewer.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';

/** A connection that says something at once, and then a byte now and then, for as long as it is let. */
class Trickle {
  /** All that there are: a test that fails leaves none behind. */
  static readonly all = new Set<Trickle>();
  private answer = '';
  private readonly socket: Socket;
  private readonly dripping: NodeJS.Timeout;

  constructor(url: string, begins: string, drip: string, everyMs = 20) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on('data', (chunk: Buffer) => (this.answer += chunk.toString('latin1')));
    this.socket.on('error', () => undefined);
    this.socket.write(begins);
    Trickle.all.add(this);
    this.dripping = setInterval(() => this.socket.writable && this.socket.write(drip), everyMs);
  }

  /** What it was told before it was cut off. */
  async cutOff(): Promise<string> {
    // It may be told so while it writes: the end it waits for is the same.
    if (!this.socket.closed) await new Promise((resolve) => this.socket.once('close', resolve));
    clearInterval(this.dripping);
    return this.answer;
  }

  get isOpen(): boolean {
    return !this.socket.closed;
  }

  async end(): Promise<void> {
    this.socket.destroy();
    await this.cutOff();
  }
}

afterEach(async () => {
  for (const one of Trickle.all) await one.end();
  Trickle.all.clear();
});

const HEAD = 'POST /graphql HTTP/1.1\r\nHost: headroom\r\n';
const TYPE = 'Content-Type: application/json\r\n';
const BODY = `${HEAD}${TYPE}Content-Length: 100000\r\n\r\n{"query":"`;
const CHUNKED = `${HEAD}${TYPE}Transfer-Encoding: chunked\r\n\r\n`;
const CROWD = 200;
/** What a head or a body may take here: so long a busy machine does not let whoever is not slow wait. */
const SLOW_MS = 1_500;
describe('whoever is slow on purpose', () => {
  let server: FastifyInstance;
  let url: string;

  beforeAll(async () => {
    const patience = { headMs: SLOW_MS, bodyMs: SLOW_MS, lookEveryMs: 50 };
    server = await createApp({ logger: pino({ level: 'silent' }), observe: () => undefined, patience }, [
      async (part) => {
        part.post('/graphql', async () => 'read');
        part.get('/live', async () => 'ok');
        part.get('/dear', () => new Promise((done) => setTimeout(done, 2 * SLOW_MS, 'done')));
        part.addContentTypeParser('application/zip', (_request, _body, parsed) => parsed(null));
        part.post('/streamed', { config: { isStreamed: true } }, async ({ raw }) => {
          let bytes = 0;
          for await (const chunk of raw) bytes += (chunk as Buffer).length;
          return { bytes };
        });
      },
    ]);
    url = await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => server.close());

  it.each([
    ['the head', HEAD, 'X-A: b\r\n'],
    ['a line of the head', `${HEAD}X-A: `, 'b'],
    ['the body', BODY, 'x'],
    ['a body in chunks', CHUNKED, '1\r\nx\r\n'],
  ])('with %s is cut off in time, and others are answered meanwhile', async (_, begins, drip) => {
    const before = performance.now();
    const crowd = Array.from({ length: CROWD }, () => new Trickle(url, begins, drip));
    const answers = crowd.map((one) => one.cutOff());
    while (performance.now() - before < 200) {
      expect(await fetch(`${url}/live`).then((response) => response.text())).toBe('ok');
      const sent = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
      expect(await fetch(`${url}/graphql`, sent).then((response) => response.text())).toBe('read');
    }
    const late = new Promise<string[]>((resolve) => setTimeout(() => resolve(['none']), 12_000).unref());
    const told = await Promise.race([Promise.all(answers), late]);
    // Whoever still sends when the connection ends may lose what they were told last.
    for (const answer of told) expect(answer).toMatch(/^(?:HTTP\/1\.1 408 .*)?$/s);
    expect(told.filter((answer) => answer !== '').length).toBeGreaterThan(CROWD / 2);
  });

  it('is not whoever waits for an answer that takes long', async () => {
    const response = await fetch(`${url}/dear`);
    expect([response.status, await response.text()]).toEqual([200, 'done']);
  });

  it('with what is streamed on purpose is let be', async () => {
    const begins =
      'POST /streamed HTTP/1.1\r\nHost: x\r\nContent-Type: application/zip\r\nContent-Length: 9000\r\n\r\n';
    const upload = new Trickle(url, begins, 'x');
    await new Promise((resolve) => setTimeout(resolve, 2 * SLOW_MS));
    expect(upload.isOpen).toBe(true);
    await upload.end();
  });
});

describe('an answer', () => {
  /** More than the systems of both sides take in for whoever does not read. */
  const LONG = 24 * 1_048_576;
  let server: FastifyInstance;
  let url: string;

  beforeAll(async () => {
    const patience = { stallMs: 1_000, answerMs: 6_000 };
    server = await createApp({ logger: pino({ level: 'silent' }), observe: () => undefined, patience }, [
      async (part) => void part.get('/long', async () => 'x'.repeat(LONG)),
    ]);
    url = await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => server.close());

  it.each([
    ['nothing', 0, 9_000],
    ['a little now and then', 16_384, 25_000],
  ])(
    'of which %s is read is cut off in time',
    async (_, bytes, withinMs) => {
      const reader = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
      const cutOff = new Promise((resolve) =>
        server.server.once('connection', (socket: Socket) => socket.once('close', resolve)),
      );
      reader.write('GET /long HTTP/1.1\r\nHost: x\r\n\r\n');
      reader.pause();
      const reading = setInterval(() => bytes > 0 && reader.read(bytes), 100);
      const late = new Promise((resolve) => setTimeout(() => resolve('late'), withinMs));
      expect(await Promise.race([cutOff, late])).not.toBe('late');
      clearInterval(reading);
      reader.destroy();
    },
    40_000,
  );

  it('that is read at a usual pace is told whole, one after the other over a connection', async () => {
    for (let time = 0; time < 3; time += 1) {
      expect((await fetch(`${url}/long`).then((response) => response.text())).length).toBe(LONG);
    }
  });
});

describe('answers that nobody reads', () => {
  const LONG = 24 * 1_048_576;

  it('are kept as far as there is room: then those go that wait for longest, of the network that most are for', async () => {
    const patience = { answersBytesMax: 2.5 * LONG };
    const server = await createApp(
      { logger: pino({ level: 'silent' }), observe: () => undefined, patience },
      [async (part) => void part.get('/long', async () => 'x'.repeat(LONG))],
    );
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const port = Number(new URL(url).port);
    const wires: Socket[] = [];
    server.server.on('connection', (wire: Socket) => wires.push(wire));
    const ask = async (localAddress: string): Promise<Socket> => {
      const reader = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => undefined);
      reader.write('GET /long HTTP/1.1\r\nHost: x\r\n\r\n');
      reader.pause();
      const begun = wires.length;
      while (!wires[begun]?.bytesWritten) await new Promise((resolve) => setTimeout(resolve, 5));
      return reader;
    };
    const readers = [await ask('127.0.0.2'), await ask('127.0.0.3'), await ask('127.0.0.3')];
    expect(wires.map(({ destroyed }) => destroyed)).toEqual([false, true, false]);
    // Whoever reads is told all of it, and is in nobody's way.
    for (let time = 0; time < 3; time += 1) {
      expect((await fetch(`${url}/long`).then((response) => response.text())).length).toBe(LONG);
    }
    for (const reader of readers) reader.destroy();
    await server.close();
  });
});

describe('a list that comes over a slow line', () => {
  it('has as long as an archive has: it is written down as it comes', async () => {
    const logger = pino({ level: 'silent' });
    const told = async (_viewer: Viewer, { path }: { readonly path: string }) =>
      refuse('INVALID', `It has ${(await stat(path)).size} bytes.`);
    const service = { refusalOf: () => Promise.resolve(null), importList: told };
    const lists = routesOf(leadLists, {
      authenticate: () => Promise.resolve(systemViewer(NOBODY, 'test')),
      ...{ uploads: new Uploads(1_000), leadLists: service, doNotContactLists: service },
    });
    const server = await createApp({ logger, observe: () => undefined, patience: { bodyMs: 300 } }, [lists]);
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.write(
      `POST /imports/lead-list?clientAccountId=${toId('client', NOBODY)} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n` +
        'X-Headroom-Import: 1\r\nConnection: close\r\nContent-Length: 50\r\n\r\n',
    );
    for (let piece = 0; piece < 5; piece += 1) {
      await new Promise((resolve) => setTimeout(resolve, 120));
      socket.write('x'.repeat(10));
    }
    if (!socket.closed) await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*It has 50 bytes/);
    await server.close();
  });
});

describe('the server itself', () => {
  let api: Api;
  let agency: SeededAgency;

  beforeAll(async () => {
    api = await Api.start();
    agency = await api.seed();
  });
  afterAll(() => api.close());

  it('answers others while a crowd holds its requests half-sent', async () => {
    const crowd = [HEAD, BODY, CHUNKED].flatMap((begins) =>
      Array.from({ length: 100 }, () => new Trickle(api.url, begins, 'x', 100)),
    );
    for (let asked = 0; asked < 20; asked += 1) {
      expect((await api.data(agency.key, '{ viewer { role } }')).viewer.role).toBe('OWNER');
    }
    expect(crowd.filter(({ isOpen }) => isOpen).length).toBeGreaterThan(150);
    await Promise.all(crowd.map((one) => one.end()));
    expect((await api.data(agency.key, '{ viewer { role } }')).viewer.role).toBe('OWNER');
  });

  it.each([
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n'],
    [
      'two lengths of one body',
      `${HEAD}${TYPE}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a length twice', `${HEAD}${TYPE}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`],
    ['a head that is no text', `${HEAD}X-A: \x00\x01\r\n\r\n`],
    ['a line that begins with a blank', `${HEAD} folded: header\r\n\r\n`],
    ['a chunk of no size', `${CHUNKED}zz\r\n`],
  ])('refuses %s, and goes on', async (_, bytes) => {
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.write(Buffer.from(bytes, 'latin1'));
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect((await api.data(agency.key, '{ viewer { role } }')).viewer.role).toBe('OWNER');
  });
});
