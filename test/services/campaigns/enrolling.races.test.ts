import { randomUUID } from 'node:crypto';
import type { LedgerReader } from '../../../src/ledger/told/reader.js';
import { BusyWork } from '../../../src/services/busy-work.js';
import {
  FROM_THE_START,
  TaggedList,
  type Audience,
} from '../../../src/services/campaigns/campaign.audience.js';
import { Refusal } from '../../../src/errors.js';
import { AuditLog } from '../../../src/services/audit-log.js';
import { CampaignApprovals } from '../../../src/services/campaigns/campaign.approval.js';
import { CampaignEnrolling } from '../../../src/services/campaigns/campaign.enrolling.js';
import { Changes } from '../../../src/services/changes.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { done, TEST_FINGERPRINTS, viewerAs } from '../../support/agency.js';
import { untilWaiting } from '../../support/held.js';
import { type EnrollingStage, openEnrolling } from './enrolling.support.js';
import { DEFINITION } from './work-queue.support.js';

let dataSource: EnrollingStage['dataSource'];
let reader: EnrollingStage['reader'];
let services: EnrollingStage['services'];
let drafted: EnrollingStage['drafted'];
let list: EnrollingStage['list'];
let close: EnrollingStage['close'];

beforeAll(async () => {
  ({ dataSource, reader, services, drafted, list, close } = await openEnrolling(8));
});
afterAll(() => close());

it('a campaign that ends while people are being taken in ends for them as well', async () => {
  const { agency, campaignId } = await drafted(1, 3);
  const { owner } = agency;
  const { life } = services.campaignDesk;
  done(await life.launchCampaign(owner, campaignId));
  await list(agency, 2);
  await inAgency(dataSource, owner, (manager) =>
    manager.query('UPDATE campaign SET enrolling_after = $3 WHERE agency_id = $1 AND id = $2', [
      ...[owner.agencyId, campaignId, FROM_THE_START],
    ]),
  );
  const completing: ReturnType<typeof life.completeCampaign>[] = [];
  const listed = new TaggedList();
  const slow: Audience = {
    count: (...asked) => listed.count(...asked),
    people: async (...asked) => {
      const people = await listed.people(...asked);
      // The turn has the campaign by now: whoever ends it waits for the turn, or does not see whom it takes in.
      if (completing.length === 0) completing.push(life.completeCampaign(owner, campaignId));
      await new Promise((resolve) => setTimeout(resolve, 300));
      return people;
    },
  };
  await new CampaignEnrolling(dataSource, {
    reader,
    audience: slow,
    busy: new BusyWork(),
    changes: new Changes(dataSource),
  }).goOn(owner.agencyId);
  expect(await Promise.all(completing)).toMatchObject([{ status: 'COMPLETED' }]);
  const states = await inAgency(dataSource, owner, (manager) =>
    manager.query('SELECT state, count(*)::int FROM enrolment WHERE campaign_id = $1 GROUP BY state', [
      campaignId,
    ]),
  );
  expect(states).toEqual([{ state: 'STOPPED', count: 5 }]);
});

/** A launched campaign whose next turn has begun to take two more people in, and goes on when it is told to. */
async function beingTakenIn() {
  const { agency, campaignId } = await drafted(1, 3);
  const { owner } = agency;
  const { changes, life } = services.campaignDesk;
  done(await changes.updateCampaign(owner, { campaignId, startsOn: '2099-01-01' }));
  done(await life.launchCampaign(owner, campaignId));
  const definition = { ...DEFINITION, stopOnReply: false };
  done(await changes.setCampaignSteps(owner, { campaignId, definition }));
  await list(agency, 2);
  await inAgency(dataSource, owner, (manager) =>
    manager.query('UPDATE campaign SET enrolling_after = $3 WHERE agency_id = $1 AND id = $2', [
      ...[owner.agencyId, campaignId, FROM_THE_START],
    ]),
  );
  let [goOn, begin] = [(): void => undefined, (): void => undefined];
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const listed = new TaggedList();
  const held: Audience = {
    count: (...asked) => listed.count(...asked),
    people: async (...asked) => {
      begin();
      await gate;
      return listed.people(...asked);
    },
  };
  const turn = new CampaignEnrolling(dataSource, {
    reader,
    audience: held,
    busy: new BusyWork(),
    changes: new Changes(dataSource),
  }).goOn(owner.agencyId);
  await begun;
  return { agency, campaignId, turn, goOn };
}

describe('while people are being taken in', () => {
  const CHANGES = {
    completeCampaign: (owner: Viewer, campaignId: string) =>
      services.campaignDesk.life.completeCampaign(owner, campaignId),
    launchCampaign: (owner: Viewer, campaignId: string) =>
      services.campaignDesk.life.launchCampaign(owner, campaignId),
    updateCampaign: (owner: Viewer, campaignId: string) =>
      services.campaignDesk.changes.updateCampaign(owner, { campaignId, startsOn: '2098-01-01' }),
    setCampaignSteps: (owner: Viewer, campaignId: string) =>
      services.campaignDesk.changes.setCampaignSteps(owner, { campaignId, definition: DEFINITION }),
    setCampaignSeats: (owner: Viewer, campaignId: string) =>
      services.campaignDesk.changes.setCampaignSeats(owner, { campaignId, seats: [] }),
  };

  it('whoever does not see the whole campaign waits for nothing', async () => {
    const { agency, campaignId, turn, goOn } = await beingTakenIn();
    const { owner, clientAccount, seat } = agency;
    const reach = { clientAccountIds: [], seatIds: [seat.id], seatAccountIds: [clientAccount.id] };
    const viewers = {
      ofAnotherClientAccount: viewerAs(owner, 'MANAGER', randomUUID()),
      ofOneSeat: { ...viewerAs(owner, 'MANAGER'), reach },
    };
    const answers: string[] = [];
    // The turn goes on only once all of them are answered.
    try {
      for (const [whose, viewer] of Object.entries(viewers))
        for (const [what, change] of Object.entries(CHANGES)) {
          const changed: unknown = await change(viewer, campaignId).catch((error: unknown) => error);
          answers.push(`${whose} ${what} ${changed instanceof Refusal ? changed.code : String(changed)}`);
        }
    } finally {
      goOn();
      await turn;
    }
    expect(answers).toEqual(
      Object.keys(viewers).flatMap((whose) =>
        Object.keys(CHANGES).map((what) => `${whose} ${what} NOT_FOUND`),
      ),
    );
  });

  it.each([
    ['completeCampaign', { state: 'STOPPED', version: 1, year: 2099 }],
    ['launchCampaign', { state: 'ACTIVE', version: 2, year: 2099 }],
    ['updateCampaign', { state: 'ACTIVE', version: 1, year: 2098 }],
  ] as const)('%s waits without the book, and is for all of them', async (what, became) => {
    const { agency, campaignId, turn, goOn } = await beingTakenIn();
    const { owner, seat } = agency;
    const order: string[] = [];
    const taken = turn.then(() => order.push('turn'));
    const changed = CHANGES[what](owner, campaignId).then((changed) => {
      done(changed);
      order.push(what);
    });
    await untilWaiting(1);
    const decided = done(
      await services.reservations.reserve(owner, {
        ...{ seatId: seat.id, action: 'PROFILE_VIEW', idempotencyKey: randomUUID() },
        recipient: { profileUrl: 'https://www.linkedin.com/in/ada-example' },
      }),
    );
    order.push(`decided: ${decided.decision.outcome}`);
    // Changes of the agency go on as well, those of the campaign too.
    done(await services.campaignDesk.life.pauseCampaign(owner, campaignId));
    order.push('paused');
    goOn();
    await Promise.all([taken, changed]);
    expect(order.toSorted()).toEqual(['decided: ALLOWED', 'paused', 'turn', what].toSorted());
    expect(order.slice(0, 2)).toEqual(['decided: ALLOWED', 'paused']);
    const people = await inAgency(dataSource, owner, (manager) =>
      manager.query<object[]>(
        `SELECT state, version, extract(year FROM to_timestamp(step_since / 1000.0) AT TIME ZONE 'UTC')::int AS year,
           count(*)::int FROM enrolment WHERE agency_id = $1 AND campaign_id = $2 GROUP BY 1, 2, 3`,
        [owner.agencyId, campaignId],
      ),
    );
    expect(people).toEqual([{ ...became, count: 5 }]);
  });
});

it('a seat that was removed a moment ago has no room, and nobody is told of it', async () => {
  const { agency, campaignId } = await drafted(2, 4);
  const gone = new Set<string>();
  const looked: Pick<LedgerReader, 'planSends'> = {
    planSends: async (viewer, asked) => {
      if (gone.size === 0) {
        gone.add(asked.seatId);
        done(await services.seatMoves.removeSeat(agency.owner, asked.seatId));
      }
      return reader.planSends(viewer, asked);
    },
  };
  await inAgency(dataSource, agency.owner, (manager) =>
    manager.query(
      `UPDATE campaign SET status = 'RUNNING', version = draft_version, launched_at = 0, enrolling_after = $3
       WHERE agency_id = $1 AND id = $2`,
      [agency.owner.agencyId, campaignId, FROM_THE_START],
    ),
  );
  await new CampaignEnrolling(dataSource, {
    ...{ reader: looked, audience: new TaggedList(), busy: new BusyWork(), changes: new Changes(dataSource) },
  }).goOn(agency.owner.agencyId);
  const seatIds = await inAgency(dataSource, agency.owner, (manager) =>
    manager.query<{ seat_id: string }[]>('SELECT seat_id FROM enrolment WHERE campaign_id = $1', [
      campaignId,
    ]),
  );
  expect(gone.size).toBe(1);
  expect(seatIds).toHaveLength(4);
  expect(seatIds.filter(({ seat_id }) => gone.has(seat_id))).toEqual([]);
});

it('of two questions at once the newer has its people, whichever is put down first', async () => {
  const { agency, campaignId } = await drafted(1, 4);
  const { owner } = agency;
  const { approvals } = services.campaignDesk;
  const listed = new TaggedList();
  const asking: ReturnType<typeof approvals.askForApproval>[] = [];
  const slow: Audience = {
    count: (...asked) => listed.count(...asked),
    people: async (...asked) => {
      // Its instant is known by then: who asks now is the newer, and would be done first.
      if (asking.length === 0) asking.push(approvals.askForApproval(owner, campaignId));
      await new Promise((resolve) => setTimeout(resolve, 500));
      return listed.people(...asked);
    },
  };
  const older = new CampaignApprovals(dataSource, {
    ...{ changes: new Changes(dataSource), audit: new AuditLog(TEST_FINGERPRINTS), audience: slow },
    ...{ policies: services.policies, fingerprints: TEST_FINGERPRINTS, letters: null },
  });
  done(await older.askForApproval(owner, campaignId));
  for (const asked of await Promise.all(asking)) done(asked);
  const questions = await inAgency(dataSource, owner, (manager) =>
    manager.query<{ people: number; kept: number }[]>(
      `SELECT a.people, (SELECT count(*)::int FROM campaign_approval_person p
         WHERE p.agency_id = a.agency_id AND p.approval_id = a.id) AS kept
       FROM campaign_approval a WHERE a.campaign_id = $1 ORDER BY a.id DESC`,
      [campaignId],
    ),
  );
  expect(questions).toEqual([
    { people: 4, kept: 4 },
    { people: 4, kept: 0 },
  ]);
});
