import type {
  ReservationEvent,
  ReservationSubscription,
  ReservationPosition,
} from '../../src/live/reservation-subscription.js';
import { done, type SeededAgency } from '../support/agency.js';
import { testDatabase } from '../support/database.js';
import { hold, LiveStage, type Process } from './usage-stage.js';

let stage: LiveStage;
let one: Process;
let other: Process;
const open: ReservationSubscription[] = [];

beforeAll(async () => {
  stage = await LiveStage.open((await testDatabase()).appUrl);
  one = await stage.process();
  other = await stage.process({ hints: false });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((stream) => stream.return()));
  expect(one.live.reservations.subscribers).toBe(0);
});
afterAll(() => stage.close());

const ALL = { seatId: null, clientAccountId: null };

async function listen(
  { live }: Process,
  { owner }: Pick<SeededAgency, 'owner'>,
  since: ReservationPosition | null = null,
  filter = ALL,
): Promise<ReservationSubscription> {
  const stream = await live.reservations.subscribe(owner, filter, since);
  open.push(stream);
  return stream;
}

async function next(stream: ReservationSubscription): Promise<ReservationEvent> {
  const { value } = await stream.next();
  if (!value) throw new Error('The stream has ended.');
  return value;
}

/** As few words as say what was told. */
function inWords(event: ReservationEvent): string {
  if (event.kind === 'HELD') return `held ${event.held.length}`;
  const { status, resolution } = event.change;
  return resolution?.releasedBecause ? `${status} ${resolution.releasedBecause}` : status;
}

async function told(stream: ReservationSubscription, count: number): Promise<string[]> {
  const words: string[] = [];
  while (words.length < count) words.push(inWords(await next(stream)));
  return words;
}

it.each([
  ['of the same process', true],
  ['of another process, without hints', false],
])('tells what is held, then each change once, %s', async (_name, isSame) => {
  const agency = await stage.seed();
  const { owner, seat } = agency;
  await hold(one, agency);
  const stream = await listen(isSame ? one : other, agency);
  expect(await told(stream, 1)).toEqual(['held 1']);
  const reservationId = await hold(one, agency);
  expect(await told(stream, 1)).toEqual(['HELD']);
  done(await one.services.reservations.commit(owner, { reservationId }));
  expect(await told(stream, 1)).toEqual(['COMMITTED']);
  done(await one.services.seatChanges.pauseSeat(owner, seat.id));
  expect(await told(stream, 1)).toEqual(['RELEASED SEAT_PAUSED']);
});

it('tells a tool that comes again of what was released meanwhile, and of nothing twice', async () => {
  const agency = await stage.seed();
  const { owner, seat } = agency;
  const first = await listen(one, agency);
  await next(first);
  await hold(one, agency);
  const { position } = await next(first);
  await first.return();

  await hold(one, agency, { action: 'REACTION' });
  done(await one.services.restrictions.report(owner, { seatId: seat.id, kind: 'TEMPORARY' }));
  const again = await listen(one, agency, position);
  const words = await told(again, 2);
  expect(words).toEqual(['RELEASED SEAT_RESTRICTED', 'RELEASED SEAT_RESTRICTED']);
  done(await one.services.restrictions.lift(owner, await restrictionOf(agency)));
  await hold(one, agency);
  expect(await told(again, 1)).toEqual(['HELD']);
});

async function restrictionOf({ agencyId, seat }: SeededAgency): Promise<string> {
  const [row] = await one.reader.read({ agencyId } as never, (transaction) =>
    transaction.query<{ id: string }>(
      {
        name: 'restriction_of_test',
        text: 'SELECT id FROM restriction WHERE agency_id = $1 AND seat_id = $2',
      },
      [agencyId, seat.id],
    ),
  );
  return row!.id;
}
