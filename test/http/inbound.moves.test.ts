import { toId } from '../../src/schema/ids.js';
import { audit } from '../../src/ledger/audit/audit.js';
import { done, servicesOn, type SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { addSource, sendEvents, UNREAD_EVENTS } from '../support/inbound.js';

let database: TestDatabase;
let api: Api;
beforeAll(async () => {
  database = await ownDatabase();
  api = await Api.start({ HEADROOM_API_LIMITS: 'off', HEADROOM_WEBHOOKS: 'off' }, database);
});
afterAll(() => api.close());

const EVENTS = [
  { type: 'sent', action: 'FOLLOW' },
  { type: 'no', engagement: 'OPTED_OUT' },
];
const MAPPING = { typePath: 't', personPath: 'p', occurredAtPath: 'w', idPath: 'i', events: EVENTS };
let number = 0;
const event = (t: string, p: string) => ({ t, p: `in/${p}`, w: Date.now(), i: `${(number += 1)}` });

interface Moved {
  readonly agency: SeededAgency;
  readonly url: string;
  readonly sourceId: string;
  /** Keys of OPERATORs: of the client account that the source was made for, and of the one that the seat goes to. */
  readonly former: string;
  readonly latter: string;
  readonly move: (to: 'former' | 'latter') => Promise<void>;
}

/** A tool of a single seat, which goes to another client account and comes back. */
async function office(): Promise<Moved> {
  const agency = await api.seed();
  const { clientAccounts, seatMoves } = servicesOn(api.dataSource);
  const terms = { name: 'Other', planId: agency.plan.id, timeZone: 'UTC' };
  const other = done(await clientAccounts.createClientAccount(agency.owner, terms));
  const { url, inboundSource } = await addSource(api, agency.key, {
    ...{
      tool: 'GENERIC',
      name: 'Tool of the former',
      mapping: MAPPING,
      seatId: toId('seat', agency.seat.id),
    },
  });
  const accounts = { former: agency.clientAccount.id, latter: other.id };
  return {
    ...{ agency, url, sourceId: inboundSource.id },
    former: await api.keyOf(agency, 'OPERATOR', agency.clientAccount.id),
    latter: await api.keyOf(agency, 'OPERATOR', other.id),
    move: async (to) => {
      const input = { seatId: agency.seat.id, clientAccountId: accounts[to] };
      done(await seatMoves.moveSeat(agency.owner, input));
    },
  };
}

async function sent({ agency }: Moved, key: string): Promise<string[]> {
  const list = 'query ($id: ID) { activities(seatId: $id) { nodes { recipientProfileUrl } } }';
  const { nodes } = (await api.data(key, list, { id: toId('seat', agency.seat.id) })).activities;
  return nodes.map(({ recipientProfileUrl }: Json) => recipientProfileUrl.split('/in/')[1]).sort();
}

async function mayFollow({ agency }: Moved, key: string, who: string): Promise<string> {
  const ask = 'query ($input: DecisionInput!) { previewDecision(input: $input) { outcome } }';
  const recipient = { profileUrl: `https://www.linkedin.com/in/${who}` };
  const input = { seatId: toId('seat', agency.seat.id), action: 'FOLLOW', recipient };
  return (await api.data(key, ask, { input })).previewDecision.outcome;
}

async function record({ agency }: Moved, key: string, who: string): Promise<void> {
  const query = 'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }';
  const input = {
    ...{ seatId: toId('seat', agency.seat.id), action: 'FOLLOW', idempotencyKey: `record ${(number += 1)}` },
    ...{ recipient: { profileUrl: `in/${who}` }, occurredAt: new Date().toISOString() },
  };
  expect((await api.data(key, query, { inputs: [input] })).recordActivities.recorded).toBe(1);
}

const alertsOf = async (key: string): Promise<string[]> =>
  (await api.data(key, '{ alerts { nodes { kind } } }')).alerts.nodes.map(({ kind }: Json) => kind);

const UNREAD = { counted: 0, alreadyKnown: 0, ignored: 0, unread: 1 };

it('a tool of a single seat says nothing for the client account that the seat goes to, and is told nothing of it', async () => {
  const world = await office();
  const { agency, url, sourceId, former, latter, move } = world;
  expect((await sendEvents(url, event('sent', 'ann'))).body).toMatchObject({ counted: 1 });
  await move('latter');
  await record(world, latter, 'bob');
  // One that the new client account sent, one that nobody did, and an opt-out: all are answered alike.
  for (const told of [event('sent', 'bob'), event('sent', 'cid'), event('no', 'bob')]) {
    expect(await sendEvents(url, told)).toEqual({ status: 200, body: UNREAD });
  }
  expect(await sent(world, latter)).toEqual(['bob']);
  expect(await mayFollow(world, latter, 'bob')).toBe('ALLOWED');
  const { nodes } = (await api.data(agency.key, UNREAD_EVENTS, { id: sourceId })).unreadEvents;
  expect(nodes.map(({ why }: Json) => why)).toEqual(['SEAT_UNKNOWN', 'SEAT_UNKNOWN', 'SEAT_UNKNOWN']);
  // Whose tool it is, and the agency, are told that it goes on.
  expect(await alertsOf(former)).toContain('EVENTS_UNREAD');
  expect(await alertsOf(agency.key)).toContain('EVENTS_UNREAD');
  expect(await alertsOf(latter)).not.toContain('EVENTS_UNREAD');
});

it('and is heard again once the seat is back', async () => {
  const world = await office();
  await world.move('latter');
  const told = event('sent', 'ann');
  expect((await sendEvents(world.url, told)).body).toEqual(UNREAD);
  await world.move('former');
  expect((await sendEvents(world.url, told)).body).toMatchObject({ counted: 1 });
  expect(await sent(world, world.former)).toEqual(['ann']);
});

it('a source that is made after a move is of the client account that has the seat then', async () => {
  const world = await office();
  await world.move('latter');
  const { url } = await addSource(api, world.agency.key, {
    ...{ tool: 'GENERIC', mapping: MAPPING, seatId: toId('seat', world.agency.seat.id) },
  });
  expect((await sendEvents(url, event('sent', 'ann'))).body).toMatchObject({ counted: 1 });
  expect(await sent(world, world.latter)).toEqual(['ann']);
  expect(await sent(world, world.former)).toEqual([]);
});

it('leaves nothing in the books that counting finds otherwise', async () => {
  expect((await audit(database.appUrl)).drift).toEqual([]);
});
