import { randomUUID } from 'node:crypto';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, type Place } from './cluster.js';

/**
 * A process that is starting the server, or getting it back, has no session on it yet by which the others could tell.
 * For those moments it says so by a file of its own, and whoever leaves meanwhile lets the server run: the one that
 * comes will be the last to leave in its turn.
 */

const JOINING = /^joining-(\d+)-/;

/** Beyond this a file is what a killed process left, whoever has its id by now: joining itself takes no longer. */
export const JOINING_SECONDS_MAX = 120;

/** Says that this process is about to join; what comes back takes it back, once it has joined or given up. */
export async function announceJoining(place: Place): Promise<() => Promise<void>> {
  const file = join(place.database, `joining-${process.pid}-${randomUUID()}`);
  await writeFile(file, '', { mode: 0o600, flag: 'wx' });
  return () => rm(file, { force: true });
}

/** Whether any process is about to join. Files of processes that are gone are removed. */
export async function isAnybodyJoining(place: Place): Promise<boolean> {
  let anybody = false;
  for (const name of await readdir(place.database)) {
    const pid = Number(JOINING.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid)) continue;
    const file = join(place.database, name);
    if (isAlive(pid) && (await isNew(file))) anybody = true;
    else await rm(file, { force: true });
  }
  return anybody;
}

async function isNew(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs < JOINING_SECONDS_MAX * 1000;
}
