import { RecentPlaces } from '../../../src/ledger/reading/recent-places.js';

const PLACE = { agencyId: 'agency', seatId: 'seat', clientAccountId: 'client', campaignId: null };

describe('where room was held lately', () => {
  it('is known by the reservation', () => {
    const places = new RecentPlaces();
    places.add('reservation', PLACE);
    expect(places.get('agency', 'reservation')).toEqual(PLACE);
    expect(places.get('agency', 'another')).toBeUndefined();
  });

  it('is told to its own agency alone', () => {
    const places = new RecentPlaces();
    places.add('reservation', PLACE);
    expect(places.get('another', 'reservation')).toBeUndefined();
  });

  it('is bounded: the oldest is forgotten first', () => {
    const places = new RecentPlaces(2);
    for (const id of ['first', 'second', 'third']) places.add(id, PLACE);
    expect(['first', 'second', 'third'].map((id) => places.get('agency', id) !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
  });
});
