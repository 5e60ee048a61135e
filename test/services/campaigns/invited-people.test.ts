import { randomUUID } from 'node:crypto';
import { ledgerOn } from '../../../src/ledger/books/manager-rows.js';
import { countPeople } from '../../../src/services/campaigns/campaign.forecast.people.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { done } from '../../support/agency.js';
import { ClockedServices } from '../../support/clocked-services.js';
import { launch, MORNING } from './work-queue.support.js';

const MINUTE = 60_000;
let stage: ClockedServices;

beforeAll(async () => {
  stage = await ClockedServices.open(8);
});
afterAll(() => stage.close());

it('whom a campaign invited are known by whichever claim of the touch it was, at the seat that sent it', async () => {
  await stage.database.setClock(MORNING);
  const { owner, seatId, operators } = await launch(stage, 3);
  const { touches, touchClaims, touchEnds } = stage.services;
  const { touch } = (await touches.nextTouches(owner, seatId, 1)).touches[0]!;
  const { id: touchId, campaignId } = touch;
  done(await touchClaims.claimTouch(operators[0]!, { touchId, idempotencyKey: randomUUID() }));
  await stage.database.setClock(MORNING + MINUTE);
  done(await touchEnds.completeTouch(operators[0]!, { touchId }));
  const ask = (sql: string) =>
    inAgency(stage.dataSource, owner, (manager) => manager.query(sql, [owner.agencyId]));
  const counted = () =>
    inAgency(stage.dataSource, owner, async (manager) =>
      countPeople(await ledgerOn(manager), owner.agencyId, campaignId),
    );
  expect(await counted()).toEqual({ unstarted: 2, invited: 1, accepted: 0 });
  await ask(
    `UPDATE touch SET earlier_reservation_ids = ARRAY[reservation_id], reservation_id = NULL
     WHERE agency_id = $1 AND state = 'DONE'`,
  );
  expect(await counted()).toEqual({ unstarted: 2, invited: 1, accepted: 0 });
  await ask(
    `INSERT INTO connection (agency_id, seat_id, recipient_id, connected_at, learned_at)
     SELECT e.agency_id, t.seat_id, e.recipient_id, 1, 1 FROM touch t
     JOIN enrolment e ON e.agency_id = t.agency_id AND e.id = t.enrolment_id WHERE t.agency_id = $1 AND t.state = 'DONE'`,
  );
  expect(await counted()).toEqual({ unstarted: 2, invited: 1, accepted: 1 });
});
