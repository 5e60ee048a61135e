import { Webhook } from 'standardwebhooks';
import { counterOf } from '../../src/quota/counter.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/quota/window.js';
import { openCursor } from '../../src/schema/cursor.js';
import { toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import { done, refused } from '../support/agency.js';
import { KEYS, WebhookStage } from './stage.js';

let stage: WebhookStage;
beforeAll(async () => {
  stage = await WebhookStage.set();
});
afterAll(() => stage.close());

async function desk(terms: Parameters<WebhookStage['add']>[1] | object = {}) {
  const agency = await stage.agency();
  const receiver = await stage.receiver();
  const { webhook, secret } = await stage.add(agency, { url: receiver.url, ...terms });
  return { agency, receiver, webhook, secret };
}

describe('an alert', () => {
  it('comes as the API shows it, signed as the library of Standard Webhooks verifies', async () => {
    const { agency, receiver, secret } = await desk();
    const { clientAccount, seat } = agency;
    const usage = {
      limit: {
        scope: { kind: 'SEAT' as const, id: seat.id },
        counter: counterOf(['FOLLOW'], false, { kind: 'ROLLING', seconds: 86_400 }),
        ...{ max: 50, origin: 'POLICY' as const, limitId: null, recommended: 40 },
      },
      ...{ used: 49, held: 1, unknown: 0, nextRoomAt: stage.at + HOUR, timeZone: 'UTC' },
    };
    await stage.raise(agency, {
      ...{ kind: 'LIMIT_REACHED', usage, clientAccountId: clientAccount.id, seatId: seat.id },
    });
    await stage.deliver();
    const { headers, body, json } = receiver.received[0]!;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(json);
    expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow();
    expect(json).toEqual({
      type: 'alert.raised',
      timestamp: new Date(stage.at).toISOString(),
      data: { cursor: expect.any(String), alert: expect.any(Object) },
    });
    const owner = { agencyId: agency.agencyId, connection: 'Query.alerts' };
    expect(openCursor(KEYS, owner, json.data.cursor)).toEqual([1]);
    expect(json.data.alert).toEqual({
      ...{ id: headers['webhook-id'], sequence: 1, kind: 'LIMIT_REACHED', severity: 'CRITICAL' },
      message: '50 of 50 follows in 24 hours are taken at the seat: nothing more is allowed for now.',
      clientAccount: { id: toId('client', clientAccount.id), externalRef: null },
      seat: { id: toId('seat', seat.id), externalRef: null },
      campaign: null,
      usage: {
        limit: {
          ...{ id: expect.stringMatching(/^limit_/), scopeKind: 'SEAT', scopeId: toId('seat', seat.id) },
          ...{ actions: ['FOLLOW'], onlyWithNote: false, max: 50, origin: 'POLICY' },
          window: { kind: 'ROLLING', seconds: 86_400, timeZone: null },
        },
        ...{ used: 49, held: 1, unknown: 0, remaining: 0, level: 'REACHED' },
        nextRoomAt: new Date(stage.at + HOUR).toISOString(),
        asOf: new Date(stage.at).toISOString(),
      },
      raisedAt: new Date(stage.at).toISOString(),
      ...{ acknowledgedAt: null, acknowledgedBy: null },
    });
  });

  it('comes to those alone that ask for it, and to one of a client account as that one would see it', async () => {
    const { agency, receiver: all } = await desk();
    const others = {
      kinds: { alertKinds: ['SEAT_IDLE' as const] },
      none: { alertKinds: [] },
      urgent: { minSeverity: 'CRITICAL' as const },
      account: { clientAccountId: agency.clientAccount.id },
    };
    const came: Record<string, () => unknown[]> = {};
    for (const [name, terms] of Object.entries(others)) {
      const receiver = await stage.receiver();
      await stage.add(agency, { url: receiver.url, ...terms });
      came[name] = () =>
        receiver.received.map(({ json }) => [json.data.alert.kind, json.data.alert.sequence]);
    }
    const clientAccountId = agency.clientAccount.id;
    await stage.raise(
      agency,
      { kind: 'SEAT_IDLE', facts: { days: 7 } },
      { kind: 'SEAT_RESTRICTED', facts: { kind: 'TEMPORARY' }, clientAccountId },
      { kind: 'POLICY_STALE', facts: { version: '1', days: 9 } },
    );
    await stage.deliver();
    expect(all.received).toHaveLength(3);
    expect(Object.fromEntries(Object.entries(came).map(([name, told]) => [name, told()]))).toEqual({
      kinds: [['SEAT_IDLE', 1]],
      none: [],
      urgent: [['SEAT_RESTRICTED', 2]],
      account: [['SEAT_RESTRICTED', null]],
    });
  });

  it('of before the endpoint was added is not told; of the time of a pause it is, later', async () => {
    const agency = await stage.agency();
    await stage.raiseMany(agency, 2);
    const receiver = await stage.receiver();
    const { webhook } = await stage.add(agency, { url: receiver.url });
    const { webhooks } = stage.wired;
    done(await webhooks.updateWebhook(agency.owner, { webhookId: webhook.id, status: 'PAUSED' }));
    await stage.raiseMany(agency, 3);
    await stage.deliver();
    expect(receiver.received).toHaveLength(0);
    done(await webhooks.updateWebhook(agency.owner, { webhookId: webhook.id, status: 'ACTIVE' }));
    await stage.deliver();
    expect(receiver.received.map(({ json }) => json.data.alert.sequence)).toEqual([3, 4, 5]);
  });

  it('is a line of text for Slack, with nothing that Slack would take for its own', async () => {
    const { agency, receiver } = await desk({ format: 'SLACK' });
    await stage.raise(agency, {
      ...{ kind: 'POLICY_CHANGED', facts: { version: '<!channel> & co' } },
    });
    await stage.deliver();
    expect(receiver.received.map(({ json }) => json)).toEqual([
      { text: '*INFO* POLICY_CHANGED: Version &lt;!channel&gt; &amp; co of the policy is in force.' },
    ]);
  });
});

describe('what does not arrive', () => {
  it('is tried again with longer and longer waits, under the same id, and nothing overtakes it', async () => {
    const { agency, receiver, webhook, secret } = await desk();
    receiver.answers = [500, 404, 301, 204];
    await stage.raiseMany(agency, 3);
    await stage.deliver();
    expect(receiver.received).toHaveLength(1);
    for (const wait of [5 * SECOND, 30 * SECOND, 2 * MINUTE]) {
      const before = receiver.received.length;
      await stage.pass(wait - 1);
      await stage.deliver();
      expect(receiver.received).toHaveLength(before);
      await stage.pass(1);
      await stage.deliver();
      expect(receiver.received.length).toBeGreaterThan(before);
    }
    const [first, second, third] = [...new Set(receiver.ids)];
    expect(receiver.ids).toEqual([first, first, first, first, second, third]);
    const times = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(times[3]! - times[0]!).toBe(155);
    expect(new Webhook(secret).verify(receiver.received[3]!.body, plainHeaders(receiver, 3))).toBeTruthy();
    expect(
      (await stage.log(agency, webhook.id)).map(({ number, tries, status, failure }) => [
        number,
        tries,
        status,
        failure,
      ]),
    ).toEqual([
      [3, 1, 'DELIVERED', null],
      [2, 1, 'DELIVERED', null],
      [1, 4, 'DELIVERED', null],
    ]);
  });

  it('was not answered in five seconds, or leads away: no redirect is followed, and no answer read', async () => {
    const { agency, receiver, webhook } = await desk();
    const elsewhere = await stage.receiver();
    let written = 0;
    receiver.answers = [
      () => undefined,
      (response) => response.writeHead(302, { location: elsewhere.url }).end(),
      (response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write('x'.repeat(65_536), () => (written += 65_536)), 1);
        response.on('close', () => clearInterval(drip));
      },
    ];
    await stage.raiseMany(agency, 1);
    const seen: unknown[] = [];
    for (const wait of [0, 5 * SECOND, 30 * SECOND]) {
      await stage.pass(wait);
      await stage.deliver();
      const [{ status, failure, statusCode, tookMs } = {} as never] = await stage.log(agency, webhook.id);
      seen.push([status, failure, statusCode]);
      if (failure !== 'TIMED_OUT') continue;
      expect(tookMs).toBeGreaterThan(4_900);
      // A busy machine is late with it; other requests have twice as long.
      expect(tookMs).toBeLessThan(10_000);
    }
    expect(seen).toEqual([
      ['WAITING', 'TIMED_OUT', null],
      ['WAITING', 'HTTP_STATUS', 302],
      ['DELIVERED', null, 200],
    ]);
    expect(elsewhere.received).toHaveLength(0);
    expect(written).toBeLessThan(2_000_000);
  });

  it('is given up after two days, told by one alert that does not come to the one it is about, and sent again', async () => {
    const { agency, receiver, webhook } = await desk();
    const watching = await stage.receiver();
    await stage.add(agency, { url: watching.url, alertKinds: ['WEBHOOK_FAILING'] });
    receiver.answers = Array<number>(40).fill(503);
    await stage.raiseMany(agency, 2);
    for (let hours = 0; hours < 56; hours += 1) {
      await stage.deliver();
      await stage.pass(HOUR);
    }
    const tried = await stage.log(agency, webhook.id);
    expect(tried.map(({ status, failure }) => [status, failure])).toEqual([
      ['DEAD', 'HTTP_STATUS'],
      ['DEAD', 'HTTP_STATUS'],
    ]);
    expect(tried[1]!.endedAt! - tried[1]!.createdAt).toBeGreaterThanOrEqual(2 * DAY);
    expect(tried[1]!.endedAt! - tried[1]!.createdAt).toBeLessThan(2 * DAY + 5 * HOUR);
    expect(watching.received.map(({ json }) => json.data.alert.message)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^The webhook “Ops” at ${new URL(receiver.url).host} \\(${toId('webhook', webhook.id)}\\) did not take what it was sent: ` +
            '\\d+ tries in 4[89] hours\\. It answers 503\\. Mend what answers there, or its address by updateWebhook; ' +
            'then sendTestEvent tries what waits \\(1\\) at once, and replayWebhook sends again what was given up\\.$',
        ),
      ),
    ]);
    receiver.answers = [];
    const before = receiver.received.length;
    const replay = { webhookId: webhook.id, deadOnly: true };
    expect(done(await stage.wired.webhookReplay.replay(agency.owner, replay))).toEqual({ events: 2 });
    await stage.deliver();
    const again = receiver.received.slice(before);
    expect(again.map(({ json }) => json.data.alert.sequence)).toEqual([1, 2]);
    expect(again.map(({ headers }) => headers['webhook-id'])).toEqual([...new Set(receiver.ids)]);
    expect(done(await stage.wired.webhookReplay.replay(agency.owner, replay))).toEqual({ events: 0 });
    const byNumber = { webhookId: webhook.id, fromSequence: 2, untilSequence: 99 };
    expect(done(await stage.wired.webhookReplay.replay(agency.owner, byNumber))).toEqual({ events: 1 });
    expect(refused(await stage.wired.webhookReplay.replay(agency.owner, { webhookId: webhook.id }))).toBe(
      'INVALID',
    );
  });

  it('where two endpoints fail for ever, each is told of once, and no more alerts are raised', async () => {
    const agency = await stage.agency();
    const [one, two] = [await stage.receiver(), await stage.receiver()];
    for (const receiver of [one, two]) {
      receiver.answers = Array<number>(500).fill(500);
      await stage.add(agency, { url: receiver.url });
    }
    await stage.raiseMany(agency, 1);
    for (let hours = 0; hours < 24 * 8; hours += 2) {
      await stage.deliver();
      await stage.pass(2 * HOUR);
    }
    const [raised] = await inAgency(stage.dataSource, agency, (manager) =>
      manager.query(`SELECT count(*)::int AS alerts FROM alert WHERE agency_id = $1`, [agency.agencyId]),
    );
    expect(raised).toEqual({ alerts: 3 });
  });

  it('because it is gone for good (410) pauses the endpoint, and an alert says so', async () => {
    const { agency, receiver, webhook } = await desk();
    const watching = await stage.receiver();
    await stage.add(agency, { url: watching.url, alertKinds: ['WEBHOOK_FAILING'] });
    receiver.answers = [410];
    await stage.raiseMany(agency, 2);
    await stage.deliver();
    await stage.deliver();
    expect(watching.received.map(({ json }) => json.data.alert.message)).toEqual([
      `The webhook “Ops” at ${new URL(receiver.url).host} (${toId('webhook', webhook.id)}) answered that it is gone (410), so it is paused. What waits (2) is sent once updateWebhook sets it ACTIVE again.`,
    ]);
    const found = await stage.wired.webhooks.byIds(agency.owner, [webhook.id]);
    expect(found.get(webhook.id)?.status).toBe('PAUSED');
    expect(receiver.received).toHaveLength(1);
    done(await stage.wired.webhooks.updateWebhook(agency.owner, { webhookId: webhook.id, status: 'ACTIVE' }));
    await stage.deliver();
    expect(receiver.received.slice(1).map(({ json }) => json.data.alert.kind)).toEqual([
      'SEAT_IDLE',
      'SEAT_IDLE',
    ]);
  });
});

function plainHeaders(receiver: { received: readonly { headers: object }[] }, index: number) {
  return receiver.received[index]!.headers as Record<string, string>;
}
