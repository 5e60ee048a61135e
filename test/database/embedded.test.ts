import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeOf, type Place } from '../../src/database/cluster.js';
import { openEmbedded, type EmbeddedDatabase } from '../../src/database/embedded.js';
import { announceJoining } from '../../src/database/joining.js';
import { checkOwnerRole, checkRuntimeRole } from '../../src/database/roles.js';
import { findServer, stopServer, type Server } from '../../src/database/server.js';
import { query } from '../support/database.js';
import { DatabaseProcess, killDatabaseProcesses } from '../support/database-process.js';

let directory: string;
let place: Place;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-embedded-'));
  place = placeOf(directory);
  await (await open()).close();
});

// No test leaves a process behind, whatever became of it.
afterEach(async () => {
  await killDatabaseProcesses();
  await endServer(place);
});
afterAll(() => rm(directory, { recursive: true }));

async function endServer(of: Place): Promise<void> {
  const server = await findServer(of);
  if (server !== null) await stopServer(of, server);
}

function open(): Promise<EmbeddedDatabase> {
  return openEmbedded(directory, () => undefined);
}

async function runningServer(): Promise<Server> {
  const server = await findServer(place);
  if (server === null) throw new Error('No server runs.');
  return server;
}

async function killServer(): Promise<void> {
  const { pid } = await runningServer();
  process.kill(pid, 'SIGKILL');
  while ((await findServer(place)) !== null) await new Promise(setImmediate);
}

describe('what is made on the first start', () => {
  it('keeps passwords and the secret to the user alone', async () => {
    const database = await open();
    const files = ['superuser.password', 'owner.password', 'app.password', 'secret'];
    const modes = await Promise.all(
      files.map(async (name) => (await stat(join(place.database, name))).mode & 0o777),
    );
    expect(modes).toEqual([0o600, 0o600, 0o600, 0o600]);
    expect((await stat(place.database)).mode & 0o777).toBe(0o700);
    expect((await stat(place.cluster)).mode & 0o777).toBe(0o700);
    expect((await stat(place.log)).mode & 0o777).toBe(0o600);
    expect(database.secret).toHaveLength(32);
    const passwords = await Promise.all(
      files.slice(0, 3).map((name) => readFile(join(place.database, name), 'utf8')),
    );
    expect(new Set(passwords).size).toBe(3);
    await database.close();
  });

  it('listens on the loopback alone, asks everybody for a password, and is durable', async () => {
    const database = await open();
    const [settings] = await query(
      database.superuserUrl,
      `SELECT current_setting('listen_addresses') AS addresses, current_setting('unix_socket_directories') AS sockets,
        current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit,
        (SELECT array_agg(DISTINCT auth_method || ' ' || address) FROM pg_hba_file_rules) AS methods,
        (SELECT bool_and(rolpassword LIKE 'SCRAM-SHA-256$%') FROM pg_authid WHERE rolcanlogin) AS hashed`,
    );
    expect(settings).toEqual({
      addresses: '127.0.0.1',
      sockets: '',
      fsync: 'on',
      synchronous_commit: 'on',
      methods: ['scram-sha-256 127.0.0.1'],
      hashed: true,
    });
    const wrong = Object.assign(new URL(database.appUrl), { password: 'guessed' }).href;
    await expect(query(wrong, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await database.close();
  });

  it('orders text the same on every host', async () => {
    const database = await open();
    const [locale] = await query(
      database.ownerUrl,
      'SELECT datlocprovider, datlocale, datcollate FROM pg_database WHERE datname = current_database()',
    );
    expect(locale).toEqual({ datlocprovider: 'b', datlocale: 'C.UTF-8', datcollate: 'C' });
    await database.close();
  });

  it('has a run-time role that can not get past the wall, and an owner that can make tables', async () => {
    const database = await open();
    await expect(checkRuntimeRole(database.appUrl)).resolves.toBeUndefined();
    await expect(checkOwnerRole(database.ownerUrl)).resolves.toBeUndefined();
    await expect(query(database.appUrl, 'CREATE TABLE mine ()')).rejects.toMatchObject({ code: '42501' });
    await database.close();
  });
});

describe('several processes', () => {
  it('join the one that runs; the last to leave ends it', async () => {
    const first = await DatabaseProcess.open(directory);
    const server = await runningServer();
    const second = await DatabaseProcess.open(directory);
    expect(second.url).toBe(first.url);
    expect(await runningServer()).toEqual(server);

    expect(await first.process.leave()).toBe(0);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await second.process.leave()).toBe(0);
    expect(await findServer(place)).toBeNull();
  });

  it('that were killed count no more: whoever is left ends it', async () => {
    const first = await DatabaseProcess.open(directory);
    const second = await DatabaseProcess.open(directory);
    await first.process.kill();
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.process.leave();
    expect(await findServer(place)).toBeNull();
  });

  it('that begin at once on an empty folder share one database', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'headroom-empty-'));
    try {
      const opened = await Promise.all([DatabaseProcess.open(empty), DatabaseProcess.open(empty)]);
      expect(opened[0].url).toBe(opened[1].url);
      for (const { process, url } of opened) {
        expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
        await process.leave();
      }
      expect(await findServer(placeOf(empty))).toBeNull();
    } finally {
      await killDatabaseProcesses();
      await endServer(placeOf(empty));
      await rm(empty, { recursive: true });
    }
  });

  it('that come and go all the time always get one that answers, and leave none behind', async () => {
    let answers = 0;
    const comeAndGo = async (times: number) => {
      for (let time = 0; time < times; time += 1) {
        const database = await open();
        const [row] = await query(database.appUrl, 'SELECT 1 AS one');
        answers += Number(row?.one);
        await database.close();
      }
    };
    await Promise.all([comeAndGo(6), comeAndGo(6), comeAndGo(6), comeAndGo(6)]);
    expect(answers).toBe(24);
    expect(await findServer(place)).toBeNull();
  });

  it('that are just starting it, or getting it back, count before they have joined', async () => {
    const database = await open();
    const joined = await announceJoining(place);
    await database.close();
    expect(await query(database.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await joined();
    await (await open()).close();
    expect(await findServer(place)).toBeNull();
  });

  it('that were killed while they joined count no more', async () => {
    const gone = spawn('true');
    await once(gone, 'exit');
    await writeFile(join(place.database, `joining-${gone.pid}-x`), '');
    await (await open()).close();
    expect(await findServer(place)).toBeNull();
    expect((await readdir(place.database)).filter((name) => name.startsWith('joining-'))).toEqual([]);
  });

  it('are not cut off by a Ctrl-C in the terminal before they have drained', async () => {
    const { process: other, url } = await DatabaseProcess.open(directory);
    other.interrupt();
    expect(await other.line()).toBe('interrupted');
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await other.leave()).toBe(0);
    expect(await findServer(place)).toBeNull();
  });
});

describe('after kill -9', () => {
  it('of our process, the next one joins the PostgreSQL that was left', async () => {
    const first = await DatabaseProcess.open(directory);
    const server = await runningServer();
    await first.process.kill();
    const second = await open();
    expect(await runningServer()).toEqual(server);
    await second.close();
    expect(await findServer(place)).toBeNull();
  });

  it('of everything, the next start recovers, with all that was committed, at the same address', async () => {
    const first = await DatabaseProcess.open(directory);
    const owner = (await readFile(join(place.database, 'owner.password'), 'utf8')).trim();
    const ownerUrl = Object.assign(new URL(first.url), { username: 'headroom_owner', password: owner }).href;
    await query(ownerUrl, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number');
    await first.process.kill();
    await killServer();

    const second = await open();
    expect(second.appUrl).toBe(first.url);
    expect(await query(second.ownerUrl, 'SELECT sum(number)::int AS sum FROM kept')).toEqual([
      { sum: 500500 },
    ]);
    await query(second.ownerUrl, 'DROP TABLE kept');
    await second.close();
  });

  it('of everything, two that start at once both get it', async () => {
    const first = await DatabaseProcess.open(directory);
    await first.process.kill();
    await killServer();
    const opened = await Promise.all([DatabaseProcess.open(directory), DatabaseProcess.open(directory)]);
    expect(opened.map(({ url }) => url)).toEqual([first.url, first.url]);
    for (const { process } of opened) await process.leave();
    expect(await findServer(place)).toBeNull();
  });

  it('the process id left behind may be anybody else by now', async () => {
    // Of the same user: PostgreSQL itself takes it for a server that is alive.
    const { uid, gid } = await stat(place.cluster);
    const other = spawn('sleep', ['600'], { uid, gid });
    await once(other, 'spawn');
    const stale = [other.pid, place.cluster, 1, 5432, '', '127.0.0.1', '', 'ready'].join('\n');
    await writeFile(join(place.cluster, 'postmaster.pid'), stale);
    try {
      const database = await open();
      expect(await query(database.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await database.close();
    } finally {
      other.kill();
    }
  });

  it('of PostgreSQL alone, a process that uses it starts it again at the same address', async () => {
    const database = await open();
    await killServer();
    await expect(untilItAnswers(database.appUrl)).resolves.toEqual([{ one: 1 }]);
    // It counts as a user again: another that comes and goes does not end it.
    await (await open()).close();
    expect(await query(database.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await database.close();
    expect(await findServer(place)).toBeNull();
  });

  it('of PostgreSQL alone, a process that leaves while it starts it again leaves none behind', async () => {
    const leaving = await DatabaseProcess.open(directory);
    await killServer();
    while ((await findServer(place)) === null) await new Promise(setImmediate);
    expect(await leaving.process.leave()).toBe(0);
    expect(await findServer(place)).toBeNull();
  });
});

/** As soon as it does, within half a minute. */
async function untilItAnswers(url: string): Promise<Record<string, unknown>[]> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      return await query(url, 'SELECT 1 AS one');
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
