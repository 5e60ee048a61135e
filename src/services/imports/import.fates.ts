import { leaveToOthers } from '../../event-loop.js';
import type { Send } from '../../imports/linkedin-export.js';
import { DAY, MINUTE, type Instant } from '../../quota/window.js';
import type { BookedLate } from './import.books.js';
import {
  groupOf,
  groupSends,
  isNearAny,
  latestOf,
  matchRows,
  runsOf,
  sendsNear,
  type BookedSend,
  type Row,
  type SendTo,
} from './import.matching.js';
import { inTurns } from '../in-turns.js';

/** What becomes of a row of an archive: a number, since there are many. */
export const FATE = {
  UNDECIDED: 0,
  /** An earlier archive told of it. */
  KNOWN: 1,
  /** A send of its own. */
  RECORDED: 2,
  /** Committed or recorded here before. */
  MATCHED: 3,
  /** A live reservation's: it counts as held, and the reservation will tell what came of it. */
  HELD: 4,
} as const;

/** A hold lasts a day at most, so commits are of the last day; the rest is for clocks and for a slow import. */
const RECENT_MS = DAY + 30 * MINUTE;
const LOOKED_AT_AT_ONCE = 10_000;

/** Rows and sends that are compared before others get a turn: some 50 ms, unless one run has more by itself. */
const COMPARED_AT_ONCE = 1_000;

/** What live reservations may still turn out to have sent, by group. */
type HeldSends = ReadonlyMap<string, readonly SendTo[]>;

/** What rows of a group may be, and the rows in their runs. */
interface Runs {
  readonly group: string;
  readonly booked: readonly BookedSend[];
  readonly runs: readonly (readonly Row[])[];
}

/** Decides for each send of an archive whether the books have it already. */
export class Fates {
  private readonly fates: Uint8Array;
  private readonly recentFrom: Instant;
  private readonly matches = new Map<number, string>();
  /** Runs by group that may still turn out to be what is committed while the import runs: decided under the agency's book. */
  private readonly live = new Map<string, Row[][]>();
  private groups: ReadonlyMap<string, readonly BookedSend[]> = new Map();
  private bookedIds: ReadonlySet<string> = new Set();

  constructor(
    private readonly sends: readonly Send[],
    private readonly recipientOf: (send: Send) => string | null,
    importedAt: Instant,
  ) {
    this.fates = new Uint8Array(sends.length);
    this.recentFrom = importedAt - RECENT_MS;
  }

  of(index: number): number {
    return this.fates[index] ?? FATE.UNDECIDED;
  }

  markKnown(index: number): void {
    this.fates[index] = FATE.KNOWN;
  }

  /** The send in the books that a MATCHED row is. */
  matchOf(index: number): string {
    const id = this.matches.get(index);
    if (id === undefined) throw new Error('A matched row is a send.');
    return id;
  }

  /** How many sends in the books were found to be rows, and which. */
  isMatched(sendId: string): boolean {
    return this.matchedIds.has(sendId);
  }

  private readonly matchedIds = new Set<string>();

  /**
   * Decides every row that only a record of its past could change; the recent ones of whom the seat wrote to, or holds room for, are left
   * for decideLive(). Those of all others are not: an archive of nothing but today's rows would be written under the book.
   */
  async settle(
    booked: readonly BookedSend[],
    held: HeldSends,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    this.groups = groupSends(booked);
    this.bookedIds = new Set(booked.map(({ id }) => id));
    const rows = new Map<string, Row[]>();
    await inTurns(this.sends, LOOKED_AT_AT_ONCE, signal, (sends, start) => {
      for (const [place, send] of sends.entries()) {
        const index = start + place;
        if (this.of(index) !== FATE.UNDECIDED) continue;
        const group = this.groupOf(send);
        if (group === null || !(this.groups.has(group) || held.has(group))) {
          this.fates[index] = FATE.RECORDED;
        } else {
          addTo(rows, group, { index, earliest: send.earliest, latest: send.latest });
        }
      }
    });
    await inTurns([...rows], LOOKED_AT_AT_ONCE, signal, (groups) =>
      this.decideRuns(this.settledRuns(groups), signal),
    );
  }

  /** The runs of some groups that are decided at once; those that are recent are put by. */
  private *settledRuns(groups: readonly (readonly [string, Row[]])[]): Generator<Runs> {
    for (const [group, rows] of groups) {
      const [settled, live]: [Row[][], Row[][]] = [[], []];
      for (const run of runsOf(rows)) (latestOf(run) >= this.recentFrom ? live : settled).push(run);
      if (live.length > 0) this.live.set(group, live);
      yield { group, booked: this.groups.get(group) ?? [], runs: settled };
    }
  }

  /** Whether a row was settled otherwise than it would be now, after what came into the books, or is held, since. */
  isOutdated(late: BookedLate, held: HeldSends): boolean {
    if ([...late.voided].some((id) => this.matchedIds.has(id))) return true;
    const groups = groupSends(late.sends.filter(({ id }) => !this.bookedIds.has(id)));
    const heldSince = new Set([...held.keys()].filter((group) => !this.live.has(group)));
    if (groups.size === 0 && heldSince.size === 0) return false;
    return this.sends.some((send, index) => {
      const isRecent = send.latest >= this.recentFrom;
      if (this.of(index) !== FATE.RECORDED || (groups.size === 0 && !isRecent)) return false;
      const group = this.groupOf(send) ?? '';
      return (isRecent && heldSince.has(group)) || isNearAny(send, groups.get(group) ?? []);
    });
  }

  /** Decides the recent rows, under the book: whatever is committed from now on finds them in it. Throws CrowdedRows. */
  async decideLive(late: BookedLate, held: HeldSends, signal: AbortSignal | undefined): Promise<void> {
    await this.decideRuns(this.liveRuns(late), signal, held);
  }

  private *liveRuns(late: BookedLate): Generator<Runs> {
    const lateGroups = groupSends(late.sends.filter(({ id }) => !this.bookedIds.has(id)));
    for (const [group, runs] of this.live) {
      const booked = [...(this.groups.get(group) ?? []), ...(lateGroups.get(group) ?? [])]
        .filter(({ id }) => !late.voided.has(id))
        .sort((one, other) => one.at - other.at);
      yield { group, booked, runs };
    }
  }

  /** The places of the rows that decideLive() decides. */
  liveRows(): number[] {
    return [...this.live.values()].flatMap((runs) => runs.flatMap((rows) => rows.map(({ index }) => index)));
  }

  private async decideRuns(
    groups: Iterable<Runs>,
    signal: AbortSignal | undefined,
    held: HeldSends = new Map(),
  ): Promise<void> {
    let compared = 0;
    for (const { group, booked, runs } of groups) {
      for (const rows of runs) {
        const near = sendsNear(rows, booked);
        const heldTo = held.get(group) ?? [];
        compared += near.length + heldTo.length === 0 ? 0 : rows.length + near.length + heldTo.length;
        this.decide(rows, matchRows(rows, near));
        this.hold(rows, heldTo);
        if (compared < COMPARED_AT_ONCE) continue;
        compared = 0;
        signal?.throwIfAborted();
        await leaveToOthers();
      }
    }
  }

  private decide(rows: readonly Row[], matches: ReadonlyMap<number, string>): void {
    for (const { index } of rows) {
      const match = matches.get(index);
      this.fates[index] = match === undefined ? FATE.RECORDED : FATE.MATCHED;
      if (match === undefined) continue;
      this.matches.set(index, match);
      this.matchedIds.add(match);
    }
  }

  /** What is left of rows may be what live reservations of their group turn out to have sent. */
  private hold(rows: readonly Row[], held: readonly SendTo[]): void {
    const rest = rows.filter(({ index }) => this.of(index) === FATE.RECORDED);
    for (const index of matchRows(rest, held).keys()) this.fates[index] = FATE.HELD;
  }

  private groupOf(send: Send): string | null {
    const recipientId = this.recipientOf(send);
    return recipientId === null ? null : groupOf(send.action, recipientId);
  }
}

function addTo(rows: Map<string, Row[]>, group: string, row: Row): void {
  const known = rows.get(group);
  if (known) known.push(row);
  else rows.set(group, [row]);
}
