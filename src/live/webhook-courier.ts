import type { Due, WebhookQueue } from '../services/webhooks/webhook.queue.js';
import { LEASE_MS, type DueWebhook, type Turn } from '../services/webhooks/webhook.turn.js';
import { Turns } from '../tenancy/turns.js';
import type { SendWebhook } from './webhook-sender.js';
import { WebhookWatch, type WebhookWatchParts } from './webhook-watch.js';

/** How often it is looked for what is due, whoever else tells of it: for what time alone does, and what no wake-up told. */
const LOOK_EVERY_MS = 1_000;
/** Endpoints that are sent to at once, and those of one agency: one whose endpoints answer slowly waits behind itself. */
const TURNS_MAX = 8;
const TURNS_OF_AGENCY_MAX = 2;
/** Endpoints that wait for a turn at once, all in all and of one agency; a later look finds those beyond. */
const WAITING_MAX = 20_000;
const WAITING_OF_AGENCY_MAX = 200;
const TOO_MANY = 'Too many endpoints wait for their turn.';
/** Whose the turns are that agencies have between them. */
const ALL = 'all agencies';
/** Deliveries of one turn, and how long it takes; then others have theirs. */
const DELIVERIES_OF_TURN_MAX = 50;
const TURN_MS_MAX = 10_000;

const SECRET_LOST =
  'The address of a webhook or what it is signed with is sealed under a HEADROOM_SECRET that this server has no more: updateWebhook and rotateWebhookSecret make them anew.';

/** What is sent, from what there is to tell. */
export interface Written {
  readonly id: string;
  readonly body: string;
}

export interface CourierParts {
  readonly queue: WebhookQueue;
  readonly send: SendWebhook;
  /** Writes the body of an event as the API shows what it is about. */
  readonly write: (agencyId: string, due: Due) => Written;
  /** The ids of all agencies, in pages. */
  readonly agencies: () => AsyncIterable<readonly string[]>;
  /** The books that wake it; null where it looks only when it is told to. */
  readonly books: WebhookWatchParts['books'] | null;
  readonly lookEveryMs?: number;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Tells endpoints what there is to tell, each in order, at least once. Several processes may be at it: one at a time has a
 * turn at an endpoint. What was sent and not recorded, because a process died in between, is sent again.
 */
export class WebhookCourier {
  private readonly timer: NodeJS.Timeout | null;
  private readonly watch: WebhookWatch | null;
  /** By endpoint: those that have a turn, and those that wait for theirs. */
  private readonly running = new Map<string, Promise<void>>();
  /**
   * A turn that ends goes to whichever agency has the fewest, and of those to the one that had none for longest: not to that whose
   * endpoint waits longest, since one that has many always has such an endpoint.
   */
  private readonly turns = new Turns(TURNS_MAX, { waitingMax: WAITING_MAX, tooMany: TOO_MANY });
  private readonly turnsOfAgency = new Turns(TURNS_OF_AGENCY_MAX, {
    waitingMax: WAITING_OF_AGENCY_MAX,
    tooMany: TOO_MANY,
  });
  /** Agencies that something may be due in; they are looked at together, after the look that is under way. */
  private readonly woken = new Set<string>();
  private waking: Promise<void> | null = null;
  private looking: Promise<void> = Promise.resolve();
  private isLooking = false;
  private isClosed = false;

  constructor(private readonly parts: CourierParts) {
    const { books, lookEveryMs = LOOK_EVERY_MS, onFailure } = parts;
    const wake = (agencyId: string): void => this.wake(agencyId);
    this.watch = books && new WebhookWatch({ books, wake, onFailure });
    this.timer = books && setInterval(() => void this.look(), lookEveryMs).unref();
  }

  /** Begins with what is due everywhere. A look that takes long is the only one. */
  look(): Promise<void> {
    if (this.isLooking || this.isClosed) return this.looking;
    this.isLooking = true;
    this.looking = this.lookEverywhere()
      .catch(this.parts.onFailure)
      .finally(() => (this.isLooking = false));
    return this.looking;
  }

  /** Begins with what is due in one agency, where it is not only told to look. */
  wake(agencyId: string): void {
    if (this.isClosed || !this.watch) return;
    this.woken.add(agencyId);
    this.lookSoon();
  }

  /** Waits until what was begun is through. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values());
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.timer) clearInterval(this.timer);
    this.watch?.close();
    await Promise.all([this.looking, this.waking]);
    await this.settled();
  }

  private async lookEverywhere(): Promise<void> {
    for await (const agencyIds of this.parts.agencies()) {
      if (this.isClosed) return;
      await this.lookAt(agencyIds);
    }
  }

  private lookSoon(): void {
    this.waking ??= this.lookAtWoken()
      .catch(this.parts.onFailure)
      .finally(() => {
        this.waking = null;
        // Somebody called while the loop was on its way out.
        if (this.woken.size > 0 && !this.isClosed) this.lookSoon();
      });
  }

  private async lookAtWoken(): Promise<void> {
    while (this.woken.size > 0 && !this.isClosed) {
      const agencyIds = [...this.woken];
      this.woken.clear();
      await this.lookAt(agencyIds);
    }
  }

  private async lookAt(agencyIds: readonly string[]): Promise<void> {
    const { due: found, withEndpoints } = await this.parts.queue.look(agencyIds);
    if (this.isClosed) return;
    this.watch?.follow(agencyIds, withEndpoints);
    for (const due of found) {
      if (!this.running.has(due.webhookId)) this.running.set(due.webhookId, this.run(due));
    }
  }

  private async run(due: DueWebhook): Promise<void> {
    const { agencyId, webhookId } = due;
    const serve = (): Promise<void> =>
      this.serve(due).catch((error: unknown) => {
        this.parts.onFailure(error);
        throw error;
      });
    const turn = (): Promise<void> => this.turns.run(ALL, serve, agencyId);
    // What keeps others from waiting any longer was told above, once; the next look finds them.
    await this.turnsOfAgency.run(agencyId, turn).catch(() => undefined);
    this.running.delete(webhookId);
  }

  private async serve(webhook: DueWebhook): Promise<void> {
    const turn = this.isClosed ? null : await this.parts.queue.begin(webhook);
    if (!turn) return;
    const endsAt = performance.now() + TURN_MS_MAX;
    for (let sent = 0; sent < DELIVERIES_OF_TURN_MAX && !this.isClosed; sent += 1) {
      if (performance.now() >= endsAt) break;
      if (!(await this.sendNext(turn))) return;
    }
    await this.parts.queue.end(turn);
  }

  /** False where the turn is over. */
  private async sendNext(turn: Turn): Promise<boolean> {
    const { queue, send } = this.parts;
    const askedAt = performance.now();
    const due = await queue.next(turn);
    if (!due) return false;
    // A process that was stopped in between may find its turn over: somebody else is at it, or soon.
    if (performance.now() - askedAt > LEASE_MS / 2) return false;
    if (due.event === null) {
      return queue.record(turn, due, { statusCode: null, failure: 'OUT_OF_SIGHT', tookMs: 0 });
    }
    const written = this.written(turn, due);
    if (written === null) {
      return queue.record(turn, due, { statusCode: null, failure: 'UNWRITABLE', tookMs: 0 });
    }
    const { url, secrets, at } = due;
    return queue.record(turn, due, await send(url, { ...written, at }, secrets));
  }

  /** Null where it can't be written or signed: which is told, and counts as a try, so that it is given up in time. */
  private written({ agencyId }: Turn, due: Due): Written | null {
    const { write, onFailure } = this.parts;
    try {
      if (due.url === '' || due.secrets.length === 0) throw new Error(SECRET_LOST);
      return write(agencyId, due);
    } catch (error) {
      onFailure(error);
      return null;
    }
  }
}
