import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import type { SeededAgency } from '../support/agency.js';
import { Api } from '../support/api.js';
import { RawSocket } from '../support/raw-socket.js';
import { raiseAlerts } from './alerts.support.js';

const PAGE = readFileSync('docs/subscribing.md', 'utf8');

/** One that gives its variables as they were, loses its connection behind the second alert, and may be told nothing twice. */
const OTHER_CLIENT = `
  ${example('js resuming')}
  const told = new Set();
  const query = \`subscription ($since: String) {
    alertRaised(since: $since) { ... on AlertRaised { cursor alert { sequence } } }
  }\`;
  resuming(client).subscribe({ query, variables: Object.freeze({ since: HEADROOM_SINCE }) }, {
    next({ data }) {
      const { sequence } = data.alertRaised.alert;
      if (told.has(sequence)) {
        console.error('It came twice.');
        process.exit(1);
      }
      console.log('told ' + told.add(sequence).size);
      if (told.size === 2) client.terminate();
    },
    error: (error) => console.error(error),
    complete: () => undefined,
  });
`;

/** Two at once on one socket; what is wrong with any of them is said. */
const TWO_AT_ONCE = `
  ${example('js resuming')}
  const query = 'subscription ($since: String) { alertRaised(since: $since) { ... on AlertRaised { cursor } } }';
  for (const name of ['one', 'two'])
    resuming(client).subscribe({ query, variables: { since: HEADROOM_SINCE } }, {
      next: () => console.log('told ' + name),
      error: (error) => console.error(error),
      complete: () => undefined,
    });
`;

let api: Api;
const running: ChildProcess[] = [];

beforeAll(async () => {
  api = await Api.start();
});
afterAll(async () => {
  await Promise.all(running.map((child) => ended(child)));
  await api.close();
});

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'close');
}

/** An agency with two alerts behind a cursor. */
async function told(): Promise<{ agency: SeededAgency; since: string }> {
  const agency = await api.seed();
  const since = (await api.data(agency.key, '{ alertCursor }')).alertCursor;
  await raiseAlerts(api.dataSource, agency.agencyId, { count: 2 });
  return { agency, since };
}

/** The block of the page behind a fence of that name. */
function example(fence: string): string {
  const [, text] = new RegExp('```' + fence + '\\n([^]*?)```').exec(PAGE) ?? [];
  if (text === undefined) throw new Error(`docs/subscribing.md has no example "${fence}".`);
  return text;
}

/** Runs an example as somebody who has a server and a key; reads on until it has said so often what is looked for. */
async function said(
  command: string,
  args: readonly string[],
  word: RegExp,
  times: number,
  more: { HEADROOM_KEY?: string; HEADROOM_SINCE?: string } = {},
): Promise<void> {
  const { agency, since } = await told();
  const env = {
    PATH: process.env['PATH'],
    HEADROOM_URL: api.url,
    HEADROOM_KEY: agency.key,
    HEADROOM_SINCE: since,
    ...more,
  };
  const missed = env.HEADROOM_SINCE === '' ? 0 : 2;
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  const closed = once(child, 'close');
  let [output, complaint] = ['', ''];
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  for await (const chunk of child.stdout) {
    output += String(chunk);
    const found = output.match(word)?.length ?? 0;
    if (found === missed) await raiseAlerts(api.dataSource, agency.agencyId);
    if (found >= times) return;
  }
  // What it complained of may be read behind the end of what it said.
  await closed;
  throw new Error(`It ended: ${output} ${complaint}`);
}

it('the query is one of the schema', () => {
  const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
  expect(validate(schema, parse(example('graphql')))).toEqual([]);
});

it.concurrent('the example for Node tells what was missed and what comes', () =>
  said(process.execPath, ['--input-type=module', '--eval', example('js node')], /^SEAT_IDLE: /gm, 3),
);

it.concurrent(
  'the example for other clients comes back with the last cursor, though the variables are not its own',
  () => {
    const [client] = example('js node').split('const variables =');
    return said(
      process.execPath,
      ['--input-type=module', '--eval', `${client}${OTHER_CLIENT}`],
      /^told /gm,
      3,
    );
  },
);

it.concurrent(
  'one of several that is too much for now comes back by itself, once there is a place, and the others go on',
  async () => {
    const own = await Api.start({ HEADROOM_API_LIMITS: 'off' });
    const { agency, since } = await told();
    const query = 'subscription { alertRaised { __typename } }';
    const sockets = [await RawSocket.begin(own.url, agency.key), await RawSocket.begin(own.url, agency.key)];
    // All places of the key but one.
    for (let taken = 0; taken < 499; taken += 1) sockets[taken % 2]!.subscribe(`${taken}`, query);
    const open = async () => /^headroom_live_subscriptions (\d+)$/m.exec(await metricsOf(own))?.[1];
    while ((await open()) !== '499') await new Promise((resolve) => setTimeout(resolve, 50));
    const [client] = example('js node').split('const variables =');
    const child = spawn(process.execPath, ['--input-type=module', '--eval', `${client}${TWO_AT_ONCE}`], {
      env: {
        PATH: process.env['PATH'],
        HEADROOM_URL: own.url,
        HEADROOM_KEY: agency.key,
        HEADROOM_SINCE: since,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(child);
    let [output, complaint] = ['', ''];
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    for await (const chunk of child.stdout) {
      output += String(chunk);
      if (new Set(output.match(/^told \w+$/gm)).size === 2) break;
      sockets[0]!.send({ id: '0', type: 'complete' });
    }
    expect([new Set(output.match(/^told \w+$/gm)).size, complaint]).toEqual([2, '']);
    sockets.forEach((socket) => socket.end());
    await own.close();
  },
  60_000,
);

async function metricsOf({ url }: Api): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

it.concurrent('the example for curl tells the same', () =>
  said('sh', ['-c', example('sh curl')], /"SEAT_IDLE"/g, 3),
);

it.concurrent('the example for curl begins with what comes, where there is no cursor yet', () =>
  said('sh', ['-c', example('sh curl')], /"SEAT_IDLE"/g, 1, { HEADROOM_SINCE: '' }),
);

it.concurrent('the example for Node says that its key is none, and ends', () =>
  expect(
    said(process.execPath, ['--input-type=module', '--eval', example('js node')], /./g, 1, {
      HEADROOM_KEY: 'none',
    }),
  ).rejects.toThrow('It ended:  A valid API key is needed'),
);
