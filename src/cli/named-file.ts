import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CommandError } from './answer.js';

/** What is at a path that was named. Throws NOT_FOUND where nothing is. */
export async function foundAt(path: string, what: 'file' | 'file or folder'): Promise<Stats> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new CommandError('NOT_FOUND', `There is no ${what} ${path} that can be read.`);
  return found;
}
