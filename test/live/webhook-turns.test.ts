import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { DAY } from '../../src/quota/window.js';
import { eventWriter } from '../../src/resolvers/webhook-event.show.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { done, refused } from '../support/agency.js';
import { courierOn, KEYS, neverTimingOut, WebhookStage } from './stage.js';

let stage: WebhookStage;
beforeAll(async () => {
  stage = await WebhookStage.set();
});
afterAll(() => stage.close());
neverTimingOut();

async function desk() {
  const agency = await stage.agency();
  const receiver = await stage.receiver();
  const { webhook } = await stage.add(agency, { url: receiver.url });
  return { agency, receiver, webhook };
}

describe('an address', () => {
  it('that leads into a private network is not asked, whatever it led to before', async () => {
    const lookups: string[] = [];
    let addresses = ['127.0.0.1'];
    const resolve = async (name: string) => {
      lookups.push(name);
      return addresses;
    };
    const other = courierOn(stage.dataSource, { resolve, isLoopbackAllowed: false });
    const agency = await stage.agency();
    const { webhook } = done(
      await other.webhooks.addWebhook(agency.owner, { name: 'Ops', url: 'https://hooks.example/' }),
    );
    const seen: unknown[] = [];
    for (const [wait, ...list] of [
      [0, '10.0.0.1'],
      [5_000, '169.254.169.254'],
      [30_000, '1.1.1.1', '::1'],
    ] as const) {
      addresses = [...list];
      await stage.pass(wait);
      if (wait === 0) await stage.raiseMany(agency, 1);
      await other.courier.look();
      await other.courier.settled();
      const [tried] = await stage.log(agency, webhook.id);
      seen.push(tried?.failure);
    }
    expect(seen).toEqual(Array(3).fill('ADDRESS_REFUSED'));
    expect(lookups).toEqual(Array(3).fill('hooks.example'));
    for (const url of [
      'http://hooks.example/',
      'https://127.0.0.1/',
      'https://a:b@hooks.example/',
      'nowhere',
    ]) {
      expect(refused(await other.webhooks.addWebhook(agency.owner, { name: 'Ops', url }))).toBe(
        'INVALID input.url',
      );
    }
    done(await other.webhooks.removeWebhook(agency.owner, webhook.id));
    await other.courier.close();
  });
});

it('an event that can’t be written is tried for two days, told of, and those behind it come then', async () => {
  const { agency, receiver, webhook } = await desk();
  const other = courierOn(stage.dataSource, {
    write: (agencyId, due) => {
      if (due.delivery.number === 1 && due.url === receiver.url)
        throw new Error('What it is of is newer than this program.');
      return eventWriter(KEYS)(agencyId, due);
    },
  });
  const watching = await stage.receiver();
  await stage.add(agency, { url: watching.url, alertKinds: ['WEBHOOK_FAILING'] });
  await stage.raiseMany(agency, 2);
  const look = async (wait: number): Promise<void> => {
    await stage.pass(wait);
    await other.courier.look();
    await other.courier.settled();
  };
  await look(0);
  expect((await stage.log(agency, webhook.id)).map(({ failure }) => failure)).toContain('UNWRITABLE');
  expect(receiver.received).toEqual([]);
  await look(2 * DAY);
  await look(DAY);
  expect(receiver.received.map(({ json }) => json.data.alert.sequence)).toEqual([2]);
  expect(watching.received.map(({ json }) => json.data.alert.kind)).toEqual(['WEBHOOK_FAILING']);
  expect(other.failures).toHaveLength(2);
  await other.courier.close();
});

describe('two processes', () => {
  it('never tell the same endpoint at once, and each thing once, in order', async () => {
    const other = await openDataSource(stage.database.appUrl);
    const couriers = [stage.wired.courier, courierOn(other).courier, courierOn(other).courier];
    const desks = await Promise.all([desk(), desk(), desk()]);
    let open = 0;
    let most = 0;
    const perEndpoint = desks.map(() => 0);
    desks.forEach(({ receiver }, index) => {
      receiver.answers = Array.from({ length: 60 }, () => (response) => {
        open += 1;
        most = Math.max(most, open);
        perEndpoint[index]! += 1;
        expect(perEndpoint[index]).toBe(1);
        setTimeout(() => {
          open -= 1;
          perEndpoint[index]! -= 1;
          response.writeHead(204).end();
        }, 5);
      });
    });
    for (const { agency } of desks) await stage.raiseMany(agency, 60);
    while (desks.some(({ receiver }) => receiver.received.length < 60)) {
      await Promise.all(couriers.map((courier) => courier.look()));
      await Promise.all(couriers.map((courier) => courier.settled()));
    }
    for (const { receiver } of desks) {
      const sequences = receiver.received.map(({ json }) => json.data.alert.sequence);
      expect(sequences).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    }
    expect(most).toBeGreaterThan(1);
    await other.destroy();
  });
});

it('an agency whose endpoints do not answer waits behind itself, and not before the others', async () => {
  const silent = await stage.agency();
  const receiver = await stage.receiver();
  const open: ServerResponse[] = [];
  receiver.answers = Array.from({ length: 9 }, () => (response) => open.push(response));
  for (const name of 'abcdefghi') await stage.add(silent, { name, url: receiver.url });
  const other = await desk();
  await stage.raiseMany(silent, 1);
  await stage.raiseMany(other.agency, 1);
  await stage.wired.courier.look();
  await other.receiver.has(1);
  await receiver.has(2);
  // Others of theirs would have come by now.
  await pause(300);
  expect(receiver.received).toHaveLength(2);
  receiver.answers = [];
  for (const response of open) response.writeHead(204).end();
  await stage.wired.courier.settled();
  expect(receiver.received).toHaveLength(9);
});
