import type { Entry } from '../../quota/book.js';

/**
 * The charges of one question in one row: a hundred limits ask for a hundred thousand of them, and a row each keeps the process for
 * several times as long.
 */
export interface PackedEntries {
  readonly index: number;
  /** Instants and how much is of each, as `1,2,3`, in order. */
  readonly ats: string;
  readonly counts: string;
}

/** Of the columns `at` and `count` of some rows. */
export const PACKED_ENTRIES = `string_agg(at::text, ',' ORDER BY at) AS ats, string_agg(count::text, ',' ORDER BY at) AS counts`;

export function unpacked({ ats, counts }: PackedEntries): Entry[] {
  const of = counts.split(',');
  return ats.split(',').map((at, index): Entry => ({ at: Number(at), count: Number(of[index]) }));
}
