import { ID_KINDS, type IdKind } from '../../src/schema/ids.js';
import { newSeat } from '../support/agency.js';
import { PLACES_OF_ALERTS } from './isolation.alerts.js';
import type { Place } from './isolation.people.js';

/** Somebody whom nobody wrote to. */
export const RECIPIENT = { profileUrl: 'linkedin.com/in/bob' };
const OUTSIDE = { action: 'FOLLOW', perDay: 1, from: '2026-11-24' };

/** Every place where an id is taken, but those of people. */
export const PLACES: readonly Place[] = [
  ...ID_KINDS.filter((kind) => !['policy', 'limit', 'restriction'].includes(kind)).map((kind): Place => [
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
  mutationOf('seat', 'updateSeat', 'UpdateSeatInput', (seatId) => ({ seatId, holderName: 'Mine' })),
  ...['pauseSeat', 'resumeSeat'].map((name) =>
    mutationOf('seat', name, 'SeatInput', (seatId) => ({ seatId })),
  ),
  mutationOf('seat', 'setCredits', 'SetCreditsInput', (seatId) => ({ seatId, available: 1 })),
  mutationOf('seat', 'declareOutsideUse', 'DeclareOutsideUseInput', (seatId) => ({ seatId, ...OUTSIDE })),
  mutationOf('seat', 'reportRestriction', 'ReportRestrictionInput', (seatId) => ({
    seatId,
    kind: 'TEMPORARY',
  })),
  mutationOf('restriction', 'liftRestriction', 'LiftRestrictionInput', (restrictionId) => ({
    restrictionId,
  })),
  mutationOf('seat', 'setDaysOff', 'SetDaysOffInput', (seatId) => ({ seatId, days: ['2026-12-25'] })),
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

function mutationOf(kind: IdKind, name: string, inputType: string, inputOf: (id: string) => object): Place {
  const query = `mutation ($input: ${inputType}!) { ${name}(input: $input) { userErrors { code message field } } }`;
  return [kind, query, (id) => ({ input: inputOf(id) })];
}
