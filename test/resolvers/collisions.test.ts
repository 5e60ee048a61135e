import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { codesOf, Outreach, type Recipient, someone } from '../support/outreach.js';

const MADRID = 'Europe/Madrid';
const DAY = 86_400_000;
const NOW = Date.parse('2026-11-24T10:17:23.456Z');

let clocked: ClockedApi;
let api: Api;
let agency: SeededAgency;
let desk: Outreach;
let other: string;
let theirSeat: string;

beforeAll(async () => {
  clocked = await ClockedApi.start(NOW);
  ({ api } = clocked);
});
afterAll(() => clocked.close());
beforeEach(async () => {
  await clocked.setClock(NOW);
  agency = await api.seed({ timeZone: MADRID, plan: { seatAllowance: 20 } });
  desk = new Outreach(api, agency);
  other = await desk.addClientAccount();
  const { seats } = servicesOn(api.dataSource);
  theirSeat = toId(
    'seat',
    done(await seats.addSeat(agency.owner, newSeat(other, { timeZone: 'America/Sao_Paulo' }))).id,
  );
});

const mine = () => agency.clientAccount.id;

async function pool(clientAccountId: string, poolsContacts = true): Promise<Json> {
  const query = `mutation ($input: UpdateClientAccountInput!) { updateClientAccount(input: $input) {
    clientAccount { poolsContacts } userErrors { code field } } }`;
  const input = { clientAccountId: toId('client', clientAccountId), poolsContacts };
  const told = (await api.data(agency.key, query, { input })).updateClientAccount;
  expect(told).toEqual({ clientAccount: { poolsContacts }, userErrors: [] });
}

const person = (): Recipient => someone({ degree: 'FIRST' });
const theirs = (recipient: Recipient, more: object = {}): Promise<Json> =>
  desk.reserve('DIRECT_MESSAGE', recipient, { seatId: theirSeat, ...more });
const midnight = (text: string): string => new Date(text).toISOString();

it('P6: a person whom one client account wrote to is taken for another, until a midnight 30 days later', async () => {
  await pool(mine());
  await pool(other);
  const recipient = person();
  await desk.send('DIRECT_MESSAGE', recipient);
  const refused = await theirs(recipient);
  // 30 days later it is 11:17 in Madrid, where the agency is; the day ends at 23:00 UTC.
  const retryAt = midnight('2026-12-24T23:00:00Z');
  expect([codesOf(refused), refused.retryAt, refused.suggestions]).toEqual([
    ['TAKEN_BY_OTHER_CLIENT'],
    retryAt,
    [],
  ]);
  expect(JSON.stringify(refused)).not.toMatch(/10:17|07:17|11:17/);
  await clocked.setClock(Date.parse(retryAt) - 1);
  expect(codesOf(await theirs(recipient))).toEqual(['TAKEN_BY_OTHER_CLIENT']);
  await clocked.setClock(Date.parse(retryAt));
  expect((await theirs(recipient)).outcome).toBe('ALLOWED');
});

it('whoever has seats in many zones is told one and the same day by all of them, not the hour between two midnights', async () => {
  await pool(mine());
  await pool(other);
  const recipient = person();
  await desk.send('DIRECT_MESSAGE', recipient);
  const { seats } = servicesOn(api.dataSource);
  const told = new Set<string>();
  for (const timeZone of [
    'Pacific/Kiritimati',
    'Asia/Kathmandu',
    'Europe/Lisbon',
    'America/New_York',
    'Pacific/Niue',
  ]) {
    const seat = done(await seats.addSeat(agency.owner, newSeat(other, { timeZone })));
    const refused = await theirs({ ...recipient, degree: 'SECOND' }, { seatId: toId('seat', seat.id) });
    told.add(refused.reasons.find(({ code }: Json) => code === 'TAKEN_BY_OTHER_CLIENT').retryAt);
    // What would work instead waits for it too.
    expect(refused.suggestions).toHaveLength(2);
    for (const { availableAt } of refused.suggestions) told.add(availableAt);
  }
  expect([...told]).toEqual([midnight('2026-12-24T23:00:00Z')]);
});

it('a key of one client account does not put it into the pool: it would be told of the others', async () => {
  await pool(mine());
  const key = await api.keyOf(agency, 'ADMIN', other);
  const query = `mutation ($input: UpdateClientAccountInput!) { updateClientAccount(input: $input) {
    clientAccount { poolsContacts } userErrors { code field } } }`;
  const turn = async (poolsContacts: boolean): Promise<Json> => {
    const input = { clientAccountId: toId('client', other), poolsContacts };
    return (await api.data(key, query, { input })).updateClientAccount;
  };
  const userErrors = [{ code: 'FORBIDDEN_FOR_ROLE', field: ['input', 'poolsContacts'] }];
  expect(await turn(true)).toEqual({ clientAccount: null, userErrors });
  const recipient = person();
  await desk.send('DIRECT_MESSAGE', recipient);
  expect((await theirs(recipient)).outcome).toBe('ALLOWED');
  // To keep to itself what is its own is its own to say.
  await pool(other);
  expect(await turn(false)).toEqual({ clientAccount: { poolsContacts: false }, userErrors: [] });
});

it.each([
  ['neither', false, false],
  ['the one that wrote alone', true, false],
  ['the one that asks alone', false, true],
])('nobody is taken where %s pools its contacts', async (_, first, second) => {
  await pool(mine(), first);
  await pool(other, second);
  const recipient = person();
  await desk.send('DIRECT_MESSAGE', recipient);
  expect((await theirs(recipient)).outcome).toBe('ALLOWED');
});

it('what is held takes the person, and gives them back at once when it is released', async () => {
  await pool(mine());
  await pool(other);
  const recipient = person();
  const { reservation } = await desk.reserve('DIRECT_MESSAGE', recipient, { holdSeconds: 3_600 });
  const refused = await theirs(recipient);
  expect([codesOf(refused), refused.retryAt]).toEqual([
    ['TAKEN_BY_OTHER_CLIENT'],
    midnight('2026-11-24T23:00:00Z'),
  ]);
  // Lapsed, it refuses for the rest of the day: else the hour of its end could be told.
  await clocked.setClock(NOW + 3_600_000);
  expect(codesOf(await theirs(recipient))).toEqual(['TAKEN_BY_OTHER_CLIENT']);
  await clocked.setClock(Date.parse(refused.retryAt) - 1);
  expect(codesOf(await theirs(recipient))).toEqual(['TAKEN_BY_OTHER_CLIENT']);
  await clocked.setClock(Date.parse(refused.retryAt));
  const allowed = await theirs(recipient);
  expect(allowed.outcome).toBe('ALLOWED');
  expect(codesOf(await desk.reserve('DIRECT_MESSAGE', recipient))).toEqual(['TAKEN_BY_OTHER_CLIENT']);
  const release =
    'mutation ($id: ID!) { releaseReservation(input: { reservationId: $id }) { userErrors { code } } }';
  await api.data(agency.key, release, { id: allowed.reservation.id });
  expect((await desk.reserve('DIRECT_MESSAGE', recipient)).outcome).toBe('ALLOWED');
  expect(reservation.id).not.toBe(allowed.reservation.id);
});

it('more answers than are looked at, held for one client account, put out nothing that another holds', async () => {
  await pool(mine());
  await pool(other);
  const recipient = person();
  await desk.reserve('DIRECT_MESSAGE', recipient, { holdSeconds: 30 });
  const { seats } = servicesOn(api.dataSource);
  for (let seat = 0; seat < 3; seat += 1) {
    const { id } = done(await seats.addSeat(agency.owner, newSeat(other, { timeZone: MADRID })));
    const inputs = Array.from({ length: 40 }, () => ({
      ...{ seatId: toId('seat', id), action: 'OPEN_PROFILE_MESSAGE', isReply: true, holdSeconds: 86_400 },
      ...{ recipient: { ...recipient, openProfile: true }, idempotencyKey: randomUUID() },
    }));
    const query = `mutation ($inputs: [ReserveInput!]!) { reserveMany(inputs: $inputs) { decision { outcome } } }`;
    const held = (await api.data(agency.key, query, { inputs })).reserveMany;
    expect(held.filter(({ decision }: Json) => decision.outcome === 'ALLOWED')).toHaveLength(40);
  }
  expect(codesOf(await theirs(recipient))).toContain('TAKEN_BY_OTHER_CLIENT');
});

it('of two that ask in one request the first has the person', async () => {
  await pool(mine());
  await pool(other);
  const recipient = person();
  const input = (seatId: string, action: string) => ({
    seatId,
    action,
    recipient,
    idempotencyKey: randomUUID(),
  });
  const query = `mutation ($inputs: [ReserveInput!]!) { reserveMany(inputs: $inputs) { decision { outcome reasons { code } } } }`;
  const inputs = [
    input(theirSeat, 'DIRECT_MESSAGE'),
    input(desk.seat, 'DIRECT_MESSAGE'),
    input(theirSeat, 'DIRECT_MESSAGE'),
    input(desk.seat, 'PROFILE_VIEW'),
  ];
  const decisions = (await api.data(agency.key, query, { inputs })).reserveMany.map(
    ({ decision }: Json) => decision,
  );
  expect(decisions.map(codesOf)).toEqual([[], ['TAKEN_BY_OTHER_CLIENT'], [], []]);
});

it('an answer is given, whoever has the person; and what was a mistake takes nobody', async () => {
  await pool(mine());
  await pool(other);
  const recipient = person();
  const record = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }`;
  const occurredAt = new Date(NOW - DAY).toISOString();
  const input = {
    seatId: desk.seat,
    action: 'INMAIL',
    occurredAt,
    recipient: { profileUrl: recipient.profileUrl },
  };
  await api.data(agency.key, record, { inputs: [{ ...input, idempotencyKey: randomUUID() }] });
  expect(codesOf(await theirs(recipient))).toEqual(['TAKEN_BY_OTHER_CLIENT']);
  expect((await theirs({ ...recipient }, { isReply: true })).outcome).toBe('ALLOWED');
  const list = 'query ($seatId: ID) { activities(seatId: $seatId) { nodes { id } } }';
  const { activities } = await api.data(agency.key, list, { seatId: desk.seat });
  const voiding = { activityIds: [activities.nodes[0].id], reason: 'never sent' };
  await api.data(
    agency.key,
    'mutation ($input: VoidActivitiesInput!) { voidActivities(input: $input) { voided } }',
    { input: voiding },
  );
  expect((await theirs(recipient)).outcome).toBe('ALLOWED');
});

it('P6: a person who had eight contacts of all together is left in peace, their own client account too', async () => {
  await pool(mine());
  await pool(other);
  const recipient = person();
  for (let day = 0; day < 8; day += 1) {
    await clocked.setClock(NOW + day * DAY);
    await desk.send('DIRECT_MESSAGE', recipient);
  }
  const refused = await desk.reserve('DIRECT_MESSAGE', recipient);
  const retryAt = midnight('2026-12-24T23:00:00Z');
  expect([codesOf(refused), refused.retryAt]).toEqual([['COOLDOWN'], retryAt]);
  await clocked.setClock(Date.parse(retryAt) - 1);
  expect(codesOf(await desk.reserve('DIRECT_MESSAGE', recipient))).toEqual(['COOLDOWN']);
  await clocked.setClock(Date.parse(retryAt));
  expect((await desk.reserve('DIRECT_MESSAGE', recipient)).outcome).toBe('ALLOWED');
});

it('how often others contacted the person is not counted by adding contacts of one’s own until it is enough', async () => {
  await pool(mine());
  await pool(other);
  const recipient = person();
  await theirs(recipient).then(({ reservation }) => desk.commit(reservation.id));
  const record = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }`;
  const told = new Set<string>();
  for (let contacts = 1; contacts <= 7; contacts += 1) {
    const input = {
      seatId: desk.seat,
      action: 'DIRECT_MESSAGE',
      recipient: { profileUrl: recipient.profileUrl },
    };
    const occurredAt = new Date(NOW - contacts * 3_600_000).toISOString();
    await api.data(agency.key, record, { inputs: [{ ...input, occurredAt, idempotencyKey: randomUUID() }] });
    const { reasons, retryAt } = await desk.reserve('DIRECT_MESSAGE', recipient);
    told.add(JSON.stringify([reasons, retryAt]));
  }
  expect([...told]).toHaveLength(1);
  expect([...told][0]).not.toContain('COOLDOWN');
  // Once their own are enough by themselves it is told: that they know.
  const input = { seatId: desk.seat, action: 'INMAIL', recipient: { profileUrl: recipient.profileUrl } };
  const occurredAt = new Date(NOW - 9 * 3_600_000).toISOString();
  await api.data(agency.key, record, { inputs: [{ ...input, occurredAt, idempotencyKey: randomUUID() }] });
  expect(codesOf(await desk.reserve('DIRECT_MESSAGE', recipient)).toSorted()).toEqual([
    'COOLDOWN',
    'TAKEN_BY_OTHER_CLIENT',
  ]);
});

it('a client sees that the person is taken, and nothing of whom, when or how often', async () => {
  await pool(mine());
  await pool(other);
  const recipient = person();
  for (let day = 0; day < 3; day += 1) {
    await clocked.setClock(NOW + day * DAY);
    await desk.send('DIRECT_MESSAGE', recipient);
  }
  await theirs(recipient);
  const key = await api.keyOf(agency, 'CLIENT', other);
  const query = `{ decisions { nodes { outcome retryAt certainAt reasons { code message remedy retryAt limit { max } }
    usage { used limit { scopeKind } } suggestions { action } clientAccount { id } } } clientAccounts { nodes { id poolsContacts } } }`;
  const { decisions, clientAccounts } = await api.data(key, query);
  expect(clientAccounts.nodes).toEqual([{ id: toId('client', other), poolsContacts: true }]);
  const retryAt = midnight('2026-12-26T23:00:00Z');
  expect(decisions.nodes).toHaveLength(1);
  expect(decisions.nodes[0]).toMatchObject({ retryAt, certainAt: retryAt, suggestions: [] });
  expect(decisions.nodes[0].reasons).toEqual([
    {
      ...{ code: 'TAKEN_BY_OTHER_CLIENT', retryAt, limit: null },
      message: 'The person was contacted for somebody else of the agency, or is about to be.',
      remedy: 'Leave the person to them until then.',
    },
  ]);
  const log = `query ($id: ID) { auditLog(subjectId: $id) { nodes { verb changes { field old new } } } }`;
  const { auditLog } = await api.data(agency.key, log, { id: toId('client', other) });
  expect(auditLog.nodes.find(({ verb }: Json) => verb === 'updateClientAccount').changes).toEqual([
    { field: 'poolsContacts', old: 'false', new: 'true' },
  ]);
});
