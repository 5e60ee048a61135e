import {
  ANSWERS,
  answerWith,
  entriesAfter,
  openBook,
  type AnswerKind,
  type Charge,
  type ScopeLedger,
} from './world-books.js';
import type { Ask } from '../../src/quota/ask.js';
import type { Entries, ScopeBook } from '../../src/quota/book.js';
import type { LiveHold } from '../../src/quota/live-holds.js';
import type { ZoneFrom } from '../../src/quota/calendar.js';
import type { Scope } from '../../src/quota/counter.js';
import { decide, EntriesNeeded, usageOf, type Verdict } from '../../src/quota/decide.js';
import type { OutsideUse } from '../../src/quota/outside-use.js';
import type { HoldsWill, Limit } from '../../src/quota/limit.js';
import type { EntriesNeed } from '../../src/quota/entries-needed.js';
import type { Usage } from '../../src/quota/usage.js';

export { ANSWERS, type AnswerKind, type Charge };

/** A ledger in memory that drives the core as the real one does: tallies are kept by scope and brought forward lazily. */

export interface WorldHold extends LiveHold {
  readonly scopes: readonly Scope[];
}

export function scopeName({ kind, id }: Scope): string {
  return `${kind} ${id}`;
}

export class World {
  private readonly ledgers = new Map<string, ScopeLedger>();
  /** Questions for charges so far. */
  asked = 0;
  private lastAt = -Infinity;

  constructor(private readonly answers: readonly AnswerKind[] = ['ALL']) {}

  addScope(scope: Scope, zones: readonly ZoneFrom[]): void {
    const nothing = { charges: [], holds: [], tallies: new Map(), outsideUses: [], lastImportAt: null };
    this.ledgers.set(scopeName(scope), { scope, zones, ...nothing });
  }

  setZones(scope: Scope, zones: readonly ZoneFrom[]): void {
    this.ledger(scope).zones = zones;
  }

  declare(scope: Scope, use: OutsideUse): void {
    const ledger = this.ledger(scope);
    ledger.outsideUses = [use, ...ledger.outsideUses];
  }

  import(scope: Scope, at: number): void {
    this.ledger(scope).lastImportAt = at;
  }

  /** The same books to be opened at a later instant, with nothing done since. */
  later(at: number, holdsWill: HoldsWill): World {
    const later = new World(this.answers);
    const isSent = ({ expiresAt }: LiveHold): boolean => holdsWill === 'COMMIT' && expiresAt - 1 <= at;
    for (const [name, ledger] of this.ledgers) {
      const live = ledger.holds.filter(({ expiresAt }) => expiresAt > this.lastAt);
      const sent = live
        .filter(isSent)
        .map(({ action, noted, expiresAt }) => ({ at: expiresAt - 1, action, noted, count: 1 }));
      const holds = live.filter((hold) => !isSent(hold));
      const charges = [...ledger.charges, ...sent];
      later.ledgers.set(name, { ...ledger, charges, holds, tallies: new Map() });
    }
    return later;
  }

  /** A hold that was released between two batches. */
  drop(hold: WorldHold): void {
    for (const scope of hold.scopes) {
      const ledger = this.ledger(scope);
      ledger.holds = ledger.holds.filter((held) => held !== hold);
    }
  }

  /** Opens the books of some scopes, each with the counters of all its limits, whichever the requests need. */
  begin(at: number, scopes: readonly Scope[], limits: readonly Limit[]): Batch {
    if (at < this.lastAt) throw new Error('The clock of a ledger never goes back.');
    this.lastAt = at;
    return new Batch(
      this,
      at,
      scopes.map((scope) => this.ledger(scope)),
      limits,
    );
  }

  ledger(scope: Scope): ScopeLedger {
    const ledger = this.ledgers.get(scopeName(scope));
    if (!ledger) throw new Error(`There is no scope ${scopeName(scope)}.`);
    return ledger;
  }

  nextAnswer(): AnswerKind {
    this.asked += 1;
    return this.answers[this.asked % this.answers.length]!;
  }
}

/** Two answers at most need charges: the decision, and how the counters stand after it. */
const PASSES_MAX = 3;

/**
 * Requests of one instant on the same books. Where the core needs charges, they are read as they were before the batch,
 * the books are opened anew, and all that the batch did is done again.
 */
export class Batch {
  private books: ReadonlyMap<string, ScopeBook>;
  private readonly given = new Map<string, { readonly need: EntriesNeed; readonly entries: Entries }>();
  private readonly done: ((book: (scope: Scope) => ScopeBook) => void)[] = [];
  private readonly charges: { readonly scopes: readonly Scope[]; readonly charge: Charge }[] = [];
  private readonly held = new Set<WorldHold>();
  private readonly resolved = new Set<LiveHold>();

  constructor(
    private readonly world: World,
    readonly at: number,
    private readonly ledgers: readonly ScopeLedger[],
    private readonly limits: readonly Limit[],
  ) {
    this.books = this.open();
  }

  readonly book = (scope: Scope): ScopeBook => {
    const book = this.books.get(scopeName(scope));
    if (!book) throw new Error(`The book of ${scopeName(scope)} was not opened.`);
    return book;
  };

  knows(scopes: readonly Scope[]): boolean {
    return scopes.every((scope) => this.books.has(scopeName(scope)));
  }

  decide(ask: Ask): Verdict {
    return this.untilGiven(() => decide(ask, this.book, this.at));
  }

  usage(limits: readonly Limit[]): Usage[] {
    return this.untilGiven(() => usageOf(limits, this.book));
  }

  hold(hold: WorldHold): void {
    this.change(hold.scopes, (book) => book.hold(hold));
    this.held.add(hold);
  }

  release(hold: WorldHold): void {
    this.change(hold.scopes, (book) => book.unhold(hold));
    this.resolved.add(hold);
  }

  commit(hold: WorldHold, sentAt: number): void {
    this.release(hold);
    this.charge(hold.scopes, { at: sentAt, action: hold.action, noted: hold.noted, count: 1 });
  }

  charge(scopes: readonly Scope[], charge: Charge): void {
    this.change(scopes, (book) => {
      book.charge(charge.action, charge.noted, charge.at, charge.count);
      if (charge.elsewhere) book.recordElsewhere(charge.action, charge.at, charge.count);
    });
    this.charges.push({ scopes, charge });
  }

  /** Keeps what the batch did, as its last statements do. */
  end(): void {
    const ofScope = (scope: Scope) => (one: { readonly scopes: readonly Scope[] }) =>
      one.scopes.some((of) => scopeName(of) === scopeName(scope));
    for (const ledger of this.ledgers) {
      const { scope } = ledger;
      const opened = this.book(scope).opened();
      ledger.tallies = new Map(opened.map(({ counter, tally }) => [counter.key, tally]));
      ledger.charges.push(...this.charges.filter(ofScope(scope)).map(({ charge }) => charge));
      ledger.holds.push(...[...this.held].filter(ofScope(scope)));
      ledger.holds = ledger.holds.filter((hold) => !this.resolved.has(hold));
    }
  }

  private change(scopes: readonly Scope[], change: (book: ScopeBook) => void): void {
    const step = (book: (scope: Scope) => ScopeBook): void => scopes.forEach((scope) => change(book(scope)));
    step(this.book);
    this.done.push(step);
  }

  private untilGiven<T>(work: () => T): T {
    for (let pass = 0; pass < PASSES_MAX; pass += 1) {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof EntriesNeeded)) throw error;
        for (const need of error.needs) this.give(need);
        this.books = this.open();
        for (const step of this.done) step(this.book);
      }
    }
    throw new Error('The core asked again for charges that it was given.');
  }

  private give(need: EntriesNeed): void {
    const { scope, counter } = need.limit;
    const all = entriesAfter(this.world.ledger(scope).charges, counter, need.after);
    const entries = answerWith(all, need, this.world.nextAnswer());
    this.given.set(`${scopeName(scope)} ${counter.key} ${need.newest ?? false}`, { need, entries });
  }

  private open(): ReadonlyMap<string, ScopeBook> {
    const books = this.ledgers.map((ledger): [string, ScopeBook] => {
      const name = scopeName(ledger.scope);
      const ofScope = this.limits.filter(({ scope }) => scopeName(scope) === name);
      return [name, openBook(ledger, ofScope, this.at)];
    });
    for (const { need, entries } of this.given.values()) {
      const { scope, counter } = need.limit;
      books.find(([name]) => name === scopeName(scope))?.[1].giveEntries(counter, entries);
    }
    return new Map(books);
  }
}
