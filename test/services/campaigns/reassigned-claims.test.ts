import { randomUUID } from 'node:crypto';
import type { Definition } from '../../../src/outreach/campaign/steps.js';
import { TouchClaims } from '../../../src/services/campaigns/queue.claims.js';
import { Changes } from '../../../src/services/changes.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { done, newSeat, servicesOn } from '../../support/agency.js';
import { ClockedServices } from '../../support/clocked-services.js';
import { Killed, launch, MORNING, mortal } from './work-queue.support.js';

const SECOND = 1_000;
/** What no conversation comes of: only that keeps nobody at the seat that held it. */
const LOOK: Definition = {
  ...{ v: 1, stopOnReply: true },
  steps: [{ key: 'look', kind: 'ENGAGE', action: 'PROFILE_VIEW', delayMinutes: 0, next: null }],
};

let stage: ClockedServices;

beforeAll(async () => {
  stage = await ClockedServices.open(8);
});
afterAll(() => stage.close());

interface Given {
  readonly owner: Viewer;
  readonly operator: Viewer;
  readonly touchId: string;
  readonly from: string;
  readonly to: string;
}

function rowsOf<Row>({ owner }: Pick<Given, 'owner'>, sql: string): Promise<Row[]> {
  return inAgency(stage.dataSource, owner, (manager) => manager.query<Row[]>(sql, [owner.agencyId]));
}

/** A touch whose claim the books answered and nobody lived to hear, and which then went to another seat of the campaign. */
async function given(): Promise<Given> {
  await stage.database.setClock(MORNING);
  const { services, dataSource } = stage;
  const { owner, seatId: from, operators } = await launch(stage, 1, LOOK);
  const operator = operators[0]!;
  const { touches } = await services.touches.nextTouches(owner, from, 1);
  const { id: touchId, campaignId } = touches[0]!.touch;
  const [account] = await rowsOf<{ id: string }>(
    { owner },
    'SELECT id FROM client_account WHERE agency_id = $1',
  );
  const { id: to } = done(await servicesOn(dataSource).seats.addSeat(owner, newSeat(account!.id)));
  const seats = [{ seatId: from }, { seatId: to }];
  done(await services.campaignDesk.changes.setCampaignSeats(owner, { campaignId, seats }));
  const claims = new TouchClaims(dataSource, {
    changes: new Changes(dataSource),
    reservations: mortal(services.reservations, () => true),
    releases: services.releases,
  });
  const claim = { touchId, idempotencyKey: randomUUID() };
  await expect(claims.claimTouch(operator, claim)).rejects.toThrow(Killed);
  await stage.database.setClock(MORNING + 31 * SECOND);
  const asked = { campaignId, fromSeatId: from, toSeatId: to };
  expect(done(await services.touchReassigning.reassignTouches(owner, asked)).reassigned).toBe(1);
  return { owner, operator, touchId, from, to };
}

function claim({ operator, touchId }: Given) {
  return stage.services.touchClaims.claimTouch(operator, { touchId, idempotencyKey: randomUUID() });
}

describe('a touch of which a claim was never heard of, given to another seat', () => {
  it('is asked for anew, and what is held and sent is of that seat', async () => {
    const office = await given();
    const { touch, decided } = done(await claim(office));
    expect(decided).toMatchObject({ replayed: false, decision: { outcome: 'ALLOWED', seatId: office.to } });
    expect([touch.state, touch.seatId]).toEqual(['CLAIMED', office.to]);
    const held = await rowsOf<{ seat_id: string }>(office, 'SELECT seat_id FROM hold WHERE agency_id = $1');
    // That of the seat before lapses by itself.
    expect(held.map(({ seat_id }) => seat_id).toSorted()).toEqual([office.from, office.to].toSorted());
    done(await stage.services.touchEnds.completeTouch(office.operator, { touchId: office.touchId }));
    const sent = await rowsOf(office, 'SELECT seat_id FROM charge WHERE agency_id = $1');
    expect(sent).toEqual([{ seat_id: office.to }]);
  });

  it('is nobody’s where that seat is paused', async () => {
    const office = await given();
    done(await servicesOn(stage.dataSource).seats.pauseSeat(office.owner, office.to));
    const { touch, decided } = done(await claim(office));
    expect(decided?.decision).toMatchObject({ outcome: 'DENIED', reasons: [{ code: 'SEAT_PAUSED' }] });
    expect(touch.state).toBe('DUE');
  });
});
