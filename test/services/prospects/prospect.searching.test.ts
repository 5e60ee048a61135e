import pg from 'pg';
import type { DataSource } from 'typeorm';
import { ProspectSearches } from '../../../src/services/prospects/prospect.searching.js';
import type { ProspectSearch } from '../../../src/services/prospects/prospect.search.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { ownDatabase } from '../../support/database.js';

/** Searches that never end by themselves: the table of people is held by somebody else. */

let api: Api;
let agency: SeededAgency;
let other: SeededAgency;
let owner: pg.Client;
let dataSource: DataSource;

beforeAll(async () => {
  const database = await ownDatabase();
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' }, database);
  agency = await api.seed();
  other = await api.seed();
  dataSource = await openDataSource(database.appUrl, { connectionsMax: 10 });
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await dataSource.destroy();
  await api.close();
});
beforeEach(async () => {
  await owner.query('BEGIN');
  await owner.query('LOCK TABLE prospect IN ACCESS EXCLUSIVE MODE');
});
afterEach(() => owner.query('ROLLBACK'));

const FIRST = { rows: 20, after: null };
const TOO_LONG = { code: 'BAD_USER_INPUT', message: expect.stringMatching(/narrow it/) };
const asked = (more: Partial<ProspectSearch> = {}): ProspectSearch => ({
  ...{ clientAccountId: agency.clientAccount.id, search: null, tags: [], filter: null, segmentId: null },
  ...more,
});

it.each([
  ['a word', { search: 'ada' }],
  ['a tag', { tags: ['hot'] }],
  ['a filter', { filter: { isContacted: true } }],
  ['nothing', {}],
])('a search for %s is ended, and so is counting', async (_, more) => {
  const searches = new ProspectSearches(dataSource, 100);
  await expect(searches.page(agency.owner, asked(more), FIRST)).rejects.toMatchObject(TOO_LONG);
  await expect(searches.count(agency.owner, asked(more))).rejects.toMatchObject(TOO_LONG);
});

it('what else is asked in the same session may take its time', async () => {
  const searches = new ProspectSearches(dataSource, 100);
  await expect(searches.count(agency.owner, asked())).rejects.toMatchObject(TOO_LONG);
  const [row] = await inAgency(dataSource, agency.owner, (manager) =>
    manager.query<{ statement_timeout: string }[]>('SHOW statement_timeout'),
  );
  expect(row).toEqual({ statement_timeout: '30s' });
});

it('two of an agency go at once, and keep neither the rest of it waiting nor another one', async () => {
  const searches = new ProspectSearches(dataSource, 20_000);
  const all = Array.from({ length: 8 }, () => searches.count(agency.owner, asked({ search: 'ada' })));
  const ended = Promise.allSettled(all);
  const elsewhere = searches.count(other.owner, asked({ clientAccountId: other.clientAccount.id }));
  const alone = Promise.allSettled([elsewhere]);
  while ((await waiting()) < 3);
  await inAgency(dataSource, agency.owner, (manager) => manager.query('SELECT 1'));
  expect(await waiting()).toBe(3);
  await owner.query('ROLLBACK');
  expect((await alone)[0]).toEqual({ status: 'fulfilled', value: 0 });
  expect(new Set((await ended).map(({ status }) => status))).toEqual(new Set(['fulfilled']));
});

async function waiting(): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(
    `SELECT count(*)::int4 AS count FROM pg_locks WHERE relation = 'prospect'::regclass AND NOT granted`,
  );
  return rows[0]?.count ?? 0;
}
