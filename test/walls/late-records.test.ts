import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { SeatDesk } from '../resolvers/seat-moves.support.js';
import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { askAs, member } from '../support/members.js';
import { someone, type Recipient } from '../support/outreach.js';

/** What a seat held as it left a client account, told there once it has gone out. */
const NOW = Date.UTC(2026, 10, 24, 10);
const [MINUTE, HOUR] = [60_000, 3_600_000];
const RECORD = `mutation ($inputs: [ActivityInput!]!) {
  recordActivities(inputs: $inputs) { recorded alreadyKnown userErrors { code } } }`;
const isNew = { recorded: 1, alreadyKnown: 0, userErrors: [] };
const isKnown = { ...isNew, recorded: 0, alreadyKnown: 1 };

let clocked: ClockedApi;
let api: Api;
let desk: SeatDesk;

beforeAll(async () => {
  clocked = await ClockedApi.start(NOW);
  ({ api } = clocked);
});
afterAll(() => clocked.close());
beforeEach(async () => {
  await clocked.setClock(NOW);
  desk = await SeatDesk.open(api);
});

async function hold(recipient: Recipient): Promise<string> {
  return (await desk.reserve('FOLLOW', recipient, { holdSeconds: 86_400 })).reservation.id;
}

function follow({ profileUrl }: Recipient, at: number, more: object = {}): object {
  const sent = { seatId: desk.seat, action: 'FOLLOW', recipient: { profileUrl } };
  return { ...sent, occurredAt: new Date(at).toISOString(), idempotencyKey: randomUUID(), ...more };
}

/** Tells as an operator of a client account. */
async function tell(clientAccount: string, ...inputs: object[]): Promise<Json> {
  const key = await api.keyOf(desk.agency, 'OPERATOR', clientAccount);
  return (await api.data(key, RECORD, { inputs })).recordActivities;
}

it('asks nothing of what is done for the client account that it went to, and told first it is the same send there', async () => {
  const [first, last] = [someone(), someone()];
  const [ofFirst, ofLast] = [await hold(first), await hold(last)];
  await desk.move();
  await clocked.setClock(NOW + HOUR);
  const [before, now] = [desk.agency.clientAccount.id, desk.otherUuid];
  const at = NOW + HOUR;
  expect(await tell(now, follow(first, at))).toEqual(isNew);
  expect(await tell(before, follow(first, at, { reservationId: ofFirst }))).toEqual(isNew);
  expect(await tell(before, follow(last, at, { reservationId: ofLast }))).toEqual(isNew);
  expect(await tell(now, follow(last, at))).toEqual(isKnown);
  const told = await desk.ask('{ activities { nodes { occurredAt } } }');
  const instants = told.activities.nodes.map(({ occurredAt }: Json) => Date.parse(occurredAt) - NOW);
  expect(instants).toEqual([HOUR, HOUR, HOUR]);
});

it('is what was told there before without its reservation', async () => {
  const person = someone();
  const held = await hold(person);
  const before = desk.agency.clientAccount.id;
  expect(await tell(before, follow(person, NOW))).toEqual(isNew);
  await desk.move();
  expect(await tell(before, follow(person, NOW + MINUTE, { reservationId: held }))).toEqual(isKnown);
});

it('is counted for each client account that it was held for, told in one call', async () => {
  const person = someone();
  const ofBefore = await hold(person);
  await desk.move();
  const ofBetween = await hold(person);
  await desk.move(toId('client', await desk.addClientAccount()));
  const records = [ofBefore, ofBetween].map((reservationId) =>
    follow(person, NOW + MINUTE, { reservationId }),
  );
  const clientAccountIds = [desk.client, desk.other];
  const both = await member(api, desk.agency, `both@${desk.agency.agencyId}.example`, 'OPERATOR', {
    clientAccountIds,
  });
  const { data } = await askAs(api, both, RECORD, { inputs: records });
  expect(data.recordActivities).toEqual({ ...isNew, recorded: 2 });
  const used = await desk.ask(`query ($client: ID!, $other: ID!) {
    client: activities(clientAccountId: $client) { nodes { id } } other: activities(clientAccountId: $other) { nodes { id } } }`);
  expect([used.client.nodes.length, used.other.nodes.length]).toEqual([1, 1]);
});

it('is told apart from its own sends alone, however many are told of the other client account', async () => {
  const [person, known] = [someone(), someone()];
  const held = await hold(person);
  await desk.move();
  const at = NOW + HOUR;
  await clocked.setClock(at + HOUR);
  const [before, now] = [desk.agency.clientAccount.id, desk.otherUuid];
  const crowd = (from: number): object[] =>
    Array.from({ length: 600 }, (_, index) => follow(person, from + index));
  // So far from each other that none is one of the first.
  for (const from of [at - 4 * MINUTE, at + 4 * MINUTE]) {
    expect(await tell(now, ...crowd(from))).toEqual({ ...isNew, recorded: 600 });
  }
  const seatId = await desk.addSeat();
  const apart = Array.from({ length: 110 }, (_, index) =>
    follow(known, NOW - index * 11 * MINUTE, { seatId }),
  );
  expect(await tell(before, apart[0]!)).toEqual(isNew);
  const late = follow(person, at, { reservationId: held });
  const told = await tell(before, late, ...apart.slice(1));
  expect(told).toEqual({ ...isNew, recorded: 110 });
});
