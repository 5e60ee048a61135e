import type { Place } from './isolation.people.js';

const byId = (id: string): object => ({ id });

/** The places of ids in what is told of alerts. */
export const PLACES_OF_ALERTS: readonly Place[] = [
  ['seat', 'query ($id: ID!) { alerts(seatId: $id) { nodes { id } } }', byId],
  ['client', 'query ($id: ID!) { alerts(clientAccountId: $id) { nodes { id } } }', byId],
  [
    'alert',
    `mutation ($input: AcknowledgeAlertInput!) { acknowledgeAlert(input: $input) { userErrors { code message field } } }`,
    (alertId) => ({ input: { alertId } }),
  ],
];
