import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Refusal } from '../../../src/errors.js';
import { Ledger, LEDGER_DEFAULTS } from '../../../src/ledger/ledger.js';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { nextChangeAt } from '../../../src/services/campaigns/queue.today.js';
import { wireServices } from '../../../src/services/wired.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { clockedDatabase, type ClockedDatabase } from '../../ledger/fake-clock.js';
import { done, newSeat, seedAgency, servicesOn, TEST_FINGERPRINTS } from '../../support/agency.js';
import { DEFINITION } from './work-queue.support.js';

/** The agency is in Auckland: its days begin at eleven of its seats' clocks. */
const AUCKLAND = 'Pacific/Auckland';
const DAY = 86_400_000;
/** A Thursday. */
const NOW = Date.parse('2026-11-26T09:00:00Z');
const MIDNIGHT = Date.parse('2026-11-26T11:00:00Z');
/** The first working hour behind the 30 days that the first campaign has somebody, which end with a Saturday's midnight. */
const TOLD = Date.parse('2026-12-28T09:00:00Z');

let database: ClockedDatabase;
let dataSource: DataSource;
let ledger: Ledger;
let reader: LedgerReader;
let services: ReturnType<typeof wireServices>;

beforeAll(async () => {
  database = await clockedDatabase();
  dataSource = await openDataSource(database.appUrl, { connectionsMax: 4 });
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

/** Two client accounts that pool their contacts, both with the same people in a campaign; the first one has them. */
class Two {
  private constructor(
    readonly owner: Viewer,
    readonly first: string,
    readonly seatId: string,
  ) {}

  static async open(people = 1): Promise<Two> {
    await database.setClock(NOW);
    const clientAccount = { poolsContacts: true, timeZone: 'UTC' };
    const {
      owner,
      clientAccount: account,
      plan,
      seat,
    } = await seedAgency(dataSource, {
      ...{ timeZone: AUCKLAND, clientAccount, seat: { timeZone: 'UTC' } },
    });
    const { clientAccounts, seats } = servicesOn(dataSource);
    const terms = { name: 'Other', planId: plan.id, timeZone: 'UTC', poolsContacts: true };
    const other = done(await clientAccounts.createClientAccount(owner, terms));
    const { id: seatId } = done(await seats.addSeat(owner, newSeat(other.id)));
    const urls = Array.from({ length: people }, () => `https://www.linkedin.com/in/${randomUUID()}`);
    const first = await launch(owner, account.id, seat.id, urls);
    await database.setClock(NOW + 1);
    await launch(owner, other.id, seatId, urls);
    return new Two(owner, first, seatId);
  }

  async next(): Promise<string[]> {
    const { touches } = await services.touches.nextTouches(this.owner, this.seatId, 20);
    return touches.map(({ touch }) => touch.id);
  }

  /** The outcome, with the reasons and the instant that is told. */
  async claim(touchId: string): Promise<unknown[]> {
    const claim = await services.touchClaims.claimTouch(this.owner, {
      touchId,
      idempotencyKey: randomUUID(),
    });
    if (claim instanceof Refusal) return [claim.message];
    const { outcome, reasons, retryAt } = claim.decided!.decision;
    return [outcome, ...reasons.map(({ code }) => code), retryAt];
  }

  async ended(): Promise<void> {
    done(await services.campaignDesk.life.completeCampaign(this.owner, this.first));
  }

  async decisions(): Promise<number> {
    const sql = 'SELECT count(*)::int AS count FROM decision WHERE agency_id = $1';
    const [found] = await inAgency(dataSource, this.owner, (manager) =>
      manager.query<{ count: number }[]>(sql, [this.owner.agencyId]),
    );
    return found!.count;
  }
}

async function launch(
  owner: Viewer,
  clientAccountId: string,
  seatId: string,
  urls: string[],
): Promise<string> {
  const prospects = urls.map((profileUrl) => ({ profileUrl, firstName: 'First', company: 'Company' }));
  done(await services.prospects.addProspects(owner, { clientAccountId, prospects }));
  const { campaigns, campaignDesk } = services;
  const { id: campaignId } = done(
    await campaigns.createCampaign(owner, { clientAccountId, name: 'Spring', seatIds: [seatId] }),
  );
  done(await campaignDesk.changes.updateCampaign(owner, { campaignId, audienceTags: [] }));
  done(await campaignDesk.changes.setCampaignSteps(owner, { campaignId, definition: DEFINITION }));
  done(await campaignDesk.life.launchCampaign(owner, campaignId));
  return campaignId;
}

it('a touch of somebody whom another client gave up is due from the next midnight of the agency on', async () => {
  const two = await Two.open();
  const [touchId] = await two.next();
  expect(await two.claim(touchId!)).toEqual(['DENIED', 'TAKEN_BY_OTHER_CLIENT', TOLD]);
  await two.ended();
  // Not at the hour at which they were given up.
  await database.setClock(MIDNIGHT - 1);
  expect(await two.next()).toEqual([]);
  expect(await two.claim(touchId!)).toEqual([`It is due at ${new Date(TOLD).toISOString()}.`]);
  await database.setClock(MIDNIGHT);
  expect(await two.next()).toEqual([touchId]);
  expect((await two.claim(touchId!))[0]).toBe('ALLOWED');
});

it('one of somebody who is taken still waits for the instant that was told, and is looked at once a day', async () => {
  const two = await Two.open();
  const [touchId] = await two.next();
  await two.claim(touchId!);
  const foresee = services.reservations.foresee.bind(services.reservations);
  let looks = 0;
  services.reservations.foresee = (...args) => {
    looks += 1;
    return foresee(...args);
  };
  const decided = await two.decisions();
  for (let day = 0; day < 3; day += 1) {
    await database.setClock(MIDNIGHT + day * DAY + 60_000);
    expect(await two.next()).toEqual([]);
    expect(await two.next()).toEqual([]);
    expect(looks).toBe(day + 1);
  }
  // Nobody asked, so that nothing is kept of it.
  expect(await two.decisions()).toBe(decided);
  expect(await two.claim(touchId!)).toEqual([`It is due at ${new Date(TOLD).toISOString()}.`]);
  await two.ended();
  // A Monday.
  await database.setClock(MIDNIGHT + 4 * DAY);
  expect(await two.next()).toEqual([touchId]);
  services.reservations.foresee = foresee;
});

it('whoever waits for what is due is told of the midnight', async () => {
  const two = await Two.open();
  const [touchId] = await two.next();
  await two.claim(touchId!);
  const found = await services.touches.nextTouches(two.owner, two.seatId, 20);
  expect(nextChangeAt(found)).toBe(MIDNIGHT);
});

it('looks at twenty at a time, however many wait', async () => {
  const two = await Two.open(24);
  const all: string[] = [];
  for (let tries = 0; tries < 24; tries += 1) {
    const [touchId] = await two.next();
    all.push(touchId!);
    expect((await two.claim(touchId!))[0]).toBe('DENIED');
  }
  expect(new Set(all).size).toBe(24);
  const foresee = services.reservations.foresee.bind(services.reservations);
  let looks = 0;
  services.reservations.foresee = (...args) => {
    looks += 1;
    return foresee(...args);
  };
  await database.setClock(MIDNIGHT);
  await two.next();
  expect(looks).toBe(20);
  await two.next();
  expect(looks).toBe(24);
  services.reservations.foresee = foresee;
});
