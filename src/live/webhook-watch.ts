import type { BookPosition, BookWatch } from './book-watch.js';

export interface WebhookWatchParts {
  readonly books: Pick<BookWatch, 'watch'>;
  /** Something may be due in an agency. */
  readonly wake: (agencyId: string) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Agencies whose books are looked at for the sake of their endpoints. Those beyond are left to the courier's own looks. */
const WATCHED_MAX = 1_000;

/**
 * Wakes the courier as soon as an agency that has endpoints was alerted, or changed in a way that may have released holds.
 * Nothing rests on it: what it misses, and what time alone does, the courier finds when it looks.
 */
export class WebhookWatch {
  /** What ends the watch of each. */
  private readonly watched = new Map<string, AbortController>();

  constructor(private readonly parts: WebhookWatchParts) {}

  /** Of some agencies those that have endpoints to be told are watched from now on, and the others no more. */
  follow(agencyIds: readonly string[], withEndpoints: ReadonlySet<string>): void {
    for (const agencyId of agencyIds) {
      if (!withEndpoints.has(agencyId)) this.leave(agencyId);
      else if (!this.watched.has(agencyId) && this.watched.size < WATCHED_MAX) void this.begin(agencyId);
    }
  }

  close(): void {
    for (const agencyId of [...this.watched.keys()]) this.leave(agencyId);
  }

  private leave(agencyId: string): void {
    this.watched.get(agencyId)?.abort();
    this.watched.delete(agencyId);
  }

  private async begin(agencyId: string): Promise<void> {
    const { books, wake, onFailure } = this.parts;
    const leaving = new AbortController();
    this.watched.set(agencyId, leaving);
    let seen: Pick<BookPosition, 'revision' | 'alertSequence'> | null = null;
    const moved = (position: BookPosition): void => {
      const isNew = seen?.revision !== position.revision || seen.alertSequence !== position.alertSequence;
      seen = position;
      if (isNew && !leaving.signal.aborted) wake(agencyId);
    };
    try {
      const { position, stop } = await books.watch(agencyId, moved);
      if (leaving.signal.aborted) stop();
      else leaving.signal.addEventListener('abort', stop);
      // What happened between the courier's look and this one.
      moved(position);
    } catch (error) {
      if (leaving.signal.aborted) return;
      // The next look begins anew.
      this.leave(agencyId);
      onFailure(error);
    }
  }
}
