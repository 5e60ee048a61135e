import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  type GraphQLField,
  type GraphQLSchema,
  isEnumType,
} from 'graphql';
import { randomUUID } from 'node:crypto';
import { ID_KINDS, toId } from '../../src/schema/ids.js';
import { done, newSeat, servicesOn, type SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { RawSocket } from '../support/raw-socket.js';
import { raiseAlerts } from '../live/alerts.support.js';

/** Every subscription that the schema has, with ids and cursors of others at every place of an argument. */

let api: Api;
let schema: GraphQLSchema;
let mine: SeededAgency;
let theirs: SeededAgency;
let sockets: RawSocket[] = [];

beforeAll(async () => {
  api = await Api.start({ HEADROOM_API_LIMITS: 'off' });
  schema = buildClientSchema((await api.ask(null, getIntrospectionQuery())).data);
  [mine, theirs] = [await api.seed(), await api.seed()];
});
afterEach(() => {
  sockets.forEach((socket) => socket.end());
  sockets = [];
});
afterAll(() => api.close());

/** What a client may not subscribe to, of whatever seat: the agency's own work. */
const NOT_FOR_CLIENTS = ['touchesDue'];

type Field = GraphQLField<unknown, unknown>;

function subscriptions(): Field[] {
  return Object.values(schema.getSubscriptionType()?.getFields() ?? {});
}

/** The subscription with one argument given; what an enum takes is its first value. */
function written(field: Field, name: string): string {
  const arg = field.args.find((one) => one.name === name)!;
  const required = field.args.filter((one) => String(one.type).endsWith('!') && one.name !== name);
  const rest = required.map((one) => {
    const type = getNamedType(one.type);
    return `, ${one.name}: ${isEnumType(type) ? type.getValues()[0]!.name : '"x"'}`;
  });
  return `subscription ($value: ${String(arg.type)}) { ${field.name}(${name}: $value${rest.join('')}) { __typename } }`;
}

async function begin(key: string): Promise<RawSocket> {
  const socket = await RawSocket.begin(api.url, key);
  sockets.push(socket);
  return socket;
}

/** What each of some values is refused with; null for one that is not. */
async function refusals(key: string, query: string, values: readonly string[]): Promise<Json[]> {
  const socket = await begin(key);
  for (const [index, value] of values.entries()) socket.subscribe(String(index), query, { value });
  const errorOf = (index: number) => socket.of(String(index)).find(({ type }) => type === 'error');
  await socket.until(() => values.every((_, index) => errorOf(index)));
  return values.map((_, index) =>
    errorOf(index).payload.map(({ message, path, extensions: { code } }: Json) => ({ message, path, code })),
  );
}

/** A second client account of an agency, with a seat. */
async function besides({ owner, plan }: SeededAgency): Promise<{ clientAccountId: string; seatId: string }> {
  const { clientAccounts, seats } = servicesOn(api.dataSource);
  const terms = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
  const account = done(await clientAccounts.createClientAccount(owner, terms));
  return { clientAccountId: account.id, seatId: done(await seats.addSeat(owner, newSeat(account.id))).id };
}

it('answers ids of another agency, and of another client account, as those that nobody has', async () => {
  const neighbour = await besides(mine);
  const client = await api.keyOf(mine, 'CLIENT', mine.clientAccount.id);
  const others = [
    { key: mine.key, ids: idsOf({ clientAccountId: theirs.clientAccount.id, seatId: theirs.seat.id }) },
    { key: client, ids: idsOf({ clientAccountId: theirs.clientAccount.id, seatId: theirs.seat.id }) },
    { key: client, ids: idsOf(neighbour) },
  ];
  let asked = 0;
  for (const field of subscriptions()) {
    for (const { name, type } of field.args) {
      if (getNamedType(type).name !== 'ID') continue;
      for (const { key, ids } of others) {
        const nobodys = ID_KINDS.map((kind) => toId(kind, randomUUID()));
        const refused = await refusals(key, written(field, name), [...ids, ...nobodys, 'no id at all']);
        // All alike, whoever's id it is.
        expect(new Set(refused.map((one) => JSON.stringify(one))).size).toBe(1);
        const isForbidden = key === client && NOT_FOR_CLIENTS.includes(field.name);
        expect(refused[0][0].code).toBe(isForbidden ? 'FORBIDDEN' : 'NOT_FOUND');
        asked += refused.length;
      }
    }
  }
  expect(asked).toBeGreaterThan(50);
}, 120_000);

it('takes no cursor of another agency or list, and tells none apart', async () => {
  const { alertCursor: own } = await api.data(mine.key, '{ alertCursor }');
  const { alertCursor: others, seats } = await api.data(
    theirs.key,
    '{ alertCursor seats { edges { cursor } } }',
  );
  for (const field of subscriptions()) {
    if (!field.args.some(({ name }) => name === 'since')) continue;
    const made = [others, seats.edges[0].cursor, `${own.slice(0, -2)}AA`, 'AAAA'];
    const refused = await refusals(mine.key, written(field, 'since'), made);
    expect(new Set(refused.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(refused[0][0].code).toBe('BAD_USER_INPUT');
  }
});

it('tells nobody what happens at others', async () => {
  const neighbour = await besides(mine);
  const client = await api.keyOf(mine, 'CLIENT', mine.clientAccount.id);
  const listening = await Promise.all([mine.key, client].map(begin));
  const query = `subscription ($since: String) { alertRaised(since: $since) { __typename ... on AlertRaised { alert { id clientAccount { id } } } } }`;
  for (const [index, key] of [mine.key, client].entries()) {
    const { alertCursor: since } = await api.data(key, '{ alertCursor }');
    listening[index]!.subscribe('alerts', query, { since });
  }
  await raiseAlerts(api.dataSource, theirs.agencyId, { clientAccountId: theirs.clientAccount.id, count: 5 });
  await raiseAlerts(api.dataSource, mine.agencyId, { ...neighbour, count: 5 });
  await raiseAlerts(api.dataSource, mine.agencyId, { clientAccountId: mine.clientAccount.id });
  const own = toId('client', mine.clientAccount.id);
  const accountsOf = (socket: RawSocket): string[] =>
    socket.of('alerts').map(({ payload }) => payload.data.alertRaised.alert?.clientAccount.id);
  await Promise.all(listening.map((socket) => socket.until(() => accountsOf(socket).includes(own))));
  expect(accountsOf(listening[0]!)).toEqual([
    ...Array.from({ length: 5 }, () => toId('client', neighbour.clientAccountId)),
    own,
  ]);
  expect(accountsOf(listening[1]!)).toEqual([own]);
});

function idsOf({ clientAccountId, seatId }: { clientAccountId: string; seatId: string }): string[] {
  return [toId('client', clientAccountId), toId('seat', seatId)];
}
