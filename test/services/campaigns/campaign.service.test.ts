import type { DataSource } from 'typeorm';
import { CampaignSeatEntity } from '../../../src/entities/campaign-seat.entity.js';
import { Refusal } from '../../../src/errors.js';
import { AuditLog } from '../../../src/services/audit-log.js';
import { CampaignChanges } from '../../../src/services/campaigns/campaign.changes.js';
import { Changes } from '../../../src/services/changes.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import {
  done,
  newSeat,
  refused,
  seedAgency,
  servicesOn,
  TEST_FINGERPRINTS,
  viewerAs,
} from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

let dataSource: DataSource;
let services: ReturnType<typeof servicesOn>;

beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
  services = servicesOn(dataSource);
});
afterAll(() => dataSource.destroy());

const ALL = { clientAccountId: null, statuses: null };

describe('createCampaign', () => {
  it('keeps a draft with its seats, each once', async () => {
    const { owner, clientAccount, seat } = await seedAgency(dataSource);
    const input = { clientAccountId: clientAccount.id, name: 'Spring', externalRef: 'C-1' };
    const campaign = done(
      await services.campaigns.createCampaign(viewerAs(owner, 'MANAGER'), {
        ...input,
        seatIds: [seat.id, seat.id],
      }),
    );
    expect(campaign).toMatchObject({ ...input, status: 'DRAFT' });
    expect(await services.campaigns.byExternalRef(owner, 'C-1')).toEqual(campaign);
    const members = await inAgency(dataSource, owner, (manager) =>
      manager.findBy(CampaignSeatEntity, { campaignId: campaign.id }),
    );
    expect(members).toMatchObject([{ seatId: seat.id, weight: 1 }]);
  });

  it('refuses seats of nobody, of another client account, and removed ones, and says which', async () => {
    const { owner, agencyId, plan, clientAccount, seat } = await seedAgency(dataSource);
    const stranger = await seedAgency(dataSource);
    const input = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
    const other = done(await services.clientAccounts.createClientAccount(owner, input));
    const otherSeat = done(await services.seats.addSeat(owner, newSeat(other.id)));
    const create = (seatIds: string[], viewer = owner) =>
      services.campaigns.createCampaign(viewer, {
        clientAccountId: clientAccount.id,
        name: 'Spring',
        seatIds,
      });
    expect(refused(await create([seat.id, stranger.seat.id]))).toBe('NOT_FOUND input.seatIds.1');
    expect(refused(await create([otherSeat.id]))).toBe('INVALID input.seatIds.0');
    const manager = viewerAs(owner, 'MANAGER', clientAccount.id);
    expect(refused(await create([otherSeat.id], manager))).toBe('NOT_FOUND input.seatIds.0');
    await inAgency(dataSource, owner, (transaction) =>
      transaction.query(`UPDATE seat SET status = 'REMOVED' WHERE agency_id = $1 AND id = $2`, [
        agencyId,
        seat.id,
      ]),
    );
    expect(refused(await create([seat.id]))).toBe('WRONG_STATE input.seatIds.0');
    done(await create([]));
  });

  it('takes a seat into 200 campaigns that have not ended, and keeps those that it is in', async () => {
    const { owner, agencyId, clientAccount, seat } = await seedAgency(dataSource);
    const create = () =>
      services.campaigns.createCampaign(owner, {
        ...{ clientAccountId: clientAccount.id, name: 'One of many', seatIds: [seat.id] },
      });
    const first = done(await create());
    for (let more = 1; more < 199; more += 1) done(await create());
    // Each as another process would, all at once: what is counted and what is written is under one lock.
    const set = (campaignId: string) =>
      new CampaignChanges(
        dataSource,
        new Changes(dataSource),
        new AuditLog(TEST_FINGERPRINTS),
      ).setCampaignSeats(owner, { campaignId, seats: [{ seatId: seat.id }] });
    const none = { clientAccountId: clientAccount.id, name: 'Of none', seatIds: [] };
    const empty = await Promise.all([1, 2, 3, 4].map(() => services.campaigns.createCampaign(owner, none)));
    // Each has a connection by now.
    await Promise.all(empty.map(() => services.campaigns.countCampaigns(owner, ALL)));
    const atOnce = await Promise.all(empty.map((campaign) => set(done(campaign).id)));
    const left = empty.filter((_, index) => atOnce[index] instanceof Refusal).map(done);
    expect(left).toHaveLength(3);
    expect(refused(await create())).toBe('WRONG_STATE input.seatIds.0');
    done(await set(first.id));
    expect(refused(await set(left[0]!.id))).toBe('WRONG_STATE input.seats.0.seatId');
    await inAgency(dataSource, owner, (transaction) =>
      transaction.query(`UPDATE campaign SET status = 'ARCHIVED' WHERE agency_id = $1 AND id = $2`, [
        agencyId,
        first.id,
      ]),
    );
    done(await set(left[0]!.id));
  });

  it('refuses what is wrong, taken, archived or not for the role', async () => {
    const { owner, clientAccount } = await seedAgency(dataSource);
    const stranger = await seedAgency(dataSource);
    const create = (input: object, viewer = owner) =>
      services.campaigns.createCampaign(viewer, {
        ...{ clientAccountId: clientAccount.id, name: 'Spring', seatIds: [] },
        ...input,
      });
    expect(refused(await create({ name: '' }))).toBe('INVALID input.name');
    expect(refused(await create({ externalRef: 'a\0' }))).toBe('INVALID input.externalRef');
    expect(refused(await create({ clientAccountId: stranger.clientAccount.id }))).toBe(
      'NOT_FOUND input.clientAccountId',
    );
    expect(refused(await create({}, viewerAs(owner, 'OPERATOR')))).toBe('FORBIDDEN_FOR_ROLE');
    done(await create({ externalRef: 'C-1' }));
    expect(refused(await create({ externalRef: 'C-1' }))).toBe('TAKEN input.externalRef');
    const archive = { clientAccountId: clientAccount.id, status: 'ARCHIVED' } as const;
    done(await services.clientAccounts.updateClientAccount(owner, archive));
    expect(refused(await create({}))).toBe('WRONG_STATE input.clientAccountId');
  });
});

describe('campaigns', () => {
  it('come newest first, page by page, and only those that the viewer sees', async () => {
    const { owner, plan, clientAccount } = await seedAgency(dataSource);
    const input = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
    const other = done(await services.clientAccounts.createClientAccount(owner, input));
    const ids: string[] = [];
    for (const clientAccountId of [clientAccount.id, other.id, clientAccount.id]) {
      const campaign = { clientAccountId, name: 'Spring', seatIds: [] };
      ids.unshift(done(await services.campaigns.createCampaign(owner, campaign)).id);
    }
    // Of one millisecond they stand in any order, but always the same.
    ids.sort().reverse();
    const first = await services.campaigns.campaigns(owner, ALL, { rows: 2, after: null });
    const second = await services.campaigns.campaigns(owner, ALL, {
      rows: 2,
      after: first.rows.at(-1)!.position,
    });
    expect([...first.rows, ...second.rows].map(({ node }) => node.id)).toEqual(ids);
    expect([first.hasNextPage, second.hasNextPage]).toEqual([true, false]);
    expect(await services.campaigns.countCampaigns(owner, { ...ALL, statuses: ['RUNNING'] })).toBe(0);
    expect(await services.campaigns.countCampaigns(owner, { ...ALL, clientAccountId: other.id })).toBe(1);
    const client = viewerAs(owner, 'CLIENT', other.id);
    expect(await services.campaigns.countCampaigns(client, ALL)).toBe(1);
    expect((await services.campaigns.byIds(client, ids)).size).toBe(1);
    const pages = await services.campaigns.campaignsOfClientAccounts(owner, [clientAccount.id, other.id], {
      rows: 1,
      after: null,
    });
    expect([...pages.values()].map((page) => [page.rows.length, page.hasNextPage])).toEqual([
      [1, true],
      [1, false],
    ]);
  });
});
