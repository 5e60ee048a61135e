import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import { pino } from 'pino';
import { createApp, routesOf } from '../../../src/http/app.js';
import { imports } from '../../../src/http/uploads/imports.js';
import { Uploads } from '../../../src/http/uploads/uploads.js';
import { toId } from '../../../src/schema/ids.js';
import { AuditLog } from '../../../src/services/audit-log.js';
import { ImportService } from '../../../src/services/imports/import.service.js';
import { Authenticator } from '../../../src/tenancy/authenticate.js';
import { TEST_FINGERPRINTS, type SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { testDatabase } from '../../support/database.js';
import { kept, NOTHING_KEPT, SMALL_EXPORT, upload, zipOf, type UploadAnswer } from '../../support/exports.js';
import { ME } from '../../imports/reading.js';

let api: Api;
let agency: SeededAgency;
let zip: Buffer;

beforeAll(async () => {
  api = await Api.start();
  zip = await zipOf(SMALL_EXPORT);
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed({ seat: { profileUrl: ME, history: 'UNKNOWN' } });
});

describe('uploads', () => {
  let folder: string;
  let server: FastifyInstance;
  let url: string;

  /** The plugin by itself, with a folder that nobody else uploads to. */
  async function serve(bytesMax: number): Promise<void> {
    const authenticator = new Authenticator(api.dataSource);
    const options = {
      authenticate: (header: string | undefined) => authenticator.authenticate(header),
      imports: new ImportService(api.dataSource, new AuditLog(TEST_FINGERPRINTS), TEST_FINGERPRINTS),
      uploads: new Uploads(bytesMax, folder),
    };
    server = await createApp({ logger: pino({ level: 'silent' }), observe: () => undefined }, [
      routesOf(imports, options),
    ]);
    url = await server.listen({ port: 0 });
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headroom-uploads-test-'));
  });
  afterEach(async () => {
    server.server.closeAllConnections();
    await server.close();
    await rm(folder, { recursive: true });
  });

  function send(sent = zip): Promise<UploadAnswer> {
    const query = `seatId=${toId('seat', agency.seat.id)}`;
    return upload(url, { key: agency.key, query, zip: sent });
  }

  /** Sends the head of a request, and of its body as much as it is told to; the rest may follow. */
  async function begin(bytes: number, key = agency.key): Promise<Socket> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      `POST /imports/linkedin-export?seatId=${toId('seat', agency.seat.id)} HTTP/1.1\r\nHost: x\r\n` +
        `Authorization: Bearer ${key}\r\nContent-Type: application/zip\r\nX-Headroom-Import: 1\r\n` +
        `Content-Length: ${zip.length}\r\nConnection: close\r\n\r\n`,
    );
    socket.write(zip.subarray(0, bytes));
    return socket;
  }

  async function finish(socket: Socket, bytes: number): Promise<string> {
    let answered = '';
    socket.on('data', (chunk: Buffer) => (answered += chunk.toString()));
    socket.write(zip.subarray(bytes));
    await once(socket, 'close');
    return answered.split('\r\n')[0] ?? '';
  }

  /** Waits until there are as many uploads in the folder. */
  async function uploadsToBe(count: number): Promise<void> {
    const deadline = Date.now() + 10_000;
    while ((await readdir(folder)).length !== count) {
      if (Date.now() > deadline) throw new Error(`There are ${(await readdir(folder)).length} uploads.`);
      await pause(5);
    }
  }

  it('are files for this user alone, and gone with the answer, whatever it is', async () => {
    await serve(1_000_000);
    const socket = await begin(10);
    await uploadsToBe(1);
    const [name = ''] = await readdir(folder);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o700);
    expect(await finish(socket, 10)).toBe('HTTP/1.1 200 OK');
    expect(await readdir(folder)).toEqual([]);
    expect((await send(Buffer.from('no zip'))).status).toBe(400);
    expect(await readdir(folder)).toEqual([]);
  });

  it('with more bytes than an archive may have are cut off', async () => {
    await serve(zip.length - 1);
    const { status, body } = await send();
    expect([status, body.error]).toEqual([413, 'TOO_LARGE']);
    expect(await kept(api, agency)).toEqual(NOTHING_KEPT);
    expect(await readdir(folder)).toEqual([]);
  });

  it('are two at once for an agency, each of another key, and the next is told to come again', async () => {
    await serve(1_000_000);
    const owner = await api.keyOf(agency, 'OWNER');
    const first = await begin(10);
    await uploadsToBe(1);
    // Whoever has one leaves the other place of the agency to others of it.
    const again = await send();
    expect([again.status, again.body.error, again.headers.get('retry-after')]).toEqual([
      429,
      'THROTTLED',
      '10',
    ]);
    const second = await begin(10, owner);
    await uploadsToBe(2);
    expect((await send()).body.error).toBe('THROTTLED');
    expect(await finish(first, 10)).toBe('HTTP/1.1 200 OK');
    expect((await send()).status).toBe(200);
    second.destroy();
    await uploadsToBe(0);
    expect((await kept(api, agency))['archive_import']).toBe(2);
  });

  it('of two agencies leave a place for a third', async () => {
    const uploads = new Uploads(1_000_000, folder);
    const { signal } = new AbortController();
    const bodies: PassThrough[] = [];
    const take = (agencyId: string, actor = 'first'): Promise<unknown> => {
      const body = new PassThrough();
      bodies.push(body);
      const viewer = { agencyId, actor };
      return uploads.take({ viewer, body, signal }, () => Promise.resolve(agencyId));
    };
    const begun = [take('one'), take('one', 'second'), take('other')];
    await expect(take('other', 'second')).rejects.toMatchObject({ code: 'THROTTLED' });
    begun.push(take('third'));
    await expect(take('fourth')).rejects.toMatchObject({ code: 'THROTTLED' });
    for (const body of bodies) body.end();
    expect(await Promise.all(begun)).toEqual(['one', 'one', 'other', 'third']);
  });

  it('are worked on beside those of another agency, and behind those of their own', async () => {
    const uploads = new Uploads(1_000_000, folder);
    const { signal } = new AbortController();
    const begun: string[] = [];
    const take = (agencyId: string, actor: string, work = () => Promise.resolve()): Promise<unknown> =>
      uploads.take({ viewer: { agencyId, actor }, body: Readable.from([Buffer.from('x')]), signal }, () => {
        begun.push(`${agencyId} ${actor}`);
        return work();
      });
    let [begin, end] = [(): void => undefined, (): void => undefined];
    const hasBegun = new Promise<void>((resolve) => (begin = resolve));
    const first = take('one', 'first', () => (begin(), new Promise<void>((resolve) => (end = resolve))));
    await hasBegun;
    const second = take('one', 'second');
    await take('other', 'first');
    expect(begun).toEqual(['one first', 'other first']);
    end();
    await Promise.all([first, second]);
    expect(begun).toEqual(['one first', 'other first', 'one second']);
  });

  it('that the temporary folder has no room for are told so, and not that the database is away', async () => {
    await serve(1_000_000);
    await rm(folder, { recursive: true });
    const { status, body } = await send();
    await mkdir(folder);
    expect([status, body.error]).toEqual([503, 'UNAVAILABLE']);
    expect(body.message).toContain('no room for uploads');
  });

  it('whose client goes away leave nothing, on the disk and in the books', async () => {
    await serve(1_000_000);
    const socket = await begin(10);
    await uploadsToBe(1);
    socket.destroy();
    await uploadsToBe(0);
    expect(await kept(api, agency)).toEqual(NOTHING_KEPT);
    expect((await send()).status).toBe(200);
  });

  it('whose client goes away while they are written into the books leave nothing either', async () => {
    await serve(1_000_000);
    // Whoever holds this table keeps an import in its middle.
    const holder = new pg.Client({ connectionString: (await testDatabase()).ownerUrl });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE connection IN SHARE MODE');
    const connected = once(server.server, 'connection');
    const socket = await begin(zip.length);
    const [served] = (await connected) as [Socket];
    const waiting = `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE d.datname = current_database() AND l.relation = 'connection'::regclass AND NOT l.granted`;
    while ((await holder.query(waiting)).rowCount === 0) await pause(5);
    const gone = once(served, 'close');
    socket.destroy();
    await gone;
    await holder.query('ROLLBACK');
    await holder.end();
    await uploadsToBe(0);
    expect(await kept(api, agency)).toEqual(NOTHING_KEPT);
  });

  it('that a killed process has left are removed at the start, those of others are not', async () => {
    const [old, young] = [join(folder, 'headroom-import-old'), join(folder, 'headroom-import-young')];
    for (const path of [old, young, join(folder, 'another')]) await mkdir(path);
    const daysAgo = new Date(Date.now() - 2 * 86_400_000);
    for (const path of [old, join(folder, 'another')]) await utimes(path, daysAgo, daysAgo);
    await serve(1_000_000);
    expect((await readdir(folder)).toSorted()).toEqual(['another', 'headroom-import-young']);
  });

  it('that a killed process has left are removed by one that runs on, too', async () => {
    const end = await new Uploads(1, folder).tidyUp(5);
    const left = join(folder, 'headroom-import-left');
    await mkdir(left);
    const hoursAgo = new Date(Date.now() - 3 * 3_600_000);
    await utimes(left, hoursAgo, hoursAgo);
    while ((await readdir(folder)).includes('headroom-import-left')) await pause(5);
    end();
  });
});
