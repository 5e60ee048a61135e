import fc from 'fast-check';
import { DAY, HOUR, MINUTE } from '../../src/quota/window.js';
import type { Action, ConnectionDegree, EngagementKind } from '../../src/quota/words.js';

const WHO = { seat: fc.constantFrom(0, 0, 1), slug: fc.constantFrom('a', 'a', 'b') };
const ACTION = fc.constantFrom<Action[]>(
  'CONNECTION_REQUEST',
  'CONNECTION_REQUEST',
  'INMAIL',
  'INMAIL',
  'DIRECT_MESSAGE',
  'INVITATION_WITHDRAWAL',
  'OPEN_PROFILE_MESSAGE',
);
const DEGREE = fc.constantFrom<ConnectionDegree[]>('FIRST', 'SECOND', 'OUT_OF_NETWORK', 'UNKNOWN', 'UNKNOWN');
const KIND = fc.constantFrom<EngagementKind[]>(
  'INVITATION_ACCEPTED',
  'INVITATION_ACCEPTED',
  'INVITATION_DECLINED',
  'INVITATION_WITHDRAWN',
  'REPLIED',
  'INMAIL_ACCEPTED',
  'INMAIL_DECLINED',
);
const AGO = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: HOUR, max: 100 * DAY }) },
);
const ASK = fc.record({
  kind: fc.constant('ASK' as const),
  ...WHO,
  action: ACTION,
  degree: DEGREE,
  openProfile: fc.boolean(),
  isReply: fc.integer({ min: 0, max: 5 }).map((number) => number === 0),
  holdSeconds: fc.integer({ min: 30, max: 86_400 }),
  isSentAtOnce: fc.boolean(),
});
const RESOLVE = fc.record({
  kind: fc.constantFrom('COMMIT' as const, 'COMMIT' as const, 'RELEASE' as const),
  pick: fc.nat(),
  share: fc.float({ min: 0, max: 1, noNaN: true }),
});
const RECORD = fc.record({ kind: fc.constant('RECORD' as const), ...WHO, action: ACTION, ago: AGO });
const VOID = fc.record({ kind: fc.constant('VOID' as const), pick: fc.nat() });
const ANSWER = fc.record({ kind: fc.constant('ANSWER' as const), ...WHO, answer: KIND, ago: AGO });
const OPT_OUT = fc.record({
  kind: fc.constant('ANSWER' as const),
  ...WHO,
  answer: fc.constant('OPTED_OUT' as const),
  ago: fc.constant(0),
});
const WHAT = fc.oneof(
  { weight: 90, arbitrary: ASK },
  { weight: 30, arbitrary: RESOLVE },
  { weight: 12, arbitrary: RECORD },
  { weight: 6, arbitrary: VOID },
  { weight: 40, arbitrary: ANSWER },
  { weight: 1, arbitrary: OPT_OUT },
);
export type What = typeof WHAT extends fc.Arbitrary<infer One> ? One : never;

/** How the clock comes to the next step: by a span, or to one of the edges of what is known, or just before it. */
const by = (min: number, max: number) => fc.record({ by: fc.integer({ min, max }) });
const LATER = fc.oneof(
  { weight: 4, arbitrary: by(6 * MINUTE, 4 * HOUR) },
  { weight: 1, arbitrary: by(HOUR, 4 * DAY) },
  { weight: 1, arbitrary: by(DAY, 40 * DAY) },
  { weight: 2, arbitrary: fc.record({ edge: fc.nat(9), offset: fc.constantFrom(-1, 0) }) },
);
export const PEOPLE_STEPS = fc.array(fc.record({ later: LATER, what: WHAT }), {
  minLength: 40,
  maxLength: 70,
});
export type Steps = typeof PEOPLE_STEPS extends fc.Arbitrary<infer All> ? All : never;
