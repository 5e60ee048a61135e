import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Json } from '../support/api.js';

/** `headroom … --json` as a process; what it answers. */
export async function headroom(environment: NodeJS.ProcessEnv, ...words: string[]): Promise<Json> {
  const command = ['dist/src/cli/headroom.js', ...words, '--json'];
  const env = { PATH: process.env.PATH, ...environment };
  return JSON.parse((await promisify(execFile)(process.execPath, command, { env })).stdout);
}
