import { AuditLog } from '../../../src/services/audit-log.js';
import { Changes } from '../../../src/services/changes.js';
import { TouchReassigning } from '../../../src/services/campaigns/queue.reassigning.js';
import { done, newSeat, servicesOn, TEST_FINGERPRINTS } from '../../support/agency.js';
import { type EnrollingStage, openEnrolling } from './enrolling.support.js';

let stage: EnrollingStage;

beforeAll(async () => {
  stage = await openEnrolling(4);
});
afterAll(() => stage.close());

/** A campaign whose people are those of a seat that has left it, and the seat that took its place. */
async function left(people: readonly number[]) {
  const { services, dataSource } = stage;
  const { agency, campaignId } = await stage.drafted(1, 0);
  const { owner, clientAccount, seat } = agency;
  for (const some of people) await stage.list(agency, some);
  done(await services.campaignDesk.life.launchCampaign(owner, campaignId));
  const { id: toSeatId } = done(await servicesOn(dataSource).seats.addSeat(owner, newSeat(clientAccount.id)));
  done(
    await services.campaignDesk.changes.setCampaignSeats(owner, {
      campaignId,
      seats: [{ seatId: toSeatId }],
    }),
  );
  return { owner, asked: { campaignId, fromSeatId: seat.id, toSeatId } };
}

it('all people of a seat that left are given in full portions, and told', async () => {
  const { owner, asked } = await left([500, 500]);
  const { touchReassigning } = stage.services;
  const given = done(await touchReassigning.reassignTouches(owner, asked));
  expect(given).toMatchObject({ reassigned: 1_000, hasMore: false });
  // It has nobody of the campaign any more.
  expect(await touchReassigning.reassignTouches(owner, asked)).toMatchObject({ code: 'NOT_FOUND' });
});

it('what was done before the campaign ended in between is told', async () => {
  const { owner, asked } = await left([500, 1]);
  const { services, dataSource } = stage;
  const changes = new Changes(dataSource);
  const make = changes.make.bind(changes);
  let made = 0;
  jest.spyOn(changes, 'make').mockImplementation(async (...work) => {
    const answer = await make(...work);
    made += 1;
    // Behind what is checked before all turns, and the first of them.
    if (made === 2) done(await services.campaignDesk.life.completeCampaign(owner, asked.campaignId));
    return answer;
  });
  const keeper = { keep: () => Promise.resolve() } as never;
  const reassigning = new TouchReassigning(changes, new AuditLog(TEST_FINGERPRINTS), keeper);
  const given = done(await reassigning.reassignTouches(owner, asked));
  expect(given).toMatchObject({ reassigned: 500, hasMore: true });
  expect(await reassigning.reassignTouches(owner, asked)).toMatchObject({ code: 'WRONG_STATE' });
});
