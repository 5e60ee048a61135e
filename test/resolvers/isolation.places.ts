import { ID_KINDS } from '../../src/schema/ids.js';
import { newSeat } from '../support/agency.js';
import { PLACES_OF_ALERTS } from './isolation.alerts.js';
import type { Place } from './isolation.people.js';
import { mutationOf, PLACES_OF_SEATS } from './isolation.seats.js';

/** Somebody whom nobody wrote to. */
export const RECIPIENT = { profileUrl: 'linkedin.com/in/bob' };

/** Every place where an id is taken, but those of people. */
export const PLACES: readonly Place[] = [
  ...ID_KINDS.filter((kind) => !['limit', 'restriction'].includes(kind)).map((kind): Place => [
    kind,
    'query ($id: ID!) { node(id: $id) { id } }',
    (id) => ({ id }),
  ]),
  ['client', 'query ($id: ID!) { clientAccount(id: $id) { name } }', (id) => ({ id })],
  ['seat', 'query ($id: ID!) { seat(id: $id) { credits { history { nodes { at } } } } }', (id) => ({ id })],
  ['campaign', 'query ($id: ID!) { campaign(id: $id) { name } }', (id) => ({ id })],
  ...['seats', 'campaigns'].map((list): Place => [
    'client',
    `query ($id: ID!) { ${list}(clientAccountId: $id) { totalCount nodes { id } } }`,
    (id) => ({ id }),
  ]),
  ...(['seat', 'client', 'campaign', 'agency', 'plan'] as const).map((kind): Place => [
    kind,
    'query ($id: ID!) { limits(scopeId: $id) { max } }',
    (id) => ({ id }),
  ]),
  ['seat', 'query ($id: ID!) { decisions(seatId: $id) { nodes { id } } }', (id) => ({ id })],
  ['seat', 'query ($id: ID!) { reservations(seatId: $id) { nodes { id } } }', (id) => ({ id })],
  ['seat', 'query ($id: ID!) { activities(seatId: $id) { nodes { id } } }', (id) => ({ id })],
  ['client', 'query ($id: ID!) { decisions(clientAccountId: $id) { nodes { id } } }', (id) => ({ id })],
  ['campaign', 'query ($id: ID!) { decisions(campaignId: $id) { nodes { id } } }', (id) => ({ id })],
  [
    'seat',
    'query ($input: DecisionInput!) { previewDecision(input: $input) { outcome } }',
    (seatId) => ({ input: { seatId, action: 'FOLLOW', recipient: RECIPIENT } }),
  ],
  [
    'seat',
    'query ($input: PlanSendsInput!) { planSends(input: $input) { fits } }',
    (seatId) => ({ input: { seatId, action: 'FOLLOW', count: 1, until: '2099-01-01T00:00:00Z' } }),
  ],
  mutationOf('plan', 'updatePlan', 'UpdatePlanInput', (planId) => ({ planId, name: 'Mine now' })),
  mutationOf('plan', 'createClientAccount', 'CreateClientAccountInput', (planId) => ({
    planId,
    name: 'Mine',
    timeZone: 'UTC',
  })),
  mutationOf('client', 'updateClientAccount', 'UpdateClientAccountInput', (id) => ({
    clientAccountId: id,
    name: 'Mine',
  })),
  mutationOf('client', 'addSeat', 'AddSeatInput', (id) => ({
    ...newSeat(id),
    profileUrl: 'https://www.linkedin.com/in/mine',
  })),
  ...PLACES_OF_SEATS,
  ...(['seat', 'client', 'campaign', 'agency'] as const).map((kind) =>
    mutationOf(kind, 'setLimit', 'SetLimitInput', (scopeId) => ({
      scopeId,
      limit: { actions: ['FOLLOW'], windowKind: 'CALENDAR_DAY', max: 1 },
    })),
  ),
  mutationOf('limit', 'removeLimit', 'RemoveLimitInput', (limitId) => ({ limitId })),
  mutationOf('client', 'createApiKey', 'CreateApiKeyInput', (clientAccountId) => ({
    clientAccountId,
    name: 'Mine',
    role: 'CLIENT',
  })),
  mutationOf('key', 'revokeApiKey', 'RevokeApiKeyInput', (apiKeyId) => ({ apiKeyId })),
  ...(['client', 'seat'] as const).map((kind) =>
    mutationOf(kind, 'inviteMember', 'InviteMemberInput', (id) => ({
      ...{ email: 'cleo@example.com', role: 'OPERATOR' },
      [kind === 'client' ? 'clientAccountIds' : 'seatIds']: [id],
    })),
  ),
  ...(['resendInvitation', 'removeMember', 'resetSecondFactor'] as const).map((name) =>
    mutationOf('member', name, `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`, (memberId) => ({
      memberId,
    })),
  ),
  ...(['giveToMember', 'takeFromMember'] as const).map((name) =>
    mutationOf('member', name, `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`, (memberId) => ({
      ...{ memberId, seatIds: [] },
    })),
  ),
  mutationOf('member', 'setMemberRole', 'SetMemberRoleInput', (memberId) => ({ memberId, role: 'ANALYST' })),
  mutationOf('client', 'createCampaign', 'CreateCampaignInput', (clientAccountId) => ({
    clientAccountId,
    name: 'Mine',
    seatIds: [],
  })),
  mutationOf('seat', 'reserve', 'ReserveInput', (seatId) => ({
    seatId,
    action: 'FOLLOW',
    recipient: RECIPIENT,
    idempotencyKey: 'a key of mine',
  })),
  mutationOf('reservation', 'commitReservation', 'CommitReservationInput', (id) => ({ reservationId: id })),
  mutationOf('reservation', 'releaseReservation', 'ReleaseReservationInput', (id) => ({ reservationId: id })),
  ...PLACES_OF_ALERTS,
  mutationOf('activity', 'voidActivities', 'VoidActivitiesInput', (id) => ({
    activityIds: [id],
    reason: 'x',
  })),
];
