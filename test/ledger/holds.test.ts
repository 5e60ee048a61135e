import { audit } from '../../src/ledger/audit/audit.js';
import { listReservations } from '../../src/ledger/told/history.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import { DAY, MINUTE } from '../../src/quota/window.js';
import { clockedDatabase, type ClockedDatabase } from './fake-clock.js';
import { decisionOf, openOffice, reserveRequest, seeing, type Office } from './support.js';

const BEGIN = Date.UTC(2026, 10, 2, 9);
const HOLD_MS = 900_000;

describe('holds that lapsed', () => {
  let database: ClockedDatabase;
  let ledger: Ledger;
  let office: Office;
  beforeAll(async () => {
    database = await clockedDatabase();
    ledger = new Ledger(database.appUrl);
  });
  afterAll(async () => {
    await ledger.close();
    await database.close();
  });
  beforeEach(async () => {
    office = await openOffice(database.appUrl);
  });

  function hold(): Promise<string> {
    return ledger.ask(reserveRequest(office, 'COMMENT')).then((answer) => decisionOf(answer).id);
  }

  function kept(): Promise<string[]> {
    return seeing(database.appUrl, [office.agencyId], async (client) => {
      const { rows } = await client.query<{ id: string }>(
        'SELECT id FROM hold WHERE agency_id = $1 ORDER BY expires_at, id',
        [office.agencyId],
      );
      return rows.map(({ id }) => id);
    });
  }

  it('are forgotten two days after their end, once a minute of the books, and stay EXPIRED reservations', async () => {
    await database.setClock(BEGIN);
    const [first, second] = [await hold(), await hold()];
    const ended = BEGIN + HOLD_MS;
    await database.setClock(ended + 2 * DAY);
    const third = await hold();
    expect((await kept()).sort()).toEqual([first, second, third].sort());
    await database.setClock(ended + 2 * DAY + 1);
    const fourth = await hold();
    expect(await kept()).toHaveLength(4);
    await database.setClock(ended + 2 * DAY + MINUTE);
    const fifth = await hold();
    expect((await kept()).sort()).toEqual([third, fourth, fifth].sort());

    const reader = new LedgerReader(database.appUrl);
    const everything = {
      seatId: null,
      clientAccountId: null,
      from: null,
      until: null,
      afterId: null,
      rows: 10,
    };
    const listed = await reader.read(office.viewer, (transaction, at) =>
      listReservations(transaction, office.viewer, { ...everything, statuses: ['EXPIRED'] }, at),
    );
    await reader.close();
    expect(listed.map(({ id }) => id).sort()).toEqual([first, second].sort());
    expect((await audit(database.appUrl)).drift).toEqual([]);
  });

  it('go so many at once and no more, the oldest first, and only those of the agency that holds', async () => {
    await database.setClock(BEGIN);
    const other = await openOffice(database.appUrl);
    const fill = (of: Office, count: number) =>
      seeing(database.appUrl, [of.agencyId], (client) =>
        client.query(
          `INSERT INTO hold SELECT $1, gen_random_uuid(), $2, $3, NULL, gen_random_uuid(), 'COMMENT', false, 0, i, NULL
           FROM generate_series(1, $4::int) AS i`,
          [of.agencyId, of.seatIds[0], of.clientAccountId, count],
        ),
      );
    await fill(office, 2_100);
    await fill(other, 10);
    const oldest = await kept();
    await hold();
    expect((await kept()).slice(0, 100)).toEqual(oldest.slice(2_000));
    await database.setClock(BEGIN + MINUTE);
    await hold();
    expect(await kept()).toHaveLength(2);
    office = other;
    expect(await kept()).toHaveLength(10);
  });
});
