import { randomUUID } from 'node:crypto';
import { Failure, NotNow, Stopping } from '../../src/errors.js';
import { failureOf, isFault } from '../../src/http/failures.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgency } from '../../src/tenancy/door.js';
import type { Viewer } from '../../src/tenancy/viewer.js';
import { testDatabase } from '../support/database.js';

it.each([
  ['our own', new Failure('INTERNAL', 'x'), true],
  ['that something can’t be had', new Failure('UNAVAILABLE', 'x', 1_000), true],
  ['that what is asked is changed just now', new NotNow('x', 10), false],
  ['that the server is stopping', new Stopping(1_000), false],
  ['the caller’s', new Failure('BAD_USER_INPUT', 'x'), false],
])('whoever runs the server is to look at a fault: %s', (_, failure, expected) => {
  expect(isFault(failure)).toBe(expected);
});

it.each([
  ['57014', 'UNAVAILABLE', 'The database took too long for it.'],
  ['55P03', 'UNAVAILABLE', 'Another change of this agency is taking long.'],
  ['08006', 'UNAVAILABLE', 'The database can’t be reached.'],
  ['23505', 'INTERNAL', 'Something went wrong on our side.'],
])('what PostgreSQL ends with %s is told as %s', (code, told, message) => {
  const failure = failureOf(Object.assign(new Error('of PostgreSQL'), { code }));
  expect(failure).toMatchObject({ code: told, message });
});

it('what is asked of the database once the process has closed it is answered as by a server that is stopping', async () => {
  const { appUrl } = await testDatabase();
  const [dataSource, reader] = [await openDataSource(appUrl), new LedgerReader(appUrl)];
  const agencyId = randomUUID();
  const viewer: Viewer = {
    ...{ agencyId, role: 'OWNER', reach: null, actor: 'nobody', credential: null, expiresAt: null },
  };
  const ask = [
    () => inAgency(dataSource, viewer, (manager) => manager.query('SELECT 1')),
    () => reader.read(viewer, () => Promise.resolve()),
  ];
  const thrown = (): Promise<unknown[]> =>
    Promise.all(ask.map((one) => one().catch((error: unknown) => error)));
  const closing = [dataSource.destroy(), reader.close()];
  const whileClosing = await thrown();
  await Promise.all(closing);
  for (const error of [...whileClosing, ...(await thrown())])
    expect(failureOf(error)).toBeInstanceOf(Stopping);
});
