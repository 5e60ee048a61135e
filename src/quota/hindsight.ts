import { emptyTally, type Entry } from './book.js';
import type { ZoneFrom } from './calendar.js';
import { isRolling, type Counter, type Tally } from './counter.js';
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

  /** The last instant at or before another one, and the first one after it. */
  around(at: Instant): { readonly last: Instant | null; readonly next: Instant | null } {
    const index = countUntil(this.instants, at);
    return { last: this.instants[index - 1] ?? null, next: this.instants[index] ?? null };
  }
}

/** What a counter counted at any instant of the past. */
export class CountedPast {
  private readonly charged: SumsOverTime;

  /** `charges` are all that it counted in the windows that are asked for. */
  constructor(
    private readonly counter: Counter,
    private readonly zones: readonly ZoneFrom[],
    charges: readonly Entry[],
  ) {
    this.charged = new SumsOverTime(charges);
  }

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
