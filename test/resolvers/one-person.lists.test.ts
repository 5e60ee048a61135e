import fc from 'fast-check';
import { toId } from '../../src/schema/ids.js';
import { Api, type Json } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { audit } from '../../src/ledger/audit/audit.js';
import { ProspectDesk } from './prospect-desk.js';

let api: Api;
let database: TestDatabase;

beforeAll(async () => {
  database = await ownDatabase();
  api = await Api.start(
    { HEADROOM_API_LIMITS: 'off', HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' },
    database,
  );
});
afterAll(() => api.close());

const SLUGS = ['x', 'y', 'z'].map((slug) => `https://www.linkedin.com/in/${slug}`);
const LEADS = [1, 2].map((nth) => `https://www.linkedin.com/sales/lead/ACwAAA${nth}abcDEF`);
const [X, Y] = SLUGS as [string, string];
const [S, T] = LEADS as [string, string];

/** What a client account does, and what it tells of people while it does. */
type Step =
  | { readonly does: 'LIST'; readonly rows: readonly (readonly string[])[] }
  | { readonly does: 'ASK'; readonly of: string }
  | { readonly does: 'REMOVE'; readonly of: string };

const list = (...rows: (readonly string[])[]): Step => ({ does: 'LIST', rows });
const ask = (of: string): Step => ({ does: 'ASK', of });
const remove = (of: string): Step => ({ does: 'REMOVE', of });

/** How another client account knows an address: nothing of it is told to be anybody else's. */
const KNOWN: Record<
  string,
  (desk: ProspectDesk, client: string, seatId: string, url: string) => Promise<unknown>
> = {
  listed: (desk, client, _, profileUrl) => desk.add([{ profileUrl }], { clientAccountId: client }),
  reserved: (desk, _, seatId, profileUrl) => desk.reserve('FOLLOW', { profileUrl }, { seatId }),
  committed: (desk, _, seatId, profileUrl) => desk.send('FOLLOW', { profileUrl }, { seatId }),
  recorded: (desk, _, seatId, profileUrl) =>
    desk.record({
      seatId,
      action: 'COMMENT',
      recipient: { profileUrl },
      occurredAt: new Date().toISOString(),
    }),
};
type Knows = readonly { readonly how: string; readonly url: string }[];

/** All that a client account is answered, by whoever works for it alone, while another one knows some people. */
async function told(steps: readonly Step[], knows: Knows): Promise<unknown[]> {
  const desk = new ProspectDesk(api, await api.seed());
  const account = await desk.addClientAccount();
  const seat = await desk.addSeat(account);
  for (const { how, url } of knows) await KNOWN[how]!(desk, toId('client', account), seat, url);
  const key = await api.keyOf(desk.agency, 'MANAGER', desk.agency.clientAccount.id);
  const numbers = new Map<string, number>();
  const numberOf = (row: Json): number | null =>
    row && (numbers.get(row.id) ?? numbers.set(row.id, numbers.size).get(row.id)!);
  const answers: unknown[] = [];
  const show = async (): Promise<Json[]> => (await desk.list({}, key)).nodes;
  for (const [index, step] of steps.entries()) {
    if (step.does === 'LIST') {
      const rows = step.rows.map(([profileUrl, salesNavigatorUrl], nth) => {
        return { profileUrl, salesNavigatorUrl, firstName: `Told ${index} ${nth}` };
      });
      const { results } = await desk.add(rows, {}, key);
      answers.push(results.map(({ outcome, prospect }: Json) => [outcome, numberOf(prospect)]));
    } else if (step.does === 'ASK')
      answers.push((await desk.reserve('FOLLOW', { profileUrl: step.of })).outcome);
    else {
      const prospectIds = (await show()).filter((row) => row.profileUrl === step.of).map(({ id }) => id);
      if (prospectIds.length > 0)
        await desk.mutate('removeProspects', 'RemoveProspectsInput', { prospectIds }, 'changed', key);
    }
    const rows = (await show()).map((row) => [
      numberOf(row),
      row.profileUrl,
      row.salesNavigatorUrl,
      row.firstName,
    ]);
    answers.push(rows.toSorted((one, other) => Number(one[0]) - Number(other[0])));
  }
  const decisions = `query ($url: String!) { decisions(recipientProfileUrl: $url) { nodes { recipientProfileUrl } } }`;
  for (const url of [...SLUGS, ...LEADS]) {
    const { nodes } = (await api.data(key, decisions, { url })).decisions;
    answers.push([url, nodes.length]);
  }
  return answers;
}

/** What shows whom others know, if anything does: by an address that is made up, and with somebody’s. */
const WAYS: readonly (readonly [string, readonly Step[]])[] = [
  ['with a lead that has a history', [list([S]), ask(S), list([X, S]), list([X]), list([S])]],
  [
    'with an address of the site that has a history',
    [list([X, S]), ask(X), list([Y, S]), list([Y], [X], [S])],
  ],
  ['both on the list', [list([X], [S]), list([X, S]), list([S], [X])]],
  ['both at once, and each', [list([X, S], [S], [X]), list([S])]],
  ['taken off the list', [list([S]), ask(S), list([X, S]), remove(X), list([X]), list([S])]],
  ['with two leads', [list([S], [T]), ask(T), list([X, S], [X, T]), list([S], [T], [X])]],
];

describe.each(WAYS)('whom another client account knows shows nowhere: %s', (_, steps) => {
  it.each(Object.keys(KNOWN))('where one of them was %s', async (how) => {
    const alone = await told(steps, []);
    for (const url of [X, S]) expect(await told(steps, [{ how, url }])).toEqual(alone);
  });
});

const address = fc.constantFrom(...SLUGS, ...LEADS);
const row = fc.oneof(
  address.map((one) => [one]),
  fc.tuple(fc.constantFrom(...SLUGS), fc.constantFrom(...LEADS)).map((both) => [...both]),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.array(row, { minLength: 1, maxLength: 3 }).map((rows) => list(...rows)) },
  { weight: 2, arbitrary: address.map(ask) },
  { weight: 1, arbitrary: address.map(remove) },
);
const RUNS = 15;

it('whom another client account knows shows nowhere, whatever is told in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 2, maxLength: 8 }),
      fc.uniqueArray(fc.record({ how: fc.constantFrom(...Object.keys(KNOWN)), url: address }), {
        ...{ minLength: 1, maxLength: 5 },
        selector: ({ url }) => url,
      }),
      async (steps, knows) => {
        expect(await told(steps, knows)).toEqual(await told(steps, []));
      },
    ),
    { numRuns: RUNS },
  );
}, 240_000);

it('leaves nothing in the books that counting finds otherwise', async () => {
  expect((await audit(database.appUrl)).drift).toEqual([]);
});
