import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import type { Json } from '../support/api.js';
import { inTemporaryFolder } from '../support/archive.js';
import type { TestDatabase } from '../support/database.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `headroom …` as a process, with these settings and no others: its exit code, and what it says. */
export async function run(environment: NodeJS.ProcessEnv, ...words: string[]): Promise<Ran> {
  const command = ['dist/src/cli/headroom.js', ...words];
  const env = { PATH: process.env.PATH, ...environment };
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, command, { env })) };
  } catch (error) {
    return error as Ran;
  }
}

/**
 * The same within the test's own process, of a command by itself: what it says and its exit code are what a process would have.
 * A process takes a second to load alone, so one run of each kind is one, and the others are these.
 */
export async function runHere(
  environment: NodeJS.ProcessEnv,
  command: Command,
  ...words: string[]
): Promise<Ran> {
  const said = { stdout: '', stderr: '' };
  const listen = (stream: keyof typeof said) => (line: unknown) => void (said[stream] += `${String(line)}\n`);
  const spies = [
    jest.spyOn(console, 'log').mockImplementation(listen('stdout')),
    jest.spyOn(console, 'error').mockImplementation(listen('stderr')),
  ];
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    await command.parseAsync(words, { from: 'user' });
    return { code: Number(process.exitCode), ...said };
  } finally {
    process.exitCode = undefined;
    for (const spy of spies) spy.mockRestore();
    for (const name of Object.keys(environment)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

/** `headroom … --json`: what it answers. */
export async function headroom(environment: NodeJS.ProcessEnv, ...words: string[]): Promise<Json> {
  return JSON.parse((await run(environment, ...words, '--json')).stdout);
}

/** The settings by which the command line works on a test's database. */
export function settingsOf({ appUrl, ownerUrl, secret }: TestDatabase): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: appUrl,
    DATABASE_OWNER_URL: ownerUrl,
    HEADROOM_SECRET: secret.toString('base64'),
  };
}

/** Runs some work on a file with this text. */
export function withFile<T>(text: string | Uint8Array, work: (path: string) => Promise<T>): Promise<T> {
  return inTemporaryFolder(async (folder) => {
    const path = join(folder, 'table.csv');
    await writeFile(path, text);
    return work(path);
  });
}
