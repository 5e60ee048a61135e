import { counterOf } from '../../src/quota/counter.js';
import {
  ceilingOf,
  counterInWords,
  limitsOn,
  limitsSet,
  lowestLimits,
  policyLimits,
  type Limit,
  type SeatLimitTerms,
} from '../../src/quota/limit.js';
import { BUILT_IN_COURSE } from '../../src/quota/policy/index.js';
import { rolling } from '../../src/quota/window.js';
import { ACTIONS } from '../../src/quota/words.js';
import { AGENCY, CLIENT_ACCOUNT, limitOf, MONTH, SEAT } from './make.js';

const POLICY = BUILT_IN_COURSE.at(Date.UTC(2026, 10, 24));
const MESSAGES_OF_A_DAY = counterOf(['DIRECT_MESSAGE'], false, rolling(86_400));
const INVITATIONS_OF_A_DAY = counterOf(['CONNECTION_REQUEST'], false, rolling(86_400));
const TERMS: SeatLimitTerms = { tier: 'SALES_NAVIGATOR', history: 'DECLARED', limitMode: 'CEILING' };

function ofPolicy(terms: Partial<SeatLimitTerms>, counterKey: string): Pick<Limit, 'max' | 'origin'>[] {
  return policyLimits(POLICY, { ...TERMS, ...terms }, SEAT)
    .filter(({ counter }) => counter.key === counterKey)
    .map(({ max, origin }) => ({ max, origin }));
}

function set(id: string, max: number, counter = MESSAGES_OF_A_DAY) {
  return { id, counter, max };
}

describe('the policy’s limits', () => {
  it('are its ceilings, and know the recommended number', () => {
    const limits = policyLimits(POLICY, TERMS, SEAT);
    expect(limits.find(({ counter }) => counter.key === MESSAGES_OF_A_DAY.key)).toEqual({
      scope: SEAT,
      counter: MESSAGES_OF_A_DAY,
      max: 150,
      origin: 'POLICY',
      limitId: null,
      recommended: 50,
    });
  });

  it('are the recommended numbers where the mode says so, the ceiling where there is none', () => {
    expect(ofPolicy({ limitMode: 'RECOMMENDED' }, MESSAGES_OF_A_DAY.key)).toEqual([
      { max: 50, origin: 'POLICY' },
    ]);
    expect(ofPolicy({ limitMode: 'RECOMMENDED' }, 'DIRECT_MESSAGE@600')).toEqual([
      { max: 15, origin: 'POLICY' },
    ]);
  });

  it('count notes by the month for free accounts alone', () => {
    const noted = 'CONNECTION_REQUEST!@CALENDAR_MONTH';
    expect(ofPolicy({ tier: 'BASIC' }, noted)).toEqual([{ max: 5, origin: 'POLICY' }]);
    expect(ofPolicy({ tier: 'PREMIUM_CAREER' }, noted)).toEqual([]);
  });

  it.each(['CEILING', 'RECOMMENDED'] as const)(
    'are fewer while the history is unknown, in mode %s',
    (limitMode) => {
      const lowest = lowestLimits(policyLimits(POLICY, { ...TERMS, history: 'UNKNOWN', limitMode }, SEAT));
      const found = (key: string) => lowest.filter(({ counter }) => counter.key === key);
      expect(found(MESSAGES_OF_A_DAY.key)).toMatchObject([
        { max: 20, origin: 'HISTORY_UNKNOWN', recommended: 50 },
      ]);
      expect(found(INVITATIONS_OF_A_DAY.key)).toMatchObject([
        { max: 10, origin: 'HISTORY_UNKNOWN', recommended: 16 },
      ]);
    },
  );

  it.each(['NONE', 'DECLARED'] as const)('are not where it is %s', (history) => {
    expect(policyLimits(POLICY, { ...TERMS, history }, SEAT).map(({ origin }) => origin)).not.toContain(
      'HISTORY_UNKNOWN',
    );
  });
});

describe('the chain of limits', () => {
  const policy = limitOf(150, rolling(86_400), { origin: 'POLICY', recommended: 50 });

  it.each([
    ['the policy where nobody set less', 200, 180, { max: 150, origin: 'POLICY', limitId: null }],
    ['the plan where it is lower', 120, 130, { max: 120, origin: 'PLAN', limitId: 'plan' }],
    ['the custom one where it is lowest', 120, 40, { max: 40, origin: 'CUSTOM', limitId: 'custom' }],
    ['the first of equals', 150, 150, { max: 150, origin: 'POLICY', limitId: null }],
    ['the first of equals below', 40, 40, { max: 40, origin: 'PLAN', limitId: 'plan' }],
    ['nothing at all', 0, 40, { max: 0, origin: 'PLAN', limitId: 'plan' }],
  ])('binds by %s, and knows the recommended number', (_, plan, custom, expected) => {
    const chain = [
      policy,
      ...limitsSet([set('plan', plan)], SEAT, 'PLAN'),
      ...limitsSet([set('custom', custom)], SEAT, 'CUSTOM'),
    ];
    expect(lowestLimits(chain)).toEqual([{ ...policy, ...expected, recommended: 50 }]);
    const known = lowestLimits([...chain.slice(1), policy]);
    expect(known).toMatchObject([{ max: expected.max, recommended: 50 }]);
  });

  it('is one for each counter of each scope', () => {
    const chain = [
      policy,
      ...limitsSet([set('client', 10)], CLIENT_ACCOUNT, 'CUSTOM'),
      ...limitsSet([set('agency', 300), set('other', 7, INVITATIONS_OF_A_DAY)], AGENCY, 'CUSTOM'),
      ...limitsSet([set('minute', 5, counterOf(['DIRECT_MESSAGE'], false, rolling(60)))], SEAT, 'CUSTOM'),
    ];
    expect(lowestLimits(chain).map(({ scope, max }) => [scope.kind, max])).toEqual([
      ['SEAT', 150],
      ['CLIENT_ACCOUNT', 10],
      ['AGENCY', 300],
      ['AGENCY', 7],
      ['SEAT', 5],
    ]);
  });

  it('holds a request to the counters that count it', () => {
    const all = policyLimits(POLICY, { ...TERMS, tier: 'BASIC' }, SEAT);
    const keys = (noted: boolean) =>
      limitsOn(all, 'CONNECTION_REQUEST', noted).map(({ counter }) => counter.key);
    const plain = ['CONNECTION_REQUEST@604800', 'CONNECTION_REQUEST@86400', 'CONNECTION_REQUEST@600'];
    expect(keys(false)).toEqual([...plain, '*@86400']);
    expect(keys(true)).toEqual([...plain, 'CONNECTION_REQUEST!@CALENDAR_MONTH', '*@86400']);
  });
});

describe('the ceiling of a counter', () => {
  it.each([
    [MESSAGES_OF_A_DAY, 'BASIC', 150],
    [counterOf(['CONNECTION_REQUEST'], true, MONTH), 'BASIC', 5],
    [counterOf(['CONNECTION_REQUEST'], true, MONTH), 'SALES_NAVIGATOR', null],
    [counterOf(ACTIONS, false, rolling(86_400)), 'BASIC', 250],
    [counterOf(['DIRECT_MESSAGE'], false, rolling(86_401)), 'BASIC', null],
    // What an unknown history allows is no ceiling.
    [INVITATIONS_OF_A_DAY, 'BASIC', 30],
  ] as const)('of %j at %s is %s', (counter, tier, ceiling) => {
    expect(ceilingOf(POLICY, tier, counter)).toBe(ceiling);
  });
});

describe('counters in words', () => {
  it.each([
    [counterOf(['CONNECTION_REQUEST'], true, MONTH), 'connection requests with a note in a calendar month'],
    [MESSAGES_OF_A_DAY, 'direct messages in 24 hours'],
    [counterOf(['INMAIL'], false, rolling(86_400)), 'InMails in 24 hours'],
    [counterOf(ACTIONS, false, rolling(600)), 'actions (10 kinds) in 10 minutes'],
  ])('%j', (counter, words) => {
    expect(counterInWords(counter, 2)).toBe(words);
  });

  it.each([
    [counterOf(['CONNECTION_REQUEST'], true, MONTH), 'connection request with a note in a calendar month'],
    [counterOf(ACTIONS, false, rolling(600)), 'action (10 kinds) in 10 minutes'],
  ])('%j, of one', (counter, words) => {
    expect(counterInWords(counter, 1)).toBe(words);
  });
});
