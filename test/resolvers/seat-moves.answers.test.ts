import { randomUUID } from 'node:crypto';
import { audit } from '../../src/ledger/audit/audit.js';
import { ENGAGEMENT_KINDS } from '../../src/quota/words.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { Api, type Json } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { addSource, sendEvents } from '../support/inbound.js';
import { heyreach } from '../imports/tool-samples.js';
import { codesOf, someone, type Recipient } from '../support/outreach.js';
import { SeatDesk } from './seat-moves.support.js';

/** What is told of an answer says nothing of whom the seat wrote to, or who answered it, for the client account that it left. */
let api: Api;
let database: TestDatabase;
let desk: SeatDesk;

const ENGAGE = `mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) {
  results { matched creditsReturned alreadyKnown } creditsReturned userErrors { code field } } }`;
const RECORD = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) {
  recorded userErrors { code field } } }`;
const NOTHING = { matched: false, creditsReturned: 0, alreadyKnown: false };

beforeAll(async () => {
  database = await ownDatabase();
  api = await Api.start({}, database);
});
afterAll(async () => {
  await api.close();
  expect((await audit(database.appUrl)).drift).toEqual([]);
});
beforeEach(async () => {
  desk = await SeatDesk.open(api, { seat: { openingCredits: 50 } });
});

async function tell(
  kind: string,
  people: readonly Recipient[],
  key: string,
  more: object = {},
): Promise<Json> {
  const inputs = people.map((person) => desk.engagement(kind, person, more));
  return (await api.data(key, ENGAGE, { inputs })).recordEngagement;
}

const operator = () => api.keyOf(desk.agency, 'OPERATOR', desk.otherUuid);

it.each(ENGAGEMENT_KINDS)(
  '%s of whomever the seat wrote to before the move is told as nobody’s',
  async (kind) => {
    const [written, recorded] = [someone({ degree: 'FIRST' }), someone()];
    const actions = ['DIRECT_MESSAGE', 'INMAIL', 'PROFILE_VIEW'];
    for (const action of actions) await desk.send(action, written);
    const occurredAt = new Date(Date.now() - 86_400_000).toISOString();
    await desk.record({ action: 'CONNECTION_REQUEST', recipient: recorded, occurredAt });
    await desk.record({ action: 'GROUP_MESSAGE', recipient: recorded, occurredAt });
    await desk.move();
    const { results, creditsReturned } = await tell(kind, [written, recorded, someone()], await operator());
    expect([results, creditsReturned]).toEqual([[NOTHING, NOTHING, NOTHING], 0]);
    const { results: known } = await tell(kind, [written, recorded], desk.agency.key);
    expect(known).toContainEqual(expect.objectContaining({ matched: true }));
  },
);

it('what the seat sends for its new client account is matched', async () => {
  const person = someone({ degree: 'FIRST' });
  await desk.send('DIRECT_MESSAGE', person);
  await desk.move();
  const key = await operator();
  expect((await tell('REPLIED', [person], key)).results).toEqual([NOTHING]);
  await desk.send('DIRECT_MESSAGE', person);
  const { results } = await tell('REPLIED', [person], key);
  expect(results).toEqual([{ matched: true, creditsReturned: 0, alreadyKnown: true }]);
});

it('an answer that the client account before told of is its own; told once more it is known to whoever told it', async () => {
  const person = someone();
  await desk.engage(desk.engagement('REPLIED', person));
  await desk.move();
  const key = await operator();
  expect((await tell('REPLIED', [person, someone()], key)).results).toEqual([NOTHING, NOTHING]);
  const known = { ...NOTHING, alreadyKnown: true };
  expect((await tell('REPLIED', [person], key)).results).toEqual([known]);
  expect((await tell('REPLIED', [person], desk.agency.key)).results).toEqual([known]);
  await desk.move(desk.client);
  expect(
    (await tell('REPLIED', [person], await api.keyOf(desk.agency, 'OPERATOR', desk.agency.clientAccount.id)))
      .results,
  ).toEqual([known]);
});

it('told under the key that the client account before told it under, it is new to the one that has the seat', async () => {
  const inputs = [desk.engagement('REPLIED', someone())];
  const told = async (key: string): Promise<Json> =>
    (await api.data(key, ENGAGE, { inputs })).recordEngagement.results;
  const before = await api.keyOf(desk.agency, 'OPERATOR', desk.agency.clientAccount.id);
  expect(await told(before)).toEqual([NOTHING]);
  await desk.move();
  const now = await operator();
  const known = { ...NOTHING, alreadyKnown: true };
  expect(await told(now)).toEqual([NOTHING]);
  expect(await told(now)).toEqual([known]);
  expect(await told(desk.agency.key)).toEqual([known]);
  const kept = await api.dataSource.transaction(async (manager) => {
    await manager.query(SEE_AGENCIES, [[desk.agency.agencyId]]);
    return manager.query<Json[]>('SELECT client_account_id AS whose FROM engagement ORDER BY recorded_at');
  });
  expect(kept).toEqual([desk.agency.clientAccount.id, desk.otherUuid].map((whose) => ({ whose })));
});

it('an answer of somebody who was erased since, told again under its key, is known still', async () => {
  const person = someone();
  const inputs = [desk.engagement('REPLIED', person)];
  const told = async (): Promise<Json> =>
    (await api.data(desk.agency.key, ENGAGE, { inputs })).recordEngagement.results;
  expect(await told()).toEqual([NOTHING]);
  const erase = 'mutation ($input: ErasePersonInput!) { erasePerson(input: $input) { userErrors { code } } }';
  const { profileUrl } = person;
  const { erasePerson } = await api.data(desk.agency.key, erase, { input: { profileUrl } });
  expect(erasePerson.userErrors).toEqual([]);
  expect(await told()).toEqual([{ ...NOTHING, alreadyKnown: true }]);
});

it.each(['CONNECTION_REQUEST', 'INMAIL', 'INVITATION_WITHDRAWAL'])(
  'when the seat sent a %s for the client account before is told by no answer either, nor is it moved there',
  async (action) => {
    const person = someone();
    const sentAt = Date.now() - 86_400_000;
    const at = (ms: number) => ({ occurredAt: new Date(sentAt + ms).toISOString() });
    if (action === 'INVITATION_WITHDRAWAL')
      await desk.record({ action: 'CONNECTION_REQUEST', recipient: person, ...at(-86_400_000) });
    await desk.record({ action, recipient: person, ...at(0) });
    await desk.move();
    const key = await operator();
    const kind = action === 'INVITATION_WITHDRAWAL' ? 'OPTED_OUT' : 'REPLIED';
    // The second is told more than five minutes after the first, and less than five after the send.
    for (const early of [-240_000, 120_000])
      expect((await tell(kind, [person], key, at(early))).results).toEqual([NOTHING]);
    expect((await tell(kind, [person], key, at(-240_000))).results).toEqual([
      { ...NOTHING, alreadyKnown: true },
    ]);
  },
);

it('of the hundred invitations of a person, withdrawals and answers, those of before the move are none', async () => {
  const person = someone();
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  await desk.record({ action: 'CONNECTION_REQUEST', recipient: person, occurredAt: daysAgo(300) });
  await desk.record({ action: 'INVITATION_WITHDRAWAL', recipient: person, occurredAt: daysAgo(299) });
  await desk.engage(desk.engagement('INVITATION_DECLINED', person, { occurredAt: daysAgo(298) }));
  await desk.move();
  const key = await operator();
  const often = (action: string, count: number, from: number) =>
    Array.from({ length: count }, (_, nth) => ({
      ...{ seatId: desk.seat, action, recipient: person, occurredAt: daysAgo(200.5 + from + nth) },
      idempotencyKey: randomUUID(),
    }));
  for (const action of ['CONNECTION_REQUEST', 'INVITATION_WITHDRAWAL']) {
    const told = async (count: number, from = 0) =>
      (await api.data(key, RECORD, { inputs: often(action, count, from) })).recordActivities;
    expect(await told(101)).toMatchObject({ recorded: 0, userErrors: [{ code: 'INVALID' }] });
    expect(await told(60)).toMatchObject({ recorded: 60, userErrors: [] });
    expect(await told(41, 60)).toMatchObject({ recorded: 0, userErrors: [{ code: 'INVALID' }] });
    expect(await told(40, 60)).toMatchObject({ recorded: 40, userErrors: [] });
  }
  const answers = (count: number, from: number) =>
    Array.from({ length: count }, (_, nth) =>
      desk.engagement('INVITATION_DECLINED', person, { occurredAt: daysAgo(100 + from + nth) }),
    );
  const told = async (count: number, from = 0) =>
    (await api.data(key, ENGAGE, { inputs: answers(count, from) })).recordEngagement.userErrors;
  expect(await told(101)).toMatchObject([{ code: 'INVALID' }]);
  expect(await told(60)).toEqual([]);
  expect(await told(41, 60)).toMatchObject([{ code: 'INVALID' }]);
  expect(await told(40, 60)).toEqual([]);
});

it('told twice at once, by the agency for the one before, and by the one that has the seat, neither knows of the other', async () => {
  const person = someone();
  const before = new Date().toISOString();
  await desk.move();
  const key = await operator();
  const told = await Promise.all([
    tell('REPLIED', [person], desk.agency.key, { occurredAt: before }),
    tell('REPLIED', [person, person], key),
  ]);
  expect(told[1].results).toEqual([NOTHING, { ...NOTHING, alreadyKnown: true }]);
});

it('a tool’s event of such an answer counts, as any other', async () => {
  const before = new Date().toISOString();
  const person = (name: string) => ({ profileUrl: `https://www.linkedin.com/in/${name}` });
  const name = randomUUID();
  await desk.engage(desk.engagement('REPLIED', person(`p-${name}`), { occurredAt: before }));
  await desk.move();
  const { url } = await addSource(api, desk.agency.key, { seatId: desk.seat });
  const at = { timestamp: new Date().toISOString() };
  for (const one of [name, randomUUID()]) {
    const { body } = await sendEvents(url, heyreach('MESSAGE_REPLY_RECEIVED', `p-${one}`, at));
    expect(body).toMatchObject({ counted: 1, alreadyKnown: 0 });
  }
});

it('it ends the invitation of before, and gives back the credit of the InMail, all the same', async () => {
  const credits = `query ($seat: ID!) { seat(id: $seat) { credits { available } } }`;
  const available = async (): Promise<number> => (await desk.ask(credits)).seat.credits.available;
  const [invited, written] = [someone(), someone()];
  await desk.send('CONNECTION_REQUEST', invited);
  await desk.send('INMAIL', written);
  await desk.move();
  const key = await operator();
  expect(await available()).toBe(49);
  expect((await tell('INVITATION_DECLINED', [invited], key)).results).toEqual([NOTHING]);
  expect((await tell('INMAIL_ACCEPTED', [written], key)).results).toEqual([NOTHING]);
  expect(await available()).toBe(50);
  expect(codesOf(await desk.reserve('CONNECTION_REQUEST', invited))).toEqual([]);
});
