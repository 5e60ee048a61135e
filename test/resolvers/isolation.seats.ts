import type { IdKind } from '../../src/schema/ids.js';
import { newSeat } from '../support/agency.js';
import type { Place } from './isolation.people.js';

const OUTSIDE = { action: 'FOLLOW', perDay: 1, from: '2026-11-24' };

/** The places of ids in what is changed of seats. */
export const PLACES_OF_SEATS: readonly Place[] = [
  mutationOf('seat', 'updateSeat', 'UpdateSeatInput', (seatId) => ({ seatId, holderName: 'Mine' })),
  ...['pauseSeat', 'resumeSeat', 'removeSeat', 'restoreSeat'].map((name) =>
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
  mutationOf('seat', 'assignOperators', 'AssignOperatorsInput', (seatId) => ({ seatId, apiKeyIds: [] })),
  mutationOf('seat', 'createHolderLink', 'CreateHolderLinkInput', (seatId) => ({ seatId })),
  mutationOf('seat', 'setDaysOff', 'SetDaysOffInput', (seatId) => ({ seatId, days: ['2026-12-25'] })),
];

const ADD_SEATS = `mutation ($input: AddSeatsInput!) {
  addSeats(input: $input) { errors { column code message } userErrors { code message field } } }`;

/** The places of ids in many seats at once. */
export const PLACES_OF_TABLES: readonly Place[] = [
  ['client', ADD_SEATS, (id) => ({ input: { seats: [newSeat(id)] } })],
  [
    'client',
    ADD_SEATS,
    (id) => ({ input: { csv: 'name,url,tier,tz\nAda,in/ada,BASIC,UTC', clientAccountId: id } }),
  ],
];

/** The places of ids in moves; `mySeat` is one that the caller has. */
export function placesOfMoves(mySeat: () => string): Place[] {
  return [
    mutationOf('seat', 'moveSeat', 'MoveSeatInput', (seatId) => ({
      seatId,
      clientAccountId: 'client_nobody',
    })),
    mutationOf('key', 'assignOperators', 'AssignOperatorsInput', (id) => ({
      seatId: mySeat(),
      apiKeyIds: [id],
    })),
    mutationOf('client', 'moveSeat', 'MoveSeatInput', (id) => ({ seatId: mySeat(), clientAccountId: id })),
  ];
}

export function mutationOf(
  kind: IdKind,
  name: string,
  inputType: string,
  inputOf: (id: string) => object,
): [IdKind, string, (id: string) => object] {
  const query = `mutation ($input: ${inputType}!) { ${name}(input: $input) { userErrors { code message field } } }`;
  return [kind, query, (id) => ({ input: inputOf(id) })];
}
