import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Refusal } from '../../../src/errors.js';
import { Ledger, LEDGER_DEFAULTS } from '../../../src/ledger/ledger.js';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { type Claim, TouchClaims } from '../../../src/services/campaigns/queue.claims.js';
import { wireServices } from '../../../src/services/wired.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { clockedDatabase, type ClockedDatabase } from '../../ledger/fake-clock.js';
import { done, seedAgency, TEST_FINGERPRINTS, viewerAs } from '../../support/agency.js';
import { DEFINITION } from './work-queue.support.js';

/** A Monday, at nine in the morning in UTC. */
const MORNING = Date.UTC(2026, 10, 23, 9);
let database: ClockedDatabase;
let dataSource: DataSource;
let ledger: Ledger;
let reader: LedgerReader;
let services: ReturnType<typeof wireServices>;

beforeAll(async () => {
  database = await clockedDatabase();
  await database.setClock(MORNING);
  dataSource = await openDataSource(database.appUrl, { connectionsMax: 8 });
  ledger = new Ledger(database.appUrl, { ...LEDGER_DEFAULTS, lanes: 1 });
  reader = new LedgerReader(database.appUrl);
  services = wireServices({ dataSource, ledger, reader, fingerprints: TEST_FINGERPRINTS, previewCap: null });
});
afterAll(async () => {
  await ledger.close();
  await reader.close();
  await dataSource.destroy();
  await database.close();
});

/** The first touch of somebody in a campaign, and two who may claim it. */
async function openTouch(): Promise<{ touchId: string; operators: Viewer[] }> {
  const { owner, clientAccount, seat } = await seedAgency(dataSource);
  const profileUrl = `https://www.linkedin.com/in/${randomUUID()}`;
  const prospect = { profileUrl, firstName: 'First', lastName: 'Last', company: 'Company' };
  done(
    await services.prospects.addProspects(owner, {
      clientAccountId: clientAccount.id,
      prospects: [prospect],
    }),
  );
  const { campaigns, campaignDesk } = services;
  const named = { clientAccountId: clientAccount.id, name: 'Spring', seatIds: [seat.id] };
  const { id: campaignId } = done(await campaigns.createCampaign(owner, named));
  done(await campaignDesk.changes.updateCampaign(owner, { campaignId, audienceTags: [] }));
  done(await campaignDesk.changes.setCampaignSteps(owner, { campaignId, definition: DEFINITION }));
  done(await campaignDesk.life.launchCampaign(owner, campaignId));
  const { touches } = await services.touches.nextTouches(owner, seat.id, 1);
  const operators = ['one', 'other'].map((name) => ({
    ...viewerAs(owner, 'OPERATOR'),
    actor: `system:${name}`,
  }));
  return { touchId: touches[0]!.touch.id, operators };
}

/** Connections of which the first that has read the clock stalls until it is told to go on. */
class Stalled {
  readonly dataSource: DataSource;
  readonly hasRead: Promise<void>;
  goOn: () => void = () => undefined;
  private reached: () => void = () => undefined;
  private isFirst = true;

  constructor() {
    this.hasRead = new Promise((resolve) => (this.reached = resolve));
    const gate = new Promise<void>((resolve) => (this.goOn = resolve));
    const createQueryRunner = () => {
      const runner = dataSource.createQueryRunner();
      const { manager } = runner;
      const query: EntityManager['query'] = manager.query.bind(manager);
      const stalling = async (sql: string, values?: unknown[]): Promise<unknown> => {
        const answer = await query(sql, values);
        if (this.isFirst && sql.includes('see_clock')) {
          this.isFirst = false;
          this.reached();
          await gate;
        }
        return answer;
      };
      Object.assign(manager, { query: stalling });
      return runner;
    };
    this.dataSource = Object.create(dataSource, {
      createQueryRunner: { value: createQueryRunner },
    }) as DataSource;
  }
}

/** Whether a transaction waits for what another one has locked. */
async function somebodyWaits(): Promise<boolean> {
  const [found] = await dataSource.query<{ waits: boolean }[]>(
    `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock') AS waits`,
  );
  return found!.waits;
}

function isTheirs(claim: Claim | Refusal): boolean {
  return !(claim instanceof Refusal) && claim.decided?.reservation?.status === 'HELD';
}

it('gives a touch to nobody by what was read of it before another one had it', async () => {
  const { touchId, operators } = await openTouch();
  const [one, other] = operators as [Viewer, Viewer];
  const stalled = new Stalled();
  const lateClaims = new TouchClaims(stalled.dataSource, services.reservations, services.releases);
  const late = lateClaims.claimTouch(one, { touchId, idempotencyKey: randomUUID() });
  await stalled.hasRead;
  // Whoever comes now either has to wait for the one that has read it, or is through before that one writes.
  const answered: unknown[] = [];
  const early = services.touchClaims.claimTouch(other, { touchId, idempotencyKey: randomUUID() });
  void early.then((claim) => answered.push(claim));
  while (answered.length === 0) if (await somebodyWaits()) break;
  stalled.goOn();
  const claims = await Promise.all([late, early]);
  expect(claims.filter(isTheirs)).toHaveLength(1);
});
