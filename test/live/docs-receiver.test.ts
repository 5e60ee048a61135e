import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { done } from '../support/agency.js';
import { WebhookStage } from './stage.js';

let stage: WebhookStage;
let folder: string;
beforeAll(async () => {
  stage = await WebhookStage.set();
  folder = await mkdtemp(join(tmpdir(), 'headroom-receiver-'));
});
afterAll(async () => {
  await stage.close();
  await rm(folder, { recursive: true });
});

it('the receiver of docs/webhooks.md takes what is ours, once, and nothing of anybody else', async () => {
  const page = await readFile('docs/webhooks.md', 'utf8');
  const [, code = ''] = /```js\n(\/\/ receiver\.mjs\n[\s\S]*?)```/.exec(page) ?? [];
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(43);
  await writeFile(join(folder, 'receiver.mjs'), code);
  const agency = await stage.agency();
  // Its address is known once it listens, and it starts with the secret: so the address is told later.
  const { webhook, secret } = await stage.add(agency, { url: 'http://127.0.0.1:1/' });
  const { child, lines } = start(secret);
  try {
    const [, port] = /listens on (\d+)/.exec((await lines.next()).value ?? '') ?? [];
    const url = `http://127.0.0.1:${port}/`;
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
}, 30_000);

function start(secret: string): { child: ChildProcess; lines: AsyncIterator<string, undefined> } {
  const child = spawn(process.execPath, [join(folder, 'receiver.mjs')], {
    env: { WEBHOOK_SECRET: secret, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    child,
    lines: createInterface(child.stdout)[Symbol.asyncIterator]() as AsyncIterator<string, undefined>,
  };
}
