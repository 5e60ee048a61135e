import { connect } from 'node:net';
import { once } from 'node:events';
import { parseConfig } from '../../src/config.js';
import { StartError } from '../../src/errors.js';
import { startServer } from '../../src/server.js';
import type { SeededAgency } from '../support/agency.js';
import { Api } from '../support/api.js';
import { testDatabase } from '../support/database.js';

/** As long as it has to be. */
const TOKEN = 'metrics-'.repeat(4);

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
  agency = await api.seed();
});
afterAll(() => api.close());

async function get(path: string) {
  const response = await fetch(api.url + path);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('the addresses', () => {
  it('/ says where things are', async () => {
    const { status, text } = await get('/');
    expect(status).toBe(200);
    const paths = [
      '/graphql',
      '/graphql/stream',
      '/playground',
      '/imports/linkedin-export',
      '/imports/lead-list',
    ];
    const others = [
      '/inbound/',
      '/holder/',
      '/approval/',
      '/auth/',
      '/health/live',
      '/health/ready',
      '/metrics',
    ];
    for (const path of [...paths, ...others]) expect(text).toContain(path);
  });

  it('/health/live and /health/ready answer', async () => {
    expect(await get('/health/live')).toMatchObject({ status: 200, text: '{"status":"live"}' });
    expect(await get('/health/ready')).toMatchObject({ status: 200, text: '{"status":"ready"}' });
  });

  it.each([
    ['in production to nobody', { NODE_ENV: 'production' }, [404, 404, 404]],
    ['with its token there', { NODE_ENV: 'production', HEADROOM_METRICS_TOKEN: TOKEN }, [404, 404, 200]],
    ['where there is a token with it alone', { HEADROOM_METRICS_TOKEN: TOKEN }, [404, 404, 200]],
  ])('/metrics is told %s', async (_, env, statuses) => {
    const guarded = await Api.start(env);
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${guarded.url}/metrics`, { headers })).status;
    const { key } = await guarded.seed();
    const shown = [{}, { authorization: `Bearer ${key}` }, { authorization: `Bearer ${TOKEN}` }];
    expect(await Promise.all(shown.map(ask))).toEqual(statuses);
    await guarded.close();
  });

  it('/metrics tells of the process, of HTTP by route, of the lanes, and of no agency', async () => {
    const reserve = 'mutation ($input: ReserveInput!) { reserve(input: $input) { userErrors { code } } }';
    const recipient = { profileUrl: 'linkedin.com/in/ada' };
    const input = { seatId: 'seat_x', action: 'FOLLOW', recipient, idempotencyKey: 'k' };
    await api.data(agency.key, reserve, { input });
    const { status, headers, text } = await get('/metrics');
    expect([status, headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/plain; version=0\.0\.4/),
    ]);
    expect(text).toMatch(/^process_cpu_seconds_total /m);
    expect(text).toMatch(
      /^headroom_http_request_duration_seconds_count\{method="POST",route="\/graphql",status="200"\} \d+$/m,
    );
    for (const name of ['batches', 'requests', 'skipped', 'retried', 'failed', 'throttled']) {
      expect(text).toMatch(new RegExp(`^headroom_ledger_${name}_total\\{lane="0"\\} \\d+$`, 'm'));
    }
    expect(text).toMatch(/^headroom_ledger_queue_depth\{lane="0"\} 0$/m);
    expect(text).toMatch(/^headroom_ledger_agencies_alone\{lane="0"\} 0$/m);
    const requests = [...text.matchAll(/^headroom_ledger_requests_total\{lane="\d"\} (\d+)$/gm)];
    expect(requests.reduce((sum, [, count]) => sum + Number(count), 0)).toBeGreaterThan(0);
    expect(text).toMatch(/^headroom_ledger_batch_requests_mean\{lane="\d"\} [1-9]/m);
    expect(text).not.toContain('agency_');
  });

  it('that are none are a 404 in JSON', async () => {
    const { status, headers, text } = await get('/nothing');
    expect([status, headers.get('content-type')]).toEqual([404, 'application/json; charset=utf-8']);
    expect(JSON.parse(text)).toEqual({ error: 'NOT_FOUND', message: 'There is nothing at this address.' });
  });

  it('let nobody frame, sniff or run anything', async () => {
    const { headers } = await get('/');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    const playground = await get('/playground');
    expect(playground.headers.get('content-security-policy')).toContain("script-src 'self'");
  });
});

describe('a server', () => {
  async function start(port: number) {
    const database = { ...(await testDatabase()), kind: 'external' as const, close: () => Promise.resolve() };
    return startServer(parseConfig({ LOG_LEVEL: 'silent', PORT: String(port) }), database);
  }

  it('says what to do where its port is taken, and leaves nothing open', async () => {
    const port = Number(new URL(api.url).port);
    const failure = await start(port).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartError);
    expect(String(failure)).toContain(
      `Port ${port} of 127.0.0.1 is taken: end what uses it, or take another, such as PORT=${port + 1} npm start.`,
    );
    expect((await get('/health/ready')).status).toBe(200);
  });

  it.each([
    ['on', 1],
    ['off', 0],
  ])('with HEADROOM_SWEEP %s looks for what time alone did by %i timer', async (sweep, timers) => {
    const set = jest.spyOn(globalThis, 'setInterval');
    const other = await Api.start({ HEADROOM_SWEEP: sweep });
    const everyFiveMinutes = set.mock.calls.filter(([, everyMs]) => everyMs === 300_000);
    set.mockRestore();
    await other.close();
    expect(everyFiveMinutes).toHaveLength(timers);
  });

  it('answers what is in flight before it ends, and takes nothing new', async () => {
    const server = await start(0);
    const { port } = new URL(server.url);
    const body = JSON.stringify({ query: '{ viewer { role } }' });
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${agency.key}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body.slice(0, 5)}`,
    );
    // The request is known once the server has answered another one on a later connection.
    await fetch(`${server.url}/health/live`).then((response) => response.text());
    const closed = server.close();
    socket.write(body.slice(5));
    await once(socket, 'close');
    await closed;
    expect(answer).toContain('{"data":{"viewer":{"role":"OWNER"}}');
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
  });
});
