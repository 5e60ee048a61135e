import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { wilson } from '../../src/outreach/rates.js';
import { toId } from '../../src/schema/ids.js';
import { ME } from '../imports/reading.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { SMALL_EXPORT, upload, zipOf } from '../support/exports.js';
import { Outreach } from '../support/outreach.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const FIGURES = '{ sent answered rate low high }';
const RATES = `query ($by: RateGrouping!, $first: Int, $after: String, $clientAccountId: ID, $seatId: ID, $campaignId: ID, $segmentId: ID, $from: DateTime, $until: DateTime) {
  engagementRates(by: $by, first: $first, after: $after, clientAccountId: $clientAccountId, seatId: $seatId, campaignId: $campaignId, segmentId: $segmentId, from: $from, until: $until) {
    nodes { day seat { id } clientAccount { id } campaign { id } acceptance ${FIGURES} reply ${FIGURES} }
    pageInfo { hasNextPage endCursor } } }`;

let api: Api;
let agency: SeededAgency;
let desk: Outreach;

beforeAll(async () => {
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off', HEADROOM_API_LIMITS: 'off' });
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  desk = new Outreach(api, agency);
});

async function rates(asked: object, key = agency.key): Promise<Json[]> {
  return (await api.data(key, RATES, asked)).engagementRates.nodes;
}

/** `[sent, answered]` of invitations and of messages, by what they are counted by. */
function counted(nodes: Json[]): Record<string, number[]> {
  return Object.fromEntries(
    nodes.map(({ day, seat, clientAccount, campaign, acceptance, reply }) => [
      day ?? seat?.id ?? clientAccount?.id ?? campaign?.id,
      [acceptance.sent, acceptance.answered, reply.sent, reply.answered],
    ]),
  );
}

interface Sent {
  readonly seat: number;
  readonly person: number;
  readonly isInvitation: boolean;
  readonly hour: number;
}

const RECORD = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded userErrors { message } } }`;

it('counts people by the newest send before their answer, as plain counting does', async () => {
  const seats = [desk.seat, await desk.addSeat(), await desk.addSeat(await desk.addClientAccount())];
  const clients = new Map(
    (await api.data(agency.key, '{ seats { nodes { id clientAccount { id } } } }')).seats.nodes.map(
      (seat: Json) => [seat.id, seat.clientAccount.id],
    ),
  );
  const now = Math.floor(Date.now() / HOUR) * HOUR;
  // Whole hours apart, so that no two are the same send.
  const hour = fc.integer({ min: 1, max: 400 });
  const one = { seat: fc.nat(2), person: fc.nat(8), isInvitation: fc.boolean(), hour };
  const [story] = fc.sample(
    fc.tuple(
      fc.uniqueArray(fc.record(one), {
        minLength: 80,
        maxLength: 80,
        selector: (sent) => JSON.stringify(sent),
      }),
      fc.uniqueArray(fc.record(one), {
        minLength: 40,
        maxLength: 40,
        selector: (told) => JSON.stringify(told),
      }),
    ),
    { numRuns: 1 },
  );
  const [sends, answers] = story!;
  const people = Array.from({ length: 9 }, () => `https://www.linkedin.com/in/${randomUUID()}`);
  const at = (hours: number, minutes = 0) => now - hours * HOUR + minutes * 60_000;
  const inputs = sends.map(({ seat, person, isInvitation, hour: hours }) => ({
    seatId: seats[seat],
    action: isInvitation ? 'CONNECTION_REQUEST' : 'DIRECT_MESSAGE',
    occurredAt: new Date(at(hours)).toISOString(),
    recipient: { profileUrl: people[person] },
    idempotencyKey: randomUUID(),
  }));
  expect((await api.data(agency.key, RECORD, { inputs })).recordActivities).toEqual({
    recorded: 80,
    userErrors: [],
  });
  const engagements = answers.map(({ seat, person, isInvitation, hour: hours }) =>
    desk.engagement(
      isInvitation ? 'INVITATION_ACCEPTED' : 'REPLIED',
      { profileUrl: people[person]! },
      {
        ...{ seatId: seats[seat], occurredAt: new Date(at(hours, 30)).toISOString() },
      },
    ),
  );
  expect((await desk.engage(...engagements)).userErrors).toEqual([]);

  const isAnswer = (sent: Sent, told: Sent): boolean => {
    const isSame = (other: Sent) =>
      other.seat === sent.seat && other.person === sent.person && other.isInvitation === sent.isInvitation;
    if (!isSame(told) || told.hour > sent.hour) return false;
    return !sends.some((next) => isSame(next) && next.hour < sent.hour && next.hour >= told.hour);
  };
  const plainly = (keyOf: (sent: Sent) => string, from: number, until: number): Record<string, number[]> => {
    const groups: Record<string, Set<string>[]> = {};
    for (const sent of sends.filter(({ hour: hours }) => at(hours) >= from && at(hours) < until)) {
      const group = (groups[keyOf(sent)] ??= [new Set(), new Set(), new Set(), new Set()]);
      const place = sent.isInvitation ? 0 : 2;
      const name = `${sent.seat} ${sent.person}`;
      group[place]!.add(name);
      if (answers.some((told) => isAnswer(sent, told))) group[place + 1]!.add(name);
    }
    return Object.fromEntries(
      Object.entries(groups).map(([key, sets]) => [key, sets.map(({ size }) => size)]),
    );
  };
  const dayOf = (sent: Sent) => new Date(at(sent.hour)).toISOString().slice(0, 10);
  for (const [from, until] of [
    [now - 90 * DAY, now],
    [at(200), at(50)],
  ] as const) {
    const time = { from: new Date(from).toISOString(), until: new Date(until).toISOString() };
    const all = { first: 100, ...time };
    expect(counted(await rates({ by: 'SEAT', ...all }))).toEqual(
      plainly(({ seat }) => seats[seat]!, from, until),
    );
    const byClient = plainly(({ seat }) => clients.get(seats[seat]) as string, from, until);
    expect(counted(await rates({ by: 'CLIENT_ACCOUNT', ...all }))).toEqual(byClient);
    const days = await rates({ by: 'DAY', ...all });
    expect(counted(days)).toEqual(plainly(dayOf, from, until));
    expect(days.map(({ day }) => day)).toEqual(
      days
        .map(({ day }) => day)
        .toSorted()
        .toReversed(),
    );
    const ofSeat = plainly(({ seat }) => (seat === 1 ? seats[1]! : 'others'), from, until);
    expect(counted(await rates({ by: 'SEAT', seatId: seats[1], ...all }))).toEqual({
      [seats[1]!]: ofSeat[seats[1]!],
    });
  }
  const { engagementRates: first } = await api.data(agency.key, RATES, { by: 'DAY', first: 3 });
  const { engagementRates: next } = await api.data(agency.key, RATES, {
    by: 'DAY',
    first: 3,
    after: first.pageInfo.endCursor,
  });
  const days = await rates({ by: 'DAY', first: 6 });
  expect([...first.nodes, ...next.nodes]).toEqual(days);
});

it('tells of how sure each share is, and counts no mistake', async () => {
  const people = Array.from({ length: 3 }, () => ({
    profileUrl: `https://www.linkedin.com/in/${randomUUID()}`,
    degree: 'FIRST',
  }));
  for (const recipient of people) await desk.send('DIRECT_MESSAGE', recipient);
  await desk.send('DIRECT_MESSAGE', people[0]!);
  await desk.send('FOLLOW', people[1]!);
  await desk.engage(desk.engagement('REPLIED', people[0]!), desk.engagement('OPTED_OUT', people[1]!));
  const [node] = await rates({ by: 'CLIENT_ACCOUNT' });
  expect(node.acceptance).toEqual({ sent: 0, answered: 0, rate: null, low: 0, high: 1 });
  expect(node.reply).toEqual({ sent: 3, answered: 1, rate: 1 / 3, ...wilson({ count: 1, of: 3 }) });
  const wrong = { profileUrl: `https://www.linkedin.com/in/${randomUUID()}` };
  const input = { seatId: desk.seat, action: 'DIRECT_MESSAGE', occurredAt: new Date().toISOString() };
  const inputs = [{ ...input, recipient: wrong, idempotencyKey: randomUUID() }];
  await api.data(agency.key, RECORD, { inputs });
  expect((await rates({ by: 'CLIENT_ACCOUNT' }))[0].reply.sent).toBe(4);
  const { activities } = await api.data(agency.key, '{ activities(first: 1) { nodes { id } } }');
  const voiding = { activityIds: [activities.nodes[0].id], reason: 'never sent' };
  const query = 'mutation ($input: VoidActivitiesInput!) { voidActivities(input: $input) { voided } }';
  await api.data(agency.key, query, { input: voiding });
  expect((await rates({ by: 'CLIENT_ACCOUNT' }))[0].reply.sent).toBe(3);
});

it('counts what an archive tells as what was reported', async () => {
  const { seats } = servicesOn(api.dataSource);
  const mine = newSeat(agency.clientAccount.id, { profileUrl: ME });
  const seatId = toId('seat', done(await seats.addSeat(agency.owner, mine)).id);
  const zip = await zipOf(SMALL_EXPORT);
  expect((await upload(api.url, { key: agency.key, query: `seatId=${seatId}`, zip })).status).toBe(200);
  const time = { from: '2025-12-31T00:00:00Z', until: '2026-01-12T00:00:00Z' };
  expect(counted(await rates({ by: 'SEAT', ...time }))).toEqual({ [seatId]: [1, 1, 1, 1] });
});

it('counts those alone whom a segment means, as it means them now', async () => {
  const people = ['CTO', 'CFO', 'CTO'].map((position) => ({
    ...{ position, profileUrl: `https://www.linkedin.com/in/${randomUUID()}` },
  }));
  const add = 'mutation ($input: AddProspectsInput!) { addProspects(input: $input) { added } }';
  await api.data(agency.key, add, { input: { clientAccountId: desk.client, prospects: people } });
  for (const { profileUrl } of people) await desk.send('DIRECT_MESSAGE', { profileUrl, degree: 'FIRST' });
  await desk.engage(...people.slice(0, 2).map((person) => desk.engagement('REPLIED', person)));
  const create = 'mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { segment { id } } }';
  const segment = async (name: string, filter: object): Promise<string> =>
    (await api.data(agency.key, create, { input: { clientAccountId: desk.client, name, filter } }))
      .createSegment.segment.id;
  const ctos = await segment('CTOs', { position: { equals: 'cto' }, isContacted: true });
  const silent = await segment('silent', { hasReplied: false, doNotContact: false });
  expect(counted(await rates({ by: 'SEAT', segmentId: ctos }))).toEqual({ [desk.seat]: [0, 0, 2, 1] });
  expect(counted(await rates({ by: 'SEAT', segmentId: silent }))).toEqual({ [desk.seat]: [0, 0, 1, 0] });
  const other = toId('client', await desk.addClientAccount());
  expect(await rates({ by: 'SEAT', segmentId: ctos, clientAccountId: other })).toEqual([]);
  expect(await rates({ by: 'SEAT', segmentId: toId('segment', randomUUID()) })).toEqual([]);
});

it('compares two campaigns in a plain verdict', async () => {
  const { campaigns } = servicesOn(api.dataSource);
  const [a, b] = await Promise.all(
    ['A', 'B'].map(async (name) => {
      const terms = { clientAccountId: agency.clientAccount.id, name, seatIds: [agency.seat.id] };
      return toId('campaign', done(await campaigns.createCampaign(agency.owner, terms)).id);
    }),
  );
  // So many of a day are not refused: what is compared is recorded of one seat with no limit in the way.
  for (const [campaignId, people, replies] of [
    [a, 12, 1],
    [b, 12, 10],
  ] as const) {
    for (let index = 0; index < people; index += 1) {
      const recipient = { profileUrl: `https://www.linkedin.com/in/${randomUUID()}` };
      await desk.send('OPEN_PROFILE_MESSAGE', { ...recipient, openProfile: true }, { campaignId });
      if (index < replies) await desk.engage(desk.engagement('REPLIED', recipient));
    }
  }
  const query = `query ($campaignId: ID!, $otherCampaignId: ID!) {
    compareCampaigns(campaignId: $campaignId, otherCampaignId: $otherCampaignId, measure: REPLY) {
      first { sent answered } second { sent answered } verdict confidence more message } }`;
  const compared = await api.data(agency.key, query, { campaignId: a, otherCampaignId: b });
  expect(compared.compareCampaigns).toMatchObject({
    ...{ first: { sent: 12, answered: 1 }, second: { sent: 12, answered: 10 } },
    ...{ verdict: 'SECOND_IS_BETTER', more: null, message: 'B is better, 99 %.' },
  });
  const same = await api.data(agency.key, query, { campaignId: a, otherCampaignId: a });
  expect(same.compareCampaigns).toMatchObject({ verdict: 'NOT_ENOUGH', more: null });
  expect(Object.keys(counted(await rates({ by: 'CAMPAIGN', campaignId: b })))).toEqual([b]);
  const nobodys = toId('campaign', randomUUID());
  expect(await api.code(agency.key, query, { campaignId: a, otherCampaignId: nobodys })).toBe('NOT_FOUND');
});

it('is of what the viewer sees, and of no longer time than can be counted', async () => {
  const other = await desk.addClientAccount();
  const theirs = await desk.addSeat(other);
  const recipient = { profileUrl: `https://www.linkedin.com/in/${randomUUID()}`, degree: 'FIRST' };
  await desk.send('DIRECT_MESSAGE', recipient);
  await desk.send('DIRECT_MESSAGE', recipient, { seatId: theirs });
  await desk.engage(desk.engagement('REPLIED', recipient));
  const key = await api.keyOf(agency, 'CLIENT', other);
  expect(counted(await rates({ by: 'CLIENT_ACCOUNT' }, key))).toEqual({
    [toId('client', other)]: [0, 0, 1, 0],
  });
  expect(await rates({ by: 'SEAT', seatId: desk.seat }, key)).toEqual([]);
  const from = new Date(Date.now() - 401 * DAY).toISOString();
  expect(await api.code(agency.key, RATES, { by: 'DAY', from })).toBe('BAD_USER_INPUT');
  expect(await api.code(agency.key, RATES, { by: 'DAY', until: from, from: new Date().toISOString() })).toBe(
    'BAD_USER_INPUT',
  );
});

it('of a seat that went to another client account counts no answer that came there', async () => {
  const other = await desk.addClientAccount();
  const recipient = { profileUrl: `https://www.linkedin.com/in/${randomUUID()}`, degree: 'FIRST' };
  await desk.send('DIRECT_MESSAGE', recipient);
  const key = await api.keyOf(agency, 'MANAGER', agency.clientAccount.id);
  const move = 'mutation ($input: MoveSeatInput!) { moveSeat(input: $input) { userErrors { code } } }';
  const input = { seatId: desk.seat, clientAccountId: toId('client', other) };
  expect((await api.data(agency.key, move, { input })).moveSeat.userErrors).toEqual([]);
  await desk.engage(desk.engagement('REPLIED', recipient));
  const own = toId('client', agency.clientAccount.id);
  expect(counted(await rates({ by: 'CLIENT_ACCOUNT' }, key))).toEqual({ [own]: [0, 0, 1, 0] });
  expect(counted(await rates({ by: 'CLIENT_ACCOUNT' }))).toEqual({ [own]: [0, 0, 1, 1] });
});
