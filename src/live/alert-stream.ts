import { randomInt } from 'node:crypto';
import type { AlertService, StreamedAlert, StreamFilter } from '../services/alerts/alert.service.js';
import type { Viewer } from '../tenancy/viewer.js';
import type { AlertFeeds, FeedReader } from './alert-feed.js';
import { DONE, Subscription } from './subscription.js';

/** Where a stream of alerts stands: the number of an alert. A second number says nothing, and makes each look different. */
export type AlertPosition = readonly [sequence: number] | readonly [sequence: number, salt: number];

interface Marker {
  readonly kind: 'CHECKPOINT' | 'RESYNC';
  readonly position: AlertPosition;
}

export type AlertStreamEvent =
  | Marker
  | {
      readonly kind: 'RAISED';
      readonly position: AlertPosition;
      readonly alert: StreamedAlert;
      /** What is told in its place where it can't be told: that there is something to be read. */
      readonly instead: Marker;
    };

export interface AlertStreamAsked extends StreamFilter {
  /** The number behind which it begins; null for now. */
  readonly since: number | null;
}

export interface AlertStreamsParts {
  readonly feeds: Pick<AlertFeeds, 'attach'>;
  readonly alerts: Pick<AlertService, 'after' | 'isAsked'>;
  /** Alerts older than this are not replayed. */
  readonly keptMs: number;
  readonly checkpointMs?: number;
}

/** Alerts of a page that is replayed. */
const PAGE_ROWS = 200;
/** New alerts that wait for one who reads slowly. Beyond, they are forgotten here, and read again when it is their turn. */
const QUEUE_MAX = 256;
/** A stream that told nothing for this long tells where it stands. */
const CHECKPOINT_MS = 10_000;
const SALT_MAX = 2 ** 47;

/** Opens streams of alerts. */
export class AlertStreams {
  constructor(private readonly parts: AlertStreamsParts) {}

  /**
   * Every alert behind `since` that the viewer sees and asks for, once, in order, and on as they come. It is attached when
   * this answers, not when it is first read: nothing is lost in between, and `return()` frees it.
   */
  async open(viewer: Viewer, asked: AlertStreamAsked): Promise<AlertStream> {
    const stream = new AlertStream(viewer, asked, this.parts);
    await stream.attach();
    return stream;
  }
}

export class AlertStream extends Subscription<AlertStreamEvent> implements FeedReader {
  /** What was read to be replayed, and what came since; both hold only what the viewer is told. */
  private page: StreamedAlert[] = [];
  private queue: StreamedAlert[] = [];
  /** Whether something behind `position` is to be read: what was missed before, or had no place in the queue. */
  private isBehind = false;
  /** All up to this number was told, or is none of the viewer's. */
  private position = 0;
  /** All up to this number was read for the page, or came by the queue. */
  private pageTo = 0;
  private queueTo = 0;
  /** Of the last cursor that was told. */
  private told = { position: 0, at: 0 };
  private resync = false;
  /** Until the first page behind `since` is read, it is not known whether all of it is still kept. */
  private isFirstPage = false;
  private wake: (() => void) | null = null;
  private detach: () => void = () => undefined;

  constructor(
    private readonly viewer: Viewer,
    private readonly asked: AlertStreamAsked,
    private readonly parts: AlertStreamsParts,
  ) {
    super();
  }

  /** How many alerts wait in memory, however many wait to be told. */
  get held(): number {
    return this.page.length + this.queue.length;
  }

  async attach(): Promise<void> {
    const { head, detach } = await this.parts.feeds.attach(this.viewer.agencyId, this);
    this.detach = detach;
    const { since } = this.asked;
    // A number that was never given: the books are not those that it is of.
    this.resync = since !== null && since > head;
    this.position = since === null || this.resync ? head : since;
    // What was offered meanwhile is newer than what was missed, and may have been too much already.
    if (this.isBehind || this.position < head) this.fallBehind();
    this.isFirstPage = since !== null;
    this.queueTo = Math.max(this.queueTo, head);
    this.told = { position: this.position, at: performance.now() };
  }

  offer(alerts: readonly StreamedAlert[], upTo: number): void {
    if (this.isEnded) return;
    this.queueTo = Math.max(this.queueTo, upTo);
    if (!this.isBehind) {
      for (const alert of alerts) if (this.isTold(alert)) this.queue.push(alert);
      if (this.queue.length > QUEUE_MAX) this.fallBehind();
    }
    this.wake?.();
  }

  async next(): Promise<IteratorResult<AlertStreamEvent, undefined>> {
    while (!this.isEnded) {
      const event = this.take();
      if (event) return { value: event, done: false };
      if (this.isBehind) await this.readPage();
      else await this.wait();
    }
    return DONE;
  }

  protected letGo(): void {
    this.detach();
    this.page = [];
    this.queue = [];
    this.wake?.();
  }

  /** What is there to be told; null where something is to be read or waited for first. */
  private take(): AlertStreamEvent | null {
    if (this.resync) {
      this.resync = false;
      return { kind: 'RESYNC', position: this.tell(this.position) };
    }
    const alert = this.nextAlert();
    if (alert) {
      const position = this.tell(alert.sequence, false);
      return { kind: 'RAISED', alert, position, instead: { kind: 'RESYNC', position } };
    }
    if (!this.isBehind && this.checkpointInMs() <= 0) {
      return { kind: 'CHECKPOINT', position: this.tell(this.position) };
    }
    return null;
  }

  /** The page first, then the queue, which may begin with what the page held. */
  private nextAlert(): StreamedAlert | null {
    const replayed = this.page.shift();
    if (replayed) {
      this.position = replayed.sequence;
      return replayed;
    }
    this.position = Math.max(this.position, this.pageTo);
    for (let alert = this.queue.shift(); alert; alert = this.queue.shift()) {
      if (alert.sequence <= this.position) continue;
      this.position = alert.sequence;
      return alert;
    }
    if (!this.isBehind) this.position = Math.max(this.position, this.queueTo);
    return null;
  }

  private async readPage(): Promise<void> {
    // Attached anew before it is read: what is raised from here on comes by the queue.
    this.queue = [];
    this.isBehind = false;
    const asked = { after: this.position, rows: PAGE_ROWS };
    const read = this.parts.alerts.after(this.viewer, this.asked, asked);
    const { alerts, head, at } = await read.catch((error: unknown) => {
      this.fallBehind();
      throw error;
    });
    if (this.isEnded) return;
    const [first] = alerts;
    if (this.isFirstPage && first && first.raisedAt < at - this.parts.keptMs) {
      this.resync = true;
      this.position = Math.max(this.position, head);
    } else {
      const isLast = alerts.length < PAGE_ROWS;
      this.page = alerts.filter((alert) => this.isTold(alert));
      this.pageTo = isLast ? head : (alerts.at(-1)?.sequence ?? head);
      if (!isLast) this.fallBehind();
    }
    this.isFirstPage = false;
  }

  /** What came meanwhile is forgotten with it: told now, it would be told before what is still to be read. */
  private fallBehind(): void {
    this.isBehind = true;
    this.queue = [];
  }

  private isTold(alert: StreamedAlert): boolean {
    return this.parts.alerts.isAsked(this.viewer, this.asked, alert);
  }

  /**
   * The number that goes out as a cursor. What a viewer of a part is told by time alone never looks the same twice: so it
   * does not show whether the others of the agency were told anything meanwhile.
   */
  private tell(position: number, isByTime = true): AlertPosition {
    this.told = { position, at: performance.now() };
    return isByTime && this.viewer.reach !== null ? [position, randomInt(SALT_MAX)] : [position];
  }

  /**
   * Until a checkpoint is due. One who sees all of the agency is told of what was left out for them; one who sees a part
   * of it is told again and again, whether or not something was.
   */
  private checkpointInMs(): number {
    if (this.viewer.reach === null && this.position === this.told.position) return Infinity;
    return this.told.at + (this.parts.checkpointMs ?? CHECKPOINT_MS) - performance.now();
  }

  private async wait(): Promise<void> {
    const ms = this.checkpointInMs();
    await new Promise<void>((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(resolve, Math.max(0, ms)) : null;
      this.wake = () => {
        if (timer) clearTimeout(timer);
        resolve();
      };
    });
    this.wake = null;
  }
}
