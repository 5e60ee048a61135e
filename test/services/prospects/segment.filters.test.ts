import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { COMPARED_TEXTS, type FilterTerms } from '../../../src/outreach/segment.js';
import { fromId, toId } from '../../../src/schema/ids.js';
import { audienceOf } from '../../../src/services/prospects/segment.audience.js';
import { wireProspects } from '../../../src/services/prospects/prospects.js';
import { AuditLog } from '../../../src/services/audit-log.js';
import { Changes } from '../../../src/services/changes.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { type SeededAgency, TEST_FINGERPRINTS } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { superuserUrl, testDatabase } from '../../support/database.js';
import { Outreach } from '../../support/outreach.js';
import { isMeant, type PlainPerson } from '../plain-filter.js';

/** Filters as PostgreSQL answers them, against looking at one person after the other. */

const PEOPLE = 60;
const RUNS = 250;
const DAY = 86_400_000;
/** What nobody's clock comes near while the test runs. */
const HOUR = 3_600_000;

const WORDS = [
  'Acme',
  'ACME Corp',
  'Ñandú',
  'nandu',
  'Łódź  Works',
  'a%b_c',
  "O'Neil",
  'x',
  'Zoë "Q"',
  'ΟΔΟΣ Α',
];
const TAGS = ['VIP', 'vip', 'Día', 'dia', 'de', 'a,b', '{x}'];
const FIELDS = ['region', 'Region', 'a b'];

let api: Api;
let agency: SeededAgency;
let desk: Outreach;
let seats: string[] = [];
let now = 0;
const people = new Map<string, PlainPerson>();

const pick = <T>(items: readonly T[], index: number): T => items[index % items.length]!;
const url = (slug: string): string => `https://www.linkedin.com/in/${slug}`;

beforeAll(async () => {
  api = await Api.start({ HEADROOM_SWEEP: 'off', HEADROOM_WEBHOOKS: 'off' });
  agency = await api.seed();
  desk = new Outreach(api, agency);
  await fill();
}, 120_000);
afterAll(() => api.close());

interface Draft {
  readonly profileUrl: string;
  readonly words: Record<string, string>;
  readonly tags: readonly string[];
  readonly custom: Record<string, string>;
}

function drafts(): Draft[] {
  return Array.from({ length: PEOPLE }, (_, index) => {
    const words: Record<string, string> = {};
    for (const [place, field] of COMPARED_TEXTS.entries()) {
      if ((index + place) % 3 === 0) continue;
      words[field] =
        field === 'companyDomain' ? `d${(index + place) % 4}.example` : pick(WORDS, index * 7 + place * 3);
    }
    const custom: Record<string, string> = {};
    for (const [place, name] of FIELDS.entries()) {
      if ((index >> place) % 2 === 0) custom[name] = pick(WORDS, index + place);
    }
    const tags = TAGS.filter((_, place) => (index * (place + 3)) % 5 < 2);
    return { profileUrl: url(randomUUID()), words, tags, custom };
  });
}

/** Sends of both client accounts, some taken out again; answers, ties and marks of all kinds. */
async function fill(): Promise<void> {
  const other = await desk.addClientAccount();
  const theirSeat = await desk.addSeat(other);
  seats = [desk.seat, await desk.addSeat()];
  const all = drafts();
  const add = `mutation ($input: AddProspectsInput!) { addProspects(input: $input) {
    results { prospect { id } userErrors { message } } userErrors { message } } }`;
  const prospects = all.map(({ profileUrl, words, tags, custom }) => ({
    ...{ profileUrl, ...words, tags },
    customFields: Object.entries(custom).map(([name, value]) => ({ name, value })),
  }));
  const added = await api.data(agency.key, add, { input: { clientAccountId: desk.client, prospects } });
  const ids: string[] = added.addProspects.results.map(({ prospect }: { prospect: { id: string } }) =>
    fromId('prospect', prospect.id),
  );
  now = Date.now();
  const at = (index: number, days: number): number => now - days * DAY - (index + 10) * 60_000;
  const sends = all.flatMap(({ profileUrl }, index) => {
    const send = (seatId: string, action: string, days: number) => ({
      ...{ seatId, action, occurredAt: new Date(at(index, days)).toISOString() },
      ...{ recipient: { profileUrl }, idempotencyKey: randomUUID() },
    });
    return [
      ...(index % 4 === 0 ? [send(seats[0]!, 'DIRECT_MESSAGE', 2 + (index % 20))] : []),
      ...(index % 6 === 0 ? [send(seats[1]!, 'CONNECTION_REQUEST', 1 + (index % 9))] : []),
      ...(index % 5 === 0 ? [send(theirSeat, 'DIRECT_MESSAGE', 1)] : []),
      ...(index % 7 === 0 ? [send(seats[0]!, 'FOLLOW', 1)] : []),
    ];
  });
  const record = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded userErrors { message } } }`;
  const told = await api.data(agency.key, record, { inputs: sends });
  expect(told.recordActivities).toEqual({ recorded: sends.length, userErrors: [] });
  await takeOut(all);
  const kinds = [
    [desk.seat, 'REPLIED', 8],
    [desk.seat, 'INVITATION_ACCEPTED', 9],
    [seats[1]!, 'INMAIL_ACCEPTED', 10],
    [theirSeat, 'REPLIED', 11],
    [seats[1]!, 'REPLIED', 13],
  ] as const;
  const engagements = all.flatMap(({ profileUrl }, index) =>
    kinds
      .filter(([, , every]) => index % every === 0)
      .map(([seatId, kind]) => desk.engagement(kind, { profileUrl }, { seatId })),
  );
  expect((await desk.engage(...engagements)).userErrors).toEqual([]);
  await mark({ profileUrl: all[3]!.profileUrl });
  await mark({ profileUrl: all[8]!.profileUrl, clientAccountId: desk.client });
  await mark({ profileUrl: all[14]!.profileUrl, clientAccountId: toId('client', other) });
  await mark({ domain: 'd2.example' });
  await age(ids);
  const ofSeat = (seatId: string) => fromId('seat', seatId)!;
  for (const [index, { words, tags, custom }] of all.entries()) {
    const contactedAt = [
      ...(index % 4 === 0 && index % 12 !== 0 ? [at(index, 2 + (index % 20))] : []),
      ...(index % 6 === 0 ? [at(index, 1 + (index % 9))] : []),
    ];
    people.set(ids[index]!, {
      ...{ texts: words, custom, tags, addedAt: now - (index % 30) * DAY - HOUR, contactedAt },
      hasReplied: index % 8 === 0 || index % 10 === 0 || index % 13 === 0,
      connectedTo: [
        ...(index % 9 === 0 ? [ofSeat(seats[0]!)] : []),
        ...(index % 17 === 0 ? [ofSeat(seats[1]!)] : []),
      ],
      doNotContact: index === 3 || index === 8 || words.companyDomain === 'd2.example',
    });
  }
}

/** Every third of the messages of the first seat was a mistake. */
async function takeOut(all: readonly Draft[]): Promise<void> {
  const list = `query ($seatId: ID, $after: String) { activities(first: 100, seatId: $seatId, after: $after) {
    nodes { id action recipientProfileUrl } pageInfo { hasNextPage } } }`;
  const { activities } = await api.data(agency.key, list, { seatId: seats[0] });
  const wrong = new Set(all.filter((_, index) => index % 12 === 0).map(({ profileUrl }) => profileUrl));
  const activityIds = activities.nodes
    .filter(
      ({ action, recipientProfileUrl }: { action: string; recipientProfileUrl: string }) =>
        action === 'DIRECT_MESSAGE' && wrong.has(recipientProfileUrl),
    )
    .map(({ id }: { id: string }) => id);
  expect([activities.pageInfo.hasNextPage, activityIds.length]).toEqual([false, PEOPLE / 12]);
  const query = 'mutation ($input: VoidActivitiesInput!) { voidActivities(input: $input) { voided } }';
  await api.data(agency.key, query, { input: { activityIds, reason: 'never sent' } });
}

async function mark(input: object): Promise<void> {
  const query =
    'mutation ($input: DoNotContactInput!) { addDoNotContact(input: $input) { changed userErrors { message } } }';
  await api.data(agency.key, query, { input });
}

/** As if they had been put on the list one after the other; and ties as an archive tells them. */
async function age(ids: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: await superuserUrl((await testDatabase()).appUrl) });
  await client.connect();
  await client.query(
    'UPDATE prospect SET added_at = $2 - ((i - 1) % 30) * 86400000 - 3600000 FROM unnest($1::uuid[]) WITH ORDINALITY AS n (id, i) WHERE prospect.id = n.id',
    [ids, now],
  );
  await client.query(
    `INSERT INTO connection SELECT p.agency_id, $2, p.recipient_id, 0, 0 FROM unnest($1::uuid[]) WITH ORDINALITY AS n (id, i)
     JOIN prospect p ON p.id = n.id WHERE (i - 1) % 17 = 0`,
    [ids, fromId('seat', seats[1]!)],
  );
  await client.end();
}

/** Values that are there, in other spellings too, parts of them, and some that are not. */
const text = fc.oneof(
  fc.constantFrom(...WORDS, 'acme', 'ÑANDU', 'lodz works', 'd1.example', 'nobody'),
  fc.constantFrom('ac', 'C', '%', '_', 'ñ', "o'", 'works', 'd', 'οδο', 'ΟΔΟΣ'),
);
/** Seldom enough that most terms are one or two: all that are said must be true, and many together mean nobody. */
const maybe = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const some = <T extends object>(shape: fc.Arbitrary<T>) =>
  shape
    .map((said) => Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)))
    .filter((said) => Object.keys(said).length > 0);
const texts = {
  equals: maybe(text),
  in: maybe(fc.array(text, { minLength: 1, maxLength: 3 })),
  startsWith: maybe(text),
  contains: maybe(text),
  isSet: maybe(fc.boolean()),
};
const textTerms = some(fc.record(texts));
const customField = fc
  .tuple(textTerms, fc.constantFrom(...FIELDS, 'nothing'))
  .map(([terms, name]) => ({ ...terms, name }));
const tagList = maybe(fc.array(fc.constantFrom(...TAGS, 'DÍA', 'none'), { minLength: 1, maxLength: 3 }));
const tags = some(fc.record({ any: tagList, all: tagList, none: tagList }));
const instants = some(
  fc.record({
    days: maybe(fc.integer({ min: 0, max: 31 })),
    back: maybe(fc.integer({ min: 0, max: 31 })),
    lastDays: maybe(fc.integer({ min: 1, max: 31 })),
  }),
).map(({ days, back, lastDays }: { days?: number; back?: number; lastDays?: number }) => ({
  ...(days !== undefined && { from: now - days * DAY - HOUR }),
  ...(back !== undefined && (days === undefined || back < days) && { before: now - back * DAY - HOUR }),
  ...(lastDays !== undefined && { lastDays }),
}));
const degree = fc.record({
  seatId: fc.integer({ min: 0, max: 1 }).map((index) => fromId('seat', seats[index] ?? '') ?? ''),
  in: fc.subarray(['FIRST', 'UNKNOWN'] as const, { minLength: 1 }),
});
const one = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...COMPARED_TEXTS), textTerms)
      .map(([field, terms]) => ({ [field]: terms })),
  },
  customField.map((terms) => ({ customField: terms })),
  tags.map((terms) => ({ tags: terms })),
  fc
    .tuple(fc.constantFrom('addedAt', 'lastContactedAt'), instants)
    .map(([name, terms]) => ({ [name]: terms })),
  degree.map((terms) => ({ degree: terms })),
  fc
    .tuple(fc.constantFrom('isContacted', 'hasReplied', 'doNotContact'), fc.boolean())
    .map(([name, is]) => ({ [name]: is })),
);
const filters = fc.letrec<{ filter: FilterTerms }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    one as fc.Arbitrary<FilterTerms>,
    fc.tuple(one, one).map(([first, second]) => ({ ...first, ...second })),
    tie('filter').map((not) => ({ not })),
    fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((and) => ({ and })),
    fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((or) => ({ or })),
  ),
})).filter;

const services = () => {
  const parts = { dataSource: api.dataSource, changes: new Changes(api.dataSource) };
  return wireProspects({ ...parts, audit: new AuditLog(TEST_FINGERPRINTS), fingerprints: TEST_FINGERPRINTS });
};

it('means exactly those whom plain looking finds, and counts them', async () => {
  const { prospects } = services();
  let found = 0;
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      const ofList = { clientAccountId: agency.clientAccount.id, search: null, tags: [], segmentId: null };
      const search = { ...ofList, filter };
      const page = await prospects.prospects(agency.owner, search, { rows: 100, after: null });
      const expected = [...people].filter(([, person]) => isMeant(filter, person, now)).map(([id]) => id);
      expect(page.rows.map(({ node }) => node.id).toSorted()).toEqual(expected.toSorted());
      expect(await prospects.countProspects(agency.owner, search)).toBe(expected.length);
      if (expected.length > 0 && expected.length < PEOPLE) found += 1;
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true, endOnFailure: true },
  );
  // Filters that mean nobody, or everybody, would prove little.
  expect(found).toBeGreaterThan(RUNS / 4);
}, 120_000);

it('streams them all, each once, some at a time', async () => {
  const filter = { or: [{ isContacted: true }, { company: { isSet: false } }] };
  const expected = [...people].filter(([, person]) => isMeant(filter, person, now)).map(([id]) => id);
  for (const rowsAtOnce of [1, 7, expected.length, 1_000]) {
    const told: string[] = [];
    await inAgency(api.dataSource, agency.owner, async (manager) => {
      const segment = { clientAccountId: agency.clientAccount.id, filter };
      for await (const some of audienceOf(manager, agency.owner, segment, rowsAtOnce)) {
        expect(some.length).toBeLessThanOrEqual(rowsAtOnce);
        told.push(...some.map(({ id }) => id));
      }
    });
    expect(told.toSorted()).toEqual(expected.toSorted());
  }
});
