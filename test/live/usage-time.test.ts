import type { UsageEvent } from '../../src/live/usage-subscription.js';
import { DAY, HOUR, MINUTE } from '../../src/quota/window.js';
import { done, type SeededAgency } from '../support/agency.js';
import { clockedDatabase, type ClockedDatabase } from '../ledger/fake-clock.js';
import { counterOf, hold, LiveStage, takenOf, type Listener, type Process } from './usage-stage.js';

/** A Thursday. */
const NOW = Date.parse('2026-11-26T09:00Z');

let database: ClockedDatabase;
let stage: LiveStage;
let one: Process;
/** Whoever still waits then waits for something that does not come: jest could not end. */
let isOver = false;

beforeAll(async () => {
  database = await clockedDatabase();
  stage = await LiveStage.open(database.appUrl);
  one = await stage.process();
});
beforeEach(async () => {
  isOver = false;
  await database.setClock(NOW);
});
afterEach(async () => {
  isOver = true;
  await stage.tidy();
});
afterAll(async () => {
  await stage.close();
  await database.close();
});

const max = (event: UsageEvent) => {
  const { limit } = counterOf(event, 'DIRECT_MESSAGE');
  return `${limit.max} ${limit.origin}`;
};

/** What is told at an instant, and not a millisecond before: nobody does anything but the clock. */
async function toldAt(
  heard: Listener,
  agency: SeededAgency,
  at: number,
  isLookedFor: (event: UsageEvent) => boolean,
): Promise<UsageEvent> {
  const { seat } = agency;
  const before = heard.of(seat.id).length;
  await database.setClock(at - 1);
  // A look that comes early is asked again: several of them, since the clock stands.
  await untilKnown(at);
  expect(heard.of(seat.id).length).toBe(before);
  await database.setClock(at);
  const event = await heard.until(seat.id, isLookedFor);
  expect(event.asOf).toBe(at);
  return event;
}

/** Until the process knows that the clock has come there: from then on it looks at what is due, over and over. */
async function untilKnown(at: number): Promise<void> {
  while (one.live.timekeeper.now() < at && !isOver) await new Promise(setImmediate);
}

it('P5: a hold lapses, and a charge leaves its window, exactly then', async () => {
  const agency = await stage.seed();
  const { owner, seat } = agency;
  await hold(one, agency, { holdSeconds: 60 });
  const heard = await stage.listen(one, owner, { seatId: seat.id });
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '1,0');
  await toldAt(heard, agency, NOW + MINUTE, (event) => takenOf(event, 'FOLLOW').join() === '0,0');

  const reservationId = await hold(one, agency);
  done(await one.services.reservations.commit(owner, { reservationId }));
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '0,1');
  const leaves = NOW + MINUTE + DAY;
  await toldAt(heard, agency, leaves, (event) => takenOf(event, 'FOLLOW').join() === '0,0');
});

it('a day of the calendar ends', async () => {
  const agency = await stage.seed();
  const { owner, seat } = agency;
  const scope = { kind: 'SEAT', id: seat.id } as const;
  const limit = { actions: ['FOLLOW'], windowKind: 'CALENDAR_DAY', max: 5 } as const;
  const { id } = done(await one.services.limits.setLimit(owner, { scope, limit }));
  const reservationId = await hold(one, agency);
  done(await one.services.reservations.commit(owner, { reservationId }));
  const heard = await stage.listen(one, owner, { seatId: seat.id });
  const used = (event: UsageEvent) => event.usage.find((one) => one.limit.limitId === id)?.used;
  await heard.until(seat.id, (event) => used(event) === 1);
  await toldAt(heard, agency, Date.parse('2026-11-27T00:00Z'), (event) => used(event) === 0);
});

it('a warm-up goes on, and a restriction and its half caps end', async () => {
  const agency = await stage.seed({ seat: { warmUpStartedOn: '2026-11-26' } });
  const { owner, seat } = agency;
  const heard = await stage.listen(one, owner, { seatId: seat.id });
  await heard.until(seat.id, (event) => max(event) === '10 WARM_UP');
  await toldAt(heard, agency, Date.parse('2026-11-27T00:00Z'), (event) => max(event) === '12 WARM_UP');

  const plain = await stage.seed();
  const until = Date.parse('2026-11-27T12:00Z');
  await one.services.restrictions.report(plain.owner, { seatId: plain.seat.id, kind: 'TEMPORARY', until });
  const other = await stage.listen(one, plain.owner, { seatId: plain.seat.id });
  await other.until(plain.seat.id, (event) => max(event) === '150 POLICY');
  await toldAt(other, plain, until, (event) => max(event) === '75 RESTRICTION');
  await toldAt(other, plain, until + 14 * DAY, (event) => max(event) === '150 POLICY');
});

it('a version of the policy begins', async () => {
  const agency = await stage.seed();
  const { owner, seat } = agency;
  const changes = [
    { actions: ['DIRECT_MESSAGE'], windowSeconds: 86_400, recommended: 3, ceiling: 9 },
  ] as const;
  const effectiveFrom = NOW + 3 * HOUR;
  done(await one.services.policies.publishPolicy(owner, { effectiveFrom, changes, source: 'A letter' }));
  const heard = await stage.listen(one, owner, { seatId: seat.id });
  await heard.until(seat.id, (event) => max(event) === '150 POLICY');
  await toldAt(heard, agency, effectiveFrom, (event) => max(event) === '9 POLICY');
});

it('a day of declared outside use begins', async () => {
  const agency = await stage.seed();
  const { owner, seat } = agency;
  const declared = { seatId: seat.id, action: 'DIRECT_MESSAGE', perDay: 4, from: '2026-11-27' } as const;
  done(await one.services.outsideUses.declareOutsideUse(owner, declared));
  const heard = await stage.listen(one, owner, { seatId: seat.id });
  const unknown = (event: UsageEvent) => counterOf(event, 'DIRECT_MESSAGE').unknown;
  await heard.until(seat.id, (event) => unknown(event) === 0);
  await toldAt(heard, agency, Date.parse('2026-11-27T00:00Z'), (event) => unknown(event) === 4);
});

it('what two batches do at one and the same instant is seen, both of them', async () => {
  const agency = await stage.seed();
  const { owner, seat } = agency;
  const deaf = await stage.process({ hints: false });
  const heard = await stage.listen(deaf, owner, { seatId: seat.id });
  await heard.until(seat.id);
  for (const count of [1, 2, 3]) {
    await hold(one, agency);
    await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === `${count},0`);
  }
});
