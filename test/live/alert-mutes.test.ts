import { toId } from '../../src/schema/ids.js';
import { DAY } from '../../src/quota/window.js';
import { type ClockedDatabase, clockedDatabase } from '../ledger/fake-clock.js';
import { done, newSeat, servicesOn, type SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { askAs, clientOf, member, type Person, seatOf } from '../support/members.js';
import { raiseAlerts, type Raised } from './alerts.support.js';
import { Listener } from './listener.js';
import { Receiver } from './receiver.js';

const MUTE = `mutation ($input: MuteAlertsInput!) { muteAlerts(input: $input) {
  mute { id kinds clientAccount { id } seat { id } until mutedBy } userErrors { code field } } }`;
const UNMUTE = `mutation ($input: UnmuteAlertsInput!) { unmuteAlerts(input: $input) {
  mute { id } userErrors { code field } } }`;
const LIST = '{ mutedAlerts { nodes { id } } }';

let database: ClockedDatabase;
let api: Api;
let agency: SeededAgency;
let at = Date.now();
const closing: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await clockedDatabase();
  await pass(0);
  api = await Api.start({ HEADROOM_ALLOW_LOOPBACK: 'on', HEADROOM_API_LIMITS: 'off' }, database);
});
beforeEach(async () => {
  agency = await api.seed();
});
afterEach(() => Promise.all(closing.splice(0).map((one) => one.close())));
afterAll(async () => {
  await api.close();
  await database.close();
});

async function pass(ms: number): Promise<void> {
  at += ms;
  await database.setClock(at);
}

const inDays = (days: number): string => new Date(at + days * DAY).toISOString();

async function mute(input: object, key = agency.key): Promise<Json> {
  return (await api.data(key, MUTE, { input: { until: inDays(1), ...input } })).muteAlerts;
}

async function unmute(muteId: string, key = agency.key): Promise<Json> {
  return (await api.data(key, UNMUTE, { input: { muteId } })).unmuteAlerts;
}

async function muted(key = agency.key): Promise<string[]> {
  return (await api.data(key, LIST)).mutedAlerts.nodes.map(({ id }: Json) => id);
}

/** Of the seat, unless told otherwise. */
function raise(more: Raised = {}): Promise<number> {
  const ofSeat = { clientAccountId: agency.clientAccount.id, seatId: agency.seat.id };
  return raiseAlerts(api.dataSource, agency.agencyId, { ...ofSeat, raisedAt: at, ...more });
}

async function listening(key = agency.key): Promise<Listener> {
  const { alertCursor: since } = await api.data(key, '{ alertCursor }');
  const listener = new Listener(api.url, { key, variables: { since } });
  closing.push(listener);
  return listener;
}

async function endpoint(): Promise<Receiver> {
  const receiver = await Receiver.start();
  closing.push(receiver);
  const add = 'mutation ($input: AddWebhookInput!) { addWebhook(input: $input) { userErrors { code } } }';
  await api.data(agency.key, add, { input: { name: 'Ops', url: receiver.url } });
  return receiver;
}

const numbers = ({ received }: Receiver): number[] => received.map(({ json }) => json.data.alert.sequence);
const account = async (): Promise<string> => {
  const terms = { name: 'Other', planId: agency.plan.id, timeZone: 'UTC' };
  return done(await servicesOn(api.dataSource).clientAccounts.createClientAccount(agency.owner, terms)).id;
};
const refusalOf = ({ mute: made, userErrors }: Json): Json[] => [made, ...userErrors];

describe('a muted alert', () => {
  it('is pushed to nobody, by a stream or a webhook; it is numbered, listed and acknowledged all the same', async () => {
    const [listener, receiver] = [await listening(), await endpoint()];
    const first = await raise();
    await listener.until(({ sequences }) => sequences.includes(first));
    await receiver.has(1);
    const { mute: made, userErrors } = await mute({
      kinds: ['SEAT_IDLE', 'SEAT_IDLE'],
      seatId: seatOf(agency),
    });
    expect([userErrors, made]).toEqual([
      [],
      {
        ...{ id: expect.stringMatching(/^mute_/), kinds: ['SEAT_IDLE'], until: inDays(1) },
        ...{ clientAccount: { id: clientOf(agency) }, seat: { id: seatOf(agency) } },
        mutedBy: expect.stringMatching(/^key_/),
      },
    ]);
    // The stream has long been open.
    const hidden = await raise({ count: 3 });
    const shown = await raise({ seatId: null });
    await listener.until(({ sequences }) => sequences.includes(shown));
    await receiver.has(2);
    expect([listener.sequences, numbers(receiver)]).toEqual([
      [first, shown],
      [first, shown],
    ]);

    const list = '{ alerts { nodes { id sequence } } }';
    const { nodes } = (await api.data(agency.key, list)).alerts;
    expect(nodes.map(({ sequence }: Json) => sequence)).toEqual([
      shown,
      hidden,
      hidden - 1,
      hidden - 2,
      first,
    ]);
    const acknowledge = `mutation ($input: AcknowledgeAlertInput!) { acknowledgeAlert(input: $input) { alert { sequence } } }`;
    const input = { alertId: nodes[1].id };
    expect((await api.data(agency.key, acknowledge, { input })).acknowledgeAlert.alert).toEqual({
      sequence: hidden,
    });

    expect(await muted()).toEqual([made.id]);
    expect(await unmute(made.id)).toEqual({ mute: { id: made.id }, userErrors: [] });
    expect(await muted()).toEqual([]);
    const again = await raise();
    await listener.until(({ sequences }) => sequences.includes(again));
    await receiver.has(3);
    expect([listener.sequences, numbers(receiver)]).toEqual([
      [first, shown, again],
      [first, shown, again],
    ]);
  });

  it('leaves a checkpoint, from which the stream goes on', async () => {
    const listener = await listening();
    await mute({});
    const last = await raise({ count: 2 });
    await listener.until(({ told }) => told.length > 0);
    expect(listener.told).toEqual([{ __typename: 'AlertCheckpoint', cursor: expect.any(String) }]);
    await unmute((await muted())[0]!);
    const resumed = new Listener(api.url, {
      key: agency.key,
      variables: { since: listener.told[0]!.cursor },
    });
    closing.push(resumed);
    const next = await raise();
    await resumed.until(({ sequences }) => sequences.length > 0);
    expect([resumed.sequences, next]).toEqual([[last + 1], last + 1]);
  });

  it('is pushed again from the instant that was said, and is only of those that were meant', async () => {
    const other = await account();
    await mute({ clientAccountId: clientOf(agency), until: new Date(at + 1_000).toISOString() });
    const listener = await listening();
    const [ofOther] = [await raise({ clientAccountId: other, seatId: null }), await pass(999)];
    await raise();
    const ofAgency = await raise({ clientAccountId: null, seatId: null });
    await listener.until(({ sequences }) => sequences.includes(ofAgency));
    await pass(1);
    const after = await raise();
    await listener.until(({ sequences }) => sequences.includes(after));
    expect(listener.sequences).toEqual([ofOther, ofAgency, after]);
    expect(await muted()).toEqual([]);
  });
});

describe('to mute', () => {
  it('is for a MANAGER and above, of what was given to them, and audited', async () => {
    for (const role of ['OPERATOR', 'ANALYST', 'CLIENT'] as const) {
      const key = await api.keyOf(agency, role, agency.clientAccount.id);
      expect(refusalOf(await mute({ clientAccountId: clientOf(agency) }, key))).toEqual([
        null,
        { code: 'FORBIDDEN_FOR_ROLE', field: null },
      ]);
    }
    const manager = await api.keyOf(agency, 'MANAGER', agency.clientAccount.id);
    const other = await account();
    const notFound = { code: 'NOT_FOUND', field: ['input', 'clientAccountId'] };
    expect(refusalOf(await mute({}, manager))).toEqual([null, { code: 'FORBIDDEN_FOR_ROLE', field: null }]);
    expect(refusalOf(await mute({ clientAccountId: toId('client', other) }, manager))).toEqual([
      null,
      notFound,
    ]);
    const { mute: own } = await mute({ clientAccountId: clientOf(agency) }, manager);
    await pass(1);
    const { mute: others } = await mute({ clientAccountId: toId('client', other) });
    await pass(1);
    expect([await muted(manager), await muted()]).toEqual([[own.id], [others.id, own.id]]);
    expect(refusalOf(await unmute(others.id, manager))).toEqual([
      null,
      { code: 'NOT_FOUND', field: ['input', 'muteId'] },
    ]);
    expect((await unmute(own.id, manager)).mute).toEqual({ id: own.id });
    const log =
      '{ auditLog(subjectKinds: ALERT_MUTE) { nodes { verb subjectId changes { field old new } } } }';
    const [ended, , begun] = (await api.data(agency.key, log)).auditLog.nodes;
    expect([ended.verb, ended.subjectId, begun.verb, begun.subjectId]).toEqual([
      ...['unmuteAlerts', own.id, 'muteAlerts', own.id],
    ]);
    const whose = { field: 'clientAccountId', old: null, new: JSON.stringify(clientOf(agency)) };
    expect(begun.changes).toContainEqual(whose);
  });

  it('of one who was given a single seat is for that seat alone', async () => {
    const one: Person = await member(api, agency, `ada@${agency.agencyId}.example`, 'MANAGER', {
      seatIds: [seatOf(agency)],
    });
    const seats = servicesOn(api.dataSource).seats;
    const beside = done(await seats.addSeat(agency.owner, newSeat(agency.clientAccount.id)));
    const ask = async (input: object): Promise<Json> =>
      (await askAs(api, one, MUTE, { input: { until: inDays(1), ...input } })).data.muteAlerts;
    expect((await ask({ seatId: seatOf(agency) })).mute.seat).toEqual({ id: seatOf(agency) });
    expect((await ask({ clientAccountId: clientOf(agency) })).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    expect((await ask({ seatId: toId('seat', beside.id) })).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
  });

  it('of a seat has a bound of its own: whatever is muted of others, and nothing of theirs is used up', async () => {
    const one: Person = await member(api, agency, `bo@${agency.agencyId}.example`, 'MANAGER', {
      seatIds: [seatOf(agency)],
    });
    const beside = done(
      await servicesOn(api.dataSource).seats.addSeat(agency.owner, newSeat(agency.clientAccount.id)),
    );
    for (let more = 0; more < 5; more += 1) {
      await mute({ clientAccountId: clientOf(agency) });
      await mute({ seatId: toId('seat', beside.id) });
    }
    const input = { until: inDays(1), seatId: seatOf(agency) };
    const codes: Json[] = [];
    for (let times = 0; times < 11; times += 1) {
      codes.push((await askAs(api, one, MUTE, { input })).data.muteAlerts.userErrors[0]?.code ?? null);
    }
    expect(codes).toEqual([...Array<null>(10).fill(null), 'WRONG_STATE']);
    expect((await mute({ clientAccountId: clientOf(agency) })).userErrors).toEqual([]);
    expect((await mute({ seatId: toId('seat', beside.id) })).userErrors).toEqual([]);
  });

  it('ends within 90 days, and says which', async () => {
    const other = toId('client', await account());
    const refusals = [
      [{ until: inDays(0) }, 'until'],
      [{ until: new Date(at + 90 * DAY + 1).toISOString() }, 'until'],
      [{ kinds: [] }, 'kinds'],
      [{ clientAccountId: other, seatId: seatOf(agency) }, 'seatId'],
    ] as const;
    for (const [input, field] of refusals) {
      expect((await mute(input)).userErrors).toEqual([{ code: 'INVALID', field: ['input', field] }]);
    }
    expect(await muted()).toEqual([]);
    expect((await mute({ until: inDays(90) })).userErrors).toEqual([]);
  });
});
