import type { ServerResponse } from 'node:http';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import { DAY } from '../../src/quota/window.js';
import { AlertMuteService } from '../../src/services/alerts/alert-mute.service.js';
import { AuditLog } from '../../src/services/audit-log.js';
import { Changes } from '../../src/services/changes.js';
import type { UpdateWebhook } from '../../src/services/webhooks/webhook.service.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { done, type SeededAgency, TEST_FINGERPRINTS } from '../support/agency.js';
import { courierOn, WebhookStage } from './stage.js';

let stage: WebhookStage;
beforeAll(async () => {
  stage = await WebhookStage.set();
});
afterAll(() => stage.close());

/** An endpoint that a try of an alert is under way at, which is answered when it is told to; and what becomes of it. */
async function trying(days = 0) {
  const agency = await stage.agency();
  const receiver = await stage.receiver();
  const { webhook } = await stage.add(agency, { url: receiver.url });
  const held: ServerResponse[] = [];
  if (days > 0) receiver.answers.push(500);
  receiver.answers.push((response) => held.push(response));
  await stage.raiseMany(agency, 1);
  if (days > 0) await stage.deliver();
  await stage.pass(days * DAY);
  const { courier, webhooks } = stage.wired;
  await courier.look();
  await receiver.has(days > 0 ? 2 : 1);
  const change = (terms: Omit<UpdateWebhook, 'webhookId'>) =>
    webhooks.updateWebhook(agency.owner, { webhookId: webhook.id, ...terms }).then(done);
  return {
    ...{ agency, receiver, change },
    answer: async (status: number) => {
      held.shift()!.writeHead(status).end();
      await courier.settled();
    },
    goOn: async () => {
      await courier.look();
      await courier.settled();
    },
    webhook: async () => (await webhooks.byIds(agency.owner, [webhook.id])).get(webhook.id)!,
    log: async () =>
      (await stage.log(agency, webhook.id)).map(({ status, tries, statusCode }) => [
        status,
        tries,
        statusCode,
      ]),
  };
}

describe('what an address answers that the endpoint has no more', () => {
  it.each([410, 500])('is nothing to the one that it has (%d), which is tried at once', async (status) => {
    const { change, answer, goOn, webhook, log } = await trying();
    const next = await stage.receiver();
    await change({ url: next.url });
    await answer(status);
    expect(await webhook()).toMatchObject({ status: 'ACTIVE', failingSince: null, nextTryAt: stage.at });
    await goOn();
    expect(next.received).toHaveLength(1);
    expect(await log()).toEqual([['DELIVERED', 1, 204]]);
  });

  it('gives nothing up that has its two days anew', async () => {
    const { change, answer, goOn, log } = await trying(2);
    const next = await stage.receiver();
    await change({ url: next.url });
    await answer(500);
    expect(await log()).toEqual([['WAITING', 1, 500]]);
    await goOn();
    expect(await log()).toEqual([['DELIVERED', 2, 204]]);
  });

  it('counts where it has arrived, whatever came of it at the other one meanwhile', async () => {
    const { change, answer, webhook, log } = await trying();
    const next = await stage.receiver();
    const held: ServerResponse[] = [];
    next.answers = [(response) => held.push(response)];
    await change({ url: next.url });
    const elsewhere = await openDataSource(stage.database.appUrl);
    const { courier } = courierOn(elsewhere);
    await courier.look();
    await next.has(1);
    await answer(204);
    held[0]!.writeHead(500).end();
    await courier.close();
    await elsewhere.destroy();
    expect(await log()).toEqual([['DELIVERED', 1, 204]]);
    expect(await webhook()).toMatchObject({ status: 'ACTIVE', failingSince: stage.at });
  });
});

describe('an endpoint that is paused while a try is under way', () => {
  it('is not told again what it took, and goes on at once with what is behind it', async () => {
    const { agency, receiver, change, answer, goOn, log } = await trying();
    await change({ status: 'PAUSED' });
    await answer(204);
    expect(await log()).toEqual([['DELIVERED', 1, 204]]);
    await stage.raiseMany(agency, 1);
    await change({ status: 'ACTIVE' });
    await goOn();
    expect(receiver.received.map(({ json }) => json.data.alert.sequence)).toEqual([1, 2]);
  });

  it('goes on without what failed, where it went on before that was known', async () => {
    const { receiver, change, answer, goOn, webhook } = await trying();
    await change({ status: 'PAUSED' });
    await change({ status: 'ACTIVE' });
    await answer(410);
    expect(await webhook()).toMatchObject({ status: 'ACTIVE', failingSince: null });
    await goOn();
    const [first, ...again] = receiver.ids;
    expect(again).toEqual([first]);
  });
});

it('what an endpoint asks for no more is sent there neither when it waits, nor by a replay', async () => {
  const agency = await stage.agency();
  const receiver = await stage.receiver();
  const { webhook } = await stage.add(agency, { url: receiver.url });
  const { webhooks, webhookReplay } = stage.wired;
  const ask = async (terms: Omit<UpdateWebhook, 'webhookId'>) =>
    done(await webhooks.updateWebhook(agency.owner, { webhookId: webhook.id, ...terms }));
  receiver.answers = [500];
  await stage.raiseMany(agency, 2);
  await stage.deliver();
  await ask({ alertKinds: [] });
  await stage.pass(5_000);
  await stage.deliver();
  const told = (await stage.log(agency, webhook.id)).map(({ status, failure }) => [status, failure]);
  expect(told).toEqual(Array(2).fill(['DEAD', 'OUT_OF_SIGHT']));
  const replay = { webhookId: webhook.id, from: 0 };
  expect(done(await webhookReplay.replay(agency.owner, replay))).toEqual({ events: 0 });
  expect(receiver.received).toHaveLength(1);
  await ask({ alertKinds: null });
  expect(done(await webhookReplay.replay(agency.owner, replay))).toEqual({ events: 2 });
});

/** Mutes what is of the seat; answers what ends it. */
async function muteSeat({ owner, seat }: SeededAgency): Promise<() => Promise<unknown>> {
  const reader = new LedgerReader(stage.database.appUrl);
  const { dataSource } = stage;
  const mutes = new AlertMuteService(reader, new Changes(dataSource), new AuditLog(TEST_FINGERPRINTS));
  const ofSeat = { kinds: null, clientAccountId: null, seatId: seat.id };
  const { id } = done(await mutes.mute(owner, { ...ofSeat, until: stage.at + DAY }));
  return async () => {
    done(await mutes.unmute(owner, id));
    await reader.close();
  };
}

it('what is muted is sent by no replay until it is muted no more', async () => {
  const agency = await stage.agency();
  const receiver = await stage.receiver();
  const { webhook } = await stage.add(agency, { url: receiver.url });
  const ofSeat = { clientAccountId: agency.clientAccount.id, seatId: agency.seat.id };
  receiver.answers = [204, 500, 500];
  await stage.raiseMany(agency, 1);
  await stage.raise(agency, { kind: 'SEAT_IDLE', ...ofSeat, facts: { days: 1 } });
  await stage.deliver();
  await stage.pass(2 * DAY);
  await stage.deliver();
  expect((await stage.log(agency, webhook.id)).map(({ status }) => status)).toEqual(['DEAD', 'DELIVERED']);
  const replay = async () => {
    const events: number[] = [];
    for (const range of [{ fromSequence: 1 }, { from: 0 }, { deadOnly: true }]) {
      const asked = { webhookId: webhook.id, ...range };
      events.push(done(await stage.wired.webhookReplay.replay(agency.owner, asked)).events);
    }
    return events;
  };
  const unmute = await muteSeat(agency);
  expect(await replay()).toEqual([1, 1, 0]);
  await unmute();
  expect(await replay()).toEqual([2, 2, 1]);
});
