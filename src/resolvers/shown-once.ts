import { inPortions } from './portions.js';

/** What many lists have in common, by its id: each of them read once, and shown once, however many lists it is in. */
export async function shownOnce<Row, Shown>(
  ids: readonly string[],
  read: (some: readonly string[]) => Promise<ReadonlyMap<string, Row>>,
  show: (row: Row) => Shown,
): Promise<ReadonlyMap<string, Shown>> {
  const found = await inPortions([...new Set(ids)], read);
  return new Map([...found].map(([id, row]) => [id, show(row)]));
}
