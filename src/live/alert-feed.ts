import { setTimeout as pause } from 'node:timers/promises';
import type { AlertService, StreamedAlert } from '../services/alerts/alert.service.js';
import { systemViewer, type Viewer } from '../tenancy/viewer.js';
import type { BookPosition, BookWatch } from './book-watch.js';

/** Who is told of an agency's new alerts, whole pages at a time. It takes what it is given at once, and throws nothing. */
export interface FeedReader {
  /** All alerts behind the last offer up to the number `upTo`, none left out. */
  offer(alerts: readonly StreamedAlert[], upTo: number): void;
}

export interface AlertFeedsParts {
  readonly books: BookWatch;
  readonly alerts: AlertService;
  /** Told of each reading that failed; it is tried again. */
  readonly onFailure: (error: unknown) => void;
}

/** Alerts that are read at once. */
const PAGE_ROWS = 500;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 2_000;
/** An agency's feed reads every alert, for whoever listens: what each of them sees is looked at before it is told. */
const EVERY_ALERT = { clientAccountId: null, severities: null };

/** The new alerts of agencies, each read once for all of a process that listen to it. */
export class AlertFeeds {
  private readonly feeds = new Map<string, AlertFeed>();

  constructor(private readonly parts: AlertFeedsParts) {}

  /**
   * Offers `reader` every alert behind `head`, and maybe some before. `head` was read after it was attached. Throws what
   * reading the agency's book throws.
   */
  async attach(
    agencyId: string,
    reader: FeedReader,
  ): Promise<{ readonly head: number; readonly detach: () => void }> {
    const feed = this.feeds.get(agencyId) ?? new AlertFeed(agencyId, this.parts);
    this.feeds.set(agencyId, feed);
    feed.readers.add(reader);
    const leave = (): void => {
      feed.readers.delete(reader);
      if (feed.readers.size === 0 && this.feeds.get(agencyId) === feed) this.feeds.delete(agencyId);
    };
    try {
      const { position, stop } = await this.parts.books.watch(agencyId, feed.moved);
      feed.begin(position.alertSequence);
      return {
        head: position.alertSequence,
        detach: () => {
          stop();
          leave();
        },
      };
    } catch (error) {
      leave();
      throw error;
    }
  }
}

class AlertFeed {
  readonly readers = new Set<FeedReader>();
  /** Every alert up to this number was offered, or was there before anybody listened; null until that is known. */
  private head: number | null = null;
  private target = 0;
  private isReading = false;
  private readonly viewer: Viewer;

  constructor(
    agencyId: string,
    private readonly parts: AlertFeedsParts,
  ) {
    this.viewer = systemViewer(agencyId, 'alert-feed');
  }

  readonly moved = ({ alertSequence }: BookPosition): void => {
    this.target = Math.max(this.target, alertSequence);
    this.read();
  };

  begin(head: number): void {
    this.head ??= head;
    this.read();
  }

  private read(): void {
    if (this.isReading || this.head === null || this.head >= this.target) return;
    this.isReading = true;
    void this.readOn().finally(() => {
      this.isReading = false;
      this.read();
    });
  }

  /** As long as somebody listens, until nothing is left: what can't be read now is read later. */
  private async readOn(): Promise<void> {
    let retryMs = RETRY_MS_MIN;
    while (this.readers.size > 0 && this.head !== null && this.head < this.target) {
      const before = this.head;
      try {
        await this.readPage(before);
      } catch (error) {
        this.parts.onFailure(error);
      }
      if (this.head !== before) {
        retryMs = RETRY_MS_MIN;
      } else {
        await pause(retryMs);
        retryMs = Math.min(RETRY_MS_MAX, retryMs * 2);
      }
    }
    // Whoever comes next begins where the book stands then.
    if (this.readers.size === 0) this.head = null;
  }

  private async readPage(after: number): Promise<void> {
    const asked = { after, rows: PAGE_ROWS };
    const { alerts, head } = await this.parts.alerts.after(this.viewer, EVERY_ALERT, asked);
    const upTo = alerts.length < PAGE_ROWS ? head : (alerts.at(-1)?.sequence ?? head);
    this.head = Math.max(after, upTo);
    this.target = Math.max(this.target, head);
    for (const reader of this.readers) reader.offer(alerts, upTo);
  }
}
