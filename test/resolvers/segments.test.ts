import pg from 'pg';
import { done, newSeat, servicesOn, type SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { Outreach } from '../support/outreach.js';
import { toId } from '../../src/schema/ids.js';

let api: Api;
let agency: SeededAgency;
let desk: Outreach;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  desk = new Outreach(api, agency);
  const people = [
    { profileUrl: url('ada'), lastName: 'Ada', company: 'Ácme Inc', tags: ['VIP'], position: 'CTO' },
    { profileUrl: url('bob'), lastName: 'Bob', company: 'acme inc', position: 'Sales' },
    { profileUrl: url('cy'), lastName: 'Cy', company: 'Other', tags: ['vip', 'de'] },
    { profileUrl: url('di'), lastName: 'Di' },
  ];
  const input = { clientAccountId: desk.client, prospects: people };
  await api.data(
    agency.key,
    'mutation ($input: AddProspectsInput!) { addProspects(input: $input) { added } }',
    { input },
  );
});

const url = (slug: string): string => `https://www.linkedin.com/in/${slug}`;
const TOLD = `segment { id name filter createdAt updatedAt clientAccount { id } } userErrors { code message field }`;

async function create(input: object, key = agency.key): Promise<Json> {
  const query = `mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { ${TOLD} } }`;
  const given = { clientAccountId: desk.client, name: 'Segment', filter: {}, ...input };
  return (await api.data(key, query, { input: given })).createSegment;
}

async function update(input: object, key = agency.key): Promise<Json> {
  const query = `mutation ($input: UpdateSegmentInput!) { updateSegment(input: $input) { ${TOLD} } }`;
  return (await api.data(key, query, { input })).updateSegment;
}

const LIST = `query ($client: ID!, $first: Int, $after: String, $segmentId: ID, $filter: ProspectFilter, $tags: [String!]) {
  prospects(clientAccountId: $client, first: $first, after: $after, segmentId: $segmentId, filter: $filter, tags: $tags) {
    totalCount nodes { lastName } pageInfo { hasNextPage endCursor } } }`;

async function names(asked: object, key = agency.key): Promise<string[]> {
  const { prospects } = await api.data(key, LIST, { client: desk.client, ...asked });
  expect(prospects.nodes).toHaveLength(prospects.totalCount);
  return prospects.nodes.map(({ lastName }: Json) => lastName);
}

it('means whoever meets it when it is asked, page by page', async () => {
  const filter = { or: [{ company: { equals: 'ACME  inc' } }, { tags: { all: ['Vip', 'DE'] } }] };
  const { segment, userErrors } = await create({ filter });
  expect(userErrors).toEqual([]);
  expect(segment).toMatchObject({ name: 'Segment', filter, clientAccount: { id: desk.client } });
  expect(await names({ segmentId: segment.id })).toEqual(['Ada', 'Bob', 'Cy']);
  expect(await names({ segmentId: segment.id, filter: { not: { position: { isSet: true } } } })).toEqual([
    'Cy',
  ]);
  expect(await names({ segmentId: segment.id, tags: ['vip'] })).toEqual(['Ada', 'Cy']);
  const first = (await api.data(agency.key, LIST, { client: desk.client, segmentId: segment.id, first: 2 }))
    .prospects;
  expect([first.totalCount, first.nodes.length, first.pageInfo.hasNextPage]).toEqual([3, 2, true]);
  const after = first.pageInfo.endCursor;
  const next = (
    await api.data(agency.key, LIST, { client: desk.client, segmentId: segment.id, first: 2, after })
  ).prospects;
  expect([next.nodes, next.pageInfo.hasNextPage]).toEqual([[{ lastName: 'Cy' }], false]);
  const add = 'mutation ($input: AddProspectsInput!) { addProspects(input: $input) { added } }';
  const newcomer = { profileUrl: url('al'), lastName: 'Al', company: 'Acme Inc' };
  await api.data(agency.key, add, { input: { clientAccountId: desk.client, prospects: [newcomer] } });
  expect(await names({ segmentId: segment.id })).toEqual(['Ada', 'Al', 'Bob', 'Cy']);
});

it('follows what is sent, answered and marked, of its own client account alone', async () => {
  const other = await desk.addClientAccount();
  const theirs = await desk.addSeat(other);
  await desk.send('DIRECT_MESSAGE', { profileUrl: url('ada'), degree: 'FIRST' });
  await desk.send('DIRECT_MESSAGE', { profileUrl: url('bob'), degree: 'FIRST' }, { seatId: theirs });
  await desk.send('FOLLOW', { profileUrl: url('di') });
  await desk.engage(
    desk.engagement('INVITATION_ACCEPTED', { profileUrl: url('cy') }),
    desk.engagement('REPLIED', { profileUrl: url('ada') }),
    desk.engagement('REPLIED', { profileUrl: url('bob') }, { seatId: theirs }),
  );
  expect(await names({ filter: { isContacted: true } })).toEqual(['Ada']);
  expect(await names({ filter: { lastContactedAt: { lastDays: 1 } } })).toEqual(['Ada']);
  expect(await names({ filter: { isContacted: false } })).toEqual(['Bob', 'Cy', 'Di']);
  expect(await names({ filter: { hasReplied: true } })).toEqual(['Ada']);
  const degree = (seatId: string, ...degrees: string[]) => ({ degree: { seatId, in: degrees } });
  expect(await names({ filter: degree(desk.seat, 'FIRST') })).toEqual(['Cy']);
  expect(await names({ filter: degree(desk.seat, 'UNKNOWN') })).toEqual(['Ada', 'Bob', 'Di']);
  // Of another client account's seat nothing is known here.
  expect(await names({ filter: degree(theirs, 'FIRST') })).toEqual([]);
  const wrong = await create({ filter: { and: [degree(theirs, 'FIRST')] } });
  expect(wrong.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'filter'] }]);
  const { segment } = await create({ filter: degree(desk.seat, 'FIRST') });
  expect(segment.filter).toEqual(degree(desk.seat, 'FIRST'));
});

it('says what is wrong with a filter, and where', async () => {
  const { userErrors, segment } = await create({ filter: { or: [{}, { not: { tags: { any: [] } } }] } });
  expect(segment).toBeNull();
  expect(userErrors).toEqual([
    {
      code: 'INVALID',
      message: 'any holds 1 to 100.',
      field: ['input', 'filter', 'or', '1', 'not', 'tags', 'any'],
    },
  ]);
  const { errors } = await api.ask(agency.key, LIST, {
    client: desk.client,
    filter: { company: { contains: ' ' } },
  });
  expect(errors[0]).toMatchObject({
    message: '`filter.company.contains`: A text has nothing in it to compare with.',
    extensions: { code: 'BAD_USER_INPUT' },
  });
  for (const depth of [20, 1_000, 20_000]) {
    const deep = `${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}`;
    const body = `{"query":${JSON.stringify(LIST)},"variables":{"client":"${desk.client}","filter":${deep}}}`;
    const answer = await api.post(body, { authorization: `Bearer ${agency.key}` });
    expect([depth, answer.errors[0].extensions.code]).toEqual([depth, 'BAD_USER_INPUT']);
  }
});

it('has a name once in a client account, and is changed and taken away', async () => {
  const { segment } = await create({
    name: 'B',
    filter: { addedAt: { from: '2026-01-02T03:04:05.000Z', lastDays: 9 } },
  });
  expect(segment.filter).toEqual({ addedAt: { from: '2026-01-02T03:04:05.000Z', lastDays: 9 } });
  expect((await create({ name: 'B' })).userErrors).toMatchObject([
    { code: 'TAKEN', field: ['input', 'name'] },
  ]);
  const other = (await create({ name: 'A' })).segment;
  expect((await update({ segmentId: other.id, name: 'B' })).userErrors).toMatchObject([{ code: 'TAKEN' }]);
  expect((await update({ segmentId: other.id, name: null })).userErrors).toMatchObject([{ code: 'INVALID' }]);
  const changed = await update({ segmentId: segment.id, filter: { lastName: { in: ['DI', 'cy'] } } });
  expect(changed.segment).toMatchObject({ name: 'B', filter: { lastName: { in: ['DI', 'cy'] } } });
  expect(await names({ segmentId: segment.id })).toEqual(['Cy', 'Di']);
  const list = `query ($client: ID) { segments(clientAccountId: $client) { totalCount nodes { id name } } }`;
  const listed = (await api.data(agency.key, list, { client: desk.client })).segments;
  expect(listed).toEqual({
    totalCount: 2,
    nodes: [
      { id: other.id, name: 'A' },
      { id: segment.id, name: 'B' },
    ],
  });
  const remove = `mutation ($id: ID!) { deleteSegment(input: { segmentId: $id }) { segment { id } userErrors { code } } }`;
  expect((await api.data(agency.key, remove, { id: segment.id })).deleteSegment).toEqual({
    segment: { id: segment.id },
    userErrors: [],
  });
  expect(await names({ segmentId: segment.id })).toEqual([]);
  expect((await api.data(agency.key, remove, { id: segment.id })).deleteSegment.userErrors).toEqual([
    { code: 'NOT_FOUND' },
  ]);
  const log = `query ($id: ID) { auditLog(subjectId: $id) { nodes { verb changes { field old new } } } }`;
  const { nodes } = (await api.data(agency.key, log, { id: segment.id })).auditLog;
  expect(nodes.map(({ verb }: Json) => verb)).toEqual(['deleteSegment', 'updateSegment', 'createSegment']);
  expect(JSON.stringify(nodes)).not.toMatch(/lastName|2026-01-02/);
});

it('is of those who see the whole client account, and changed from MANAGER on', async () => {
  const { segment } = await create({ filter: { company: { contains: 'acme' } } });
  const otherAccount = await desk.addClientAccount();
  const mine = await api.keyOf(agency, 'CLIENT', agency.clientAccount.id);
  const theirs = await api.keyOf(agency, 'MANAGER', otherAccount);
  const ask = (key: string) =>
    api.data(
      key,
      'query ($id: ID!) { segment(id: $id) { id } node(id: $id) { id } segments { totalCount } }',
      {
        id: segment.id,
      },
    );
  expect(await ask(mine)).toEqual({
    segment: { id: segment.id },
    node: { id: segment.id },
    segments: { totalCount: 1 },
  });
  expect(await ask(theirs)).toEqual({ segment: null, node: null, segments: { totalCount: 0 } });
  expect(await names({ segmentId: segment.id }, mine)).toEqual(['Ada', 'Bob']);
  const client = toId('client', otherAccount);
  expect(await names({ client, segmentId: segment.id })).toEqual([]);
  expect((await create({}, mine)).userErrors).toMatchObject([{ code: 'FORBIDDEN_FOR_ROLE' }]);
  expect((await create({}, theirs)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  expect((await update({ segmentId: segment.id, name: 'x' }, theirs)).userErrors).toMatchObject([
    { code: 'NOT_FOUND' },
  ]);
});

it('looks up the seats of a filter together, however many they are', async () => {
  const { seats } = servicesOn(api.dataSource);
  const ids = [];
  for (let index = 0; index < 4; index += 1) {
    const seat = done(await seats.addSeat(agency.owner, newSeat(agency.clientAccount.id)));
    ids.push(toId('seat', seat.id));
  }
  const sent = jest.spyOn(pg.Client.prototype, 'query');
  const looks = async (seatIds: readonly string[], name: string): Promise<number> => {
    sent.mockClear();
    const or = seatIds.map((seatId) => ({ degree: { seatId, in: ['FIRST'] } }));
    expect((await create({ name, filter: { or } })).userErrors).toEqual([]);
    const texts = sent.mock.calls.map(([asked]: readonly unknown[]) => JSON.stringify(asked));
    return texts.filter((text) => text.includes('client_account_id') && /FROM .{0,3}seat\W/.test(text))
      .length;
  };
  const [one, all] = [await looks(ids.slice(0, 1), 'One'), await looks(ids, 'All')];
  sent.mockRestore();
  expect(one).toBeGreaterThan(0);
  expect(all).toBe(one);
});
