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

/** The sends that rows of a run are: ids of sends by the rows' indexes. `sends` are the group's, in order of time. */
export function matchRun(run: readonly Row[], sends: readonly Send[]): Map<number, string> {
  const from = run.reduce((earliest, row) => Math.min(earliest, row.earliest), Infinity) - MATCH_WITHIN_MS;
  const near = sendsBetween(sends, from, latestOf(run) + MATCH_WITHIN_MS);
  const matched = new Map<number, string>();
  if (near.length === 0) return matched;
  for (const [place, id] of matchSightings(run, near).entries()) {
    const row = run[place];
    if (id !== null && row) matched.set(row.index, id);
  }
  return matched;
}

/** Those of `sends` (in order of time) that lie in a span, both ends included. */
function sendsBetween(sends: readonly Send[], from: Instant, until: Instant): readonly Send[] {
  return sends.slice(firstAfter(sends, from - 1), firstAfter(sends, until));
}

/** The place of the first send later than `at`, by halving. */
function firstAfter(sends: readonly Send[], at: Instant): number {
  let low = 0;
  let high = sends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sends[middle]?.at ?? Infinity) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
