import type { Due, DueWebhook, Turn, WebhookQueue } from '../services/webhook.queue.js';
import { LEASE_MS } from '../services/webhook.queue.js';
import type { SendWebhook } from './webhook-sender.js';

/** How often it is looked for what is due, whoever else tells of it. */
const LOOK_EVERY_MS = 1_000;
/** Endpoints that are sent to at once, and those of one agency: one whose endpoints answer slowly waits behind itself. */
const TURNS_MAX = 8;
const TURNS_OF_AGENCY_MAX = 2;
/** Deliveries of one turn, and how long it takes; then others have theirs. */
const DELIVERIES_OF_TURN_MAX = 50;
const TURN_MS_MAX = 10_000;

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
  readonly onFailure: (error: unknown) => void;
}

/**
 * Tells endpoints what there is to tell, each in order, at least once. Several processes may be at it: one at a time has a
 * turn at an endpoint. What was sent and not recorded, because a process died in between, is sent again.
 */
export class WebhookCourier {
  private readonly timer: NodeJS.Timeout | null;
  private readonly running = new Map<string, { readonly agencyId: string; readonly run: Promise<void> }>();
  /** Agencies that had more that was due than turns. */
  private readonly passedOver = new Set<string>();
  private readonly woken = new Set<Promise<void>>();
  private looking: Promise<void> = Promise.resolve();
  private isLooking = false;
  private isClosed = false;

  /** Without `isSending` it looks only when told to. */
  constructor(
    private readonly parts: CourierParts,
    isSending: boolean,
  ) {
    this.timer = isSending ? setInterval(() => void this.look(), LOOK_EVERY_MS).unref() : null;
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

  /** Begins with what is due in one agency. */
  wake(agencyId: string): void {
    if (this.isClosed) return;
    const look = this.lookAt([agencyId])
      .catch(this.parts.onFailure)
      .finally(() => this.woken.delete(look));
    this.woken.add(look);
  }

  /** Waits until what was begun is through. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all([...this.running.values()].map(({ run }) => run));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.timer) clearInterval(this.timer);
    await Promise.all([this.looking, ...this.woken]);
    await this.settled();
  }

  private async lookEverywhere(): Promise<void> {
    for await (const agencyIds of this.parts.agencies()) {
      if (this.isClosed) return;
      await this.lookAt(agencyIds);
    }
  }

  private async lookAt(agencyIds: readonly string[]): Promise<void> {
    for (const due of await this.parts.queue.due(agencyIds)) {
      if (this.isClosed || this.running.size >= TURNS_MAX) return;
      const { agencyId, webhookId } = due;
      if (this.running.has(webhookId)) continue;
      if (this.turnsOf(agencyId) >= TURNS_OF_AGENCY_MAX) {
        this.passedOver.add(agencyId);
        continue;
      }
      this.running.set(webhookId, { agencyId, run: this.run(due) });
    }
  }

  private turnsOf(agencyId: string): number {
    return [...this.running.values()].filter((running) => running.agencyId === agencyId).length;
  }

  /** A turn, and then whichever of the agency's was passed over. */
  private async run(due: DueWebhook): Promise<void> {
    await this.serve(due).catch(this.parts.onFailure);
    this.running.delete(due.webhookId);
    if (!this.passedOver.delete(due.agencyId)) return;
    await this.lookAt([due.agencyId]).catch(this.parts.onFailure);
  }

  private async serve(webhook: DueWebhook): Promise<void> {
    const turn = await this.parts.queue.begin(webhook);
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
    const { queue, send, write } = this.parts;
    const askedAt = performance.now();
    const due = await queue.next(turn);
    if (!due) return false;
    // A process that was stopped in between may find its turn over: somebody else is at it, or soon.
    if (performance.now() - askedAt > LEASE_MS / 2) return false;
    if (due.event === null) {
      return queue.record(turn, due, { statusCode: null, failure: 'OUT_OF_SIGHT', tookMs: 0 });
    }
    const { url, secrets, at } = due;
    return queue.record(turn, due, await send(url, { ...write(turn.agencyId, due), at }, secrets));
  }
}
