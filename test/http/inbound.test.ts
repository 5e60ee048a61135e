import { audit } from '../../src/ledger/audit/audit.js';
import { toId } from '../../src/schema/ids.js';
import {
  heyreach,
  salesflow,
  SALESFLOW_STATUS,
  UNIPILE_RELATION,
  unipileMessage,
} from '../imports/tool-samples.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { addSource, officeWithTool, sendEvents, UNREAD_EVENTS } from '../support/inbound.js';
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
    const { agency, url } = await officeWithTool(api, 'HEYREACH', '4711');
    const types = {
      ...{ MESSAGE_REPLY_RECEIVED: 1, CONNECTION_REQUEST_ACCEPTED: 20, MESSAGE_SENT: 10 },
      ...{ CONNECTION_REQUEST_SENT: 40, INMAIL_SENT: 9, INMAIL_REPLY_RECEIVED: 2, FOLLOW_SENT: 8 },
      ...{ LIKED_POST: 7, VIEWED_PROFILE: 6, EVERY_MESSAGE_REPLY_RECEIVED: 1 },
    };
    const events = Object.entries(types).map(([type, ago]) => heyreach(type, `p-${type}`, soon(ago)));
    for (const event of events) expect(await sendEvents(url, event)).toEqual({ status: 200, body: COUNTED });
    for (const event of events) expect(await sendEvents(url, event)).toEqual({ status: 200, body: KNOWN });
    for (const type of ['CAMPAIGN_COMPLETED', 'LEAD_TAG_UPDATED']) {
      expect(await sendEvents(url, heyreach(type))).toEqual({ status: 200, body: IGNORED });
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
    const sales = await officeWithTool(api, 'SALESFLOW', 'bob@example.com');
    for (const event of [salesflow('REPLY_DETECTED'), salesflow('INVITATION_WITHDRAWN')]) {
      expect(await sendEvents(sales.url, event)).toEqual({ status: 200, body: COUNTED });
      expect(await sendEvents(sales.url, event)).toEqual({ status: 200, body: KNOWN });
    }
    expect(await sendEvents(sales.url, SALESFLOW_STATUS)).toEqual({ status: 200, body: IGNORED });
    expect(await activities(sales.agency)).toEqual(['INVITATION_WITHDRAWAL john-smith-123321 Salesflow']);
    const uni = await officeWithTool(api, 'UNIPILE', 'dfXlh46vQYCsMbVarumWlg');
    const message = { ...soon(5), message_id: 'm1' };
    expect(await sendEvents(uni.url, unipileMessage('ACCOUNT', message))).toEqual({
      status: 200,
      body: COUNTED,
    });
    expect(await sendEvents(uni.url, unipileMessage('ACCOUNT', message))).toEqual({
      status: 200,
      body: KNOWN,
    });
    expect(await sendEvents(uni.url, { ...UNIPILE_RELATION, account_id: 'dfXlh46vQYCsMbVarumWlg' })).toEqual({
      ...{ status: 200, body: COUNTED },
    });
    expect(await activities(uni.agency)).toEqual(['DIRECT_MESSAGE bastien Unipile']);
  });

  it('ids that a tool writes as numbers, however long, are each of one event and of one seat', async () => {
    const { agency, url } = await officeWithTool(api, 'HEYREACH', '9007199254740992');
    const next = newSeat(agency.clientAccount.id, { externalRef: '9007199254740993' });
    const seat = done(await servicesOn(api.dataSource).seats.addSeat(agency.owner, next));
    const event = (name: string, sender: string, id: string) =>
      JSON.stringify({ ...heyreach('MESSAGE_SENT', name, soon(5)), sender: { id: '#' }, correlation_id: '@' })
        .replace('"#"', sender)
        .replace('"@"', id);
    const first = event('ada', '9007199254740992', '1234567890123456788');
    const second = event('grace', '9007199254740993', '1234567890123456789');
    for (const one of [first, second]) expect((await sendEvents(url, one)).body).toEqual(COUNTED);
    for (const one of [first, second]) expect((await sendEvents(url, one)).body).toEqual(KNOWN);
    expect((await sendEvents(url, event('joan', '9007199254740994', '1'))).body).toEqual(NOT_READ);
    expect(await activities(agency)).toEqual(['DIRECT_MESSAGE ada HeyReach']);
    expect(await activities({ ...agency, seat })).toEqual(['DIRECT_MESSAGE grace HeyReach']);
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
    const { url, inboundSource } = await addSource(api, agency.key, {
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
    expect(await sendEvents(url, body)).toEqual({
      ...{ status: 200, body: { counted: 2, alreadyKnown: 0, ignored: 1, unread: 2, outcomes } },
    });
    const { unreadEvents } = await api.data(agency.key, UNREAD_EVENTS, { id: inboundSource.id });
    expect(unreadEvents.nodes.map(({ why }: Json) => why).sort()).toEqual(['REFUSED', 'SEAT_UNKNOWN']);
    // Whoever opted out may not be written to, at once.
    const ask = `query ($input: DecisionInput!) { previewDecision(input: $input) { reasons { code } } }`;
    const recipient = { profileUrl: 'https://www.linkedin.com/in/joe', degree: 'FIRST' };
    const input = { seatId: toId('seat', agency.seat.id), action: 'DIRECT_MESSAGE', recipient };
    const { previewDecision } = await api.data(agency.key, ask, { input });
    expect(previewDecision.reasons.map(({ code }: Json) => code)).toContain('DO_NOT_CONTACT');
  });

  it('is the same send as one that was committed', async () => {
    const { agency, url } = await officeWithTool(api, 'HEYREACH', '4711');
    const recipient = { profileUrl: 'https://www.linkedin.com/in/janesmith', degree: 'FIRST' };
    const input = { seatId: toId('seat', agency.seat.id), action: 'FOLLOW', recipient, idempotencyKey: '1' };
    const reserve = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { reservation { id } } } }`;
    const { decision } = (await api.data(agency.key, reserve, { input })).reserve;
    const commit = `mutation ($id: ID!) { commitReservation(input: { reservationId: $id }) { reservation { id } } }`;
    await api.data(agency.key, commit, { id: decision.reservation.id });
    expect((await sendEvents(url, heyreach('FOLLOW_SENT', 'janesmith', soon(0)))).body).toEqual(KNOWN);
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
  const { agency, url } = await officeWithTool(api, 'GENERIC', 'a-1', { mapping });
  const event = { t: 'sent', p: 'in/jane', s: 'a-1' };
  expect((await sendEvents(url, event)).body).toEqual(COUNTED);
  await database.setClock(NOW + 3_600_000);
  expect((await sendEvents(url, event)).body).toEqual(KNOWN);
  // Another one, of the same person, is another one.
  expect((await sendEvents(url, { ...event, n: 2 })).body).toEqual(COUNTED);
  await database.setClock(NOW);
  expect(await activities(agency)).toEqual(['COMMENT jane Tool', 'COMMENT jane Tool']);
});

describe('what can not be read', () => {
  it('is answered, and kept without anything that it says; an alert tells so once a day', async () => {
    const { agency, url, sourceId } = await officeWithTool(api, 'HEYREACH', 'another');
    const { key, agencyId } = agency;
    let at = NOW;
    const odd = heyreach('SOMETHING_NEW', 'unread-jane', { recent_messages: [{ message: 'secret-words' }] });
    for (const body of ['name=unread-jane', '', odd, odd, heyreach('FOLLOW_SENT', 'unread-jane')]) {
      expect(await sendEvents(url, body)).toEqual({ status: 200, body: NOT_READ });
      await database.setClock((at += 1));
    }
    const { nodes } = (await api.data(key, UNREAD_EVENTS, { id: sourceId })).unreadEvents;
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
      const { userErrors } = await addSource(api, key, input);
      expect([userErrors[0]?.code, userErrors[0]?.field.at(-1)]).toEqual(['INVALID', field]);
    }
    const stranger = await api.seed();
    const { userErrors } = await addSource(api, key, { seatId: toId('seat', stranger.seat.id) });
    expect(userErrors).toEqual([{ code: 'NOT_FOUND', field: ['input', 'seatId'] }]);
    const manager = await api.keyOf(agency, 'MANAGER');
    expect((await addSource(api, manager, {})).userErrors[0].code).toBe('FORBIDDEN_FOR_ROLE');
    expect(await api.code(manager, '{ unreadEvents { nodes { why } } }')).toBe('FORBIDDEN');
  });
});
