import { randomUUID } from 'node:crypto';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { Api, type Json } from '../support/api.js';
import { codesOf, type Recipient, someone } from '../support/outreach.js';
import { SeatDesk } from './seat-moves.support.js';

/** Whoever wants to hear no more of a LinkedIn account is left alone by it, whichever client account has the seat. */
let api: Api;
let desk: SeatDesk;

const REMOVE = `mutation ($input: DoNotContactInput!) { removeDoNotContact(input: $input) { changed userErrors { code } } }`;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = await SeatDesk.open(api);
});

async function remove(profileUrl: string, clientAccountId: string | null): Promise<number> {
  const input = { profileUrl, clientAccountId };
  return (await api.data(desk.agency.key, REMOVE, { input })).removeDoNotContact.changed;
}

it('a person who opted out stays uncontacted by the seat after a move; by another seat of its new client account not', async () => {
  const person = someone({ degree: 'FIRST' });
  await desk.engage(desk.engagement('OPTED_OUT', person));
  const beside = await desk.addSeat(desk.otherUuid);
  await desk.move();
  const refused = await desk.reserve('DIRECT_MESSAGE', person);
  expect([refused.outcome, codesOf(refused), refused.retryAt, refused.suggestions]).toEqual([
    ...['DENIED', ['DO_NOT_CONTACT'], null, []],
  ]);
  expect(refused.reasons[0].message).toBe('The person may not be contacted.');
  expect((await desk.reserve('DIRECT_MESSAGE', person, { seatId: beside })).outcome).toBe('ALLOWED');
  // The seat's new client account sees no engagement, no mark and no entry of it.
  const log = '{ auditLog(subjectKinds: DO_NOT_CONTACT) { nodes { verb changes { field new } } } }';
  const { nodes } = (await api.data(desk.agency.key, log)).auditLog;
  const scopes = nodes.map(({ changes }: Json) =>
    changes.filter(({ field }: Json) => field.startsWith('scope')).map((one: Json) => JSON.parse(one.new)),
  );
  expect(scopes).toEqual(
    expect.arrayContaining([
      [desk.seat, 'SEAT'],
      [desk.client, 'CLIENT_ACCOUNT'],
    ]),
  );
  expect(await api.code(await desk.clientKey(desk.otherUuid), log)).toBe('FORBIDDEN');
});

it('it is taken back by the client account that it was said to, while it has the seat, or else by the agency', async () => {
  const person = someone({ degree: 'FIRST' });
  const refusals = async (): Promise<string[]> => codesOf(await desk.reserve('FOLLOW', person));
  await desk.engage(desk.engagement('OPTED_OUT', person));
  expect(await remove(person.profileUrl, desk.client)).toBe(1);
  expect(await refusals()).toEqual([]);

  const other = someone({ degree: 'FIRST' });
  await desk.engage(desk.engagement('OPTED_OUT', other));
  await desk.move();
  const asked = async (): Promise<string[]> => codesOf(await desk.reserve('FOLLOW', other));
  expect(await remove(other.profileUrl, desk.other)).toBe(0);
  expect(await remove(other.profileUrl, desk.client)).toBe(1);
  expect(await asked()).toEqual(['DO_NOT_CONTACT']);
  expect(await remove(other.profileUrl, null)).toBe(1);
  expect(await asked()).toEqual([]);
});

const TELL =
  'mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) { userErrors { code } } }';

async function tellAs(clientAccountUuid: string, person: Recipient): Promise<void> {
  const operator = await api.keyOf(desk.agency, 'OPERATOR', clientAccountUuid);
  await api.data(operator, TELL, { inputs: [desk.engagement('OPTED_OUT', person)] });
}

it('told to the seat of two client accounts, it binds the seat when one of them takes its own back', async () => {
  const person = someone({ degree: 'FIRST' });
  await tellAs(desk.agency.clientAccount.id, person);
  await desk.move();
  await tellAs(desk.otherUuid, person);
  await desk.move(desk.client);
  expect(await remove(person.profileUrl, desk.client)).toBe(1);
  expect(codesOf(await desk.reserve('FOLLOW', person))).toEqual(['DO_NOT_CONTACT']);
  expect(await remove(person.profileUrl, null)).toBe(1);
  expect(await desk.reserve('FOLLOW', person)).toMatchObject({ outcome: 'ALLOWED' });
});

it('so it does where a tool of the whole agency told it once more within minutes, and knew it', async () => {
  const person = someone({ degree: 'FIRST' });
  await desk.engage(desk.engagement('OPTED_OUT', person));
  await desk.move();
  for (let times = 0; times < 2; times += 1) {
    const again = await desk.engage(desk.engagement('OPTED_OUT', person));
    expect(again.results).toMatchObject([{ alreadyKnown: true }]);
  }
  const kept = await api.dataSource.transaction(async (manager) => {
    await manager.query(SEE_AGENCIES, [[desk.agency.agencyId]]);
    return manager.query<unknown[]>('SELECT client_account_id FROM engagement');
  });
  expect(kept).toHaveLength(2);
  await desk.move(desk.client);
  expect(await remove(person.profileUrl, desk.client)).toBe(1);
  expect(codesOf(await desk.reserve('FOLLOW', person))).toEqual(['DO_NOT_CONTACT']);
});

it('so it does where that one had a mark of its own before, or took back what it was told of earlier', async () => {
  const [marked, again, both] = [1, 2, 3].map(() => someone({ degree: 'FIRST' })) as [
    Recipient,
    Recipient,
    Recipient,
  ];
  const add = `mutation ($input: DoNotContactInput!) { addDoNotContact(input: $input) { userErrors { code } } }`;
  const mark = async ({ profileUrl }: Recipient): Promise<void> => {
    const input = { profileUrl, clientAccountId: desk.other };
    expect((await api.data(desk.agency.key, add, { input })).addDoNotContact.userErrors).toEqual([]);
  };
  await mark(marked);
  await desk.move();
  for (const person of [again, both]) {
    await tellAs(desk.otherUuid, person);
    expect(await remove(person.profileUrl, desk.other)).toBe(1);
  }
  await mark(both);
  await desk.move(desk.client);
  for (const person of [marked, again, both]) await tellAs(desk.agency.clientAccount.id, person);
  await desk.move();
  await desk.engage(desk.engagement('OPTED_OUT', marked));
  for (let times = 0; times < 2; times += 1)
    for (const person of [again, both]) await tellAs(desk.otherUuid, person);
  await desk.move(desk.client);
  for (const person of [marked, again, both]) {
    expect(await remove(person.profileUrl, desk.client)).toBe(1);
    expect(codesOf(await desk.reserve('FOLLOW', person))).toEqual(['DO_NOT_CONTACT']);
  }
});

it('told again and again around a move, it is one row of each client account', async () => {
  const person = someone({ degree: 'FIRST' });
  const before = new Date(Date.now() - 60_000).toISOString();
  await desk.move();
  await tellAs(desk.otherUuid, person);
  for (let times = 0; times < 3; times += 1)
    await desk.engage(desk.engagement('OPTED_OUT', person, { occurredAt: before }));
  const kept = await api.dataSource.transaction(async (manager) => {
    await manager.query(SEE_AGENCIES, [[desk.agency.agencyId]]);
    return manager.query<unknown[]>('SELECT client_account_id FROM engagement');
  });
  expect(kept).toHaveLength(2);
});

it('told for both under one key it binds both, and neither is freed by the other', async () => {
  const person = someone({ degree: 'FIRST' });
  const inputs = [desk.engagement('OPTED_OUT', person)];
  const beside = await desk.addSeat(desk.otherUuid);
  const tell = async (clientAccountUuid: string): Promise<void> => {
    const key = await api.keyOf(desk.agency, 'OPERATOR', clientAccountUuid);
    expect((await api.data(key, TELL, { inputs })).recordEngagement.userErrors).toEqual([]);
  };
  await tell(desk.agency.clientAccount.id);
  await desk.move();
  for (let times = 0; times < 2; times += 1) await tell(desk.otherUuid);
  expect(codesOf(await desk.reserve('FOLLOW', person, { seatId: beside }))).toEqual(['DO_NOT_CONTACT']);
  await desk.move(desk.client);
  expect(await remove(person.profileUrl, desk.client)).toBe(1);
  expect(codesOf(await desk.reserve('FOLLOW', person))).toEqual(['DO_NOT_CONTACT']);
});

it('told by the agency for the one before, under the key of the one that has the seat, it binds the one before as well', async () => {
  const person = someone({ degree: 'FIRST' });
  const inputs = [desk.engagement('OPTED_OUT', person, { occurredAt: new Date().toISOString() })];
  const beside = await desk.addSeat(desk.agency.clientAccount.id);
  await desk.move();
  for (const key of [await api.keyOf(desk.agency, 'OPERATOR', desk.otherUuid), desk.agency.key])
    expect((await api.data(key, TELL, { inputs })).recordEngagement.userErrors).toEqual([]);
  expect(codesOf(await desk.reserve('FOLLOW', person, { seatId: beside }))).toEqual(['DO_NOT_CONTACT']);
});

it('what another client account took back long ago keeps none from taking its own back', async () => {
  const person = someone({ degree: 'FIRST' });
  await tellAs(desk.agency.clientAccount.id, person);
  expect(await remove(person.profileUrl, desk.client)).toBe(1);
  await desk.move();
  await tellAs(desk.otherUuid, person);
  expect(codesOf(await desk.reserve('FOLLOW', person))).toEqual(['DO_NOT_CONTACT']);
  expect(await remove(person.profileUrl, desk.other)).toBe(1);
  expect(await desk.reserve('FOLLOW', person)).toMatchObject({ outcome: 'ALLOWED' });
});

it('said before a move and told after it, it binds the client account that it was said to, and the seat', async () => {
  const person = someone({ degree: 'FIRST' });
  const [left, beside] = [
    await desk.addSeat(desk.agency.clientAccount.id),
    await desk.addSeat(desk.otherUuid),
  ];
  const occurredAt = new Date().toISOString();
  await desk.move();
  const seats = [left, desk.seat, beside];
  const held: string[] = [];
  for (const seatId of seats) held.push((await desk.reserve('FOLLOW', person, { seatId })).reservation.id);
  await desk.engage(desk.engagement('OPTED_OUT', person, { occurredAt }));
  const became: string[] = [];
  for (const id of held) became.push((await desk.became(id))[0]!);
  expect(became).toEqual(['RELEASED', 'RELEASED', 'HELD']);
  const answers: string[] = [];
  for (const seatId of seats) answers.push((await desk.reserve('FOLLOW', person, { seatId })).outcome);
  expect(answers).toEqual(['DENIED', 'DENIED', 'ALLOWED']);
});

it('told again soon after a move by the new client account, it is that one’s own, and binds it', async () => {
  const person = someone({ degree: 'FIRST' });
  await desk.engage(desk.engagement('OPTED_OUT', person));
  const beside = await desk.addSeat(desk.otherUuid);
  await desk.move();
  const held = await desk.reserve('FOLLOW', person, { seatId: beside });
  const key = await api.keyOf(desk.agency, 'OPERATOR', desk.otherUuid);
  const tell = `mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) { results { alreadyKnown } } }`;
  const told = await api.data(key, tell, { inputs: [desk.engagement('OPTED_OUT', person)] });
  expect(told.recordEngagement.results).toEqual([{ alreadyKnown: false }]);
  expect(await desk.became(held.reservation.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
  expect(codesOf(await desk.reserve('FOLLOW', person, { seatId: beside }))).toEqual(['DO_NOT_CONTACT']);
});

it('told again under another key it binds anew what was taken back; under the same key nothing is done twice', async () => {
  const person = someone({ degree: 'FIRST' });
  const told = desk.engagement('OPTED_OUT', person);
  await desk.engage(told);
  expect(await remove(person.profileUrl, desk.client)).toBe(1);
  const refusals = async (): Promise<string[]> => codesOf(await desk.reserve('FOLLOW', person));
  expect((await desk.engage(told)).results).toMatchObject([{ alreadyKnown: true }]);
  expect(await refusals()).toEqual([]);
  expect((await desk.engage({ ...told, idempotencyKey: randomUUID() })).results).toMatchObject([
    { alreadyKnown: true },
  ]);
  expect(await refusals()).toEqual(['DO_NOT_CONTACT']);
});
