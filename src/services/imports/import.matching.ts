import { placeFrom } from '../../quota/instants.js';
import { matchSightings, MATCH_WITHIN_MS, type Send, type Sighting } from '../../quota/matching.js';
import type { Instant } from '../../quota/window.js';

/** Which rows of an archive are sends that the books have already (P14). All functions here are of one seat. */

/** A row of the archive, by its place among the archive's sends. */
export interface Row extends Sighting {
  readonly index: number;
}

/** A send of the seat, or what a reservation may turn out to have sent. */
export interface SendTo extends Send {
  readonly action: string;
  readonly recipientId: string;
}

/** A committed or recorded send; its instant is exact. */
export interface BookedSend extends SendTo {
  readonly origin: 'COMMIT' | 'RECORD';
  /** For whom it was sent: the seat may have been another client account's then. */
  readonly clientAccountId: string;
}

/** Rows and sends of one action to one person that are so many at one time that nobody could tell which is which. */
export class CrowdedRows extends Error {
  constructor(
    readonly action: string,
    /** The last of them. */
    readonly at: Instant,
  ) {
    super('There are more rows and sends near each other than are looked at.');
  }
}

/** Only sends of one action to one person can be the same send. */
export function groupOf(action: string, recipientId: string): string {
  return `${action} ${recipientId}`;
}

/** The sends of each group, in order of time. */
export function groupSends<T extends SendTo>(sends: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const send of sends.toSorted((one, other) => one.at - other.at)) {
    const key = groupOf(send.action, send.recipientId);
    const group = groups.get(key);
    if (group) group.push(send);
    else groups.set(key, [send]);
  }
  return groups;
}

/**
 * Rows of a group in runs that no send can join: two rows that one send may be are in one run. Each run can be matched by
 * itself, so that the work grows with what happened within minutes, not with how long a conversation is.
 */
export function runsOf(rows: readonly Row[]): Row[][] {
  const runs: Row[][] = [];
  let run: Row[] = [];
  let reachesTo = -Infinity;
  for (const row of rows.toSorted((one, other) => one.earliest - other.earliest)) {
    if (row.earliest - MATCH_WITHIN_MS > reachesTo) runs.push((run = []));
    run.push(row);
    reachesTo = Math.max(reachesTo, row.latest + MATCH_WITHIN_MS);
  }
  return runs;
}

export function latestOf(run: readonly Row[]): Instant {
  return run.reduce((latest, row) => Math.max(latest, row.latest), -Infinity);
}

/** Those of a group's sends (exact, in order of time) that rows of a run may be. */
export function sendsNear<T extends Send>(run: readonly Row[], sends: readonly T[]): readonly T[] {
  const from = run.reduce((earliest, row) => Math.min(earliest, row.earliest), Infinity) - MATCH_WITHIN_MS;
  return sends.slice(placeFrom(sends, from), placeFrom(sends, latestOf(run) + MATCH_WITHIN_MS + 1));
}

/** Whether any of a group's sends (exact, in order of time) may be a row. */
export function isNearAny({ earliest, latest }: Sighting, sends: readonly Send[]): boolean {
  const first = sends[placeFrom(sends, earliest - MATCH_WITHIN_MS)];
  return first !== undefined && first.at <= latest + MATCH_WITHIN_MS;
}

/** The sends that rows are: ids of sends by the rows' indexes. Throws CrowdedRows. */
export function matchRows(rows: readonly Row[], sends: readonly SendTo[]): Map<number, string> {
  const matched = new Map<number, string>();
  const [one] = sends;
  if (!one) return matched;
  const found = matchSightings(rows, sends);
  if (found === 'TOO_MANY') throw new CrowdedRows(one.action, latestOf(rows));
  for (const [place, { index }] of rows.entries()) {
    const id = found[place] ?? null;
    if (id !== null) matched.set(index, id);
  }
  return matched;
}
