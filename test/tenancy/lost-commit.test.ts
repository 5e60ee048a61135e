import type { DataSource } from 'typeorm';
import { failureOf } from '../../src/http/failures.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgency } from '../../src/tenancy/door.js';
import { Wire } from '../ledger/wire.js';
import { done, newSeat, seedAgency, servicesOn, type SeededAgency } from '../support/agency.js';
import { testDatabase } from '../support/database.js';

/** Changes whose COMMIT went through, and whose answer was lost on its way. */
let wire: Wire;
let direct: DataSource;
let dataSource: DataSource;
let agency: SeededAgency;
beforeAll(async () => {
  const { appUrl } = await testDatabase();
  wire = await Wire.to(appUrl);
  direct = await openDataSource(appUrl, { connectionsMax: 1 });
  dataSource = await openDataSource(wire.url, { connectionsMax: 1 });
  agency = await seedAgency(direct, { plan: { seatAllowance: 9 } });
});
afterAll(async () => {
  await dataSource.destroy();
  await direct.destroy();
  await wire.close();
});

/** PostgreSQL numbers a transaction that writes. */
const WRITES = 'SELECT pg_current_xact_id()';

const countSeats = (): Promise<{ count: number }[]> =>
  inAgency(direct, agency.owner, (manager) =>
    manager.query('SELECT count(*)::int AS count FROM seat WHERE agency_id = $1', [agency.agencyId]),
  );

it('are answered as done, on a pool of a single connection too, and the next one goes on', async () => {
  const { seats, apiKeys } = servicesOn(dataSource);
  const [before] = await countSeats();
  wire.loseNextCommit();
  const seat = done(await seats.addSeat(agency.owner, newSeat(agency.clientAccount.id)));
  expect(seat.status).toBe('ACTIVE');
  wire.loseNextCommit();
  const input = { name: 'key', role: 'ADMIN', clientAccountId: null } as const;
  expect(done(await apiKeys.createApiKey(agency.owner, input)).secret).toMatch(/^hr_live_/);
  expect(wire.commitsLost).toBe(2);
  done(await seats.pauseSeat(agency.owner, seat.id));
  expect(await countSeats()).toEqual([{ count: before!.count + 1 }]);
});

it('are told as unavailable where nobody says what became of them', async () => {
  wire.loseNextCommit();
  const adding = inAgency(dataSource, agency.owner, async (manager) => {
    await manager.query(WRITES);
    wire.refuse();
  });
  const error: unknown = await adding.catch((thrown: unknown) => thrown);
  wire.mend();
  expect(failureOf(error)).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
});

it('what was never committed is not told as done', async () => {
  const [before] = await countSeats();
  const error: unknown = await inAgency(dataSource, agency.owner, async (manager) => {
    await manager.query(WRITES);
    wire.cut();
    wire.mend();
  }).catch((thrown: unknown) => thrown);
  expect(failureOf(error).code).toBe('UNAVAILABLE');
  expect(await countSeats()).toEqual([before]);
});
