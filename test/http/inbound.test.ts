import { audit } from '../../src/ledger/audit/audit.js';
import { fromId, toId } from '../../src/schema/ids.js';
import {
  heyreach,
  salesflow,
  SALESFLOW_STATUS,
  UNIPILE_RELATION,
  unipileMessage,
} from '../imports/tool-samples.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { type ClockedDatabase, clockedDatabase } from '../ledger/fake-clock.js';
import { query, superuserUrl } from '../support/database.js';

let database: ClockedDatabase;
let api: Api;
beforeAll(async () => {
  database = await clockedDatabase();
  await database.setClock(NOW);
  api = await Api.start({ HEADROOM_API_LIMITS: 'off', HEADROOM_WEBHOOKS: 'off' }, database);
});
afterAll(async () => {
  await api.close();
  await database.close();
});

/** The clock stands, but where a test says otherwise. */
const NOW = Date.now();

const ADD = `mutation ($input: AddInboundSourceInput!) { addInboundSource(input: $input) {
  inboundSource { id name tool revokedAt } url userErrors { code field } } }`;
const REVOKE = `mutation ($input: RevokeInboundSourceInput!) { revokeInboundSource(input: $input) {
  inboundSource { id revokedAt } userErrors { code } } }`;
const UNREAD = `query ($id: ID) { unreadEvents(inboundSourceId: $id) { nodes { why type outline inboundSourceId } } }`;

async function add(key: string, input: object): Promise<Json> {
  return (await api.data(key, ADD, { input: { name: 'Tool', tool: 'HEYREACH', ...input } })).addInboundSource;
}

async function send(url: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(url, {
    ...{ method: 'POST', body: text },
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: answer.status, body: (await answer.json()) as Json };
}

/** An agency with a seat that the tool knows by an id of its own. */
async function office(tool: string, externalRef: string, more: object = {}) {
  const agency = await api.seed({ seat: { externalRef } });
  const { url, inboundSource } = await add(agency.key, { tool, ...more });
  return { agency, url: String(url), sourceId: String(inboundSource.id) };
}

const soon = (minutes: number) => ({ timestamp: new Date(NOW - minutes * 60_000).toISOString() });

async function activities({ key, seat }: SeededAgency): Promise<string[]> {
  const list = `query ($id: ID) { activities(seatId: $id) { nodes { action recipientProfileUrl source recordedBy } } }`;
  const { nodes } = (await api.data(key, list, { id: toId('seat', seat.id) })).activities;
  return nodes
    .map((one: Json) => [one.action, one.recipientProfileUrl.split('/in/')[1], one.source].join(' '))
    .sort();
}

const COUNTED = { counted: 1, alreadyKnown: 0, ignored: 0, unread: 0 };
const KNOWN = { counted: 0, alreadyKnown: 1, ignored: 0, unread: 0 };
const IGNORED = { counted: 0, alreadyKnown: 0, ignored: 1, unread: 0 };
const NOT_READ = { counted: 0, alreadyKnown: 0, ignored: 0, unread: 1 };

describe('the events of a tool', () => {
  it('HeyReach: all twelve, each twice and out of order, are in the books once', async () => {
    const { agency, url } = await office('HEYREACH', '4711');
    const types = {
      ...{ MESSAGE_REPLY_RECEIVED: 1, CONNECTION_REQUEST_ACCEPTED: 20, MESSAGE_SENT: 10 },
      ...{ CONNECTION_REQUEST_SENT: 40, INMAIL_SENT: 9, INMAIL_REPLY_RECEIVED: 2, FOLLOW_SENT: 8 },
      ...{ LIKED_POST: 7, VIEWED_PROFILE: 6, EVERY_MESSAGE_REPLY_RECEIVED: 1 },
    };
    const events = Object.entries(types).map(([type, ago]) => heyreach(type, `p-${type}`, soon(ago)));
    for (const event of events) expect(await send(url, event)).toEqual({ status: 200, body: COUNTED });
    for (const event of events) expect(await send(url, event)).toEqual({ status: 200, body: KNOWN });
    for (const type of ['CAMPAIGN_COMPLETED', 'LEAD_TAG_UPDATED']) {
      expect(await send(url, heyreach(type))).toEqual({ status: 200, body: IGNORED });
    }
    expect(await activities(agency)).toEqual([
      'CONNECTION_REQUEST p-connection_request_sent HeyReach',
      'DIRECT_MESSAGE p-message_sent HeyReach',
      'FOLLOW p-follow_sent HeyReach',
      'INMAIL p-inmail_sent HeyReach',
      'PROFILE_VIEW p-viewed_profile HeyReach',
      'REACTION p-liked_post HeyReach',
    ]);
  });

  it('Salesflow and Unipile: answers and messages; without a time, when they came in', async () => {
    const sales = await office('SALESFLOW', 'bob@example.com');
    for (const event of [salesflow('REPLY_DETECTED'), salesflow('INVITATION_WITHDRAWN')]) {
      expect(await send(sales.url, event)).toEqual({ status: 200, body: COUNTED });
      expect(await send(sales.url, event)).toEqual({ status: 200, body: KNOWN });
    }
    expect(await send(sales.url, SALESFLOW_STATUS)).toEqual({ status: 200, body: IGNORED });
    expect(await activities(sales.agency)).toEqual(['INVITATION_WITHDRAWAL john-smith-123321 Salesflow']);
    const uni = await office('UNIPILE', 'dfXlh46vQYCsMbVarumWlg');
    const message = { ...soon(5), message_id: 'm1' };
    expect(await send(uni.url, unipileMessage('ACCOUNT', message))).toEqual({ status: 200, body: COUNTED });
    expect(await send(uni.url, unipileMessage('ACCOUNT', message))).toEqual({ status: 200, body: KNOWN });
    expect(await send(uni.url, { ...UNIPILE_RELATION, account_id: 'dfXlh46vQYCsMbVarumWlg' })).toEqual({
      ...{ status: 200, body: COUNTED },
    });
    expect(await activities(uni.agency)).toEqual(['DIRECT_MESSAGE bastien Unipile']);
  });

  it('a tool that the agency describes, several at once, is of the seats of its client account alone', async () => {
    const agency = await api.seed({ seat: { externalRef: 'a-1' } });
    const { clientAccounts, seats } = servicesOn(api.dataSource);
    const terms = { name: 'Other', planId: agency.plan.id, timeZone: 'UTC' };
    const other = done(await clientAccounts.createClientAccount(agency.owner, terms));
    done(await seats.addSeat(agency.owner, newSeat(other.id, { externalRef: 'b-1' })));
    const events = [
      { type: 'SENT', action: 'DIRECT_MESSAGE' },
      { type: 'no', engagement: 'OPTED_OUT' },
      { type: 'mail' },
    ];
    const mapping = { typePath: 't', personPath: 'p', seatPath: 's', occurredAtPath: 'w', events };
    const { url, inboundSource } = await add(agency.key, {
      ...{ tool: 'GENERIC', mapping, clientAccountId: toId('client', agency.clientAccount.id) },
    });
    const w = NOW - 60_000;
    const body = [
      ...[{ t: 'sent', p: 'in/jane', s: 'a-1', w }, { t: 'no', p: 'in/joe', s: 'a-1', w }, { t: 'mail' }],
      ...[
        { t: 'sent', p: 'in/jane', s: 'b-1', w },
        { t: 'sent', p: 'in/jane', s: 'a-1', w: w + 86_400_000 },
      ],
    ];
    const outcomes = [
      ...[
        { outcome: 'COUNTED' },
        { outcome: 'COUNTED' },
        { outcome: 'IGNORED' },
        { outcome: 'SEAT_UNKNOWN' },
      ],
      { outcome: 'REFUSED', message: 'occurredAt is more than five minutes in the future.' },
    ];
    expect(await send(url, body)).toEqual({
      ...{ status: 200, body: { counted: 2, alreadyKnown: 0, ignored: 1, unread: 2, outcomes } },
    });
    const { unreadEvents } = await api.data(agency.key, UNREAD, { id: inboundSource.id });
    expect(unreadEvents.nodes.map(({ why }: Json) => why).sort()).toEqual(['REFUSED', 'SEAT_UNKNOWN']);
    // Whoever opted out may not be written to, at once.
    const ask = `query ($input: DecisionInput!) { previewDecision(input: $input) { reasons { code } } }`;
    const recipient = { profileUrl: 'https://www.linkedin.com/in/joe', degree: 'FIRST' };
    const input = { seatId: toId('seat', agency.seat.id), action: 'DIRECT_MESSAGE', recipient };
    const { previewDecision } = await api.data(agency.key, ask, { input });
    expect(previewDecision.reasons.map(({ code }: Json) => code)).toContain('DO_NOT_CONTACT');
  });

  it('is the same send as one that was committed', async () => {
    const { agency, url } = await office('HEYREACH', '4711');
    const recipient = { profileUrl: 'https://www.linkedin.com/in/janesmith', degree: 'FIRST' };
    const input = { seatId: toId('seat', agency.seat.id), action: 'FOLLOW', recipient, idempotencyKey: '1' };
    const reserve = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { reservation { id } } } }`;
    const { decision } = (await api.data(agency.key, reserve, { input })).reserve;
    const commit = `mutation ($id: ID!) { commitReservation(input: { reservationId: $id }) { reservation { id } } }`;
    await api.data(agency.key, commit, { id: decision.reservation.id });
    expect((await send(url, heyreach('FOLLOW_SENT', 'janesmith', soon(0)))).body).toEqual(KNOWN);
  });

  it('leaves the books such that counting them anew finds nothing', async () => {
    expect((await audit(database.appUrl)).drift).toEqual([]);
  });
});

it('an event without a time that comes again an hour later is still the same one', async () => {
  const mapping = {
    typePath: 't',
    personPath: 'p',
    seatPath: 's',
    events: [{ type: 'sent', action: 'COMMENT' }],
  };
  const { agency, url } = await office('GENERIC', 'a-1', { mapping });
  const event = { t: 'sent', p: 'in/jane', s: 'a-1' };
  expect((await send(url, event)).body).toEqual(COUNTED);
  await database.setClock(NOW + 3_600_000);
  expect((await send(url, event)).body).toEqual(KNOWN);
  // Another one, of the same person, is another one.
  expect((await send(url, { ...event, n: 2 })).body).toEqual(COUNTED);
  await database.setClock(NOW);
  expect(await activities(agency)).toEqual(['COMMENT jane Tool', 'COMMENT jane Tool']);
});

describe('what can not be read', () => {
  it('is answered, and kept without anything that it says; an alert tells so once a day', async () => {
    const { agency, url, sourceId } = await office('HEYREACH', 'another');
    const { key, agencyId } = agency;
    let at = NOW;
    const odd = heyreach('SOMETHING_NEW', 'unread-jane', { recent_messages: [{ message: 'secret-words' }] });
    for (const body of ['name=unread-jane', '', odd, odd, heyreach('FOLLOW_SENT', 'unread-jane')]) {
      expect(await send(url, body)).toEqual({ status: 200, body: NOT_READ });
      await database.setClock((at += 1));
    }
    const { nodes } = (await api.data(key, UNREAD, { id: sourceId })).unreadEvents;
    expect(nodes.map(({ why, type }: Json) => [why, type])).toEqual([
      ['SEAT_UNKNOWN', 'FOLLOW_SENT'],
      ['UNKNOWN_TYPE', 'SOMETHING_NEW'],
      ['NOT_JSON', null],
      ['NOT_JSON', null],
    ]);
    expect(nodes[1].outline).toContain('recent_messages.0.message: string');
    const { alerts } = await api.data(key, '{ alerts { nodes { kind message } } }');
    expect(alerts.nodes.map(({ kind }: Json) => kind)).toEqual(['EVENTS_UNREAD']);
    const rows = await query(
      await superuserUrl(database.appUrl),
      `SELECT (SELECT string_agg(u::text, ' ') FROM unread_event u WHERE u.agency_id = '${agencyId}') || ' ' ||
       coalesce((SELECT string_agg(r::text, ' ') FROM recipient r WHERE r.agency_id = '${agencyId}'), '') AS kept`,
    );
    expect(rows[0]?.kept).toMatch(/SOMETHING_NEW/);
    expect(rows[0]?.kept).not.toMatch(/unread-jane|secret-words|Jane Smith|company\.example/);
  });

  it('is too large, of nobody, of a source that was revoked, or too much', async () => {
    const { agency, url, sourceId } = await office('HEYREACH', '4711');
    const event = heyreach('FOLLOW_SENT', 'janesmith', soon(1));
    expect((await send(url, { ...event, filler: 'x'.repeat(262_144) })).status).toBe(413);
    expect((await send(url, Array(101).fill(event))).status).toBe(400);
    for (const wrong of [
      `${url}x`,
      url.replace(/.{3}$/, 'abc'),
      url.replace(/hr_.*/, 'hr_inbound'),
      url.replace('hr_inbound', 'hr_live'),
    ]) {
      expect((await send(wrong, event)).status).toBe(404);
    }
    expect((await fetch(url)).status).toBe(404);
    const other = await api.seed();
    const input = { inboundSourceId: sourceId };
    expect((await api.data(other.key, REVOKE, { input })).revokeInboundSource.userErrors).toEqual([
      { code: 'NOT_FOUND' },
    ]);
    expect((await api.data(other.key, UNREAD, { id: sourceId })).unreadEvents.nodes).toEqual([]);
    // On a busy machine so many take longer than it takes to be let in again.
    const statuses = new Set<number>();
    for (let times = 0; times < 5 && !statuses.has(429); times += 1) {
      const many = Array.from({ length: 400 }, () => send(url, heyreach('CAMPAIGN_COMPLETED')));
      (await Promise.all(many)).forEach(({ status }) => statuses.add(status));
    }
    expect(statuses).toEqual(new Set([200, 429]));
    const { revokeInboundSource: revoked } = await api.data(agency.key, REVOKE, { input });
    expect(revoked.inboundSource.revokedAt).not.toBeNull();
    expect((await send(url, event)).status).toBe(404);
    expect(fromId('source', sourceId)).not.toBeNull();
  }, 60_000);

  it('a list of events counts as one request, and as one more for each ten of them', async () => {
    const { url } = await office('HEYREACH', '4711');
    const hundred = Array(100).fill(heyreach('CAMPAIGN_COMPLETED'));
    const statuses: number[] = [];
    // 28 lists of 11 are more than a source has, besides the twenty a second that come back to it.
    for (let times = 0; times < 28 + 20 && !statuses.includes(429); times += 1) {
      statuses.push(
        ...(await Promise.all([send(url, hundred), send(url, hundred)])).map(({ status }) => status),
      );
    }
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
  });

  it('is not added where it makes no sense, or by whom it is not for', async () => {
    const agency = await api.seed();
    const { key } = agency;
    const mapping = { typePath: 't', personPath: 'p', events: [{ type: 'a', action: 'FOLLOW' }] };
    const wrong = [
      [{ tool: 'GENERIC' }, 'mapping'],
      [{ tool: 'HEYREACH', mapping }, 'mapping'],
      [{ tool: 'GENERIC', mapping: { ...mapping, personPath: '$.p[0]' } }, 'personPath'],
      [{ tool: 'GENERIC', mapping: { ...mapping, events: [] } }, 'events'],
      [
        {
          tool: 'GENERIC',
          mapping: { ...mapping, events: [{ type: 'a', action: 'FOLLOW', engagement: 'REPLIED' }] },
        },
        'events',
      ],
      [
        { seatId: toId('seat', agency.seat.id), clientAccountId: toId('client', agency.clientAccount.id) },
        'seatId',
      ],
      [{ name: ' ' }, 'name'],
    ] as const;
    for (const [input, field] of wrong) {
      const { userErrors } = await add(key, input);
      expect([userErrors[0]?.code, userErrors[0]?.field.at(-1)]).toEqual(['INVALID', field]);
    }
    const stranger = await api.seed();
    const { userErrors } = await add(key, { seatId: toId('seat', stranger.seat.id) });
    expect(userErrors).toEqual([{ code: 'NOT_FOUND', field: ['input', 'seatId'] }]);
    const manager = await api.keyOf(agency, 'MANAGER');
    expect((await add(manager, {})).userErrors[0].code).toBe('FORBIDDEN_FOR_ROLE');
    expect(await api.code(manager, '{ unreadEvents { nodes { why } } }')).toBe('FORBIDDEN');
  });
});

it.each([
  ['too long to be read', (address: string) => `${address}${'x'.repeat(200)}`],
  ['no address at all', (address: string) => `${address}%zz`],
])('an address that is %s is not repeated to whoever reads the answer', async (_, spoil) => {
  const { url } = await office('HEYREACH', 'spoilt');
  const [token = ''] = url.split('/').slice(-1);
  const response = await fetch(spoil(url), { method: 'POST', body: '{}' });
  const text = await response.text();
  expect([response.status, JSON.parse(text).error]).toEqual([404, 'NOT_FOUND']);
  expect(text).not.toContain(token.slice(0, 20));
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
});
