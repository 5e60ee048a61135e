import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { done, type SeededAgency } from '../support/agency.js';
import type { Receiver } from './receiver.js';
import { WebhookStage } from './stage.js';

const TURNS = 8;

let stage: WebhookStage;
beforeAll(async () => {
  stage = await WebhookStage.set();
});
afterAll(() => stage.close());

/** Agencies whose endpoints, more than they have turns, answer when they are told to. All of them are sent to at once. */
async function slowOnes(agencies: readonly SeededAgency[]) {
  const receiver = await stage.receiver();
  const open: ServerResponse[] = [];
  receiver.answers = Array.from({ length: 100 }, () => (response) => open.push(response));
  for (const agency of agencies) {
    for (const name of 'abcdefgh') await stage.add(agency, { name, url: receiver.url });
    await stage.raiseMany(agency, 1);
    // One agency after the other: each is known to have more that is due than turns.
    await stage.wired.courier.look();
  }
  await receiver.has(TURNS);
  const answer = () => open.shift()?.writeHead(204).end();
  return {
    receiver,
    answer,
    answerAll: async () => {
      receiver.answers = [];
      while (open.length > 0) answer();
      await stage.wired.courier.settled();
    },
  };
}

/** An agency with an endpoint that answers at once. */
async function fastOne(agency: SeededAgency) {
  const receiver = await stage.receiver();
  const { webhook } = await stage.add(agency, { url: receiver.url });
  return { agency, receiver, webhookId: webhook.id };
}

const agencies = (count: number) => Promise.all(Array.from({ length: count }, () => stage.agency()));

/** The courier looks, now and then, until so many requests have come in. */
async function lookUntil(count: number, receivers: readonly Receiver[]): Promise<void> {
  while (receivers.reduce((sum, { received }) => sum + received.length, 0) < count) {
    await pause(100);
    await stage.wired.courier.look();
  }
}

describe('a turn that ends', () => {
  const tell = {
    alert: ({ agency }: Awaited<ReturnType<typeof fastOne>>) => stage.raiseMany(agency, 1),
    'test event': async ({ agency, webhookId }: Awaited<ReturnType<typeof fastOne>>) => {
      done(await stage.wired.webhookReplay.sendTestEvent(agency.owner, webhookId));
    },
  };

  it.each(Object.entries(tell))('is next of an agency that has none: of its %s', async (_, happens) => {
    const slow = await slowOnes(await agencies(5));
    await stage.pass(1_000);
    const fast = await Promise.all((await agencies(3)).map(fastOne));
    for (const one of fast) await happens(one);
    const receivers = [slow.receiver, ...fast.map(({ receiver }) => receiver)];
    await stage.wired.courier.look();
    for (let ended = 1; ended <= 1 + fast.length; ended += 1) {
      slow.answer();
      await lookUntil(TURNS + ended, receivers);
    }
    const came = receivers.map(({ received }) => received.length);
    await slow.answerAll();
    // The fifth of the slow ones had none either, and has one alone.
    expect(came).toEqual([TURNS + 1, 1, 1, 1]);
  });

  it('is so on whichever page of the list of agencies that one is', async () => {
    const [first, ...more] = (await agencies(5)).toSorted((a, b) => (a.agencyId < b.agencyId ? 1 : -1));
    const slow = await slowOnes(more);
    const fast = await fastOne(first!);
    await listBefore(first!.agencyId, 500);
    await stage.raiseMany(fast.agency, 1);
    await stage.wired.courier.look();
    slow.answer();
    await lookUntil(TURNS + 1, [slow.receiver, fast.receiver]);
    const came = fast.receiver.received.length;
    await slow.answerAll();
    expect(came).toBe(1);
  });
});

/** Agencies that nothing is known of, next to another one in the list. */
async function listBefore(agencyId: string, count: number): Promise<void> {
  const number = BigInt(`0x${agencyId.replaceAll('-', '')}`);
  const ids = Array.from({ length: count }, (_, index) =>
    (number - BigInt(index + 1)).toString(16).padStart(32, '0'),
  );
  await stage.dataSource.query('INSERT INTO agency_directory SELECT unnest($1::uuid[]), 0', [ids]);
}

it('one look finds each of more than a hundred agencies', async () => {
  const all = await agencies(110);
  const receiver = await stage.receiver();
  for (const agency of all) {
    await stage.add(agency, { url: `${receiver.url}/${agency.agencyId}` });
    await stage.raiseMany(agency, 1);
  }
  await stage.wired.courier.look();
  await stage.wired.courier.settled();
  expect(new Set(receiver.received.map(({ path }) => path)).size).toBe(110);
});
