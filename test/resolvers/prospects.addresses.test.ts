import fc from 'fast-check';
import pg from 'pg';
import { ADDRESSES_MAX } from '../../src/services/prospects/prospect.keys.js';
import { toId } from '../../src/schema/ids.js';
import { Api, type Json } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { lead, ProspectDesk, url } from './prospect-desk.js';

let api: Api;
let desk: ProspectDesk;
let database: TestDatabase;

beforeAll(async () => {
  database = await ownDatabase();
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' }, database);
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = new ProspectDesk(api, await api.seed());
});

const ADA = url('ada');
/** Rows that tell of one person more addresses each. */
const more = (from: number, count: number, profileUrl = ADA) =>
  Array.from({ length: count }, (_, index) => ({ profileUrl, salesNavigatorUrl: lead(from + index) }));
const counted = ({ results }: Json): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

it('knows a person by so many addresses, whatever one list tells', async () => {
  const { results } = await desk.add(more(0, 80));
  // An address too many is left out: each row is taken by the one that is known.
  expect(counted({ results })).toEqual({ ADDED: 1, DUPLICATE: 79 });
  expect(results.at(-1)).toMatchObject({
    ...{ outcome: 'DUPLICATE', prospect: { id: results[0].prospect.id } },
    userErrors: [],
  });
  expect(await desk.keys()).toEqual([ADDRESSES_MAX]);
});

it('knows a person by so many addresses, however many lists tell', async () => {
  for (let from = 0; from < ADDRESSES_MAX - 1; from += 7) await desk.add(more(from, 7));
  expect(await desk.keys()).toEqual([ADDRESSES_MAX]);
  const [again, further, known] = (await desk.add([more(3, 1)[0]!, more(90, 1)[0]!, { profileUrl: lead(4) }]))
    .results;
  // What was told before is as it was; by a further one nothing is written.
  expect([again.outcome, further.outcome, known.outcome]).toEqual(['UNCHANGED', 'DUPLICATE', 'DUPLICATE']);
  expect(await desk.keys()).toEqual([ADDRESSES_MAX]);
});

it('refuses a row that names somebody by nothing but addresses too many', async () => {
  await desk.add(more(0, ADDRESSES_MAX - 1));
  const slug = url('ada-else');
  const { results } = await desk.add([
    ...[more(90, 1)[0]!, { profileUrl: slug, salesNavigatorUrl: lead(90) }],
  ]);
  expect(results).toMatchObject([
    { outcome: 'UNCHANGED', userErrors: [] },
    {
      ...{ outcome: 'REFUSED', prospect: null },
      userErrors: [{ code: 'INVALID', field: ['input', 'prospects', '1', 'profileUrl'] }],
    },
  ]);
  expect(await desk.keys()).toEqual([ADDRESSES_MAX]);
  // Alone it is somebody else, of whom nobody told anything.
  expect(counted(await desk.add([{ profileUrl: slug, salesNavigatorUrl: lead(90) }]))).toEqual({ ADDED: 1 });
  expect(await desk.keys()).toEqual([ADDRESSES_MAX, 2]);
});

it('takes as many addresses of a request as there is room for', async () => {
  await desk.add(more(0, ADDRESSES_MAX - 3));
  const { results } = await desk.add(more(60, 5));
  expect(counted({ results })).toEqual({ UNCHANGED: 1, DUPLICATE: 4 });
  expect(await desk.keys()).toEqual([ADDRESSES_MAX]);
  const known = await desk.add([60, 61, 62].map((nth) => ({ profileUrl: lead(nth) })));
  expect(counted(known)).toEqual({ UNCHANGED: 1, DUPLICATE: 1, ADDED: 1 });
});

it('lets one client account’s list use up nobody’s room on another one’s', async () => {
  await desk.add(more(0, 60));
  const other = toId('client', await desk.addClientAccount());
  const row = { ...more(90, 1)[0]!, firstName: 'Ada' };
  const { results } = await desk.add([row], { clientAccountId: other });
  expect(results).toMatchObject([{ outcome: 'ADDED', userErrors: [] }]);
  const [listed] = (await desk.list({ clientAccountId: other })).nodes;
  // The address that finds nobody is not shown as the person's.
  expect(listed).toMatchObject({ profileUrl: ADA, salesNavigatorUrl: null, firstName: 'Ada' });
  // Known under that address already, the two stay two: it names the one of the site.
  await desk.add([{ profileUrl: lead(91), firstName: 'Lead' }], { clientAccountId: other });
  const both = await desk.add([more(91, 1)[0]!], { clientAccountId: other });
  expect(both.results).toMatchObject([{ outcome: 'UNCHANGED', prospect: { id: results[0].prospect.id } }]);
  expect(await desk.keys()).toEqual([ADDRESSES_MAX, 1]);
});

it('makes nobody one who would be known by more together', async () => {
  await desk.add(more(0, 30));
  await desk.add(more(100, 30, url('bea')));
  const both = { profileUrl: ADA, salesNavigatorUrl: lead(100) };
  expect(counted(await desk.add([both]))).toEqual({ UNCHANGED: 1 });
  expect(await desk.keys()).toEqual([31, 31]);
  expect((await desk.list()).totalCount).toBe(2);
});

/** What the server says of a file of rows. */
async function imported(rows: readonly string[]): Promise<Json> {
  const response = await fetch(`${api.url}/imports/lead-list?clientAccountId=${desk.client}`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${desk.agency.key}`, 'content-type': 'text/csv' },
      'x-headroom-import': '1',
    },
    body: ['linkedin url,sales navigator url,first name', ...rows].join('\n'),
  });
  return (await response.json()) as Json;
}

it('tells the rows of a file that are not taken, by their lines', async () => {
  await desk.add(more(0, ADDRESSES_MAX - 1));
  const report = await imported([`${ADA},${lead(90)},Ada`, `${url('ada-else')},${lead(90)},Ada`]);
  expect(report).toMatchObject({ rowsRead: 2, updated: 1, rejectedTotal: 1 });
  expect(report.rejected[0]).toEqual({ line: 3, reason: expect.stringMatching(/50 addresses at most/) });
  expect(await desk.keys()).toEqual([ADDRESSES_MAX]);
});

it('tells how many rows of a file were taken without one of their addresses', async () => {
  const rows = more(0, 60).map(
    ({ profileUrl, salesNavigatorUrl }) => `${profileUrl},${salesNavigatorUrl},Ada`,
  );
  const report = await imported([...rows, `${url('bea')},,Bea`]);
  expect(report).toMatchObject({ rowsRead: 61, added: 2, duplicates: 59, rejectedTotal: 0 });
  expect(report.warnings).toEqual([
    '11 rows were taken without one of their addresses: a person is known by 50 at most.',
  ]);
  expect(await desk.keys()).toEqual([ADDRESSES_MAX, 1]);
});

it('makes very many people one, some of them at a time', async () => {
  const pairs = more(0, 60).map(({ salesNavigatorUrl }, nth) => ({
    profileUrl: url(`p${nth}`),
    salesNavigatorUrl,
  }));
  await desk.add(
    pairs.flatMap((pair) => [pair.profileUrl, pair.salesNavigatorUrl]).map((profileUrl) => ({ profileUrl })),
  );
  // One of them stays two: both have a history.
  for (const profileUrl of [url('p7'), lead(7)]) await desk.send('FOLLOW', { profileUrl });
  const sent = jest.spyOn(pg.Client.prototype, 'query');
  const { results } = await desk.add(pairs);
  const joined = joinsByTransaction(sent.mock);
  sent.mockRestore();
  expect(counted({ results })).toEqual({ UPDATED: 60 });
  expect(joined.reduce((sum, count) => sum + count, 0)).toBe(60);
  expect(Math.max(...joined)).toBeLessThanOrEqual(25);
  expect((await desk.list()).totalCount).toBe(61);
  expect(await desk.keys()).toEqual(Array.from({ length: 60 }, () => 2));
});

/** How many people were made one by each transaction. */
function joinsByTransaction({
  calls,
  contexts,
}: Pick<jest.MockContext<unknown, unknown[]>, 'calls' | 'contexts'>): number[] {
  const open = new Map<unknown, number>();
  const ended: number[] = [];
  for (const [index, [asked]] of calls.entries()) {
    const text = typeof asked === 'string' ? asked : JSON.stringify(asked ?? '');
    const count = open.get(contexts[index]) ?? 0;
    if (text === 'COMMIT') ended.push(count);
    open.set(contexts[index], text === 'COMMIT' ? 0 : count + (text.includes('SET merged_into') ? 1 : 0));
  }
  return ended;
}

it('takes whatever real lists tell as it would without a bound', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { minLength: 1, maxLength: 20 }),
      async (pairs) => {
        const of = new ProspectDesk(api, await api.seed());
        const { results } = await of.add(
          pairs.map(([slug, nth]) => ({ profileUrl: url(`p${slug}`), salesNavigatorUrl: lead(nth) })),
        );
        expect(results.map(({ outcome }: Json) => outcome)).not.toContain('REFUSED');
        expect((await of.list()).totalCount).toBe(groupsOf(pairs));
      },
    ),
    { numRuns: 10 },
  );
});

/** How many people there are where whoever shares an address is one. */
function groupsOf(pairs: readonly (readonly [number, number])[]): number {
  const names = pairs.map(([slug, nth]) => [`s${slug}`, `n${nth}`]);
  let groups: Set<string>[] = [];
  for (const pair of names) {
    const met = groups.filter((group) => pair.some((name) => group.has(name)));
    groups = [
      ...groups.filter((group) => !met.includes(group)),
      new Set([...pair, ...met.flatMap((group) => [...group])]),
    ];
  }
  return groups.length;
}
