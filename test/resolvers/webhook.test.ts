import { Webhook } from 'standardwebhooks';
import { uuidOf } from '../../src/resolvers/ids.js';
import { toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import { Receiver } from '../live/receiver.js';
import { type ClockedDatabase, clockedDatabase } from '../ledger/fake-clock.js';
import type { SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { query, superuserUrl } from '../support/database.js';

let database: ClockedDatabase;
let api: Api;
let receiver: Receiver;
let at = Date.now();

beforeAll(async () => {
  database = await clockedDatabase();
  await pass(0);
  api = await Api.start({ HEADROOM_ALLOW_LOOPBACK: 'on', HEADROOM_API_LIMITS: 'off' }, database);
});
afterAll(async () => {
  await api.close();
  await database.close();
});
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.close());

async function pass(ms: number): Promise<void> {
  at += ms;
  await database.setClock(at);
}

/** What a mutation of one input answers; its errors are told where they are expected. */
async function mutate(key: string, name: string, input: object, select: string): Promise<Json> {
  const types: Record<string, string> = { removeWebhook: 'WebhookInput', sendTestEvent: 'WebhookInput' };
  const type = types[name] ?? `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const operation = `mutation ($input: ${type}!) { ${name}(input: $input) { ${select} userErrors { code field } } }`;
  return (await api.data(key, operation, { input }))[name];
}

const WEBHOOK =
  'webhook { id name url format alertKinds minSeverity reservationChanges status clientAccount { id } failingSince }';

function add(key: string, more: object = {}): Promise<Json> {
  return mutate(key, 'addWebhook', { name: 'Ops', url: receiver.url, ...more }, `${WEBHOOK} secret`);
}

async function logOf(key: string): Promise<Json[]> {
  const log = `{ webhooks { nodes { deliveries { nodes { number event subjectId status tries statusCode failure replayed } } } } }`;
  // It is written a moment after the endpoint has answered.
  for (;;) {
    const nodes: Json[] = (await api.data(key, log)).webhooks.nodes[0].deliveries.nodes;
    if (nodes.every(({ status }) => status !== 'WAITING')) return nodes;
  }
}

function reserve({ key, seat }: SeededAgency, person: string, more: object = {}): Promise<Json> {
  const recipient = { profileUrl: `https://www.linkedin.com/in/${person}`, degree: 'FIRST' };
  const input = {
    seatId: toId('seat', seat.id),
    action: 'FOLLOW',
    recipient,
    idempotencyKey: person,
    ...more,
  };
  const select = 'decision { outcome reservation { id } }';
  return mutate(key, 'reserve', input, select).then(({ decision }) => decision.reservation.id);
}

describe('an endpoint', () => {
  it('is added, changed, tested and taken away; its secret is shown once and kept sealed', async () => {
    const agency = await api.seed();
    const { key } = agency;
    const { webhook, secret } = await add(key, { alertKinds: ['SEAT_IDLE', 'LIMIT_REACHED'] });
    expect(webhook).toEqual({
      ...{ id: expect.stringMatching(/^webhook_/), name: 'Ops', url: receiver.url, format: 'STANDARD' },
      ...{ alertKinds: ['LIMIT_REACHED', 'SEAT_IDLE'], minSeverity: 'INFO', reservationChanges: true },
      ...{ status: 'ACTIVE', clientAccount: null, failingSince: null },
    });
    const webhookId = webhook.id;
    await pass(1);
    const { delivery } = await mutate(key, 'sendTestEvent', { webhookId }, 'delivery { id event status }');
    expect(delivery).toEqual({ id: expect.any(String), event: 'webhook.test', status: 'WAITING' });
    await receiver.has(1);
    const { headers, body, json } = receiver.received[0]!;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(json);
    expect([json.type, headers['webhook-id']]).toEqual(['webhook.test', delivery.id]);

    await pass(1);
    const client = toId('client', agency.clientAccount.id);
    const changes = { webhookId, name: 'Night shift', alertKinds: null, clientAccountId: client };
    const changed = await mutate(key, 'updateWebhook', changes, WEBHOOK);
    expect(changed.webhook).toMatchObject({
      name: 'Night shift',
      alertKinds: null,
      clientAccount: { id: client },
    });
    const kept = await query(
      await superuserUrl(database.appUrl),
      `SELECT encode(sealed_url, 'escape') || w::text || s::text AS row FROM webhook w JOIN webhook_secret s
       ON s.webhook_id = w.id WHERE w.agency_id = '${agency.agencyId}'`,
    );
    expect(kept).toHaveLength(1);
    for (const hidden of [receiver.url, secret.slice(6)]) expect(String(kept[0]?.row)).not.toContain(hidden);
    const log = await api.data(
      key,
      '{ auditLog(subjectKinds: WEBHOOK) { nodes { verb subjectKind subjectId changes { field old new } } } }',
    );
    const [updated, tested, added] = log.auditLog.nodes;
    expect([updated, tested, added].map(({ verb, subjectId }) => [verb, subjectId])).toEqual([
      ['updateWebhook', webhookId],
      ['sendTestEvent', webhookId],
      ['addWebhook', webhookId],
    ]);
    expect(updated.changes.map(({ field }: Json) => field).sort()).toEqual([
      'alertKinds',
      'clientAccountId',
      'name',
    ]);
    expect(JSON.stringify(log)).not.toContain(new URL(receiver.url).hostname);

    expect(await mutate(key, 'removeWebhook', { webhookId }, 'removed')).toEqual({
      removed: true,
      userErrors: [],
    });
    expect((await api.data(key, '{ webhooks { nodes { id } } }')).webhooks.nodes).toEqual([]);
    const gone = [{ code: 'NOT_FOUND', field: ['input', 'webhookId'] }];
    expect((await mutate(key, 'sendTestEvent', { webhookId }, 'delivery { id }')).userErrors).toEqual(gone);
    expect((await mutate(key, 'removeWebhook', { webhookId }, 'removed')).userErrors).toEqual(gone);
  });

  it('is signed with both secrets while one takes over from another, and never with a third', async () => {
    const { key } = await api.seed();
    const { webhook, secret: first } = await add(key);
    const webhookId = webhook.id;
    const rotated = async () =>
      (await mutate(key, 'rotateWebhookSecret', { webhookId, overlapSeconds: 60 }, 'secret')).secret;
    const works = async (...secrets: string[]): Promise<boolean[]> => {
      const count = receiver.received.length;
      await mutate(key, 'sendTestEvent', { webhookId }, 'delivery { id }');
      await receiver.has(count + 1);
      const { body, headers } = receiver.received[count]!;
      return secrets.map((secret) => {
        try {
          return new Webhook(secret).verify(body, headers as Record<string, string>) !== null;
        } catch {
          return false;
        }
      });
    };
    const second = await rotated();
    expect(await works(first, second)).toEqual([true, true]);
    const third = await rotated();
    expect(await works(first, second, third)).toEqual([false, true, true]);
    await pass(60_000);
    expect(await works(first, second, third)).toEqual([false, false, true]);
  });

  it('is told again nothing while very much waits', async () => {
    const { key, agencyId } = await api.seed();
    const { webhook } = await add(key);
    const uuid = uuidOf('webhook', webhook.id);
    const holds = (waiting: number) =>
      inAgency(api.dataSource, { agencyId }, async (manager) => {
        await manager.query('DELETE FROM webhook_delivery WHERE agency_id = $1', [agencyId]);
        await manager.query('UPDATE webhook SET next_try_at = $2 WHERE agency_id = $1', [agencyId, 9e15]);
        await manager.query(
          `INSERT INTO webhook_delivery (agency_id, webhook_id, number, id, event, subject_id, status, created_at, due_at)
           SELECT $1, $2, 10000 + n, gen_random_uuid(), 'ALERT', gen_random_uuid(), 'WAITING', 0, 9e15
           FROM generate_series(1, $3::int4) AS n`,
          [agencyId, uuid, waiting],
        );
      });
    const input = { webhookId: webhook.id, fromSequence: 1 };
    const replay = () => mutate(key, 'replayWebhook', input, 'events');
    await holds(5_000);
    expect((await replay()).userErrors).toMatchObject([{ code: 'WRONG_STATE' }]);
    await holds(4_999);
    expect((await replay()).userErrors).toEqual([]);
  });

  it('is for those who may add them and see the whole agency, and leads nowhere private', async () => {
    const agency = await api.seed();
    const { webhook } = await add(agency.key);
    const keys = {
      admin: [await api.keyOf(agency, 'ADMIN'), null],
      manager: [await api.keyOf(agency, 'MANAGER'), 'FORBIDDEN_FOR_ROLE'],
      analyst: [await api.keyOf(agency, 'ANALYST'), 'FORBIDDEN_FOR_ROLE'],
      part: [await api.keyOf(agency, 'ADMIN', agency.clientAccount.id), 'FORBIDDEN_FOR_ROLE'],
      stranger: [(await api.seed()).key, 'NOT_FOUND'],
    } as const;
    const inputs = {
      updateWebhook: ['webhook { id }', { name: 'Other' }],
      rotateWebhookSecret: ['secret', {}],
      sendTestEvent: ['delivery { id }', {}],
      replayWebhook: ['events', { fromSequence: 1 }],
    } as const;
    for (const [key, code] of Object.values(keys)) {
      for (const [name, [select, more]] of Object.entries(inputs)) {
        const { userErrors } = await mutate(key, name, { webhookId: webhook.id, ...more }, select);
        expect([name, userErrors[0]?.code ?? null]).toEqual([name, code]);
      }
    }
    const codes = [];
    for (const [key] of Object.values(keys)) {
      const { data, errors } = await api.ask(key, '{ webhooks { nodes { id } } }');
      codes.push(errors?.[0].extensions.code ?? data.webhooks.nodes.length);
    }
    expect(codes).toEqual([1, 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 0]);
    for (const url of [
      'http://example.com/',
      'https://10.0.0.1/',
      'https://a:b@example.com/',
      'ftp://example.com',
      '',
    ]) {
      const { userErrors } = await add(agency.key, { url });
      expect(userErrors).toEqual([{ code: 'INVALID', field: ['input', 'url'] }]);
    }
    const slack = await add(agency.key, {
      url: 'https://hooks.slack.example/services/T1/B2/x3',
      format: 'SLACK',
    });
    expect(slack.webhook.url).toBe('https://hooks.slack.example/…');
    for (let index = 2; index < 200; index += 1) await add(agency.key);
    expect((await add(agency.key)).userErrors).toEqual([{ code: 'WRONG_STATE', field: null }]);
  });
});

describe('reservation.changed', () => {
  it('tells of a hold that we released or that lapsed, once, and of no other', async () => {
    const agency = await api.seed();
    const { key, seat } = agency;
    const seatId = toId('seat', seat.id);
    await add(key, { alertKinds: [] });
    const committed = await reserve(agency, 'committed');
    await mutate(key, 'commitReservation', { reservationId: committed }, 'reservation { id }');
    const own = await reserve(agency, 'own');
    await mutate(key, 'releaseReservation', { reservationId: own }, 'reservation { id }');
    const lapsed = await reserve(agency, 'lapsed', { holdSeconds: 30 });
    await pass(30_001);
    await receiver.has(1);
    const released = await reserve(agency, 'released');
    const releasedAt = at;
    await pass(5);
    const pause =
      'mutation ($id: ID!) { pauseSeat(input: { seatId: $id }) { seat { id } userErrors { code } } }';
    await api.data(key, pause, { id: seatId });
    await pass(5);
    await receiver.has(2);
    expect(
      receiver.received.map(({ json }) => [
        json.type,
        json.data.reservation.id,
        json.data.reservation.status,
      ]),
    ).toEqual([
      ['reservation.changed', lapsed, 'EXPIRED'],
      ['reservation.changed', released, 'RELEASED'],
    ]);
    expect(receiver.received[1]!.json).toEqual({
      type: 'reservation.changed',
      timestamp: new Date(releasedAt + 5).toISOString(),
      data: {
        reservation: {
          ...{ id: released, status: 'RELEASED', action: 'FOLLOW', releasedBecause: 'SEAT_PAUSED' },
          clientAccount: { id: toId('client', agency.clientAccount.id), externalRef: null },
          ...{ seat: { id: seatId, externalRef: null }, campaign: null },
          heldAt: new Date(releasedAt).toISOString(),
          expiresAt: new Date(releasedAt + 900_000).toISOString(),
          resolvedAt: new Date(releasedAt + 5).toISOString(),
        },
      },
    });
    expect(JSON.stringify(receiver.received)).not.toContain('linkedin.com');
    expect(receiver.ids).toEqual([lapsed, released]);
    expect(
      (await logOf(key)).map(({ event, subjectId, status }: Json) => [event, subjectId, status]),
    ).toEqual([
      ['reservation.changed', released, 'DELIVERED'],
      ['reservation.changed', lapsed, 'DELIVERED'],
    ]);
  });

  it('that is asked for later tells of holds that end from then on, and of none before', async () => {
    const agency = await api.seed();
    const { webhook } = await add(agency.key, { alertKinds: [], reservationChanges: false });
    await reserve(agency, 'before', { holdSeconds: 30 });
    await pass(30_001);
    const changes = { webhookId: webhook.id, reservationChanges: true };
    await mutate(agency.key, 'updateWebhook', changes, 'webhook { id }');
    const after = await reserve(agency, 'after', { holdSeconds: 30 });
    await pass(30_001);
    await receiver.has(1);
    expect(receiver.received.map(({ json }) => json.data.reservation.id)).toEqual([after]);
  });
});
