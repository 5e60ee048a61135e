import { toId } from '../../src/schema/ids.js';
import type { SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
});

async function mutate(name: string, inputType: string, input: object, answer: string): Promise<Json> {
  const query = `mutation ($input: ${inputType}!) { ${name}(input: $input) { ${answer} userErrors { code field } } }`;
  return (await api.data(agency.key, query, { input }))[name];
}

const DAILY = { actions: ['DIRECT_MESSAGE'], windowKind: 'CALENDAR_DAY', max: 40 };

describe('plans', () => {
  it('are made, changed and listed with their limits', async () => {
    const answer = 'plan { id name seatAllowance limits { actions max origin window { kind seconds } } }';
    const made = await mutate(
      'createPlan',
      'CreatePlanInput',
      { name: 'Gold', seatAllowance: 5, limits: [DAILY] },
      answer,
    );
    expect(made).toMatchObject({
      plan: {
        name: 'Gold',
        seatAllowance: 5,
        limits: [
          {
            actions: ['DIRECT_MESSAGE'],
            max: 40,
            origin: 'PLAN',
            window: { kind: 'CALENDAR_DAY', seconds: null },
          },
        ],
      },
      userErrors: [],
    });
    const changes = { planId: made.plan.id, seatAllowance: 6, limits: [] };
    expect(await mutate('updatePlan', 'UpdatePlanInput', changes, answer)).toMatchObject({
      plan: { name: 'Gold', seatAllowance: 6, limits: [] },
    });
    const { plans } = await api.data(agency.key, '{ plans { totalCount nodes { name } } }');
    expect(plans).toEqual({ totalCount: 2, nodes: [{ name: 'Gold' }, { name: 'Plan' }] });
  });

  it('say which of their limits is wrong, and where', async () => {
    const limits = [DAILY, { ...DAILY, windowSeconds: 60 }];
    const { plan, userErrors } = await mutate(
      'createPlan',
      'CreatePlanInput',
      { name: 'Gold', seatAllowance: 5, limits },
      'plan { id }',
    );
    expect(plan).toBeNull();
    expect(userErrors).toEqual([{ code: 'INVALID', field: ['input', 'limits', '1', 'windowSeconds'] }]);
  });
});

describe('limits', () => {
  const LIMIT =
    'limit { id scopeKind scopeId actions onlyWithNote max origin window { kind seconds timeZone } }';
  const LIST = `query ($scopeId: ID!) { limits(scopeId: $scopeId) { id origin max scopeKind scopeId } }`;
  const list = async (scopeId: string): Promise<Json> =>
    (await api.data(agency.key, LIST, { scopeId })).limits;

  it.each([
    ['SEAT', 'seat', ({ seat }: SeededAgency) => seat.id],
    ['CLIENT_ACCOUNT', 'client', ({ clientAccount }: SeededAgency) => clientAccount.id],
    ['AGENCY', 'agency', ({ agencyId }: SeededAgency) => agencyId],
  ] as const)(
    'are set at a scope of kind %s, listed by themselves, and removed',
    async (scopeKind, kind, idOf) => {
      const scopeId = toId(kind, idOf(agency));
      const before = await list(scopeId);
      const { limit, userErrors } = await mutate(
        'setLimit',
        'SetLimitInput',
        { scopeId, limit: DAILY },
        LIMIT,
      );
      expect(userErrors).toEqual([]);
      expect(limit).toEqual({
        id: expect.stringMatching(/^limit_/),
        scopeKind,
        scopeId,
        actions: ['DIRECT_MESSAGE'],
        onlyWithNote: false,
        max: 40,
        origin: 'CUSTOM',
        window: { kind: 'CALENDAR_DAY', seconds: null, timeZone: 'UTC' },
      });
      expect(await list(scopeId)).toEqual(
        expect.arrayContaining([...before, { id: limit.id, origin: 'CUSTOM', max: 40, scopeKind, scopeId }]),
      );
      const removed = await mutate('removeLimit', 'RemoveLimitInput', { limitId: limit.id }, LIMIT);
      expect(removed).toEqual({ limit, userErrors: [] });
      expect(await list(scopeId)).toEqual(before);
    },
  );

  it('of a seat are the policy’s; of a plan its own; of an id that nobody has none', async () => {
    const ofSeat = await list(toId('seat', agency.seat.id));
    expect(new Set(ofSeat.map(({ origin }: Json) => origin))).toEqual(new Set(['POLICY']));
    await mutate(
      'updatePlan',
      'UpdatePlanInput',
      { planId: toId('plan', agency.plan.id), limits: [DAILY] },
      'plan { id }',
    );
    const [ofPlan] = await list(toId('plan', agency.plan.id));
    expect(ofPlan).toMatchObject({
      origin: 'PLAN',
      scopeKind: 'CLIENT_ACCOUNT',
      scopeId: toId('plan', agency.plan.id),
    });
    const refused = await mutate('removeLimit', 'RemoveLimitInput', { limitId: ofPlan.id }, LIMIT);
    expect(refused).toEqual({ limit: null, userErrors: [{ code: 'INVALID', field: ['input', 'limitId'] }] });
    for (const id of ['nothing', 'limit_x', toId('seat', agency.plan.id), toId('agency', agency.plan.id)]) {
      expect(await list(id)).toEqual([]);
    }
  });

  it('that nobody set cannot be removed, and none is set where nothing is', async () => {
    const [policyLimit] = await list(toId('seat', agency.seat.id));
    expect(await mutate('removeLimit', 'RemoveLimitInput', { limitId: policyLimit.id }, LIMIT)).toEqual({
      limit: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['input', 'limitId'] }],
    });
    for (const scopeId of [toId('plan', agency.plan.id), 'seat_x', 'nothing']) {
      expect(await mutate('setLimit', 'SetLimitInput', { scopeId, limit: DAILY }, LIMIT)).toEqual({
        limit: null,
        userErrors: [{ code: 'NOT_FOUND', field: ['input', 'scopeId'] }],
      });
    }
  });

  it('of a seat do not go over the ceiling', async () => {
    const scopeId = toId('seat', agency.seat.id);
    const limit = { actions: ['DIRECT_MESSAGE'], windowKind: 'ROLLING', windowSeconds: 86_400, max: 151 };
    expect(await mutate('setLimit', 'SetLimitInput', { scopeId, limit }, LIMIT)).toEqual({
      limit: null,
      userErrors: [{ code: 'ABOVE_CEILING', field: ['input', 'limit', 'max'] }],
    });
  });
});

describe('API keys', () => {
  const KEY = 'apiKey { id name role prefix createdAt lastUsedAt expiresAt revokedAt clientAccount { id } }';

  it('are made, shown once, listed without their secret, and revoked at once', async () => {
    const clientAccountId = toId('client', agency.clientAccount.id);
    const input = {
      name: 'For the CRM',
      role: 'OPERATOR',
      clientAccountId,
      expiresAt: '2099-01-01T00:00:00Z',
    };
    const { apiKey, secret, userErrors } = await mutate(
      'createApiKey',
      'CreateApiKeyInput',
      input,
      `${KEY} secret`,
    );
    expect(userErrors).toEqual([]);
    expect(apiKey).toMatchObject({
      name: 'For the CRM',
      role: 'OPERATOR',
      clientAccount: { id: clientAccountId },
    });
    expect(apiKey).toMatchObject({
      expiresAt: '2099-01-01T00:00:00.000Z',
      revokedAt: null,
      lastUsedAt: null,
    });
    expect(secret.startsWith(apiKey.prefix)).toBe(true);
    expect((await api.data(secret, '{ viewer { role } }')).viewer.role).toBe('OPERATOR');
    const list = async (): Promise<Json> =>
      (await api.data(agency.key, `{ apiKeys { totalCount nodes { id lastUsedAt } } }`)).apiKeys;
    // Nobody who asks waits until it is written down that a key was used.
    let apiKeys = await list();
    while (apiKeys.nodes[0].lastUsedAt === null) apiKeys = await list();
    expect(apiKeys).toMatchObject({
      totalCount: 2,
      nodes: [{ id: apiKey.id, lastUsedAt: expect.any(String) }, {}],
    });
    const revoked = await mutate('revokeApiKey', 'RevokeApiKeyInput', { apiKeyId: apiKey.id }, KEY);
    expect(revoked.apiKey.revokedAt).toEqual(expect.any(String));
    expect(await api.code(secret, '{ viewer { role } }')).toBe('UNAUTHENTICATED');
  });

  it('that could not be made have no secret', async () => {
    const refused = await mutate(
      'createApiKey',
      'CreateApiKeyInput',
      { name: 'x', role: 'CLIENT' },
      `${KEY} secret`,
    );
    expect(refused).toEqual({
      apiKey: null,
      secret: null,
      userErrors: [{ code: 'INVALID', field: ['input', 'clientAccountId'] }],
    });
  });
});

describe('campaigns', () => {
  it('are made with their seats, found, and listed newest first', async () => {
    const clientAccountId = toId('client', agency.clientAccount.id);
    const seatIds = [toId('seat', agency.seat.id)];
    const make = (name: string, externalRef?: string) =>
      mutate(
        'createCampaign',
        'CreateCampaignInput',
        { clientAccountId, name, seatIds, externalRef },
        'campaign { id name status seats { id } clientAccount { id } usage { used } }',
      );
    const spring = await make('Spring', 'spring');
    expect(spring).toMatchObject({
      campaign: {
        name: 'Spring',
        status: 'DRAFT',
        seats: [{ id: seatIds[0] }],
        clientAccount: { id: clientAccountId },
        usage: [],
      },
      userErrors: [],
    });
    await make('Autumn');
    const query = `{ campaigns { totalCount nodes { name } } campaign(externalRef: "spring") { id }
      drafts: campaigns(statuses: [DRAFT], first: 1) { nodes { name } pageInfo { hasNextPage } }
      running: campaigns(statuses: [RUNNING]) { nodes { name } } }`;
    expect(await api.data(agency.key, query)).toEqual({
      campaigns: { totalCount: 2, nodes: [{ name: 'Autumn' }, { name: 'Spring' }] },
      campaign: { id: spring.campaign.id },
      drafts: { nodes: [{ name: 'Autumn' }], pageInfo: { hasNextPage: true } },
      running: { nodes: [] },
    });
    const limit = { scopeId: spring.campaign.id, limit: DAILY };
    await mutate('setLimit', 'SetLimitInput', limit, 'limit { id }');
    const usage = await api.data(
      agency.key,
      '{ campaign(externalRef: "spring") { usage { remaining limit { scopeKind scopeId window { timeZone } } } } }',
    );
    expect(usage.campaign.usage).toEqual([
      {
        remaining: 40,
        limit: { scopeKind: 'CAMPAIGN', scopeId: spring.campaign.id, window: { timeZone: 'UTC' } },
      },
    ]);
  });

  it('say which seat is none of theirs', async () => {
    const input = {
      clientAccountId: toId('client', agency.clientAccount.id),
      name: 'Spring',
      seatIds: [toId('seat', agency.seat.id), 'seat_x'],
    };
    expect(await mutate('createCampaign', 'CreateCampaignInput', input, 'campaign { id }')).toEqual({
      campaign: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['input', 'seatIds', '1'] }],
    });
  });
});

describe('policies', () => {
  it('are told with their sources; the one in force now, and at an instant', async () => {
    const query = `{ policy { id version effectiveFrom builtIn rules { kind actions recommended ceiling unit source confidence checkedOn window { kind seconds } }
      creditRules { tier perMonth keep } }
      then: policy(at: "2027-06-01T00:00:00Z") { version } policies { nodes { id version } pageInfo { hasNextPage } } }`;
    const answer = await api.data(agency.key, query);
    expect(answer.policy).toMatchObject({
      version: '2026-11',
      builtIn: true,
      effectiveFrom: '2026-11-01T00:00:00.000Z',
    });
    expect(answer.policy.rules).toContainEqual(
      expect.objectContaining({ kind: 'LIMIT', actions: ['DIRECT_MESSAGE'], recommended: 50, ceiling: 150 }),
    );
    expect(answer.policy.creditRules).toContainEqual({ tier: 'SALES_NAVIGATOR', perMonth: 50, keep: 150 });
    expect(answer.then.version).toBe('2026-11');
    expect(answer.policies).toEqual({
      nodes: [{ id: answer.policy.id, version: '2026-11' }],
      pageInfo: { hasNextPage: false },
    });
    const { node } = await api.data(agency.key, 'query ($id: ID!) { node(id: $id) { id __typename } }', {
      id: answer.policy.id,
    });
    expect(node).toEqual({ id: answer.policy.id, __typename: 'Policy' });
  });
});
