import type { Touched } from '../ledger/told/touched.js';
import type { BookPosition } from './book-watch.js';

/** What an agency's moves are told to. */
export interface LinkedTo {
  /** The usage of these scopes may be another one. */
  touch(scopeIds: Iterable<string>): void;
  /** Nobody knows what moved up to a turn: everything may be another one. */
  touchAll(turn: number): void;
  /** Asks to be told once some time has passed without the links having joined up. */
  wait(ms: number): void;
}

/** How long a move waits for word of what it touched, before everything is read anew. */
const GRACE_MS = 300;
/** Links that wait for the ones before them. Beyond, everything is read anew. */
const WAITING_MAX = 200;

/**
 * Joins up what batches say they touched, of this process and of others, to one chain over an agency's book. As long as it
 * reaches the book, nothing else has to be read; where a link is missing, or the configuration changed, all of it is. So
 * each word of what was touched may be lost, come late or come twice.
 */
export class BookLinks {
  private readonly waiting = new Map<number, Touched>();
  /** How far the book is known to have moved, beyond the chain. */
  private ahead = 0;
  /** The one of them that is being waited for. */
  private awaited: number | null = null;

  constructor(
    /** Up to where all is told. */
    private head: Pick<BookPosition, 'revision' | 'turn'>,
    private readonly to: LinkedTo,
    private readonly graceMs = GRACE_MS,
  ) {}

  /** The book was seen there. */
  moved({ revision, turn }: Pick<BookPosition, 'revision' | 'turn'>): void {
    if (turn <= this.head.turn) return;
    if (revision > this.head.revision) this.skipTo({ revision, turn });
    else this.await(turn);
  }

  /** A batch says what it touched. */
  add(link: Touched): void {
    if (link.to <= this.head.turn) return;
    if (link.revision > this.head.revision || this.waiting.size >= WAITING_MAX) {
      this.skipTo({ revision: Math.max(link.revision, this.head.revision), turn: link.to });
      return;
    }
    this.waiting.set(link.from, link);
    this.join();
    if (this.waiting.size > 0) this.await(link.to);
  }

  /** The time that was asked for has passed. */
  waited(): void {
    const { awaited, ahead } = this;
    this.awaited = null;
    if (awaited === null) return;
    if (this.head.turn < awaited) this.skipTo({ ...this.head, turn: awaited });
    if (this.head.turn < ahead) this.await(ahead);
  }

  private await(turn: number): void {
    this.ahead = Math.max(this.ahead, turn);
    if (this.awaited !== null) return;
    this.awaited = this.ahead;
    this.to.wait(this.graceMs);
  }

  private skipTo(position: Pick<BookPosition, 'revision' | 'turn'>): void {
    this.head = position;
    this.to.touchAll(position.turn);
    for (const [from, { to }] of this.waiting) if (to <= position.turn) this.waiting.delete(from);
    this.join();
  }

  private join(): void {
    for (let next = this.nextLink(); next; next = this.nextLink()) {
      this.waiting.delete(next.from);
      this.head = { ...this.head, turn: next.to };
      this.to.touch(next.scopeIds);
    }
  }

  /** The one that begins where the chain ends, or, where links were gathered, before it. */
  private nextLink(): Touched | undefined {
    const exact = this.waiting.get(this.head.turn);
    if (exact) return exact;
    for (const link of this.waiting.values()) {
      if (link.from < this.head.turn && link.to > this.head.turn) return link;
    }
    return undefined;
  }
}
