import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { toId } from '../../src/schema/ids.js';
import { Api } from '../support/api.js';
import { Receiver } from './receiver.js';

let api: Api;
let folder: string;
let tool: Receiver;
beforeAll(async () => {
  api = await Api.start({ HEADROOM_ALLOW_LOOPBACK: 'on' });
  folder = await mkdtemp(join(tmpdir(), 'headroom-brake-'));
  tool = await Receiver.start();
});
afterAll(async () => {
  await api.close();
  await tool.close();
  await rm(folder, { recursive: true });
});

const ADD = `mutation ($input: AddWebhookInput!) { addWebhook(input: $input) { webhook { id } secret } }`;
const UPDATE = `mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) { userErrors { code } } }`;
const SET = `mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }`;
const RECORD = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }`;
const RESTRICT = `mutation ($input: ReportRestrictionInput!) { reportRestriction(input: $input) { userErrors { code } } }`;

it('the brake of docs/tools.md pauses the sender in the tool when a limit is reached, or LinkedIn restricts the seat', async () => {
  const page = await readFile('docs/tools.md', 'utf8');
  const [, code = ''] = /```js\n(\/\/ brake\.mjs\n[\s\S]*?)```/.exec(page) ?? [];
  await writeFile(join(folder, 'brake.mjs'), code);
  const { key, seat } = await api.seed({ seat: { externalRef: 'heyreach-4711' } });
  const seatId = toId('seat', seat.id);
  const kinds = { alertKinds: ['LIMIT_REACHED', 'SEAT_RESTRICTED'], reservationChanges: false };
  const input = { name: 'Brake', url: 'http://127.0.0.1:1/', ...kinds };
  const { addWebhook } = await api.data(key, ADD, { input });
  const child = spawn(process.execPath, [join(folder, 'brake.mjs')], {
    env: { WEBHOOK_SECRET: addWebhook.secret, TOOL_PAUSE_URL: tool.url, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const [, port] = /listens on (\d+)/.exec(String((await lines.next()).value)) ?? [];
    const webhookId = addWebhook.webhook.id;
    await api.data(key, UPDATE, { input: { webhookId, url: `http://127.0.0.1:${port}/` } });
    const window = { windowKind: 'ROLLING', windowSeconds: 86_400 };
    const limit = { actions: ['CONNECTION_REQUEST'], ...window, max: 3 };
    await api.data(key, SET, { input: { scopeId: seatId, limit } });
    // The tool was away: the brake says so, and is told again.
    tool.answers = [503];
    const sent = { seatId, action: 'CONNECTION_REQUEST', occurredAt: new Date().toISOString(), count: 3 };
    await api.data(key, RECORD, { inputs: [{ ...sent, idempotencyKey: 'three' }] });
    await tool.has(2);
    await api.data(key, RESTRICT, { input: { seatId, kind: 'INVITATION_LIMIT' } });
    await tool.has(3);
    expect(tool.received.map(({ json }) => [json.sender, json.because])).toEqual([
      ['heyreach-4711', 'LIMIT_REACHED'],
      ['heyreach-4711', 'LIMIT_REACHED'],
      ['heyreach-4711', 'SEAT_RESTRICTED'],
    ]);
  } finally {
    child.kill();
  }
}, 60_000);
