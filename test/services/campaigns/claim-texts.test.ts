import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Refusal } from '../../../src/errors.js';
import { Ledger, LEDGER_DEFAULTS } from '../../../src/ledger/ledger.js';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import type { Variant } from '../../../src/outreach/campaign/steps.js';
import type { BusyWork } from '../../../src/services/busy-work.js';
import { TouchClaims } from '../../../src/services/campaigns/queue.claims.js';
import type { Claim } from '../../../src/services/campaigns/queue.concluding.js';
import { Changes } from '../../../src/services/changes.js';
import { makeText } from '../../../src/services/campaigns/touch.text.js';
import { wireServices } from '../../../src/services/wired.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { clockedDatabase, type ClockedDatabase } from '../../ledger/fake-clock.js';
import { done, seedAgency, TEST_FINGERPRINTS } from '../../support/agency.js';
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

interface Open {
  readonly owner: Viewer;
  readonly touchId: string;
  readonly rename: (firstName: string) => Promise<void>;
}

/** The first touch of somebody in a campaign, who may be called otherwise on the list by and by. */
async function openTouch(): Promise<Open> {
  const { owner, clientAccount, seat } = await seedAgency(dataSource);
  const profileUrl = `https://www.linkedin.com/in/${randomUUID()}`;
  const prospect = { profileUrl, firstName: 'First', lastName: 'Last', company: 'Company' };
  const clientAccountId = clientAccount.id;
  const [added] = done(
    await services.prospects.addProspects(owner, { clientAccountId, prospects: [prospect] }),
  );
  const { campaigns, campaignDesk } = services;
  const named = { clientAccountId, name: 'Spring', seatIds: [seat.id] };
  const { id: campaignId } = done(await campaigns.createCampaign(owner, named));
  done(await campaignDesk.changes.updateCampaign(owner, { campaignId, audienceTags: [] }));
  done(await campaignDesk.changes.setCampaignSteps(owner, { campaignId, definition: DEFINITION }));
  done(await campaignDesk.life.launchCampaign(owner, campaignId));
  const { touches } = await services.touches.nextTouches(owner, seat.id, 1);
  const rename = async (firstName: string) => {
    done(await services.prospects.updateProspect(owner, { prospectId: added!.prospect!.id, firstName }));
  };
  return { owner, touchId: touches[0]!.touch.id, rename };
}

/** Connections of which it is known how many have a transaction under way. */
function counted(): { readonly dataSource: DataSource; readonly open: () => number } {
  let open = 0;
  const createQueryRunner = () => {
    const runner = dataSource.createQueryRunner();
    const start = runner.startTransaction.bind(runner);
    const release = runner.release.bind(runner);
    runner.startTransaction = async (...args) => {
      open += 1;
      await start(...args);
    };
    runner.release = async () => {
      open -= 1;
      await release();
    };
    return runner;
  };
  const wrapped = Object.create(dataSource, { createQueryRunner: { value: createQueryRunner } });
  return { dataSource: wrapped as DataSource, open: () => open };
}

const bodyOf = (claim: Claim | Refusal): string | undefined =>
  claim instanceof Refusal ? claim.message : claim.text?.body;

it('makes the text while nothing is locked', async () => {
  const { owner, touchId } = await openTouch();
  const { dataSource: watched, open } = counted();
  const opened: number[] = [];
  const busy: Pick<BusyWork, 'keep'> = {
    keep: async (_, work) => {
      opened.push(open());
      return work();
    },
  };
  const claims = new TouchClaims(watched, { ...services, changes: new Changes(dataSource) }, busy);
  const claim = await claims.claimTouch(owner, { touchId, idempotencyKey: randomUUID() });
  expect(bodyOf(claim)).toContain('Hi First, your work at Company');
  expect(opened).toEqual([0]);
  expect(open()).toBe(0);
});

it('gives no text of what was otherwise by the time that the touch was locked', async () => {
  const { owner, touchId, rename } = await openTouch();
  let times = 0;
  const busy: Pick<BusyWork, 'keep'> = {
    keep: async (_, work) => {
      const made = work();
      times += 1;
      if (times === 1) await rename('Renamed');
      return made;
    },
  };
  const claims = new TouchClaims(dataSource, { ...services, changes: new Changes(dataSource) }, busy);
  const claim = await claims.claimTouch(owner, { touchId, idempotencyKey: randomUUID() });
  expect(bodyOf(claim)).toContain('Hi Renamed, your work at Company');
  expect(times).toBe(2);
});

it('whoever goes on being changed is told so, and nobody is kept', async () => {
  const { owner, touchId, rename } = await openTouch();
  let times = 0;
  const busy: Pick<BusyWork, 'keep'> = {
    keep: async (_, work) => {
      const made = work();
      times += 1;
      await rename(`Name ${times}`);
      return made;
    },
  };
  const claims = new TouchClaims(dataSource, { ...services, changes: new Changes(dataSource) }, busy);
  const asked = claims.claimTouch(owner, { touchId, idempotencyKey: randomUUID() });
  await expect(asked).rejects.toThrow('again and again');
  const claim = await services.touchClaims.claimTouch(owner, { touchId, idempotencyKey: randomUUID() });
  expect(bodyOf(claim)).toContain(`Hi Name ${times}`);
});

it('ends a text that takes long, subject and body together', async () => {
  const { owner, clientAccount } = await seedAgency(dataSource);
  const prospects = [{ profileUrl: `https://www.linkedin.com/in/${randomUUID()}` }];
  const listed = { clientAccountId: clientAccount.id, prospects };
  const [added] = done(await services.prospects.addProspects(owner, listed));
  // Each loop over nothing takes its time, and next to no memory. The body alone would be ended by the library, later.
  const empty = '{% for b in nobody %}{% endfor %}'.repeat(200);
  const loops = (times: number) => `{% assign nobody = "" %}{% for a in (1..${times}) %}${empty}{% endfor %}`;
  const variant: Variant = { key: 'a', weight: 1, subject: loops(40), body: loops(49_999) };
  expect(makeText(variant, added!.prospect!).text).toEqual({ field: 'body', problem: 'it takes too long' });
});
