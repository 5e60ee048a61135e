import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './cluster.js';
import { parseUrl } from '../unicode.js';

/**
 * Where the servers of a data directory listen: each says so by a file of its own as long as it runs, so that a command
 * can tell the address, whatever port the server was given.
 */

const SERVING = /^serving-(\d+)-/;
/** A server that is asked whether it is there answers at once. */
const ANSWER_MS_MAX = 2_000;

/** Says where this process serves; what comes back takes it back. */
export async function announceServing(dataDirectory: string, url: string): Promise<() => Promise<void>> {
  const file = join(dataDirectory, `serving-${process.pid}-${randomUUID()}`);
  await writeFile(file, url, { mode: 0o600, flag: 'wx' });
  return () => rm(file, { force: true });
}

/**
 * The addresses of the servers that run on the data directory. What a killed one left behind is removed; its process's
 * id may have become another program's, so each is asked whether it is there.
 */
export async function findServing(dataDirectory: string): Promise<string[]> {
  const names = await readdir(dataDirectory).catch(() => []);
  const found = await Promise.all(names.map((name) => urlIn(dataDirectory, name)));
  return found.filter((url) => url !== null).toSorted();
}

async function urlIn(dataDirectory: string, name: string): Promise<string | null> {
  const pid = Number(SERVING.exec(name)?.[1] ?? Number.NaN);
  if (Number.isNaN(pid)) return null;
  const file = join(dataDirectory, name);
  if (!isAlive(pid)) {
    await rm(file, { force: true });
    return null;
  }
  const url = await readFile(file, 'utf8').catch(() => '');
  return parseUrl(url) && (await answers(url)) ? url : null;
}

async function answers(url: string): Promise<boolean> {
  try {
    const { ok } = await fetch(new URL('/health/live', url), { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    return ok;
  } catch {
    return false;
  }
}
