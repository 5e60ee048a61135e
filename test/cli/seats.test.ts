import { toId } from '../../src/schema/ids.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { seedAgency, type SeededAgency } from '../support/agency.js';
import type { Json } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { run, settingsOf, withFile } from './running.js';

let database: TestDatabase;
let agency: SeededAgency;

beforeAll(async () => {
  database = await ownDatabase();
  const dataSource = await openDataSource(database.appUrl);
  agency = await seedAgency(dataSource);
  await dataSource.destroy();
});

/** `headroom seats add …`: its exit code, and what it says. */
function add(csv: string, ...words: string[]): Promise<{ code: number; out: string }> {
  return withFile(csv, async (file) => {
    const ids = ['--agency', toId('agency', agency.agencyId)];
    ids.push('--client-account', toId('client', agency.clientAccount.id));
    const { code, stdout: out } = await run(settingsOf(database), 'seats', 'add', file, ...ids, ...words);
    return { code, out };
  });
}

const TABLE = 'name,url,tier,tz\nAda,in/ada,BASIC,UTC\nBea,in/bea,Sales Navigator,Europe/Madrid\n';

it('shows what would come of a table, adds it, and tells what is wrong with it the second time', async () => {
  expect(await add(TABLE, '--dry-run')).toEqual({
    code: 0,
    out: expect.stringContaining('all 2 seats would be'),
  });
  const { code, out } = await add(TABLE, '--json');
  const answer: Json = JSON.parse(out);
  expect([code, answer.added, answer.errors]).toEqual([0, 2, []]);
  expect(answer.rows[1]).toMatchObject({
    line: 3,
    holderName: 'Bea',
    seatId: expect.stringMatching(/^seat_/),
  });
  expect(await add(TABLE.replace('BASIC', 'GOLD'))).toEqual({
    code: 1,
    out: expect.stringMatching(
      /line 2, tier: .*GOLD[^]*line 2, url: Another seat[^]*line 3, url: Another seat/,
    ),
  });
  const many = Array.from({ length: 20 }, (_, row) => `C${row},in/c${row},BASIC,UTC\n`).join('');
  expect((await add(`name,url,tier,tz\n${many}`)).out).toMatch(
    /^Nothing is added, of 20 seats:\nlines 9 to 21, clientAccount: The plan [^\n]* allows 10 seats[^\n]*\n$/,
  );
}, 120_000);
