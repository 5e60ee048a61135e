import { randomUUID } from 'node:crypto';
import { ROLES, type Role } from '../../src/quota/words.js';
import { newSeat, type SeededAgency } from '../support/agency.js';
import { Api } from '../support/api.js';

let api: Api;
let agency: SeededAgency;
const keys = new Map<Role, string>();

beforeAll(async () => {
  api = await Api.start();
  agency = await api.seed();
  for (const role of ROLES) {
    const clientAccountId = role === 'CLIENT' ? agency.clientAccount.id : null;
    keys.set(role, await api.keyOf(agency, role, clientAccountId));
  }
});
afterAll(() => api.close());

const keyOf = (role: Role): string => keys.get(role) ?? '';

const OPERATORS: readonly Role[] = ['OWNER', 'ADMIN', 'MANAGER', 'OPERATOR'];
const MANAGERS: readonly Role[] = ['OWNER', 'ADMIN', 'MANAGER'];
const ADMINS: readonly Role[] = ['OWNER', 'ADMIN'];

const QUESTION = {
  seatId: 'seat_x',
  action: 'FOLLOW',
  recipient: { profileUrl: 'linkedin.com/in/ada' },
};

/** Who may do what, on ids that nobody has: whoever may is told that, and nothing happens. */
const MUTATIONS: readonly [name: string, roles: readonly Role[], inputType: string, input: object][] = [
  ['createPlan', ADMINS, 'CreatePlanInput!', { name: '', seatAllowance: 1 }],
  ['updatePlan', ADMINS, 'UpdatePlanInput!', { planId: 'plan_x' }],
  [
    'createClientAccount',
    ADMINS,
    'CreateClientAccountInput!',
    { name: 'x', planId: 'plan_x', timeZone: 'UTC' },
  ],
  ['updateClientAccount', ADMINS, 'UpdateClientAccountInput!', { clientAccountId: 'client_x' }],
  ['addSeat', ADMINS, 'AddSeatInput!', newSeat('client_x')],
  ['updateSeat', MANAGERS, 'UpdateSeatInput!', { seatId: 'seat_x' }],
  ['pauseSeat', MANAGERS, 'SeatInput!', { seatId: 'seat_x' }],
  ['resumeSeat', MANAGERS, 'SeatInput!', { seatId: 'seat_x' }],
  ['setCredits', MANAGERS, 'SetCreditsInput!', { seatId: 'seat_x', available: 1 }],
  ['reportRestriction', OPERATORS, 'ReportRestrictionInput!', { seatId: 'seat_x', kind: 'TEMPORARY' }],
  ['liftRestriction', MANAGERS, 'LiftRestrictionInput!', { restrictionId: 'restriction_x' }],
  ['setDaysOff', MANAGERS, 'SetDaysOffInput!', { seatId: 'seat_x', days: [] }],
  [
    'setLimit',
    ADMINS,
    'SetLimitInput!',
    { scopeId: 'seat_x', limit: { actions: ['FOLLOW'], windowKind: 'CALENDAR_DAY', max: 1 } },
  ],
  ['publishPolicy', ADMINS, 'PublishPolicyInput!', { source: '' }],
  ['removeLimit', ADMINS, 'RemoveLimitInput!', { limitId: 'limit_x' }],
  ['createApiKey', ADMINS, 'CreateApiKeyInput!', { name: '', role: 'ANALYST' }],
  ['revokeApiKey', ADMINS, 'RevokeApiKeyInput!', { apiKeyId: 'key_x' }],
  [
    'createCampaign',
    MANAGERS,
    'CreateCampaignInput!',
    { clientAccountId: 'client_x', name: 'x', seatIds: [] },
  ],
  ['reserve', OPERATORS, 'ReserveInput!', { ...QUESTION, idempotencyKey: randomUUID() }],
  ['commitReservation', OPERATORS, 'CommitReservationInput!', { reservationId: 'reservation_x' }],
  ['releaseReservation', OPERATORS, 'ReleaseReservationInput!', { reservationId: 'reservation_x' }],
  ['voidActivities', OPERATORS, 'VoidActivitiesInput!', { activityIds: ['activity_x'], reason: 'x' }],
];

describe('a mutation', () => {
  it.each(MUTATIONS)('%s is for %j', async (name, roles, inputType, input) => {
    const query = `mutation ($input: ${inputType}) { ${name}(input: $input) { userErrors { code } } }`;
    const allowed: Role[] = [];
    for (const role of ROLES) {
      const [error] = (await api.data(keyOf(role), query, { input }))[name].userErrors;
      if (error.code !== 'FORBIDDEN_FOR_ROLE') allowed.push(role);
    }
    expect(allowed).toEqual(roles);
  });

  it('recordActivities is for those who may reserve', async () => {
    const query = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { userErrors { code } } }`;
    const inputs = [
      { seatId: 'seat_x', action: 'FOLLOW', occurredAt: new Date().toISOString(), idempotencyKey: 'x' },
    ];
    const codes = [];
    for (const role of ROLES) {
      codes.push((await api.data(keyOf(role), query, { inputs })).recordActivities.userErrors[0].code);
    }
    expect(codes).toEqual([...OPERATORS.map(() => 'NOT_FOUND'), 'FORBIDDEN_FOR_ROLE', 'FORBIDDEN_FOR_ROLE']);
  });
});

describe('a query', () => {
  it('apiKeys is FORBIDDEN for those who may not make keys', async () => {
    for (const role of ROLES) {
      const { errors } = await api.ask(keyOf(role), '{ apiKeys { totalCount } }');
      expect([role, errors?.[0].extensions.code]).toEqual([
        role,
        ADMINS.includes(role) ? undefined : 'FORBIDDEN',
      ]);
    }
  });

  it('previewDecision is FORBIDDEN for those who may not reserve', async () => {
    const query = 'query ($input: DecisionInput!) { previewDecision(input: $input) { id } }';
    for (const role of ROLES) {
      const code = OPERATORS.includes(role) ? 'NOT_FOUND' : 'FORBIDDEN';
      expect([role, await api.code(keyOf(role), query, { input: QUESTION })]).toEqual([role, code]);
    }
  });

  it('of what one sees is for everybody', async () => {
    const query =
      '{ viewer { role } seats { totalCount } plans { totalCount } policy { version } decisions { nodes { id } } }';
    for (const role of ROLES) {
      expect(await api.data(keyOf(role), query)).toMatchObject({
        viewer: { role },
        seats: { totalCount: 1 },
      });
    }
  });

  it('node finds a key only for those who may see keys', async () => {
    const { apiKeys } = await api.data(agency.key, '{ apiKeys(first: 1) { nodes { id } } }');
    const query = 'query ($id: ID!) { node(id: $id) { id } }';
    const found: Role[] = [];
    for (const role of ROLES) {
      const { node } = await api.data(keyOf(role), query, { id: apiKeys.nodes[0].id });
      if (node) found.push(role);
    }
    expect(found).toEqual(ADMINS);
  });
});
