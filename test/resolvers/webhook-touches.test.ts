import { toId } from '../../src/schema/ids.js';
import type { Json } from '../support/api.js';
import { PeopleStage } from './webhook-people.support.js';
import { Operators } from './work-queue.support.js';

const OF_NOBODY = { touchChanges: false, engagements: false };

let stage: PeopleStage;
beforeAll(async () => {
  stage = await PeopleStage.set();
});
afterAll(() => stage.close());

describe('a touch that ended', () => {
  it('is told once, with whom: done, passed over, or not to be done; and none that was cancelled', async () => {
    const queue = await Operators.of({ api: stage.api, now: () => stage.at }, 4);
    const { agency } = queue.stage;
    const crm = await stage.endpoint(agency.key);
    const [first, second, third, fourth] = (await queue.next()).touches.map(({ touch }: Json) => touch.id);
    const { profileUrl } = await claimed(queue, first);
    await queue.end('completeTouch', { touchId: first });
    await queue.end('completeTouch', { touchId: first });
    await stage.pass(1);
    await queue.end('skipTouch', { touchId: second });
    await stage.pass(1);
    await queue.end('failTouch', { touchId: third, because: 'PERSON_GONE' });
    await stage.pass(1);
    // Whoever answers elsewhere is asked for nothing more: what waited for them was asked of nobody.
    await queue.engage(await profileOf(agency.key, fourth), 'REPLIED');
    await queue.next();
    await stage.pass(1);
    await crm.receiver.has(4);
    await stage.engage(agency, 'last');
    await crm.receiver.has(5);
    expect(crm.receiver.received.map(({ json }) => json.type)).toEqual([
      ...['touch.completed', 'touch.skipped', 'touch.failed'],
      ...['engagement.recorded', 'engagement.recorded'],
    ]);
    expect(crm.receiver.ids.slice(0, 3)).toEqual([first, second, third]);
    const { json } = crm.receiver.received[0]!;
    expect(json).toEqual({
      type: 'touch.completed',
      timestamp: json.data.touch.endedAt,
      data: {
        touch: {
          ...{ id: first, state: 'DONE', step: 'invite', kind: 'CONNECT', variant: 'a' },
          clientAccount: { id: toId('client', agency.clientAccount.id), externalRef: null },
          seat: { id: toId('seat', agency.seat.id), externalRef: null },
          campaign: { id: queue.stage.campaign, externalRef: null },
          ...{ action: 'CONNECTION_REQUEST', reservationId: expect.stringMatching(/^reservation_/) },
          ...{ sentAt: expect.any(String), endedAt: expect.any(String), endedBecause: null },
          person: {
            ...{ profileUrl, isErased: false },
            prospect: { id: expect.stringMatching(/^prospect_/), externalRef: null },
          },
        },
      },
    });
    expect(crm.receiver.received.slice(1, 3).map(({ json: { data } }) => data.touch)).toMatchObject([
      { state: 'SKIPPED', endedBecause: 'BY_HAND', sentAt: null, reservationId: null },
      { state: 'FAILED', endedBecause: 'PERSON_GONE', sentAt: null },
    ]);
  });

  it('is told of every operator at once, each once, in the order of their numbers', async () => {
    const queue = await Operators.of({ api: stage.api, now: () => stage.at }, 24);
    const crm = await stage.endpoint(queue.stage.agency.key);
    const touches: string[] = (await queue.next(24)).touches.map(({ touch }: Json) => touch.id);
    const all = touches.length;
    expect(all).toBeGreaterThan(4);
    await Promise.all(touches.map((touchId, index) => queue.end('skipTouch', { touchId }, index % 2)));
    await crm.receiver.has(all);
    expect(new Set(crm.receiver.ids)).toEqual(new Set(touches));
    expect(crm.receiver.ids).toHaveLength(all);
    const kept = await stage.rows(
      `SELECT end_number::int AS number, id FROM touch WHERE agency_id = '${queue.stage.agency.agencyId}'
       AND end_number IS NOT NULL ORDER BY end_number`,
    );
    expect(kept.map(({ number }) => number)).toEqual(touches.map((_, index) => index + 1));
    expect(kept.map(({ id }) => toId('touch', String(id)))).toEqual(crm.receiver.ids);
  });

  async function claimed(queue: Operators, touchId: string): Promise<Json> {
    const claim = await queue.claim(touchId);
    expect(claim.decision).toMatchObject({ outcome: 'ALLOWED' });
    return claim;
  }

  async function profileOf(key: string, id: string): Promise<string> {
    const found = await stage.api.data(
      key,
      `query ($id: ID!) { node(id: $id) { ... on Touch { prospect { profileUrl } } } }`,
      {
        id,
      },
    );
    return found.node.prospect.profileUrl;
  }
});

it('an endpoint that is to hear of people no more is sent nobody, of what waits as by a replay', async () => {
  const agency = await stage.api.seed();
  const { key } = agency;
  const crm = await stage.endpoint(key);
  crm.receiver.answers = [204, 500];
  await stage.engage(agency, 'told');
  await crm.receiver.has(1);
  await stage.engage(agency, 'waits');
  await crm.receiver.has(2);
  const webhookId = crm.id;
  const off = { webhookId, engagements: false, touchChanges: false, url: `${crm.receiver.url}/anew` };
  await stage.mutate(key, 'updateWebhook', off, 'webhook { id }');
  const again = { webhookId, from: new Date(0).toISOString() };
  expect((await stage.mutate(key, 'replayWebhook', again, 'events')).events).toBe(0);
  const test = 'mutation ($input: WebhookInput!) { sendTestEvent(input: $input) { userErrors { code } } }';
  await stage.api.data(key, test, { input: { webhookId } });
  await crm.receiver.has(3);
  expect(crm.receiver.received[2]!.json.type).toBe('webhook.test');
});

it('an endpoint that fails is told of with all that waits there: what it was sent, touches, answers and holds that ended', async () => {
  const queue = await Operators.of({ api: stage.api, now: () => stage.at }, 2);
  const { agency } = queue.stage;
  const seatId = toId('seat', agency.seat.id);
  const watching = await stage.endpoint(agency.key, { ...OF_NOBODY, alertKinds: ['WEBHOOK_FAILING'] });
  const crm = await stage.endpoint(agency.key, { reservationChanges: true });
  crm.receiver.answers = [500, 410];
  await stage.engage(agency, 'sent');
  await crm.receiver.has(1);
  const failing = `query ($id: ID!) { node(id: $id) { ... on Webhook { failingSince } } }`;
  while ((await stage.api.data(agency.key, failing, { id: crm.id })).node.failingSince === null);
  const [{ touch }] = (await queue.next()).touches;
  await queue.end('skipTouch', { touchId: touch.id });
  await stage.engage(agency, 'one');
  await stage.engage(agency, 'another');
  const follow = { seatId, action: 'FOLLOW', recipient: { profileUrl: 'https://www.linkedin.com/in/held' } };
  const hold = { ...follow, idempotencyKey: 'held', holdSeconds: 30 };
  await stage.mutate(agency.key, 'reserve', hold, 'decision { outcome }');
  await stage.pass(60_000);
  await watching.receiver.has(1);
  expect(crm.receiver.received).toHaveLength(2);
  expect(watching.receiver.received[0]!.json.data.alert.message).toContain(' What waits (5) is sent once ');
});
