import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeOf, type Place } from '../../src/database/cluster.js';
import { openEmbedded, type EmbeddedDatabase } from '../../src/database/embedded.js';
import { findServer, stopServer } from '../../src/database/server.js';
import { StartError } from '../../src/errors.js';

let directory: string;
let place: Place;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-refusals-'));
  place = placeOf(directory);
  await (await open()).close();
});

// Where nobody is let in, the server was started all the same.
afterEach(async () => {
  const server = await findServer(place);
  if (server !== null) await stopServer(place, server);
});
afterAll(() => rm(directory, { recursive: true }));

function open(): Promise<EmbeddedDatabase> {
  return openEmbedded(directory, () => undefined);
}

describe('says what to do', () => {
  const refusal = async (): Promise<string> => {
    const error = await open().then(
      async (database) => database.close(),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StartError);
    const { message } = error as StartError;
    expect(message).not.toContain('\n');
    return message;
  };
  /** Spoils a file of the database for as long as `work` takes. */
  const spoiled = async (file: string, content: string | null, work: () => Promise<void>) => {
    const before = await readFile(file);
    await (content === null ? rm(file) : writeFile(file, content));
    try {
      await work();
    } finally {
      await (content === null ? writeFile(file, before, { mode: 0o600 }) : writeFile(file, before));
    }
  };

  it('where the data are of another major version', () =>
    spoiled(join(place.cluster, 'PG_VERSION'), '17\n', async () => {
      expect(await refusal()).toMatch(/made by PostgreSQL 17, .* brings PostgreSQL 18: .*HEADROOM_DATA_DIR/);
    }));

  it('where a password is lost', () =>
    spoiled(join(place.database, 'app.password'), null, async () => {
      expect(await refusal()).toMatch(/app\.password is missing: restore it/);
    }));

  it('where a password is another', () =>
    spoiled(join(place.database, 'app.password'), 'another', async () => {
      expect(await refusal()).toMatch(/let nobody in: password authentication failed/);
    }));

  it('where the secret is damaged', () =>
    spoiled(join(place.database, 'secret'), 'short', async () => {
      expect(await refusal()).toMatch(/secret does not hold 32 bytes: restore it/);
    }));

  it('where PostgreSQL does not start, with the end of its log', () =>
    spoiled(join(place.cluster, 'postgresql.conf'), 'nonsense = 1\n', async () => {
      expect(await refusal()).toMatch(
        /does not start on .*unrecognized configuration parameter "nonsense".*log: /,
      );
    }));

  it('where the folder can not be written', async () => {
    const file = join(directory, 'a-file');
    await writeFile(file, '');
    await expect(openEmbedded(join(file, 'data'), () => undefined)).rejects.toThrow(
      /HEADROOM_DATA_DIR .*a-file\/data can't be written \(ENOTDIR\): set it to a folder/,
    );
  });

  it('where the folder is one that none can be made in', async () => {
    // Where there is no /proc, it can't be made for want of leave: the words are the same.
    await expect(openEmbedded('/proc/headroom/data', () => undefined)).rejects.toThrow(
      /HEADROOM_DATA_DIR \/proc\/headroom\/data can't be written \(E[A-Z]+\): set it to a folder/,
    );
  });
});
