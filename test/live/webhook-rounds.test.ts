import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { done, type SeededAgency } from '../support/agency.js';
import { neverTimingOut, WebhookStage } from './stage.js';

const TURNS = 8;

let stage: WebhookStage;
beforeAll(async () => {
  stage = await WebhookStage.set();
});
afterAll(() => stage.close());
neverTimingOut();

/** Endpoints at one address, so that it is known in which order they are sent to. Slow ones answer when they are told to. */
async function receiving() {
  const receiver = await stage.receiver();
  const open: ServerResponse[] = [];
  let isOver = false;
  receiver.answers = Array.from({ length: 200 }, () => (response, { path }) => {
    if (path.endsWith('/slow') && !isOver) open.push(response);
    else response.writeHead(204).end();
  });
  return {
    /** All of them are sent to at once, and have more that is due than turns: one agency after the other is known to. */
    slow: async (agencies: readonly SeededAgency[]) => {
      for (const agency of agencies) {
        for (const name of 'abcdefgh') await stage.add(agency, { name, url: `${receiver.url}/slow` });
        await stage.raiseMany(agency, 1);
        await stage.wired.courier.look();
      }
      await receiver.has(TURNS);
    },
    /** Answers at once. */
    fast: async (agency: SeededAgency) => {
      const { webhook } = await stage.add(agency, { url: `${receiver.url}/fast` });
      return { agency, webhookId: webhook.id };
    },
    /** One of the slow ones answers; then so many have come in. */
    answer: async (count: number) => {
      open.shift()?.writeHead(204).end();
      while (receiver.received.length < count) {
        await pause(100);
        await stage.wired.courier.look();
      }
    },
    came: () => receiver.received.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)),
    end: async () => {
      isOver = true;
      while (open.length > 0) open.shift()!.writeHead(204).end();
      await stage.wired.courier.settled();
    },
  };
}

type Fast = Awaited<ReturnType<Awaited<ReturnType<typeof receiving>>['fast']>>;

const agencies = (count: number) => Promise.all(Array.from({ length: count }, () => stage.agency()));

describe('a turn that ends', () => {
  const tell = {
    alert: ({ agency }: Fast) => stage.raiseMany(agency, 1),
    'test event': async ({ agency, webhookId }: Fast) => {
      done(await stage.wired.webhookReplay.sendTestEvent(agency.owner, webhookId));
    },
  };

  it.each(Object.entries(tell))('is next of an agency that has none: of its %s', async (_, happens) => {
    const { slow, fast, answer, came, end } = await receiving();
    await slow(await agencies(5));
    await stage.pass(1_000);
    for (const agency of await agencies(3)) await happens(await fast(agency));
    await stage.wired.courier.look();
    // The fifth of the slow ones had none either, and has waited longer.
    await answer(TURNS + 1);
    await answer(TURNS + 4);
    const inOrder = came().slice(TURNS, TURNS + 4);
    await end();
    expect(inOrder).toEqual(['slow', 'fast', 'fast', 'fast']);
  });

  it('is so on whichever page of the list of agencies that one is', async () => {
    const [first, ...more] = (await agencies(5)).toSorted((a, b) => (a.agencyId < b.agencyId ? 1 : -1));
    const { slow, fast, answer, came, end } = await receiving();
    await slow(more);
    await fast(first!);
    await listBefore(first!.agencyId, 500);
    await stage.raiseMany(first!, 1);
    await stage.wired.courier.look();
    await answer(TURNS + 1);
    const next = came()[TURNS];
    await end();
    expect(next).toBe('fast');
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
