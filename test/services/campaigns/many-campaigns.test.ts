import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Ledger, LEDGER_DEFAULTS } from '../../../src/ledger/ledger.js';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { planTouches } from '../../../src/ledger/told/touches-at-desk.js';
import { PlannedLimit } from '../../../src/quota/planned-limit.js';
import { TouchPlan } from '../../../src/quota/touch-plan.js';
import { wireServices } from '../../../src/services/wired.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { clockedDatabase, type ClockedDatabase } from '../../ledger/fake-clock.js';
import { done, seedAgency, type SeededAgency, TEST_FINGERPRINTS } from '../../support/agency.js';
import { DEFINITION } from './work-queue.support.js';

/** A Monday, at nine in the morning in UTC. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const CAMPAIGNS = 310;
/** Of a seat, at once: those whose first touch has been due for the longest time. */
const LOOKED_AT = 300;
/** Of a day, as the policy recommends them. */
const INVITATIONS = 16;
let database: ClockedDatabase;
let dataSource: DataSource;
let ledger: Ledger;
let reader: LedgerReader;
let services: ReturnType<typeof wireServices>;
let agency: SeededAgency;
let campaignIds: readonly string[];

beforeAll(async () => {
  database = await clockedDatabase();
  await database.setClock(MORNING);
  dataSource = await openDataSource(database.appUrl, { connectionsMax: 8 });
  ledger = new Ledger(database.appUrl, { ...LEDGER_DEFAULTS, lanes: 1 });
  reader = new LedgerReader(database.appUrl);
  services = wireServices({ dataSource, ledger, reader, fingerprints: TEST_FINGERPRINTS, previewCap: null });
  agency = await seedAgency(dataSource);
  campaignIds = await manyCampaigns();
});
afterAll(async () => {
  await ledger.close();
  await reader.close();
  await dataSource.destroy();
  await database.close();
});

/** One that is launched, with twelve people, and as many more as it was then. */
async function manyCampaigns(): Promise<string[]> {
  const { owner, agencyId, seat, clientAccount } = agency;
  const clientAccountId = clientAccount.id;
  const prospects = Array.from({ length: 12 }, () => ({
    ...{ profileUrl: `https://www.linkedin.com/in/${randomUUID()}`, firstName: 'First', company: 'Company' },
  }));
  done(await services.prospects.addProspects(owner, { clientAccountId, prospects }));
  const { campaigns, campaignDesk } = services;
  const named = { clientAccountId, name: 'Spring', seatIds: [seat.id] };
  const { id: campaignId } = done(await campaigns.createCampaign(owner, named));
  done(await campaignDesk.changes.updateCampaign(owner, { campaignId, audienceTags: [] }));
  done(await campaignDesk.changes.setCampaignSteps(owner, { campaignId, definition: DEFINITION }));
  done(await campaignDesk.life.launchCampaign(owner, campaignId));
  return inAgency(dataSource, owner, async (manager) => {
    const copy = (table: string, changed: Record<string, string>, columns: string) => {
      const kept = columns.replace(/\w+/g, (column) => `k.${column}`);
      return manager.query(
        `INSERT INTO ${table} (agency_id, ${Object.keys(changed).join(', ')}, ${columns})
         SELECT k.agency_id, ${Object.values(changed).join(', ')}, ${kept} FROM ${table} k
         JOIN campaign c ON c.agency_id = k.agency_id AND c.id <> $2
         WHERE k.agency_id = $1 AND k.campaign_id = $2`,
        [agencyId, campaignId],
      );
    };
    await manager.query(
      `INSERT INTO campaign (agency_id, id, client_account_id, name, status, created_at, audience_tags, version, draft_version, launched_at)
       SELECT agency_id, gen_random_uuid(), client_account_id, name, status, created_at, audience_tags, version, draft_version, launched_at
       FROM campaign, generate_series(2, $3::int) WHERE agency_id = $1 AND id = $2`,
      [agencyId, campaignId, CAMPAIGNS],
    );
    const ofCampaign = { campaign_id: 'c.id' };
    await copy('campaign_seat', ofCampaign, 'seat_id, joined_at');
    await copy(
      'campaign_version',
      { ...ofCampaign, created_at: 'c.created_at' },
      'number, definition, created_by',
    );
    const place =
      'recipient_id, seat_id, version, state, step, step_since, next_due_at, degree, open_profile, enrolled_at';
    await copy('enrolment', { ...ofCampaign, id: 'gen_random_uuid()' }, place);
    const sql = 'SELECT id FROM campaign WHERE agency_id = $1 ORDER BY id';
    const rows = await manager.query<{ id: string }[]>(sql, [agencyId]);
    return rows.map(({ id }) => id);
  });
}

/** Of the first campaign one invitation a month. */
async function capFirst(): Promise<string> {
  const [id] = campaignIds;
  const limit = {
    actions: ['CONNECTION_REQUEST'],
    onlyWithNote: false,
    windowKind: 'CALENDAR_MONTH',
    max: 1,
  } as const;
  const scope = { kind: 'CAMPAIGN', id: id! } as const;
  done(await services.limits.setLimit(agency.owner, { scope, limit: { ...limit, windowSeconds: null } }));
  return id!;
}

it('gives the day of a seat to hundreds of campaigns in turns, each within its own limits', async () => {
  const capped = await capFirst();
  const { owner, seat } = agency;
  const { touches, waiting, binding } = await services.touches.nextTouches(owner, seat.id, 100);
  expect([touches.length, binding?.code]).toEqual([INVITATIONS, 'LIMIT_REACHED']);
  const ids = touches.map(({ touch }) => touch.campaignId);
  expect(new Set(ids).size).toBe(INVITATIONS);
  expect(ids.filter((id) => id === capped).length).toBeLessThanOrEqual(1);
  // Of each as many as all together are to be: ten.
  expect(waiting).toBe(10 * LOOKED_AT);
});

it('works out what the rules say once for all campaigns that no rule tells apart', async () => {
  const capped = await capFirst();
  const { owner, seat } = agency;
  const kinds = campaignIds.map((campaignId) => {
    return { action: 'CONNECTION_REQUEST', noted: true, campaignId } as const;
  });
  const planned = await planTouches(
    reader,
    owner,
    { kindsOf: new Map([[seat.id, kinds]]), sends: 1 },
    ({ kinds: asked, plan }) => {
      const own = asked.find(({ campaignId }) => campaignId === capped)!;
      const other = asked.find(({ campaignId }) => campaignId !== capped)!;
      const first = plan.slotOf(own)!;
      plan.take(own, first);
      return {
        ways: new Set(asked.map((kind) => kind.asked)).size,
        own: plan.slotOf(own),
        other: plan.slotOf(other),
      };
    },
  );
  const { ways, own, other } = planned.get(seat.id)!;
  expect(ways).toBe(1);
  // With the first working hour of the next month; the others as soon as the pace has it.
  expect(own).toBe(Date.UTC(2026, 11, 1, 9));
  expect(other).toBeLessThan(MORNING + 600_000);
});

it('tells a limit once of what is planned, however many campaigns have limits of their own', async () => {
  const { owner, seat, clientAccount } = agency;
  const own = campaignIds.slice(0, 5);
  const monthly = { onlyWithNote: false, windowKind: 'CALENDAR_MONTH', windowSeconds: null, max: 1 } as const;
  const limit = { actions: ['CONNECTION_REQUEST'], ...monthly } as const;
  for (const id of own) {
    done(await services.limits.setLimit(owner, { scope: { kind: 'CAMPAIGN', id }, limit }));
  }
  const scope = { kind: 'CLIENT_ACCOUNT', id: clientAccount.id } as const;
  const { id: ofAccount } = done(await services.limits.setLimit(owner, { scope, limit }));
  const kinds = own.map((campaignId) => ({ action: 'CONNECTION_REQUEST', noted: true, campaignId }) as const);
  const asked = { kindsOf: new Map([[seat.id, kinds]]), sends: 1 };
  const told = await planTouches(reader, owner, asked, ({ kinds: all, plan }) => {
    const slots = all.map((kind) => plan.slotOf(kind)!);
    const send = jest.spyOn(PlannedLimit.prototype, 'send');
    plan.take(all[0]!, slots[0]!);
    const names = send.mock.contexts.map((planned) => planned.limit.limitId);
    send.mockRestore();
    return names.filter((name) => name === ofAccount);
  });
  done(await services.limits.removeLimit(owner, ofAccount));
  expect(told.get(seat.id)).toEqual([ofAccount]);
});

it('tells what it could plan in a second, where there is more', async () => {
  // As if nothing that is planned counted, and each took a tenth of a second.
  const take = jest.spyOn(TouchPlan.prototype, 'take').mockImplementation(() => {
    const until = performance.now() + 100;
    while (performance.now() < until);
  });
  const { touches, waiting, binding } = await services.touches.nextTouches(agency.owner, agency.seat.id, 100);
  take.mockRestore();
  expect(touches.length).toBeGreaterThan(0);
  expect(touches.length).toBeLessThanOrEqual(10);
  expect([waiting, binding]).toEqual([10 * LOOKED_AT, null]);
});
