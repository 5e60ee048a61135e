import fc from 'fast-check';
import { ofOthersToo } from '../../../src/ledger/told/plan-at-desk.js';
import { RoomOfOthers } from '../../../src/ledger/told/room-of-others.js';
import { emptyTally, ScopeBook } from '../../../src/quota/book.js';
import { decide, EntriesNeeded } from '../../../src/quota/decide.js';
import type { Books } from '../../../src/quota/unit.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { AGENCY, askOf, at, bookAt, CLIENT_ACCOUNT, DAY, limitOf, MONTH, SEAT } from '../../quota/make.js';
import { booksOf, CAMPAIGNS, NOW, ofScopes, setsAt } from '../../quota/touch-sets.js';

/** Who was given one seat: neither its client account nor its campaigns are theirs. */
const VIEWER: Viewer = {
  agencyId: 'agency',
  role: 'OPERATOR',
  reach: { clientAccountIds: [], seatIds: ['seat'], seatAccountIds: ['client'] },
  ...{ actor: 'member:one', credential: null, expiresAt: null },
};

it('says of each campaign what all that is not shown says of it together', () => {
  fc.assert(
    fc.property(setsAt([SEAT, CLIENT_ACCOUNT, AGENCY]), setsAt(CAMPAIGNS), (common, ofCampaigns) => {
      const sets = [...common, ...ofCampaigns];
      const books = booksOf(sets);
      const ask = askOf(ofScopes(sets, 'SEAT', 'CLIENT_ACCOUNT', 'AGENCY'));
      const room = new RoomOfOthers(VIEWER, ask, books, NOW);
      for (const { id } of CAMPAIGNS) {
        const own = ofScopes(sets, 'CAMPAIGN').filter(({ scope }) => scope.id === id);
        const parents = ofScopes(sets, 'CLIENT_ACCOUNT', 'AGENCY');
        const all = { ...ask, limits: [...ofScopes(sets, 'SEAT'), ...own, ...parents] };
        const { outcome, reasons, certainAt } = decide(ofOthersToo(VIEWER, all, true), books, NOW);
        const shut = outcome === 'ALLOWED' ? null : { ...reasons[0], retryAt: certainAt };
        expect(room.shut(own)).toEqual(shut);
      }
    }),
    { numRuns: 300 },
  );
});

it('asks for what a campaign goes by while another limit has no room: the charges that its next month reaches back to', () => {
  const full = limitOf(1, DAY, { scope: AGENCY });
  const [scope] = CAMPAIGNS;
  const own = limitOf(50, MONTH, { scope: scope! });
  const zones = [
    { from: 0, timeZone: 'America/Los_Angeles' },
    { from: NOW - 14 * 86_400_000, timeZone: 'Asia/Tokyo' },
  ];
  const ofAgency = bookAt(NOW, [full]);
  ofAgency.open(full.counter, { ...ofAgency.tally(full.counter), used: 1 });
  const ofCampaign = new ScopeBook(own.scope, zones, NOW, []);
  ofCampaign.open(own.counter, { ...emptyTally(own.counter, zones, NOW), used: 3 });
  const books: Books = ({ kind }) => (kind === 'AGENCY' ? ofAgency : ofCampaign);
  const room = new RoomOfOthers(VIEWER, askOf([full]), books, NOW);
  expect(() => room.shut([own])).toThrow(EntriesNeeded);
  ofCampaign.giveEntries(own.counter, { entries: [{ at: NOW - 86_400_000, count: 3 }], complete: true });
  expect(room.shut([own])?.retryAt).toBe(at('2026-11-25T00:00:00.000Z'));
});
