import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import { keyIdOf, type SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
let agency: SeededAgency;
let seatId: string;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  seatId = toId('seat', agency.seat.id);
});

const LIMIT = 'limit { id scopeKind max origin window { kind seconds } }';
const DECISION = `id outcome action requestedBy recipientProfileUrl decidedAt replayed retryAt certainAt policyVersion
  seat { id } clientAccount { id } campaign { id }
  reasons { code message retryAt remedy ${LIMIT} } warnings { code } suggestions { message seat { id } }
  usage { used held remaining asOf ${LIMIT} }
  reservation { id status action heldAt expiresAt sentAt resolvedAt releasedBecause recipientProfileUrl seat { id } }`;
const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { ${DECISION} } userErrors { code field message } } }`;

function request(input: object = {}): object {
  return {
    seatId,
    action: 'PROFILE_VIEW',
    recipient: { profileUrl: 'linkedin.com/in/Ada-Example', degree: 'FIRST' },
    idempotencyKey: randomUUID(),
    ...input,
  };
}

async function reserve(input: object = {}): Promise<Json> {
  return (await api.data(agency.key, RESERVE, { input: request(input) })).reserve;
}

/** Takes all the room of an action by records of what was done elsewhere. */
async function fill(action: string, count: number): Promise<void> {
  const inputs = [
    { seatId, action, count, occurredAt: new Date().toISOString(), idempotencyKey: randomUUID() },
  ];
  await api.data(
    agency.key,
    'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }',
    { inputs },
  );
}

describe('reserve', () => {
  it('allows, holds room, and tells all that it rests on', async () => {
    const { decision, userErrors } = await reserve();
    expect(userErrors).toEqual([]);
    expect(decision).toMatchObject({
      id: expect.stringMatching(/^decision_/),
      outcome: 'ALLOWED',
      action: 'PROFILE_VIEW',
      requestedBy: toId('key', keyIdOf(agency.owner)),
      recipientProfileUrl: 'https://www.linkedin.com/in/ada-example',
      replayed: false,
      retryAt: null,
      certainAt: null,
      policyVersion: '2026-11',
      seat: { id: seatId },
      clientAccount: { id: toId('client', agency.clientAccount.id) },
      campaign: null,
      reasons: [],
      suggestions: [],
      reservation: {
        status: 'HELD',
        action: 'PROFILE_VIEW',
        sentAt: null,
        resolvedAt: null,
        releasedBecause: null,
        recipientProfileUrl: 'https://www.linkedin.com/in/ada-example',
        seat: { id: seatId },
      },
    });
    const { reservation, usage, decidedAt } = decision;
    expect(reservation.id.replace('reservation_', 'decision_')).toBe(decision.id);
    expect(reservation.heldAt).toBe(decidedAt);
    expect(Date.parse(reservation.expiresAt) - Date.parse(reservation.heldAt)).toBe(900_000);
    expect(usage).toContainEqual(
      expect.objectContaining({ used: 0, held: 1, remaining: 79, asOf: decidedAt }),
    );
  });

  it('denies with the limit that is reached, when there will be room, and what to do', async () => {
    await fill('PROFILE_VIEW', 80);
    const { decision, userErrors } = await reserve();
    expect(userErrors).toEqual([]);
    expect(decision).toMatchObject({
      outcome: 'DENIED',
      reservation: null,
      reasons: [
        {
          code: 'LIMIT_REACHED',
          remedy: expect.any(String),
          limit: {
            scopeKind: 'SEAT',
            max: 80,
            origin: 'POLICY',
            window: { kind: 'ROLLING', seconds: 86_400 },
          },
        },
      ],
    });
    expect(decision.retryAt).toBe(decision.reasons[0].retryAt);
    expect(Date.parse(decision.retryAt)).toBeGreaterThan(Date.parse(decision.decidedAt));
  });

  it('P4: answers the same key and input again, with what became of the hold; another input is refused', async () => {
    const idempotencyKey = randomUUID();
    const { decision } = await reserve({ idempotencyKey });
    const same = await reserve({ idempotencyKey, holdSeconds: 900, withNote: false, message: null });
    expect(same.decision).toEqual({ ...decision, replayed: true });
    const commit =
      'mutation ($id: ID!) { commitReservation(input: { reservationId: $id }) { reservation { status } } }';
    await api.data(agency.key, commit, { id: decision.reservation.id });
    expect((await reserve({ idempotencyKey })).decision).toMatchObject({
      replayed: true,
      reservation: { status: 'COMMITTED', sentAt: expect.any(String) },
    });
    expect(await reserve({ idempotencyKey, action: 'FOLLOW' })).toMatchObject({
      decision: null,
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['input', 'idempotencyKey'] }],
    });
  });

  it.each([
    ['a hold that is too short', { holdSeconds: 29 }, 'INVALID', ['input', 'holdSeconds']],
    ['no key', { idempotencyKey: '' }, 'INVALID', ['input', 'idempotencyKey']],
    ['no address', { recipient: { profileUrl: 'ada' } }, 'INVALID', ['input', 'recipient', 'profileUrl']],
    ['a seat that nobody has', { seatId: 'seat_x' }, 'NOT_FOUND', ['input', 'seatId']],
    ['a campaign that nobody has', { campaignId: 'campaign_x' }, 'INVALID', ['input', 'campaignId']],
  ])('refuses %s by a userError that says where', async (_, input, code, field) => {
    expect(await reserve(input)).toMatchObject({ decision: null, userErrors: [{ code, field }] });
  });

  it('counts for the campaign that it names', async () => {
    const campaign = {
      clientAccountId: toId('client', agency.clientAccount.id),
      name: 'Spring',
      seatIds: [seatId],
    };
    const { createCampaign } = await api.data(
      agency.key,
      'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { id } } }',
      { input: campaign },
    );
    const { decision } = await reserve({ campaignId: createCampaign.campaign.id });
    expect(decision).toMatchObject({ outcome: 'ALLOWED', campaign: { id: createCampaign.campaign.id } });
  });
});

describe('reserveMany', () => {
  const MANY = `mutation ($inputs: [ReserveInput!]!) { reserveMany(inputs: $inputs) {
    decision { outcome action reservation { status } } userErrors { code field } } }`;

  it('answers each in order, and one that is wrong spoils no other', async () => {
    const inputs = [
      request({ action: 'FOLLOW' }),
      request({ holdSeconds: 1 }),
      request({ action: 'COMMENT' }),
    ];
    const { reserveMany } = await api.data(agency.key, MANY, { inputs });
    expect(reserveMany).toEqual([
      { decision: { outcome: 'ALLOWED', action: 'FOLLOW', reservation: { status: 'HELD' } }, userErrors: [] },
      { decision: null, userErrors: [{ code: 'INVALID', field: ['inputs', '1', 'holdSeconds'] }] },
      {
        decision: { outcome: 'ALLOWED', action: 'COMMENT', reservation: { status: 'HELD' } },
        userErrors: [],
      },
    ]);
  });

  it('takes 100 at most', async () => {
    const inputs = Array.from({ length: 101 }, () => request());
    expect(await api.code(agency.key, MANY, { inputs })).toBe('BAD_USER_INPUT');
  });
});

describe('previewDecision', () => {
  const PREVIEW = `query ($input: DecisionInput!) { previewDecision(input: $input) { ${DECISION} } }`;
  const preview = async (input: object = {}): Promise<Json> => {
    const { idempotencyKey: _, ...question } = request(input) as Json;
    return (await api.data(agency.key, PREVIEW, { input: question })).previewDecision;
  };

  it('answers as reserve would, and holds, counts and keeps nothing', async () => {
    const decision = await preview();
    expect(decision).toMatchObject({
      outcome: 'ALLOWED',
      reservation: null,
      replayed: false,
      recipientProfileUrl: 'https://www.linkedin.com/in/ada-example',
    });
    const { node } = await api.data(agency.key, 'query ($id: ID!) { node(id: $id) { id } }', {
      id: decision.id,
    });
    expect(node).toBeNull();
    const { decisions, seats } = await api.data(
      agency.key,
      '{ decisions { nodes { id } } seats { nodes { usage { held } } } }',
    );
    expect(decisions.nodes).toEqual([]);
    expect(seats.nodes[0].usage.every(({ held }: Json) => held === 0)).toBe(true);
  });

  it('is for 500 different people a day and key, those of today again; what is not decided counts for nobody', async () => {
    const day = Math.floor(Date.now() / 86_400_000);
    // Today and, should midnight come while this runs, tomorrow.
    await inAgency(api.dataSource, agency.owner, (manager) =>
      manager.query(
        `INSERT INTO preview_recipient SELECT $1, $2, $3::int4 + d, sha256(n::text::bytea)
         FROM generate_series(1, 499) AS n, generate_series(0, 1) AS d`,
        [agency.agencyId, keyIdOf(agency.owner), day],
      ),
    );
    const { idempotencyKey: _, ...question } = request({ seatId: 'seat_x' }) as Json;
    expect(await api.code(agency.key, PREVIEW, { input: question })).toBe('NOT_FOUND');
    await preview();
    const other = { ...question, seatId, recipient: { profileUrl: 'linkedin.com/in/bob' } };
    const { status, errors, headers } = await api.ask(agency.key, PREVIEW, { input: other });
    expect([status, errors[0].extensions.code]).toEqual([429, 'THROTTLED']);
    expect(Number(headers.get('retry-after'))).toBe(Math.ceil(errors[0].extensions.retryAfterMs / 1_000));
    expect((await preview()).outcome).toBe('ALLOWED');
  });

  it.each([
    ['NOT_FOUND', { seatId: 'seat_x' }],
    ['BAD_USER_INPUT', { recipient: { profileUrl: 'ada' } }],
    ['BAD_USER_INPUT', { campaignId: 'campaign_x' }],
  ])('fails with %s where there is nothing to decide', async (code, input) => {
    const { idempotencyKey: _, ...question } = request(input) as Json;
    expect(await api.code(agency.key, PREVIEW, { input: question })).toBe(code);
  });
});

describe('decisions', () => {
  const LIST = `query ($first: Int, $after: String, $action: Action, $outcome: Outcome, $reason: ReasonCode, $profileUrl: String, $seatId: ID, $from: DateTime, $until: DateTime) {
    decisions(first: $first, after: $after, action: $action, outcome: $outcome, reason: $reason, recipientProfileUrl: $profileUrl, seatId: $seatId, from: $from, until: $until) {
      nodes { ${DECISION} } pageInfo { hasNextPage endCursor } } }`;
  const list = async (variables: object = {}): Promise<Json> =>
    (await api.data(agency.key, LIST, variables)).decisions;
  const idsOf = ({ nodes }: Json): string[] => nodes.map(({ id }: Json) => id);

  it('P9: are told again as they were given, newest first, in pages and under filters', async () => {
    const allowed = (await reserve({ action: 'FOLLOW' })).decision;
    await fill('PROFILE_VIEW', 80);
    const denied = (await reserve({ recipient: { profileUrl: 'linkedin.com/in/bob' } })).decision;
    expect((await list()).nodes).toEqual([denied, allowed]);
    const first = await list({ first: 1 });
    expect(idsOf(first)).toEqual([denied.id]);
    const second = await list({ first: 1, after: first.pageInfo.endCursor });
    expect(idsOf(second)).toEqual([allowed.id]);
    expect(second.pageInfo.hasNextPage).toBe(false);
    expect(idsOf(await list({ action: 'FOLLOW' }))).toEqual([allowed.id]);
    expect(idsOf(await list({ outcome: 'DENIED' }))).toEqual([denied.id]);
    expect(idsOf(await list({ reason: 'LIMIT_REACHED' }))).toEqual([denied.id]);
    expect(idsOf(await list({ reason: 'SEAT_PAUSED' }))).toEqual([]);
    expect(idsOf(await list({ profileUrl: 'https://linkedin.com/in/BOB/' }))).toEqual([denied.id]);
    expect(idsOf(await list({ profileUrl: 'linkedin.com/in/nobody' }))).toEqual([]);
    expect(idsOf(await list({ from: denied.decidedAt }))).toEqual([denied.id]);
    expect(idsOf(await list({ until: denied.decidedAt }))).toEqual([allowed.id]);
    expect(idsOf(await list({ seatId: 'seat_x' }))).toEqual([]);
  });

  it('refuse an address that is none', async () => {
    expect(await api.code(agency.key, LIST, { profileUrl: 'ada' })).toBe('BAD_USER_INPUT');
  });
});
