import type { DataSource } from 'typeorm';
import { type Alert, raise } from '../../src/ledger/alerts/alerts.js';
import { holdBook } from '../../src/ledger/books/lock.js';
import { wireWebhooks, type WebhooksParts } from '../../src/live/webhooks.js';
import { eventWriter } from '../../src/resolvers/webhook-event.show.js';
import { cursorKeys } from '../../src/schema/cursor.js';
import { AuditLog } from '../../src/services/audit-log.js';
import { Changes } from '../../src/services/changes.js';
import type { GivenTerms } from '../../src/services/webhooks/webhook.checks.js';
import type { Delivery } from '../../src/services/webhooks/webhook.delivery.js';
import type { WithSecret } from '../../src/services/webhooks/webhook.service.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgency } from '../../src/tenancy/door.js';
import { Sealer } from '../../src/tenancy/sealed.js';
import { type ClockedDatabase, clockedDatabase } from '../ledger/fake-clock.js';
import { done, seedAgency, type SeededAgency, TEST_FINGERPRINTS } from '../support/agency.js';
import { Receiver } from './receiver.js';

const SECRET = 'the secret of a stage for webhooks, long enough';
export const KEYS = cursorKeys(SECRET);

/** A courier of a database, as a server wires it: it looks when it is told to. */
export function courierOn(dataSource: DataSource, more: Partial<WebhooksParts> = {}) {
  const failures: unknown[] = [];
  const wired = wireWebhooks({
    ...{ dataSource, changes: new Changes(dataSource), audit: new AuditLog(TEST_FINGERPRINTS) },
    ...{ sealer: new Sealer(SECRET), isLoopbackAllowed: true, write: eventWriter(KEYS), books: null },
    onFailure: (error) => failures.push(error),
    ...more,
  });
  return { ...wired, failures };
}

/** For a test file in which an endpoint leaves requests open: however slow the machine is, none of them is given up meanwhile. */
export function neverTimingOut(): void {
  beforeAll(() => {
    jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => new AbortController().signal);
  });
  afterAll(() => jest.restoreAllMocks());
}

/** A database with a clock that stands where it is put, an agency, and a courier. */
export class WebhookStage {
  at = Date.now();
  private readonly receivers: Receiver[] = [];
  private readonly agencies: string[] = [];

  private constructor(
    readonly database: ClockedDatabase,
    readonly dataSource: DataSource,
    readonly wired: ReturnType<typeof courierOn>,
  ) {}

  static async set(more: Partial<WebhooksParts> = {}): Promise<WebhookStage> {
    const database = await clockedDatabase();
    const dataSource = await openDataSource(database.appUrl);
    const stage = new WebhookStage(database, dataSource, courierOn(dataSource, more));
    await stage.pass(0);
    return stage;
  }

  async close(): Promise<void> {
    // What is left open is ended with them.
    for (const receiver of this.receivers) await receiver.close();
    await this.wired.courier.close();
    await this.dataSource.destroy();
    await this.database.close();
  }

  /** Time passes. */
  async pass(ms: number): Promise<void> {
    this.at += ms;
    await this.database.setClock(this.at);
  }

  async agency(): Promise<SeededAgency> {
    const agency = await seedAgency(this.dataSource);
    this.agencies.push(agency.agencyId);
    return agency;
  }

  async receiver(): Promise<Receiver> {
    const receiver = await Receiver.start();
    this.receivers.push(receiver);
    return receiver;
  }

  async add(
    { owner }: SeededAgency,
    terms: Partial<GivenTerms> & { readonly url: string },
  ): Promise<WithSecret> {
    return done(await this.wired.webhooks.addWebhook(owner, { name: 'Ops', ...terms }));
  }

  /** Raises alerts, in a transaction of their own. */
  raise({ agencyId }: SeededAgency, ...alerts: (Partial<Alert> & Pick<Alert, 'kind'>)[]): Promise<void> {
    return inAgency(this.dataSource, { agencyId }, async (manager) => {
      const at = await holdBook(manager, agencyId);
      await raise(
        manager,
        agencyId,
        alerts.map((alert) => ({ at, ...alert })),
      );
    });
  }

  /** Some alerts with numbers in them. */
  raiseMany(agency: SeededAgency, count: number): Promise<void> {
    const alerts = Array.from({ length: count }, (_, days) => ({
      kind: 'SEAT_IDLE' as const,
      facts: { days },
    }));
    return this.raise(agency, ...alerts);
  }

  /** Does all that is due at this instant. */
  async deliver(): Promise<void> {
    for (;;) {
      await this.wired.courier.look();
      await this.wired.courier.settled();
      const [failure] = this.wired.failures;
      if (failure !== undefined) throw failure as Error;
      const due = await Promise.all(this.agencies.map((id) => this.dueOf(id)));
      if (due.every((found) => found === 0)) return;
    }
  }

  private dueOf(agencyId: string): Promise<number> {
    return inAgency(this.dataSource, { agencyId }, async (manager) => {
      const [row] = await manager.query<{ due: string }[]>(
        `SELECT count(*) AS due FROM webhook w JOIN agency_book b USING (agency_id) WHERE agency_id = $1
         AND status = 'ACTIVE' AND (next_try_at <= $2 OR next_try_at IS NULL AND alert_sequence > read_sequence)`,
        [agencyId, this.at],
      );
      return Number(row?.due);
    });
  }

  /** The log of an endpoint, newest first. */
  async log({ owner }: SeededAgency, webhookId: string): Promise<Delivery[]> {
    const asked = { rows: 1_000, after: null };
    const page = await this.wired.webhookReplay.deliveries(owner, webhookId, null, asked);
    return page.rows.map(({ node }) => node);
  }
}
