import { type Read, StandingCache } from '../../../src/ledger/reading/cache.js';
import { counterOf } from '../../../src/quota/counter.js';
import { limitsSet } from '../../../src/quota/limit.js';
import type { Authority } from '../../../src/ledger/reading/authority.js';
import type { Standing } from '../../../src/ledger/reading/standing.js';
import { PolicyCourse } from '../../../src/quota/policy/index.js';

/** Keys of an agency, as many as asked for: what is kept of it. */
function authorities(agencyId: string, count: number, from = 0): Authority[] {
  return Array.from({ length: count }, (_, index) => ({
    agencyId,
    credentialId: `${from + index}`,
    rights: 0,
    revoked: false,
    expiresAt: null,
  }));
}

function standingOf(agencyId: string): Standing {
  return {
    ...{ agencyId, seatId: 'seat', clientAccountId: 'account', tier: 'BASIC', status: 'ACTIVE' },
    ...{ holderAgreed: true, clientAccountStatus: 'ACTIVE', poolsContacts: false, keepsTexts: false },
    ...{ history: 'DECLARED', limitMode: 'CEILING', workingHours: null, warmUpStartedOn: null },
    ...{ assignments: [], campaigns: [], daysOff: [], restrictions: [] },
    zones: { agency: [], clientAccount: [], seat: [] },
    set: { agency: [], clientAccount: [], seat: [] },
    outside: { uses: [], lastImportAt: null },
    opening: { at: 0, count: 0 },
    course: new PolicyCourse([]),
  };
}

function keptOf(cache: StandingCache, agencyId: string): number | undefined {
  return cache.peek(agencyId)?.authorities.size;
}

const NOTHING: Read = { standings: [], authorities: [], parents: new Map() };
const BOUNDS = { agenciesMax: 3, ofAgencyMax: 6, max: 10 };

it('the agency that was asked for longest ago goes first when all together are too many', () => {
  const cache = new StandingCache(BOUNDS);
  cache.keep('a', 1, { ...NOTHING, authorities: authorities('a', 4) });
  cache.keep('b', 1, { ...NOTHING, authorities: authorities('b', 4) });
  cache.peek('a');
  cache.keep('c', 1, { ...NOTHING, authorities: authorities('c', 4) });
  expect(['a', 'b', 'c'].map((id) => keptOf(cache, id))).toEqual([4, undefined, 4]);
});

it('agencies that grow count as what they are', () => {
  const cache = new StandingCache(BOUNDS);
  cache.keep('a', 1, { ...NOTHING, authorities: authorities('a', 5) });
  cache.keep('b', 1, { ...NOTHING, authorities: authorities('b', 3) });
  cache.keep('b', 1, { ...NOTHING, authorities: authorities('b', 2, 3) });
  expect([keptOf(cache, 'a'), keptOf(cache, 'b')]).toEqual([5, 5]);
  cache.keep('b', 1, { ...NOTHING, authorities: authorities('b', 1, 5) });
  expect([keptOf(cache, 'a'), keptOf(cache, 'b')]).toEqual([undefined, 6]);
});

it('a new revision begins anew, and what it replaces counts no more', () => {
  const cache = new StandingCache(BOUNDS);
  cache.keep('a', 1, { ...NOTHING, authorities: authorities('a', 5) });
  cache.keep('b', 1, { ...NOTHING, authorities: authorities('b', 5) });
  cache.keep('b', 2, { ...NOTHING, authorities: authorities('b', 5) });
  cache.keep('b', 1, { ...NOTHING, authorities: authorities('b', 1, 9) });
  expect([cache.peek('b')?.revision, keptOf(cache, 'a'), keptOf(cache, 'b')]).toEqual([2, 5, 5]);
});

it('an agency that is too large by itself is begun anew, and stays', () => {
  const cache = new StandingCache(BOUNDS);
  cache.keep('a', 1, { ...NOTHING, authorities: authorities('a', 6) });
  cache.keep('a', 1, { ...NOTHING, authorities: authorities('a', 1, 6) });
  expect(keptOf(cache, 'a')).toBe(1);
  cache.keep('a', 1, { ...NOTHING, authorities: authorities('a', 20) });
  expect(keptOf(cache, 'a')).toBe(20);
});

it('a seat of very many campaigns takes the places of many seats', () => {
  const cache = new StandingCache({ agenciesMax: 9, ofAgencyMax: 40_000, max: 5 });
  const standing = standingOf('b');
  const campaign = { id: 'c', clientAccountId: 'a', status: 'RUNNING' as const, set: [] };
  const large = { ...standing, campaigns: Array.from({ length: 200 }, () => campaign) };
  cache.keep('a', 1, { ...NOTHING, authorities: authorities('a', 1) });
  cache.keep('b', 1, { ...NOTHING, standings: [large] });
  expect([keptOf(cache, 'a'), cache.peek('b')?.standings.size]).toEqual([undefined, 1]);
  // The same one again takes no more.
  cache.keep('b', 1, { ...NOTHING, standings: [large] });
  cache.keep('b', 1, { ...NOTHING, standings: [standing] });
  cache.keep('a', 1, { ...NOTHING, authorities: authorities('a', 4) });
  expect([keptOf(cache, 'a'), cache.peek('b')?.standings.size]).toEqual([4, 1]);
});

it('what is set above very many seats takes its places once', () => {
  const cache = new StandingCache({ agenciesMax: 9, ofAgencyMax: 12, max: 40_000 });
  const limits = limitsSet(
    Array.from({ length: 450 }, (_, index) => ({
      ...{
        id: `${index}`,
        counter: counterOf(['DIRECT_MESSAGE'], false, { kind: 'ROLLING', seconds: index + 1 }),
      },
      max: 9,
    })),
    { kind: 'CLIENT_ACCOUNT', id: 'account' },
    'CUSTOM',
  );
  const parents = new Map([['account', { limits, zones: [] }]]);
  const standings = [standingOf('a'), { ...standingOf('a'), seatId: 'other' }].map((standing) => ({
    ...standing,
    set: { ...standing.set, clientAccount: limits },
  }));
  cache.keep('a', 1, { standings: standings.slice(0, 1), authorities: [], parents });
  cache.keep('a', 1, { ...NOTHING, standings: standings.slice(1) });
  expect([cache.peek('a')?.standings.size, cache.peek('a')?.parents.get('account')?.limits]).toEqual([
    2,
    limits,
  ]);
  // No place is left: all of it is begun anew.
  cache.keep('a', 1, { ...NOTHING, authorities: authorities('a', 1) });
  expect([cache.peek('a')?.standings.size, cache.peek('a')?.parents.size]).toEqual([0, 0]);
});

it('keeps so many agencies at most', () => {
  const cache = new StandingCache(BOUNDS);
  for (const id of ['a', 'b', 'c', 'd']) cache.keep(id, 1, NOTHING);
  expect(['a', 'b', 'c', 'd'].map((id) => keptOf(cache, id))).toEqual([undefined, 0, 0, 0]);
});
