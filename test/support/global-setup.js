// Plain JavaScript: jest loads this file as it is, before anything is built.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../scripts/build.mjs';
import { bundleOf, bundleTests } from '../runner/bundle.js';

const PREFIX = 'headroom-test-';

/**
 * Builds src and the tests, and gives the run a folder for its one PostgreSQL, which the first test that asks for a database
 * starts there: tests of the pure parts wait for none. The worker processes inherit the variable.
 */
export default async function globalSetup() {
  await Promise.all([build(), bundleTests()]);
  await removeLeftovers();
  const directory = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  process.env.HEADROOM_TEST_DIRECTORY = directory;
  // PostgreSQL runs in a session of its own, and a Ctrl-C ends jest without its teardown.
  const interrupted = () => void removeServer(directory).finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  globalThis.removeHeadroomTestServer = async () => {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await removeServer(directory);
  };
}

/** Ends and removes what a run left behind that was killed. */
async function removeLeftovers() {
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await removeServer(join(tmpdir(), name));
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
