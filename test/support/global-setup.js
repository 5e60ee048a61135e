// Plain JavaScript: jest loads this file as it is, before anything is built.
import { access, constants, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../scripts/build.mjs';
import { bundleOf, bundleTests } from '../runner/bundle.js';

const PREFIX = 'headroom-test-';
/** Linux's own file system in memory: a database of a thousand files is copied there in a quarter of the time. */
const IN_MEMORY = '/dev/shm';
/** Several times what the databases of a run come to, of room there and of memory: a container is often given little. */
const MEMORY_BYTES_MIN = 8 * 1024 ** 3;

/**
 * Builds src and the tests, and gives the run a folder for its one PostgreSQL, which the first test that asks for a database
 * starts there: tests of the pure parts wait for none. The worker processes inherit the variable.
 */
export default async function globalSetup() {
  await Promise.all([build(), bundleTests()]);
  await removeLeftovers();
  const directory = await mkdtemp(join(await folderOfRuns(), `${PREFIX}${process.pid}-`));
  process.env.HEADROOM_TEST_DIRECTORY = directory;
  // PostgreSQL runs in a session of its own, and a Ctrl-C ends jest without its teardown.
  const interrupted = () => void removeServer(directory).finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  globalThis.removeHeadroomTestServer = async () => {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await removeServer(directory);
  };
}

async function folderOfRuns() {
  const { bavail, bsize } = await statfs(IN_MEMORY).catch(() => ({ bavail: 0, bsize: 0 }));
  if (Math.min(bavail * bsize, freemem()) < MEMORY_BYTES_MIN) return tmpdir();
  return access(IN_MEMORY, constants.W_OK).then(
    () => IN_MEMORY,
    () => tmpdir(),
  );
}

/** Ends and removes what a run left behind that was killed. */
async function removeLeftovers() {
  for (const folder of [tmpdir(), IN_MEMORY]) {
    for (const name of await readdir(folder).catch(() => [])) {
      const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) await removeServer(join(folder, name));
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function removeServer(directory) {
  const isEmpty = (await readdir(directory)).length === 0;
  if (!isEmpty) {
    const { endTestServer } = await import(bundleOf('test/support/test-server.ts'));
    await endTestServer(directory);
  }
  await rm(directory, { recursive: true, force: true });
}
