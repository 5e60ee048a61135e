import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { WaitingBytes } from '../../../src/http/bounds/waiting-bytes.js';
import { Api, type Json } from '../../support/api.js';
import { done, servicesOn } from '../../support/agency.js';
import { raiseAlerts } from '../../live/alerts.support.js';

const ALERTS = `subscription ($since: String) {
  alertRaised(since: $since) { __typename ... on AlertRaised { cursor alert { sequence } } ... on AlertCheckpoint { cursor } }
}`;

let api: Api;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

/** A stream of events, read as it comes. */
class Stream {
  readonly events: { readonly event: string; readonly data: Json }[] = [];
  private text = '';

  private constructor(
    readonly status: number,
    private readonly reader: ReadableStreamDefaultReader<Uint8Array>,
  ) {}

  static async open(
    key: string | null,
    body: object | string,
    headers: object = {},
    url = api.url,
  ): Promise<Stream> {
    const response = await fetch(`${url}/graphql/stream`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return new Stream(response.status, response.body!.getReader());
  }

  /** Reads on until it is so; answers whether the stream goes on. */
  async until(isSo: (stream: this) => boolean): Promise<boolean> {
    while (!isSo(this)) {
      const { value, done: isOver } = await this.reader.read();
      if (isOver) return false;
      this.text += Buffer.from(value).toString('utf8');
      for (let end = this.text.indexOf('\n\n'); end >= 0; end = this.text.indexOf('\n\n')) {
        this.take(this.text.slice(0, end));
        this.text = this.text.slice(end + 2);
      }
    }
    return true;
  }

  get sequences(): number[] {
    return this.events.flatMap(({ data }) => data?.data?.alertRaised.alert?.sequence ?? []);
  }

  get body(): string {
    return this.text;
  }

  leave(): Promise<void> {
    return this.reader.cancel();
  }

  private take(block: string): void {
    const [, event] = /^event: (.*)$/m.exec(block) ?? [];
    const [, data] = /^data: (.*)$/m.exec(block) ?? [];
    if (event !== undefined) this.events.push({ event, data: data ? JSON.parse(data) : null });
  }
}

it('tells alerts as events, from a cursor on', async () => {
  const agency = await api.seed();
  const { alertCursor: since } = await api.data(agency.key, '{ alertCursor }');
  const last = await raiseAlerts(api.dataSource, agency.agencyId, { count: 250 });
  const stream = await Stream.open(agency.key, { query: ALERTS, variables: { since } });
  await stream.until(({ sequences }) => sequences.length === 250);
  await raiseAlerts(api.dataSource, agency.agencyId, { count: 2 });
  await stream.until(({ sequences }) => sequences.length === 252);
  const first = last - 249;
  expect(stream.sequences).toEqual(Array.from({ length: 252 }, (_, index) => first + index));
  await stream.leave();
  const resumed = await Stream.open(agency.key, {
    query: ALERTS,
    variables: { since: stream.events[250]!.data.data.alertRaised.cursor },
  });
  await resumed.until(({ sequences }) => sequences.length === 1);
  expect(resumed.sequences).toEqual([last + 2]);
  await resumed.leave();
});

it('answers a query by one event, and what is wrong with one likewise', async () => {
  const { key } = await api.seed();
  const told = await Promise.all(
    ['{ viewer { role } }', '{ nothing }', 'subscription { alertRaised(since: "x") { __typename } }'].map(
      async (query) => {
        const stream = await Stream.open(key, { query });
        expect(await stream.until(() => false)).toBe(false);
        return stream.events.map(({ event, data }) => [
          event,
          data?.data ?? data?.errors?.[0].extensions.code ?? null,
        ]);
      },
    ),
  );
  expect(told).toEqual([
    [
      ['next', { viewer: { role: 'OWNER' } }],
      ['complete', null],
    ],
    [
      ['next', 'BAD_USER_INPUT'],
      ['complete', null],
    ],
    [
      ['next', 'BAD_USER_INPUT'],
      ['complete', null],
    ],
  ]);
});

it('takes POST with a key and the right Accept alone', async () => {
  const { key } = await api.seed();
  const body = { query: ALERTS };
  const statuses = await Promise.all([
    Stream.open(null, body),
    Stream.open('hr_live_nonsense', body),
    Stream.open(key, body, { accept: 'application/json' }),
    Stream.open(key, { nothing: 1 }),
    Stream.open(key, body, { 'content-type': 'text/plain' }),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([401, 401, 406, 400, 415]);
  expect((await fetch(`${api.url}/graphql/stream`)).status).toBe(405);
});

it('ends without a word when the key is revoked, and is told nothing more', async () => {
  const agency = await api.seed();
  const { apiKeys } = servicesOn(api.dataSource);
  const made = done(await apiKeys.createApiKey(agency.owner, { name: 'Other', role: 'ANALYST' }));
  const stream = await Stream.open(made.secret, { query: ALERTS });
  done(await apiKeys.revokeApiKey(agency.owner, made.apiKey.id));
  expect(await stream.until(() => false)).toBe(false);
  // No `complete`: a client comes again, and is refused then.
  expect(stream.events).toEqual([]);
});

it('a server that stops ends them', async () => {
  const own = await Api.start();
  const agency = await own.seed();
  const stream = await Stream.open(agency.key, { query: ALERTS }, {}, own.url);
  const [isOpen] = await Promise.all([stream.until(() => false), own.close()]);
  expect(isOpen).toBe(false);
});

it('whoever leaves takes nothing along: places and streams are given back', async () => {
  const agency = await api.seed();
  const open = async (): Promise<number> => {
    // What was told is told again for a quarter of a second.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    return Number(/^headroom_live_subscriptions (\d+)$/m.exec(metrics)?.[1]);
  };
  // Those of the tests before, which have left.
  while ((await open()) > 0);
  const streams = await Promise.all(
    Array.from({ length: 20 }, () => Stream.open(agency.key, { query: ALERTS })),
  );
  expect(await open()).toBe(20);
  await Promise.all(streams.map((stream) => stream.leave()));
  while ((await open()) > 0);
});

it('a connection that is to be closed is, once all is told', async () => {
  const { key } = await api.seed();
  const headers = {
    ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
    ...{ authorization: `Bearer ${key}`, connection: 'close' },
  };
  const asking = request(`${api.url}/graphql/stream`, { method: 'POST', headers, agent: false });
  asking.end(JSON.stringify({ query: '{ viewer { role } }' }));
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  expect(response.headers.connection).toBe('close');
  response.resume();
  await once(response.socket, 'close');
});

it('an open stream that was asked for with a long body takes no room of those that wait', async () => {
  const take = jest.spyOn(WaitingBytes.prototype, 'take');
  const agency = await api.seed();
  const { alertCursor: since } = await api.data(agency.key, '{ alertCursor }');
  await raiseAlerts(api.dataSource, agency.agencyId, { count: 1 });
  const body = JSON.stringify({ query: ALERTS, variables: { since } }) + ' '.repeat(1_000_000);
  const stream = await Stream.open(agency.key, body);
  await stream.until(({ sequences }) => sequences.length === 1);
  const [payer, bytes] = take.mock.calls[0]!;
  expect(bytes).toBeGreaterThan(1_000_000);
  const waiting: WaitingBytes = take.mock.contexts[0];
  expect(waiting.hasRoom(payer, 8_388_608)).toBe(true);
  await stream.leave();
  take.mockRestore();
});
