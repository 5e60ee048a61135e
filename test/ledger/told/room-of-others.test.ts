import fc from 'fast-check';
import { ofOthersToo } from '../../../src/ledger/told/plan-at-desk.js';
import { RoomOfOthers } from '../../../src/ledger/told/room-of-others.js';
import { decide } from '../../../src/quota/decide.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { AGENCY, askOf, CLIENT_ACCOUNT, SEAT } from '../../quota/make.js';
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
