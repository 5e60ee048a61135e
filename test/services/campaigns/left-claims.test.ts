import { randomUUID } from 'node:crypto';
import { audit } from '../../../src/ledger/audit/audit.js';
import { Refusal } from '../../../src/errors.js';
import { Sweeper } from '../../../src/services/alerts/sweeper.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { done } from '../../support/agency.js';
import { ClockedServices } from '../../support/clocked-services.js';
import { launch, type Launched, MORNING } from './work-queue.support.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const HOLD_SECONDS = 900;
const LONG_HOLD_SECONDS = 3_600;
let stage: ClockedServices;
let sweeper: Sweeper;
let now = MORNING;

beforeAll(async () => {
  stage = await ClockedServices.open(8);
  const nothing = () => Promise.resolve();
  const told = {
    ...{ ledger: { ask: nothing as never }, policies: { look: nothing } as never },
    ...{ retention: { sweep: () => Promise.resolve(0) }, enrolling: { goOn: nothing } },
    ...{ campaigns: { completeOver: nothing }, stalls: { look: nothing }, holds: { release: nothing } },
    queue: stage.services.queueKeeper,
  };
  sweeper = new Sweeper(
    stage.dataSource,
    told,
    (error) => {
      throw error;
    },
    1e9,
  );
});
beforeEach(() => pass(0));
afterAll(async () => {
  await sweeper.close();
  await stage.close();
});

async function pass(ms: number): Promise<void> {
  now += ms;
  await stage.database.setClock(now);
}

/** Nobody sends on a weekend. */
async function passWeekend(): Promise<void> {
  while ([0, 6].includes(new Date(now).getUTCDay())) await pass(DAY);
}

interface Claimed {
  readonly touchId: string;
  readonly reservationId: string;
  readonly campaignId: string;
}

/** The next touches of a seat, claimed one after the other by an operator, the last of them for longer. */
async function claimSome({ owner, seatId, operators }: Launched, count: number): Promise<Claimed[]> {
  const claimed: Claimed[] = [];
  for (let left = count; left > 0; left -= 1) {
    const { touches } = await stage.services.touches.nextTouches(owner, seatId, 1);
    const { id: touchId, campaignId } = touches[0]!.touch;
    const holdSeconds = left === 1 ? LONG_HOLD_SECONDS : HOLD_SECONDS;
    const terms = { touchId, holdSeconds, idempotencyKey: randomUUID() };
    const { decided } = done(await stage.services.touchClaims.claimTouch(operators[0]!, terms));
    expect(decided?.reservation?.status).toBe('HELD');
    claimed.push({ touchId, campaignId, reservationId: decided!.decision.id });
    await pass(2 * MINUTE);
  }
  return claimed;
}

async function complete(owner: Viewer, { campaignId }: Claimed): Promise<void> {
  done(await stage.services.campaignDesk.life.completeCampaign(owner, campaignId));
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly because: string | null;
}

/** What is known of touches, with all that tells whether a sweep wrote anything. */
function rowsOf(owner: Viewer, claimed: readonly Claimed[]): Promise<Row[]> {
  return inAgency(stage.dataSource, owner, (manager) =>
    manager.query<Row[]>(
      `SELECT t.id, t.state, t.ended_because AS because, t.ended_at, t.end_number, t.xmin::text, e.xmin::text AS person
       FROM touch t JOIN enrolment e ON e.agency_id = t.agency_id AND e.id = t.enrolment_id
       WHERE t.agency_id = $1 AND t.id = ANY ($2::uuid[]) ORDER BY array_position($2::uuid[], t.id)`,
      [owner.agencyId, claimed.map(({ touchId }) => touchId)],
    ),
  );
}

async function statesOf(owner: Viewer, claimed: readonly Claimed[]): Promise<string[]> {
  return (await rowsOf(owner, claimed)).map(({ state }) => state);
}

describe('claims that their campaign did not live to see the end of', () => {
  it('are put down by the sweep as the books say, once they are over', async () => {
    const launched = await launch(stage, 5);
    const { owner, operators } = launched;
    const claimed = await claimSome(launched, 4);
    const [lapses, committed, completed] = claimed;
    await complete(owner, lapses!);
    const { reservations, touchEnds } = stage.services;
    done(await reservations.commit(owner, { reservationId: committed!.reservationId, sentAt: null }));
    done(await touchEnds.completeTouch(operators[0]!, { touchId: completed!.touchId }));
    await sweeper.sweep();
    expect(await statesOf(owner, claimed)).toEqual(['CLAIMED', 'CLAIMED', 'DONE', 'CLAIMED']);

    await pass(20 * MINUTE);
    await sweeper.sweep();
    // What lapsed may have been sent all the same: it is told late for a day.
    expect(await statesOf(owner, claimed)).toEqual(['CLAIMED', 'DONE', 'DONE', 'CLAIMED']);

    await pass(DAY - 13 * MINUTE);
    await sweeper.sweep();
    expect(await statesOf(owner, claimed)).toEqual(['CANCELLED', 'DONE', 'DONE', 'CLAIMED']);
    const settled = await rowsOf(owner, claimed);
    expect(settled[0]!.because).toBe('CAMPAIGN_ENDED');
    await sweeper.sweep();
    expect(await rowsOf(owner, claimed)).toEqual(settled);

    await pass(DAY);
    await sweeper.sweep();
    expect(await statesOf(owner, claimed)).toEqual(['CANCELLED', 'DONE', 'DONE', 'CANCELLED']);
    expect((await audit(stage.database.appUrl)).drift).toEqual([]);
  });

  it('are told late, until they are put down', async () => {
    const launched = await launch(stage, 3);
    const { owner, operators } = launched;
    const claimed = await claimSome(launched, 2);
    await complete(owner, claimed[0]!);
    await pass(2 * 60 * MINUTE);
    await sweeper.sweep();
    const { touchEnds } = stage.services;
    const late = await touchEnds.completeTouch(operators[0]!, { touchId: claimed[0]!.touchId });
    expect(late instanceof Refusal ? late.message : late.state).toBe('DONE');
    await pass(2 * DAY);
    await sweeper.sweep();
    expect(await statesOf(owner, claimed)).toEqual(['DONE', 'CANCELLED']);
  });

  it('are put down also where their seat has gone to another client account; those of a campaign that goes on wait', async () => {
    const launched = [await launch(stage, 2), await launch(stage, 2)];
    const [gone, going] = launched as [Launched, Launched];
    const left = await claimSome(gone, 1);
    await complete(gone.owner, left[0]!);
    const { seatMoves, clientAccounts, plans } = stage.services;
    const plan = done(await plans.createPlan(gone.owner, { name: 'Other', seatAllowance: 2 }));
    const other = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
    const { id } = done(await clientAccounts.createClientAccount(gone.owner, other));
    done(await seatMoves.moveSeat(gone.owner, { seatId: gone.seatId, clientAccountId: id }));
    const own = await claimSome(going, 1);
    await pass(2 * DAY);
    await sweeper.sweep();
    expect(await statesOf(gone.owner, left)).toEqual(['CANCELLED']);
    expect(await statesOf(going.owner, own)).toEqual(['CLAIMED']);
  });

  it('are put down a day after their hold was given back, whenever it would have lapsed', async () => {
    await passWeekend();
    const launched = await launch(stage, 2);
    const { owner, operators } = launched;
    const claimed = await claimSome(launched, 1);
    await complete(owner, claimed[0]!);
    const { reservationId } = claimed[0]!;
    done(await stage.services.releases.release(operators[0]!, { reservationId }));
    await pass(DAY - 1);
    await sweeper.sweep();
    expect(await statesOf(owner, claimed)).toEqual(['CLAIMED']);
    await pass(1);
    await sweeper.sweep();
    expect(await statesOf(owner, claimed)).toEqual(['CANCELLED']);
  });

  it('are not put down as sent where what was recorded of them was taken out again', async () => {
    await passWeekend();
    const launched = await launch(stage, 2);
    const { owner } = launched;
    const claimed = await claimSome(launched, 1);
    const { activities } = stage.services;
    await complete(owner, claimed[0]!);
    await pass(2 * 60 * MINUTE);
    const { seatId } = launched;
    const { reservationId } = claimed[0]!;
    const input = {
      seatId,
      action: 'CONNECTION_REQUEST',
      reservationId,
      occurredAt: now - 110 * MINUTE,
    } as const;
    done(await activities.record(owner, [{ ...input, idempotencyKey: randomUUID() }]));
    const [charge] = await inAgency(stage.dataSource, owner, (manager) =>
      manager.query<{ id: string }[]>('SELECT id FROM charge WHERE agency_id = $1', [owner.agencyId]),
    );
    done(await activities.voidActivities(owner, [charge!.id], 'By mistake'));
    await sweeper.sweep();
    expect(await statesOf(owner, claimed)).toEqual(['CLAIMED']);
    await pass(DAY);
    await sweeper.sweep();
    expect(await statesOf(owner, claimed)).toEqual(['CANCELLED']);
  });
});
