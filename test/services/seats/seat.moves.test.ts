import type { DataSource } from 'typeorm';
import { DAY } from '../../../src/quota/window.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { done, refused, seedAgency, servicesOn } from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

let dataSource: DataSource;
let services: ReturnType<typeof servicesOn>;

beforeAll(async () => {
  dataSource = await openDataSource((await testDatabase()).appUrl);
  services = servicesOn(dataSource);
});
afterAll(() => dataSource.destroy());

/** A seat, and where it is not: it goes there and back. */
async function twoPlaces() {
  const { owner, plan, clientAccount, seat } = await seedAgency(dataSource);
  const input = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
  const other = done(await services.clientAccounts.createClientAccount(owner, input));
  const move = (clientAccountId: string) =>
    services.seatMoves.moveSeat(owner, { seatId: seat.id, clientAccountId });
  return { owner, seat, here: clientAccount.id, there: other.id, move };
}

/** Rows of some days apart, up to yesterday. */
function insertPast(
  { agencyId }: Viewer,
  table: 'seat_assignment' | 'scope_zone',
  { of, value, count, days }: { of: string[]; value: string; count: number; days: number },
): Promise<unknown> {
  const at = Array.from({ length: count }, (_, index) =>
    Math.floor(Date.now() - DAY - (index * days * DAY) / count),
  );
  return inAgency(dataSource, { agencyId }, (manager) =>
    manager.query(
      table === 'scope_zone'
        ? `INSERT INTO scope_zone SELECT $1, $2, $3, unnest($4::int8[]), $5`
        : `INSERT INTO seat_assignment SELECT $1, $2, unnest($3::int8[]), $4`,
      [agencyId, ...of, at, value],
    ),
  );
}

it('a seat moves so many times in 30 days, and stays where it is', async () => {
  const { seat, here, there, move } = await twoPlaces();
  // Where it was added is the first of the 30.
  for (let moves = 1; moves < 30; moves += 1) done(await move(moves % 2 ? there : here));
  expect(refused(await move(here))).toBe('WRONG_STATE input.seatId');
  expect(done(await move(there)).seat).toMatchObject({ id: seat.id, clientAccountId: there });
});

it('a seat moves so many times in 400 days', async () => {
  const { owner, seat, here, there, move } = await twoPlaces();
  await insertPast(owner, 'seat_assignment', { of: [seat.id], value: here, count: 98, days: 390 });
  done(await move(there));
  expect(refused(await move(here))).toBe('WRONG_STATE input.seatId');
});

it('a seat takes another zone so many times in 400 days; what is older counts no more', async () => {
  const { owner, seat } = await twoPlaces();
  const past = { of: ['SEAT', seat.id], value: 'UTC' };
  await insertPast(owner, 'scope_zone', { ...past, count: 98, days: 390 });
  const update = (timeZone: string) => services.seats.updateSeat(owner, { seatId: seat.id, timeZone });
  done(await update('Asia/Tokyo'));
  expect(refused(await update('UTC'))).toBe('WRONG_STATE input.timeZone');
  const other = await twoPlaces();
  const longAgo = { of: ['SEAT', other.seat.id], value: 'UTC', count: 98, days: 780 };
  await insertPast(other.owner, 'scope_zone', longAgo);
  const change = (timeZone: string) =>
    services.seats.updateSeat(other.owner, { seatId: other.seat.id, timeZone });
  done(await change('Asia/Tokyo'));
  done(await change('UTC'));
});
