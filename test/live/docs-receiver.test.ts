import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { done } from '../support/agency.js';
import { WebhookStage } from './stage.js';

let stage: WebhookStage;
let folder: string;
let code: string;
beforeAll(async () => {
  stage = await WebhookStage.set();
  const page = await readFile('docs/webhooks.md', 'utf8');
  code = /```js\n(\/\/ receiver\.mjs\n[\s\S]*?)```/.exec(page)?.[1] ?? '';
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headroom-receiver-'));
});
afterEach(() => rm(folder, { recursive: true }));
afterAll(() => stage.close());

it('the receiver of docs/webhooks.md takes what is ours, once, and nothing of anybody else', async () => {
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(43);
  await writeFile(join(folder, 'receiver.mjs'), code);
  const agency = await stage.agency();
  // Its address is known once it listens, and it starts with the secret: so the address is told later.
  const { webhook, secret } = await stage.add(agency, { url: 'http://127.0.0.1:1/' });
  const { child, lines } = start(secret);
  try {
    const url = await addressIn(lines);
    done(await stage.wired.webhooks.updateWebhook(agency.owner, { webhookId: webhook.id, url }));
    await stage.raiseMany(agency, 2);
    await stage.deliver();
    const replay = { webhookId: webhook.id, fromSequence: 1 };
    expect(done(await stage.wired.webhookReplay.replay(agency.owner, replay))).toEqual({ events: 2 });
    await stage.deliver();
    const told = (await stage.log(agency, webhook.id)).map(({ status, statusCode }) => [status, statusCode]);
    expect(told).toEqual(Array(4).fill(['DELIVERED', 204]));
    expect((await lines.next()).value).toBe('INFO SEAT_IDLE The seat did nothing for 0 days.');
    expect((await lines.next()).value).toBe('INFO SEAT_IDLE The seat did nothing for 1 day.');
    done(await stage.wired.webhookReplay.sendTestEvent(agency.owner, webhook.id));
    await stage.deliver();
    expect((await lines.next()).value).toBe('A test came in.');
    const forged = { 'webhook-id': 'x', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)) };
    for (const headers of [{}, forged, { ...forged, 'webhook-signature': 'v1,AAAA' }]) {
      expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).toBe(401);
    }
    // Another secret is somebody else's: what came in so far is all there is.
    const other = await stage.add(agency, { url });
    await stage.raiseMany(agency, 1);
    await stage.deliver();
    expect((await stage.log(agency, other.webhook.id)).map(({ statusCode }) => statusCode)).toEqual([401]);
    expect((await lines.next()).value).toBe('INFO SEAT_IDLE The seat did nothing for 0 days.');
  } finally {
    child.kill();
  }
});

describe('the receiver of docs/webhooks.md, killed in the middle', () => {
  /** A crash at some line of it, the first time that it comes there. */
  const CRASH = `process.kill(process.pid, 'SIGKILL');`;
  const HANDLE = 'function handle({ type, data }) {';
  const ANSWER = 'response.writeHead(204).end();';

  it.each([
    ['before the work is done: it comes again, and is done', HANDLE, `${HANDLE} ${CRASH}`, 1],
    ['before it is answered: it comes again, and is not done twice', ANSWER, `${CRASH} ${ANSWER}`, 0],
  ])('%s', async (_, where, crashing, doneLater) => {
    expect(code.split(where)).toHaveLength(2);
    await writeFile(join(folder, 'receiver.mjs'), code.replace(where, crashing));
    const agency = await stage.agency();
    const { webhook, secret } = await stage.add(agency, { url: 'http://127.0.0.1:1/' });
    const first = start(secret);
    const ended = once(first.child, 'exit');
    const pointTo = async ({ lines }: Started): Promise<void> => {
      const url = await addressIn(lines);
      done(await stage.wired.webhooks.updateWebhook(agency.owner, { webhookId: webhook.id, url }));
    };
    await pointTo(first);
    await stage.raiseMany(agency, 1);
    await stage.deliver();
    const doneBefore = [];
    for (let line = await first.lines.next(); !line.done; line = await first.lines.next())
      doneBefore.push(line.value);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect((await stage.log(agency, webhook.id)).map(({ status, failure }) => [status, failure])).toEqual([
      ['WAITING', 'UNREACHABLE'],
    ]);
    await writeFile(join(folder, 'receiver.mjs'), code);
    const second = start(secret);
    try {
      await pointTo(second);
      await stage.pass(5_000);
      await stage.deliver();
      expect((await stage.log(agency, webhook.id)).map(({ status, tries }) => [status, tries])).toEqual([
        ['DELIVERED', 2],
      ]);
      done(await stage.wired.webhookReplay.sendTestEvent(agency.owner, webhook.id));
      await stage.deliver();
      const doneAfter = [(await second.lines.next()).value];
      if (doneLater > 0) doneAfter.push((await second.lines.next()).value);
      const work = 'INFO SEAT_IDLE The seat did nothing for 0 days.';
      expect(doneBefore).toEqual(Array<string>(1 - doneLater).fill(work));
      expect(doneAfter).toEqual([...Array<string>(doneLater).fill(work), 'A test came in.']);
    } finally {
      second.child.kill();
    }
  });
});

interface Started {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string, undefined>;
}

async function addressIn(lines: Started['lines']): Promise<string> {
  const [, port] = /listens on (\d+)/.exec((await lines.next()).value ?? '') ?? [];
  return `http://127.0.0.1:${port}/`;
}

function start(secret: string): Started {
  const child = spawn(process.execPath, ['receiver.mjs'], {
    cwd: folder,
    env: { WEBHOOK_SECRET: secret, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    child,
    lines: createInterface(child.stdout)[Symbol.asyncIterator]() as AsyncIterator<string, undefined>,
  };
}
