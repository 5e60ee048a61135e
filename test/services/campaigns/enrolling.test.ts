import { Changes } from '../../../src/services/changes.js';
import { BusyWork } from '../../../src/services/busy-work.js';
import type { Audience } from '../../../src/services/campaigns/campaign.audience.js';
import { SegmentOrTags } from '../../../src/services/campaigns/campaign.segment.js';
import { CampaignEnrolling } from '../../../src/services/campaigns/campaign.enrolling.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { done, type SeededAgency } from '../../support/agency.js';
import { type Drafted, type EnrollingStage, openEnrolling } from './enrolling.support.js';

let dataSource: EnrollingStage['dataSource'];
let reader: EnrollingStage['reader'];
let services: EnrollingStage['services'];
let drafted: EnrollingStage['drafted'];
let list: EnrollingStage['list'];
let close: EnrollingStage['close'];

beforeAll(async () => {
  ({ dataSource, reader, services, drafted, list, close } = await openEnrolling(4));
});
afterAll(() => close());
afterEach(() => jest.restoreAllMocks());

/** How many seats have how many people. */
async function peopleOfSeats({ agency, campaignId }: Drafted): Promise<number[]> {
  const rows = await inAgency(dataSource, agency.owner, (manager) =>
    manager.query<{ people: number }[]>(
      `SELECT count(*)::int AS people FROM enrolment WHERE agency_id = $1 AND campaign_id = $2
       GROUP BY seat_id ORDER BY 1`,
      [agency.agencyId, campaignId],
    ),
  );
  return rows.map(({ people }) => people);
}

it('a launch looks for room at as many seats as there are people to be taken in, and at none where nobody is', async () => {
  const plans = jest.spyOn(reader, 'planSends');
  const stage = await drafted(8, 3);
  const { owner } = stage.agency;
  done(await services.campaignDesk.life.launchCampaign(owner, stage.campaignId));
  expect(plans).toHaveBeenCalledTimes(3);
  expect(await peopleOfSeats(stage)).toEqual([1, 1, 1]);
  done(await services.campaignDesk.life.launchCampaign(owner, stage.campaignId));
  expect(plans).toHaveBeenCalledTimes(3);
  // The next two go to seats that have nobody yet.
  await list(stage.agency, 2);
  done(await services.campaignDesk.life.launchCampaign(owner, stage.campaignId));
  expect(plans).toHaveBeenCalledTimes(5);
  expect(await peopleOfSeats(stage)).toEqual([1, 1, 1, 1, 1]);
});

it('of many seats fifty are looked at a turn', async () => {
  const plans = jest.spyOn(reader, 'planSends');
  const stage = await drafted(55, 120);
  done(await services.campaignDesk.life.launchCampaign(stage.agency.owner, stage.campaignId));
  expect(plans).toHaveBeenCalledTimes(50);
  const people = await peopleOfSeats(stage);
  expect([people.length, people.reduce((sum, one) => sum + one, 0)]).toEqual([50, 120]);
});

async function turnOfBook({ agencyId, owner }: SeededAgency): Promise<number> {
  const [book] = await inAgency(dataSource, owner, (manager) =>
    manager.query<{ turn: string }[]>('SELECT turn FROM agency_book WHERE agency_id = $1', [agencyId]),
  );
  return Number(book!.turn);
}

it('a sweep takes so many turns of a campaign, and the next one goes on', async () => {
  const { agency, campaignId } = await drafted(2, 1);
  const { agencyId, owner } = agency;
  done(await services.campaignDesk.life.launchCampaign(owner, campaignId));
  const [known] = await inAgency(dataSource, owner, async (manager) => {
    await manager.query(
      `UPDATE campaign SET enrolling_after = '00000000-0000-0000-0000-000000000000' WHERE agency_id = $1`,
      [agencyId],
    );
    return manager.query<{ id: string }[]>(
      'SELECT recipient_id AS id FROM enrolment WHERE agency_id = $1 AND campaign_id = $2',
      [agencyId, campaignId],
    );
  });
  // A list without an end, of whom everybody is there already.
  const page = Array.from({ length: 1_000 }, () => known!.id);
  let pages = 0;
  const endless: Audience = {
    count: async () => 0,
    people: async () => {
      pages += 1;
      if (pages > 500) throw new Error('It does not end.');
      return page;
    },
  };
  const plans = jest.spyOn(reader, 'planSends');
  const enrolling = new CampaignEnrolling(dataSource, {
    reader,
    audience: endless,
    busy: new BusyWork(),
    changes: new Changes(dataSource),
  });
  const before = await turnOfBook(agency);
  await enrolling.goOn(agencyId);
  // Whoever watches the book is told of each.
  expect((await turnOfBook(agency)) - before).toBe(20);
  // Once a turn: whether anybody comes is seen by the same page that they are taken in from.
  expect(pages).toBe(20);
  expect(plans).not.toHaveBeenCalled();
  await enrolling.goOn(agencyId);
  expect(pages).toBe(40);
});

it('all campaigns of an agency have so many turns of a sweep together, each one of them in time', async () => {
  const { agency, campaignId } = await drafted(1, 1);
  const { agencyId, owner } = agency;
  done(await services.campaignDesk.life.launchCampaign(owner, campaignId));
  // 44 more that wait for as many people as anybody likes.
  const [known] = await inAgency(dataSource, owner, async (manager) => {
    await manager.query(
      `INSERT INTO campaign (agency_id, id, client_account_id, name, status, created_at, version, draft_version, audience_tags)
       SELECT c.agency_id, gen_random_uuid(), c.client_account_id, 'Waits ' || n, 'DRAFT', c.created_at, NULL, NULL, '{}'
       FROM campaign c, generate_series(1, 44) AS n WHERE c.agency_id = $1`,
      [agencyId],
    );
    await manager.query(
      `INSERT INTO campaign_seat (agency_id, campaign_id, seat_id, joined_at) SELECT c.agency_id, c.id, $2, c.created_at FROM campaign c
       WHERE c.agency_id = $1 AND c.status = 'DRAFT'`,
      [agencyId, agency.seat.id],
    );
    await manager.query(
      `INSERT INTO campaign_version (agency_id, campaign_id, number, definition, created_at, created_by)
       SELECT c.agency_id, c.id, v.number, v.definition, v.created_at, v.created_by FROM campaign c
       JOIN campaign_version v ON v.agency_id = c.agency_id AND v.campaign_id = $2
       WHERE c.agency_id = $1 AND c.status = 'DRAFT'`,
      [agencyId, campaignId],
    );
    await manager.query(
      `UPDATE campaign SET status = 'RUNNING', version = 1, draft_version = 1, launched_at = created_at,
         enrolling_after = '00000000-0000-0000-0000-000000000000' WHERE agency_id = $1`,
      [agencyId],
    );
    return manager.query<{ id: string }[]>('SELECT recipient_id AS id FROM prospect WHERE agency_id = $1', [
      agencyId,
    ]);
  });
  const turns = new Map<string, number>();
  let pages = 0;
  const page = Array.from({ length: 1_000 }, () => known!.id);
  const endless: Audience = {
    count: async () => 0,
    people: async (_transaction, of) => {
      pages += 1;
      if (pages > 500) throw new Error('It does not end.');
      const id = 'id' in of ? String(of.id) : 'none';
      turns.set(id, (turns.get(id) ?? 0) + 1);
      return page;
    },
  };
  const enrolling = new CampaignEnrolling(dataSource, {
    reader,
    audience: endless,
    busy: new BusyWork(),
    changes: new Changes(dataSource),
  });
  const after: number[][] = [];
  for (let sweep = 0; sweep < 3; sweep += 1) {
    await enrolling.goOn(agencyId);
    after.push([pages, turns.size]);
  }
  expect(after).toEqual([
    [20, 20],
    [40, 40],
    [60, 45],
  ]);
});

it('a launch goes through the list before it takes the book, and is refused where it is for others by then', async () => {
  const { agency, campaignId } = await drafted(1, 3);
  const { agencyId, owner } = agency;
  const { life, changes } = services.campaignDesk;
  const held: boolean[] = [];
  const lists = [SegmentOrTags.prototype, 'count'] as const;
  const count = SegmentOrTags.prototype.count.bind(new SegmentOrTags());
  jest.spyOn(...lists).mockImplementation(async (transaction, of) => {
    const free = await inAgency(dataSource, owner, (manager) =>
      manager.query<unknown[]>('SELECT 1 FROM agency_book WHERE agency_id = $1 FOR UPDATE SKIP LOCKED', [
        agencyId,
      ]),
    );
    held.push(free.length === 0);
    return count(transaction, of);
  });
  done(await life.launchCampaign(owner, campaignId));
  expect(held).toEqual([false]);
  jest.spyOn(...lists).mockImplementation(async (transaction, of) => {
    done(await changes.updateCampaign(owner, { campaignId, audienceTags: ['others'] }));
    return count(transaction, of);
  });
  expect(await life.launchCampaign(owner, campaignId)).toMatchObject({ code: 'WRONG_STATE' });
});

it('nobody is taken in who lost the tag of the campaign while room was looked for', async () => {
  const { agency, campaignId } = await drafted(2, 0);
  const { agencyId, owner } = agency;
  await list(agency, 3, ['spring']);
  done(await services.campaignDesk.changes.updateCampaign(owner, { campaignId, audienceTags: ['spring'] }));
  const planSends = reader.planSends.bind(reader);
  jest.spyOn(reader, 'planSends').mockImplementationOnce(async (...asked) => {
    await inAgency(dataSource, owner, (manager) =>
      manager.query(
        `DELETE FROM prospect_term WHERE agency_id = $1 AND prospect_id =
           (SELECT id FROM prospect WHERE agency_id = $1 ORDER BY recipient_id DESC LIMIT 1)`,
        [agencyId],
      ),
    );
    return planSends(...asked);
  });
  done(await services.campaignDesk.life.launchCampaign(owner, campaignId));
  expect(await peopleOfSeats({ agency, campaignId })).toEqual([1, 1]);
});
