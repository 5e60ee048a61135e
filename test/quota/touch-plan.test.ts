import fc from 'fast-check';
import { counterOf } from '../../src/quota/counter.js';
import { PlannedLimit } from '../../src/quota/planned-limit.js';
import { TouchPlan, type AskedKind } from '../../src/quota/touch-plan.js';
import { AGENCY, askOf, CLIENT_ACCOUNT, DAY, SEAT } from './make.js';
import { ACTIONS, booksOf, CAMPAIGNS, MINUTE, NOW, ofScopes, setsAt, type LimitSet } from './touch-sets.js';

const SENDS = 8;

type Kinds = (sets: readonly LimitSet[]) => AskedKind[];

/** Those that differ by the limits of their campaigns alone are asked as one. */
const inCommon: Kinds = (sets) =>
  ACTIONS.flatMap((action) => {
    const ask = askOf(ofScopes(sets, 'SEAT', 'CLIENT_ACCOUNT', 'AGENCY'), { action });
    const asked: AskedKind['asked'] = () => ask;
    return CAMPAIGNS.map(({ id }) => {
      const own = ofScopes(sets, 'CAMPAIGN').filter(({ scope }) => scope.id === id);
      return { action, noted: false, campaignId: id, asked, own, steadyMs: Infinity, shutBy: null };
    });
  });

/** Each as if there were no other one. */
const eachByItself: Kinds = (sets) =>
  inCommon(sets).map((kind) => {
    const parents = ofScopes(sets, 'CLIENT_ACCOUNT', 'AGENCY');
    const limits = [...ofScopes(sets, 'SEAT'), ...kind.own, ...parents];
    return { ...kind, own: [], asked: () => askOf(limits, { action: kind.action }) };
  });

/** What is told of each kind while the first that can goes out, several times. */
function planned(sets: readonly LimitSet[], kindsOf: Kinds): unknown[] {
  const kinds = kindsOf(sets);
  const terms = { now: NOW, lastAt: null, gapSecondsAt: () => 90, sends: SENDS };
  const plan = new TouchPlan(kinds, booksOf(sets), terms);
  const told: unknown[] = [];
  for (let taken = 0; taken < SENDS; taken += 1) {
    const slots = kinds.map((kind) => plan.slotOf(kind));
    const later = kinds.map((kind) => plan.slotOf(kind, NOW + 45 * MINUTE));
    told.push({ slots, later, bindings: kinds.map((kind) => plan.bindingOf(kind)) });
    const open = slots.map((slot) => slot ?? Infinity);
    const first = Math.min(...open);
    if (first === Infinity) break;
    plan.take(kinds[open.indexOf(first)]!, first);
  }
  return told;
}

it('plans what campaigns have in common once as it would for each by itself', () => {
  fc.assert(
    fc.property(setsAt([SEAT, CLIENT_ACCOUNT, AGENCY]), setsAt(CAMPAIGNS), (common, ofCampaigns) => {
      const sets = [...common, ...ofCampaigns];
      expect(planned(sets, inCommon)).toEqual(planned(sets, eachByItself));
    }),
    { numRuns: 300 },
  );
});

it('tells a limit once of what is planned, however many count on it', () => {
  const counter = counterOf(ACTIONS, false, DAY);
  const max = { max: 3, origin: 'CUSTOM', limitId: null, recommended: null } as const;
  const sets = [SEAT, AGENCY, ...CAMPAIGNS].map((scope) => ({ limit: { scope, counter, ...max }, sent: [] }));
  const kinds = inCommon(sets);
  const terms = { now: NOW, lastAt: null, gapSecondsAt: () => 90, sends: SENDS };
  const plan = new TouchPlan(kinds, booksOf(sets), terms);
  const send = jest.spyOn(PlannedLimit.prototype, 'send');
  for (const kind of kinds) plan.slotOf(kind);
  plan.take(kinds[0]!, NOW);
  const told = send.mock.contexts.map(({ limit }) => limit.scope.id);
  send.mockRestore();
  expect(told.toSorted()).toEqual(['agency', 'one', 'seat']);
});
