import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { LEASE_MS } from '../../src/services/webhooks/webhook.turn.js';
import { WebhookStage } from './stage.js';

let stage: WebhookStage;
beforeAll(async () => {
  stage = await WebhookStage.set();
});
afterAll(() => stage.close());

it('kill -9 in the middle of a delivery loses nothing: another process goes on, in order', async () => {
  const agency = await stage.agency();
  const receiver = await stage.receiver();
  await stage.add(agency, { url: receiver.url });
  // The third is never answered: the process is at it when it ends.
  receiver.answers = [204, 204, () => undefined];
  await stage.raiseMany(agency, 5);
  const script = ['dist/tests/live/courier-process.js', stage.database.appUrl];
  const child = spawn(process.execPath, script, { env: { PATH: process.env['PATH'] }, stdio: 'ignore' });
  const ended = once(child, 'exit');
  await receiver.has(3);
  child.kill('SIGKILL');
  await ended;
  // Its turn is not over yet: nobody else begins.
  await stage.pass(LEASE_MS - 1);
  await stage.wired.courier.look();
  await stage.wired.courier.settled();
  expect(receiver.received).toHaveLength(3);
  await stage.pass(1);
  await stage.deliver();
  expect(receiver.received.map(({ json }) => json.data.alert.sequence)).toEqual([1, 2, 3, 3, 4, 5]);
  expect(receiver.ids[2]).toBe(receiver.ids[3]);
}, 60_000);
