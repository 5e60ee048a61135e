import { PAGE_ROWS_MAX } from '../schema/connection.js';

/** How many are read at once: a full page, which takes as many statements as a page of one. */
const PORTION = PAGE_ROWS_MAX;

/**
 * Reads some at a time, one after the other: no more than these are held besides what is kept of them, and everybody else has a turn
 * in between.
 */
export async function inPortions<Value>(
  names: readonly string[],
  read: (some: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): Promise<Map<string, Value>> {
  const all = new Map<string, Value>();
  for (let from = 0; from < names.length; from += PORTION) {
    for (const [name, value] of await read(names.slice(from, from + PORTION))) all.set(name, value);
  }
  return all;
}
