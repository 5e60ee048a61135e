import { emptyTally, type Entry } from './book.js';
import type { ZoneFrom } from './calendar.js';
import { counts, isRolling, type Counter, type Tally } from './counter.js';
import { roomLeft } from './decide.js';
import type { Ask } from './ask.js';
import { countUntil } from './instants.js';
import type { PersonFacts } from './person.js';
import type { Books } from './unit.js';
import type { Instant } from './window.js';
import type { Action } from './words.js';

/** Something that went out without being asked about. */
export interface UnaskedSend {
  readonly action: Action;
  readonly noted: boolean;
  readonly count: number;
  readonly at: Instant;
}

/**
 * How many of a send would have been refused: the rules that decide are asked for the room that there was at its instant, of
 * the request and the books as they were then. Holds of the past left no trace, and count nothing.
 */
export function refusedInHindsight({ count, at }: UnaskedSend, ask: Ask, books: Books): number {
  return count - Math.min(count, roomLeft(ask, books, at));
}

/** In the order of time, each with itself and those of its very instant that are given behind it. */
export function inOrderOfTime<Sent extends { readonly at: Instant }>(
  sends: readonly Sent[],
): { readonly sent: Sent; readonly behind: readonly Sent[] }[] {
  const inOrder = sends.toSorted((one, other) => one.at - other.at);
  let end = 0;
  return inOrder.map((sent, index) => {
    while (end < inOrder.length && inOrder[end]!.at <= sent.at) end += 1;
    return { sent, behind: inOrder.slice(index, end) };
  });
}

/**
 * What nobody can know of the past speaks for the send: it went out, so that a direct message was one to a connection, and a
 * free message one to somebody who takes them. Whoever had written before was answered.
 */
export function personInHindsight(action: Action, person: PersonFacts): PersonFacts {
  return action === 'DIRECT_MESSAGE' ? { ...person, degree: 'FIRST' } : person;
}

/** Amounts by instant, and how much they are together until one. */
export class SumsOverTime {
  private readonly instants: readonly Instant[];
  /** Of so many amounts, the earliest first, how much they are together. */
  private readonly sums: number[] = [0];

  constructor(amounts: readonly Entry[]) {
    const inOrder = amounts.toSorted((one, other) => one.at - other.at);
    this.instants = inOrder.map(({ at }) => at);
    for (const { count } of inOrder) this.sums.push(this.sums.at(-1)! + count);
  }

  until(at: Instant): number {
    return this.sums[countUntil(this.instants, at)]!;
  }
}

/** How much of one kind a scope was charged with, from each of some instants to the next. */
export interface KindOverTime {
  readonly action: Action;
  readonly noted: boolean;
  /** By the place of the instant that it ends with. */
  readonly counts: Float64Array;
}

/** What a scope was charged with until each of some instants, for any of its counters. */
export class ChargedPast {
  private readonly kinds: readonly (Pick<KindOverTime, 'action' | 'noted'> & { sums: Float64Array })[];

  /** `instants` are in the order of time. */
  constructor(
    private readonly instants: Float64Array,
    kinds: readonly KindOverTime[],
  ) {
    this.kinds = kinds.map(({ counts: amounts, ...kind }) => {
      let sum = 0;
      return { ...kind, sums: amounts.map((amount) => (sum += amount)) };
    });
  }

  /** What a counter counts of it, known at those instants alone. */
  of(counter: Counter): Pick<SumsOverTime, 'until'> {
    const counted = this.kinds.filter(({ action, noted }) => counts(counter, action, noted));
    return {
      until: (at) => {
        const place = countUntil(this.instants, at) - 1;
        return counted.reduce((sum, { sums }) => sum + (sums[place] ?? 0), 0);
      },
    };
  }
}

/** What a counter counted at any instant of the past. */
export class CountedPast {
  /** `charged` is all that it counted in the windows that are asked for. */
  constructor(
    private readonly counter: Counter,
    private readonly zones: readonly ZoneFrom[],
    private readonly charged: Pick<SumsOverTime, 'until'>,
  ) {}

  /** As it stood at an instant, where so much of that very instant was sent only behind it. */
  tallyAt(at: Instant, behind: number): Tally {
    const empty = emptyTally(this.counter, this.zones, at);
    const used = this.charged.until(at) - this.charged.until(startOf(empty)) - behind;
    return isRolling(empty) ? { ...empty, used, first: used === 0 ? null : empty.tail } : { ...empty, used };
  }
}

/** The latest instant that is in a counter's window no more, at an instant. */
export function windowStart(counter: Counter, zones: readonly ZoneFrom[], at: Instant): Instant {
  return startOf(emptyTally(counter, zones, at));
}

function startOf(tally: Tally): Instant {
  return isRolling(tally) ? tally.tail : tally.start - 1;
}
