import { ledgerOn } from '../../../src/ledger/books/manager-rows.js';
import { lockDue } from '../../../src/services/campaigns/enrolment.rows.js';
import { QueueReader } from '../../../src/services/campaigns/queue.reading.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { ClockedServices } from '../../support/clocked-services.js';
import { launch, MORNING, type Launched } from './work-queue.support.js';

let stage: ClockedServices;

beforeAll(async () => {
  stage = await ClockedServices.open(8);
  await stage.database.setClock(MORNING);
});
afterAll(() => stage.close());
afterEach(() => jest.restoreAllMocks());

/** Another look at the longest due of a seat, as of a process that stalls; to be called for it to go on, and end. */
async function stalledLook({ owner, seatId }: Launched): Promise<() => Promise<void>> {
  let goOn = (): void => undefined;
  const goesOn = new Promise<void>((resolve) => (goOn = resolve));
  let ended: Promise<void> = Promise.resolve();
  await new Promise<void>((begun) => {
    ended = inAgency(stage.dataSource, owner, async (manager) => {
      await lockDue(await ledgerOn(manager), owner.agencyId, seatId, { at: MORNING, rows: 1 });
      begun();
      await goesOn;
    });
  });
  return () => (goOn(), ended);
}

describe('whoever asks while another look has somebody', () => {
  it('is told all the same, and that it may be another', async () => {
    const launched = await launch(stage, 3);
    const { touches } = stage.services;
    const end = await stalledLook(launched);
    const before = await touches.nextTouches(launched.owner, launched.seatId, 10);
    expect(before).toMatchObject({ waiting: 2, isBehind: true });
    await end();
    const behind = await touches.nextTouches(launched.owner, launched.seatId, 10);
    expect(behind).toMatchObject({ waiting: 3, isBehind: false });
  });

  it('is told the whole where that one ends soon', async () => {
    const launched = await launch(stage, 3);
    const { touches, queueKeeper } = stage.services;
    const end = await stalledLook(launched);
    const keep = queueKeeper.keep.bind(queueKeeper);
    const looks = jest.spyOn(queueKeeper, 'keep').mockImplementation(async (...asked) => {
      const isThrough = await keep(...asked);
      await end();
      return isThrough;
    });
    const found = await touches.nextTouches(launched.owner, launched.seatId, 10);
    expect(found).toMatchObject({ waiting: 3, isBehind: false });
    expect(looks).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['five times, where they may be free by then', true, 5],
    ['once, where they are too many for it', false, 1],
  ])('looks at them %s', async (_, isThrough, times) => {
    const { owner, seatId } = await launch(stage, 1);
    const keep = jest.fn(() => Promise.resolve(isThrough));
    const touches = new QueueReader(stage.dataSource, stage.reader, { keep });
    expect(await touches.nextTouches(owner, seatId, 10)).toMatchObject({ waiting: 0, isBehind: true });
    expect(keep).toHaveBeenCalledTimes(times);
  });
});

it('what comes due once it was read is told as to come', async () => {
  const { owner, seatId } = await launch(stage, 1);
  const soon = MORNING + 1;
  await inAgency(stage.dataSource, owner, (manager) =>
    manager.query('UPDATE enrolment SET next_due_at = $2 WHERE agency_id = $1', [owner.agencyId, soon]),
  );
  const found = await stage.services.touches.nextTouches(owner, seatId, 10);
  expect(found).toMatchObject({ waiting: 0, asOf: MORNING, comesAt: soon, isBehind: false });
});
