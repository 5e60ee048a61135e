import { Api } from '../../support/api.js';
import { done, servicesOn, keyIdOf } from '../../support/agency.js';
import { RawSocket, refusedUpgrade, type SocketOptions } from '../../support/raw-socket.js';
import { raiseAlerts } from '../../live/alerts.support.js';
import { halfSecondsOpen } from './half-seconds.js';

const ALERTS = `subscription { alertRaised { __typename ... on AlertRaised { cursor alert { sequence } } } }`;

let api: Api;
let sockets: RawSocket[] = [];

beforeAll(async () => {
  api = await Api.start();
});
afterEach(() => {
  sockets.forEach((socket) => socket.end());
  sockets = [];
});
afterAll(() => api.close());

async function open(options: SocketOptions = {}): Promise<RawSocket> {
  const socket = await RawSocket.open(api.url, options);
  sockets.push(socket);
  return socket;
}

async function begin(key: string): Promise<RawSocket> {
  const socket = await RawSocket.begin(api.url, key);
  sockets.push(socket);
  return socket;
}

/** Subscribed: what is raised from here on comes. */
async function subscribed(key: string, agencyId: string): Promise<RawSocket> {
  const socket = await begin(key);
  socket.subscribe('alerts', ALERTS);
  while (socket.of('alerts').length === 0) {
    await raiseAlerts(api.dataSource, agencyId);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return socket;
}

const init = (key: string) => ({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });

describe('graphql-transport-ws', () => {
  it('answers queries and mutations as HTTP does, errors and cost included', async () => {
    const agency = await api.seed();
    const socket = await begin(agency.key);
    const seat = `{ seats(first: 1) { nodes { id } } }`;
    const node = `{ node(id: "seat_00000000000000000000000000") { id } }`;
    socket.subscribe('seat', seat);
    socket.subscribe('wrong', '{ nothing }');
    socket.subscribe('syntax', '{');
    socket.subscribe('null', node);
    socket.subscribe(
      'plan',
      `mutation { createPlan(input: { name: "", seatAllowance: 1 }) { userErrors { code } } }`,
    );
    await socket.until(
      ({ messages }) => messages.filter(({ type }) => /complete|error/.test(type)).length === 5,
    );
    const { data, errors } = await api.ask(agency.key, seat);
    expect(errors).toBeUndefined();
    expect(socket.of('seat')[0].payload).toMatchObject({
      data,
      extensions: { cost: { requested: expect.any(Number) } },
    });
    for (const [id, query] of [
      ['wrong', '{ nothing }'],
      ['syntax', '{'],
    ] as const) {
      const { errors: overHttp } = await api.ask(agency.key, query);
      const [{ type, payload }] = socket.of(id);
      expect([type, payload.map(withoutId)]).toEqual(['error', overHttp.map(withoutId)]);
    }
    expect(socket.of('null')[0].payload.data).toEqual({ node: null });
    expect(socket.of('plan')[0].payload.data).toEqual({ createPlan: { userErrors: [{ code: 'INVALID' }] } });
  });

  it('holds what is asked to the limits of HTTP, subscriptions too', async () => {
    const agency = await api.seed();
    const socket = await begin(agency.key);
    const aliases = Array.from({ length: 101 }, (_, index) => `a${index}: __typename`).join(' ');
    const deep = `subscription { alertRaised { ... on AlertRaised { alert { clientAccount { seats { nodes { clientAccount { seats { nodes { clientAccount { seats { nodes { clientAccount { seats { nodes { clientAccount { id } } } } } } } } } } } } } } } } }`;
    const costly = `subscription { alertRaised { ... on AlertRaised { alert { clientAccount { seats(first: 100) { nodes { clientAccount { seats(first: 100) { nodes { id usage { used } clientAccount { seats(first: 100) { nodes { id } } } } } } } } } } } } }`;
    const asked: Record<string, string> = {
      aliases: `subscription { alertRaised { ${aliases} } }`,
      tokens: `{ ${'__typename '.repeat(10_001)} }`,
      two: `subscription { one: alertRaised { __typename } two: alertRaised { __typename } }`,
      unknown: `subscription { nothing { id } }`,
      deep,
      costly,
    };
    for (const [id, query] of Object.entries(asked)) socket.subscribe(id, query);
    await socket.until(({ messages }) => messages.filter(({ type }) => type === 'error').length === 6);
    const codes = Object.keys(asked).map((id) => socket.of(id)[0].payload[0].extensions.code);
    expect(codes).toEqual([...Array.from({ length: 5 }, () => 'BAD_USER_INPUT'), 'COST_EXCEEDED']);
    expect(await api.code(agency.key, ALERTS)).toBe('BAD_USER_INPUT');
  });

  it('tells what is wrong with one operation, and goes on with the others', async () => {
    const { key, agencyId } = await api.seed();
    const socket = await subscribed(key, agencyId);
    const extensions = { persistedQuery: { sha256Hash: '0'.repeat(64) } };
    socket.send({ id: 'hash', type: 'subscribe', payload: { query: '{ viewer { role } }', extensions } });
    await socket.until(() => socket.of('hash').length > 0);
    const [{ type, payload }] = socket.of('hash');
    expect([type, payload[0].extensions.code]).toEqual(['error', 'BAD_USER_INPUT']);
    const told = socket.of('alerts').length;
    await raiseAlerts(api.dataSource, agencyId);
    await socket.until(() => socket.of('alerts').length > told);
  });

  it('closes with the codes of the protocol', async () => {
    const { key } = await api.seed();
    const codeAfter = async (...messages: unknown[]): Promise<number> => {
      const socket = await open();
      messages.forEach((message) => socket.send(message));
      return (await socket.closed).code;
    };
    const subscribe = { id: '1', type: 'subscribe', payload: { query: ALERTS } };
    expect(await codeAfter('{')).toBe(4400);
    expect(await codeAfter({ type: 'nonsense' })).toBe(4400);
    expect(await codeAfter({ id: '1', type: 'subscribe', payload: { query: 5 } })).toBe(4400);
    expect(await codeAfter(subscribe)).toBe(4401);
    expect(await codeAfter(init('hr_live_nonsense'))).toBe(4403);
    expect(await codeAfter({ type: 'connection_init' })).toBe(4403);
    expect(await codeAfter({ type: 'connection_init', payload: { authorization: { a: 1 } } })).toBe(4403);
    expect(await codeAfter(init(key), init(key))).toBe(4429);
    const twice = await begin(key);
    twice.send(subscribe);
    twice.send(subscribe);
    expect((await twice.closed).code).toBe(4409);
    // A client of another protocol gives up by itself; one that names none is told.
    expect((await (await open({ protocol: null })).closed).code).toBe(4406);
    const large = await begin(key);
    large.send('x'.repeat(1_048_577));
    expect((await large.closed).code).toBe(1009);
  });

  it('closes with 4408 who does not say in time who it is', async () => {
    const socket = await open();
    expect((await socket.closed).code).toBe(4408);
  }, 20_000);

  it('ends nothing with 4500, whatever is sent', async () => {
    const { key } = await api.seed();
    const hostile = [
      { id: '__proto__', type: 'subscribe', payload: { query: ALERTS } },
      {
        id: 'constructor',
        type: 'subscribe',
        payload: { query: '{ viewer { role } }', variables: { a: [[[]]] } },
      },
      {
        id: 'v',
        type: 'subscribe',
        payload: { query: 'query ($a: ID!) { node(id: $a) { id } }', variables: {} },
      },
      { id: 'n', type: 'subscribe', payload: { query: ALERTS, operationName: 'Other' } },
      { id: 'e', type: 'subscribe', payload: { query: '' } },
      {
        id: 's',
        type: 'subscribe',
        payload: {
          query: 'subscription ($s: String) { alertRaised(since: $s) { __typename } }',
          variables: { s: { a: 1 } },
        },
      },
      {
        id: 'x',
        type: 'subscribe',
        payload: { query: ALERTS, extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
      },
      { id: 'none', type: 'complete' },
      { type: 'ping', payload: { a: 1 } },
      { type: 'pong' },
    ];
    const socket = await begin(key);
    for (const message of hostile) socket.send(message);
    await socket.until((raw) => raw.of('s').length > 0 && raw.of('n').length > 0);
    const told = ['s', 'n'].map((id) => socket.of(id)[0].payload[0].extensions.code);
    expect(told).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT']);
    await socket.until(({ messages }) => messages.some(({ type }) => type === 'pong'));
    socket.subscribe('after', '{ viewer { role } }');
    await socket.until((raw) => raw.of('after').length === 2);
    socket.socket.close(1000);
    expect((await socket.closed).code).toBe(1000);
  });
});

describe('authority', () => {
  it('a key that is revoked loses its sockets within a second, and is told nothing more', async () => {
    const agency = await api.seed();
    const { apiKeys } = servicesOn(api.dataSource);
    const made = done(await apiKeys.createApiKey(agency.owner, { name: 'Other', role: 'ANALYST' }));
    const [mine, kept] = [
      await subscribed(made.secret, agency.agencyId),
      await subscribed(agency.key, agency.agencyId),
    ];
    done(await apiKeys.revokeApiKey(agency.owner, made.apiKey.id));
    const open = await halfSecondsOpen(mine, () => api.data(agency.key, '{ viewer { role } }'));
    expect([(await mine.closed).code, open <= 3]).toEqual([4403, true]);
    const told = mine.messages.length;
    const last = await raiseAlerts(api.dataSource, agency.agencyId);
    await kept.until((raw) =>
      raw.of('alerts').some(({ payload }) => payload.data.alertRaised.alert?.sequence === last),
    );
    expect(mine.messages).toHaveLength(told);
    expect(keyIdOf(agency.owner)).not.toBe(made.apiKey.id);
  });
});

describe('bounds', () => {
  it('a page of another host opens no socket; other paths are none', async () => {
    const { host } = new URL(api.url);
    expect(await refusedUpgrade(api.url, { origin: 'https://evil.example' })).toBe(403);
    expect(await refusedUpgrade(api.url, { origin: 'null' })).toBe(403);
    expect(await refusedUpgrade(api.url, { origin: `http://${host}.evil.example` })).toBe(403);
    expect(await refusedUpgrade(api.url, {}, '/other')).toBe(404);
    const own = await open({ origin: api.url });
    expect(own.socket.readyState).toBe(own.socket.OPEN);
  });

  it('a key has no more than a hundred sockets: the next comes again later', async () => {
    const { key } = await api.seed();
    await Promise.all(Array.from({ length: 100 }, () => begin(key)));
    const over = await open();
    over.send(init(key));
    expect(await over.closed).toMatchObject({ code: 1013 });
    // One that leaves makes room.
    const first = sockets.find(({ messages }) => messages.length > 0)!;
    first.socket.close();
    await first.closed;
    for (;;) {
      const next = await open();
      next.send(init(key));
      const isIn = await Promise.race([
        next
          .until(({ messages }) => messages.length > 0)
          .then(
            () => true,
            () => false,
          ),
        next.closed.then(() => false),
      ]);
      if (isIn) break;
    }
  });

  it('is read more slowly when it sends too much, and loses nothing', async () => {
    const { key } = await api.seed();
    const socket = await begin(key);
    const startedAt = performance.now();
    for (let index = 0; index < 400; index += 1) socket.send({ type: 'ping' });
    await socket.until(({ messages }) => messages.filter(({ type }) => type === 'pong').length === 400);
    // 200 at once, then 100 a second.
    expect(performance.now() - startedAt).toBeGreaterThan(1_500);
  });

  it('counts what is open and what was told', async () => {
    const agency = await api.seed();
    await subscribed(agency.key, agency.agencyId);
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    const valueOf = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1]);
    expect(valueOf('headroom_live_connections')).toBeGreaterThan(0);
    expect(valueOf('headroom_live_subscriptions')).toBeGreaterThan(0);
    expect(valueOf('headroom_live_events_total')).toBeGreaterThan(0);
    expect(valueOf('headroom_live_slow_closed_total')).toBeGreaterThanOrEqual(0);
  });
});

it('a server that stops answers what is under way, and closes all sockets with 1001', async () => {
  const own = await Api.start();
  const agency = await own.seed();
  const socket = await RawSocket.begin(own.url, agency.key);
  socket.subscribe('alerts', ALERTS);
  socket.subscribe('seats', '{ seats { nodes { id } } }');
  await socket.until((raw) => raw.of('seats').length > 0);
  const [closed] = await Promise.all([socket.closed, own.close()]);
  expect(closed.code).toBe(1001);
});

function withoutId({ extensions, ...error }: { extensions: Record<string, unknown> }): object {
  return { ...error, code: extensions['code'] };
}
