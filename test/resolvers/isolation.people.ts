import type { IdKind } from '../../src/schema/ids.js';

/** A place where an id is taken, with the kind that it wants. */
export type Place = readonly [kind: IdKind, query: string, variables: (id: string) => object];

const PROFILE_URL = 'linkedin.com/in/bob';

/** The places of ids in what is told of people; `mySeat` is one that the caller has. */
export function placesOfPeople(mySeat: () => string): Place[] {
  const engage = `mutation ($inputs: [EngagementInput!]!) {
    recordEngagement(inputs: $inputs) { userErrors { code message field } } }`;
  const engagement = (ids: object): object => ({
    inputs: [
      {
        seatId: mySeat(),
        recipientProfileUrl: PROFILE_URL,
        kind: 'REPLIED',
        occurredAt: new Date().toISOString(),
        idempotencyKey: 'an answer of mine',
        ...ids,
      },
    ],
  });
  const change = (verb: 'add' | 'remove'): Place => [
    'client',
    `mutation ($input: DoNotContactInput!) { ${verb}DoNotContact(input: $input) { userErrors { code message field } } }`,
    (clientAccountId) => ({ input: { clientAccountId, profileUrl: PROFILE_URL } }),
  ];
  return [
    ['seat', engage, (seatId) => engagement({ seatId })],
    ['reservation', engage, (reservationId) => engagement({ reservationId })],
    change('add'),
    change('remove'),
  ];
}
