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

it('a client account takes another zone so many times in 400 days; what is older counts no more', async () => {
  const take = async ({ owner, here }: Awaited<ReturnType<typeof twoPlaces>>, days: number) => {
    const past = { of: ['CLIENT_ACCOUNT', here], value: 'UTC', count: 98, days };
    await insertPast(owner, 'scope_zone', past);
    const update = (timeZone: string) =>
      services.clientAccounts.updateClientAccount(owner, { clientAccountId: here, timeZone });
    done(await update('Asia/Tokyo'));
    return update('UTC');
  };
  expect(refused(await take(await twoPlaces(), 390))).toBe('WRONG_STATE input.timeZone');
  done(await take(await twoPlaces(), 780));
});

it('a seat takes another zone so many times since it came, and twice as many times whoever had it', async () => {
  const { owner, seat, here, there, move } = await twoPlaces();
  const take = (timeZone: string) => services.seats.updateSeat(owner, { seatId: seat.id, timeZone });
  const takeTimes = async (times: number): Promise<void> => {
    for (let taken = 0; taken < times; taken += 1) done(await take(taken % 2 ? 'Europe/Rome' : 'Asia/Tokyo'));
    expect(refused(await take('America/Lima'))).toBe('WRONG_STATE input.timeZone');
  };
  await takeTimes(29);
  done(await move(there));
  done(await take('Europe/Rome'));
  await takeTimes(29);
  done(await move(here));
  await takeTimes(0);
});
