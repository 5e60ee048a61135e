import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Ledger, LEDGER_DEFAULTS } from '../../src/ledger/ledger.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import type { UsageEvent, UsageSubscription } from '../../src/live/usage-subscription.js';
import { openLive, type Live } from '../../src/live/wired.js';
import type { Usage } from '../../src/quota/usage.js';
import type { Action } from '../../src/quota/words.js';
import { wireServices } from '../../src/services/wired.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import type { Viewer } from '../../src/tenancy/viewer.js';
import {
  done,
  seedAgency,
  TEST_FINGERPRINTS,
  type SeededAgency,
  type SeedOverrides,
} from '../support/agency.js';

/** One process: what it decides with, and what it watches with. */
export interface Process {
  readonly ledger: Ledger;
  readonly reader: LedgerReader;
  readonly live: Live;
  readonly services: ReturnType<typeof wireServices>;
}

/** Processes on one database, each with connections of its own. */
export class LiveStage {
  private readonly closers: (() => Promise<unknown>)[] = [];
  private readonly listeners: Listener[] = [];

  private constructor(
    readonly appUrl: string,
    readonly dataSource: DataSource,
  ) {}

  static async open(appUrl: string): Promise<LiveStage> {
    return new LiveStage(appUrl, await openDataSource(appUrl));
  }

  /** `hints` false: it is told of nothing, by itself or by others, and sees what it polls. */
  async process({ hints = true }: { readonly hints?: boolean } = {}): Promise<Process> {
    const { appUrl, dataSource } = this;
    const onFailure = (error: unknown): void => {
      throw error;
    };
    const live = openLive({ appUrl, onFailure, alertDays: 30, hasWakeUps: hints });
    const ledger = new Ledger(appUrl, LEDGER_DEFAULTS, hints ? live.moved : undefined);
    const reader = new LedgerReader(appUrl);
    const parts = { dataSource, ledger, reader, fingerprints: TEST_FINGERPRINTS, previewCap: null };
    this.closers.push(async () => {
      await live.close();
      await Promise.all([ledger.close(), reader.close()]);
    });
    return { ledger, reader, live, services: wireServices(parts) };
  }

  seed(overrides: SeedOverrides = {}): Promise<SeededAgency> {
    return seedAgency(this.dataSource, overrides);
  }

  async listen(
    { live }: Process,
    viewer: Viewer,
    {
      seatId = null,
      clientAccountId = null,
    }: { seatId?: string | null; clientAccountId?: string | null } = {},
  ): Promise<Listener> {
    const listener = new Listener(await live.usage.subscribe(viewer, { seatId, clientAccountId }));
    this.listeners.push(listener);
    return listener;
  }

  /** After each test: everything that was listened to is let go. */
  async tidy(): Promise<void> {
    await Promise.all(this.listeners.splice(0).map((listener) => listener.stop()));
  }

  async close(): Promise<void> {
    await this.tidy();
    await Promise.all(this.closers.splice(0).map((close) => close()));
    await this.dataSource.destroy();
  }
}

/** Whoever reads a subscription as fast as it tells. */
export class Listener {
  readonly events: (UsageEvent & { readonly heardAt: number })[] = [];
  private wake: () => void = () => undefined;
  private readonly reading: Promise<void>;

  constructor(readonly subscription: UsageSubscription) {
    this.reading = this.read();
  }

  /** The newest usage of a scope, once it is as it is looked for; jest's own time-out says where that never comes. */
  async until(
    scopeId: string,
    isLookedFor: (event: UsageEvent) => boolean = () => true,
  ): Promise<UsageEvent> {
    for (;;) {
      const newest = this.newest(scopeId);
      if (newest && isLookedFor(newest)) return newest;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  newest(scopeId: string): UsageEvent | undefined {
    return this.of(scopeId).at(-1);
  }

  of(scopeId: string) {
    return this.events.filter(({ scope }) => scope.id === scopeId);
  }

  async stop(): Promise<void> {
    await this.subscription.return();
    await this.reading;
  }

  private async read(): Promise<void> {
    for await (const event of this.subscription) {
      this.events.push({ ...event, heardAt: performance.now() });
      this.wake();
    }
  }
}

/** The counter of an action in a window of so many seconds. */
export function counterOf({ usage }: UsageEvent, action: Action, seconds = 86_400): Usage {
  const found = usage.find(
    ({ limit: { counter } }) =>
      counter.actions.length === 1 &&
      counter.actions[0] === action &&
      !counter.onlyWithNote &&
      counter.window.kind === 'ROLLING' &&
      counter.window.seconds === seconds,
  );
  if (!found) throw new Error(`No counter of ${action} is told.`);
  return found;
}

/** What is held and used of an action. */
export function takenOf(event: UsageEvent, action: Action): [held: number, used: number] {
  const { held, used } = counterOf(event, action);
  return [held, used];
}

/** Asks for room for an action to somebody new; answers the reservation. */
export async function hold(
  { services }: Process,
  { owner, seat }: Pick<SeededAgency, 'owner' | 'seat'>,
  {
    action = 'FOLLOW',
    holdSeconds = 900,
    profileUrl = `https://www.linkedin.com/in/${randomUUID()}`,
  }: { action?: Action; holdSeconds?: number; profileUrl?: string } = {},
): Promise<string> {
  const { decision } = done(
    await services.reservations.reserve(owner, {
      seatId: seat.id,
      action,
      recipient: { profileUrl, degree: 'FIRST' },
      holdSeconds,
      idempotencyKey: randomUUID(),
    }),
  );
  if (decision.outcome !== 'ALLOWED') throw new Error(JSON.stringify(decision.reasons));
  return decision.id;
}
