import { randomUUID } from 'node:crypto';
import { done } from '../support/agency.js';
import { testDatabase } from '../support/database.js';
import { hold, LiveStage, takenOf, type Process } from './usage-stage.js';

let stage: LiveStage;
let one: Process;

beforeAll(async () => {
  stage = await LiveStage.open((await testDatabase()).appUrl);
  one = await stage.process();
});
afterEach(() => stage.tidy());
afterAll(() => stage.close());

it('tells a snapshot of each scope, and of nothing else', async () => {
  const agency = await stage.seed();
  const { agencyId, owner, clientAccount, seat } = agency;
  const heard = await stage.listen(one, owner);
  for (const id of [agencyId, clientAccount.id, seat.id]) await heard.until(id);
  expect(heard.events.map(({ scope }) => scope.kind)).toEqual(['AGENCY', 'CLIENT_ACCOUNT', 'SEAT']);
  expect(heard.newest(agencyId)?.usage).toEqual([]);
  expect(heard.newest(seat.id)?.usage.every(({ limit }) => limit.scope.id === seat.id)).toBe(true);
});

it.each([
  ['with hints', true],
  ['without hints', false],
])('shows reservation, commit, release, record and void, %s', async (_name, hints) => {
  const process = hints ? one : await stage.process({ hints });
  const agency = await stage.seed();
  const { owner, seat } = agency;
  const heard = await stage.listen(process, owner, { seatId: seat.id });
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '0,0');

  const reservationId = await hold(process, agency);
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '1,0');
  done(await process.services.reservations.commit(owner, { reservationId }));
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '0,1');
  const second = await hold(process, agency);
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '1,1');
  done(await process.services.releases.release(owner, { reservationId: second, because: 'NOT_SENT' }));
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '0,1');

  const activity = { seatId: seat.id, action: 'FOLLOW' as const, count: 3, idempotencyKey: randomUUID() };
  done(await process.services.activities.record(owner, [{ ...activity, occurredAt: Date.now() }]));
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '0,4');
  const filter = { seatId: seat.id, clientAccountId: null, from: null, until: null };
  const { rows } = await process.services.activities.list(owner, filter, { rows: 1, after: null });
  const reason = 'It never happened';
  done(await process.services.activities.voidActivities(owner, [rows[0]!.node.id], reason));
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW').join() === '0,1');
  // Each change once, and nothing besides.
  expect(heard.events.map((event) => takenOf(event, 'FOLLOW').join())).toEqual([
    ...['0,0', '1,0', '0,1', '1,1', '0,1', '0,4', '0,1'],
  ]);
});
