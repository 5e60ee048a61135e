import { policyFromRow, rowFromPolicy } from '../../../src/ledger/reading/policies.js';
import {
  BUILT_IN_POLICIES,
  ruleIdentity,
  type Policy,
  type PolicyRule,
} from '../../../src/quota/policy/index.js';
import { limitWith, ownPolicy } from '../../quota/policy/make.js';

const [BUILT_IN] = BUILT_IN_POLICIES as readonly [Policy];

/** An agency's version with other numbers of some rules: the others are the very rules of the built-in one. */
function published(changed: (rule: PolicyRule) => Partial<PolicyRule>): Policy {
  const policy = ownPolicy(1, 5, changed);
  const same = (rule: PolicyRule, place: number) =>
    JSON.stringify(rule) === JSON.stringify(BUILT_IN.rules[place]) ? BUILT_IN.rules[place]! : rule;
  return { ...policy, rules: policy.rules.map(same) };
}

/** The row as it comes back from the database. */
function kept(policy: Policy) {
  return JSON.parse(JSON.stringify(rowFromPolicy('agency', policy))) as ReturnType<typeof rowFromPolicy>;
}

function read(policy: Policy, rules: readonly PolicyRule[]): readonly PolicyRule[] {
  return policyFromRow(kept(policy), [{ ...BUILT_IN, rules }]).rules;
}

const gapAndMessages = (rule: PolicyRule): Partial<PolicyRule> => ({
  ...limitWith('DIRECT_MESSAGE', 86_400, 90, 45)(rule),
  ...(rule.kind === 'GAP' && { recommended: 120 }),
});
const numbersOf = (rules: readonly PolicyRule[]) =>
  new Map(rules.map((rule) => [ruleIdentity(rule), [rule.recommended, rule.ceiling]]));

describe('a version that an agency published', () => {
  it('is kept as what it has otherwise, and read as it was', () => {
    const policy = published(gapAndMessages);
    expect(kept(policy).numbers.rules.map(({ kind }) => kind)).toEqual(['LIMIT', 'GAP']);
    expect(policyFromRow(kept(policy))).toEqual(policy);
  });

  it.each<[string, (rules: readonly PolicyRule[]) => readonly PolicyRule[]]>([
    ['turned round', (rules) => rules.toReversed()],
    ['with one before all others', (rules) => [{ ...rules[0]!, tiers: ['BASIC'], ceiling: 1 }, ...rules]],
    ['with one in the midst', (rules) => rules.toSpliced(7, 0, { ...rules[3]!, onlyWithNote: true })],
    ['without its first', (rules) => rules.slice(1)],
    ['without one in the midst', (rules) => rules.toSpliced(9, 1)],
  ])('has its numbers on the same rules in a built-in one that is written %s', (_, change) => {
    const policy = published(gapAndMessages);
    const builtIn = change(BUILT_IN.rules);
    const expected = numbersOf(builtIn);
    for (const rule of policy.rules) {
      if (!BUILT_IN.rules.includes(rule)) expected.set(ruleIdentity(rule), [rule.recommended, rule.ceiling]);
    }
    const rules = read(policy, builtIn);
    expect(numbersOf(rules)).toEqual(expected);
    expect(rules).toHaveLength(expected.size);
  });

  it('keeps a rule that the built-in one has no more, and it is the one that is found', () => {
    const policy = published(gapAndMessages);
    const others = BUILT_IN.rules.filter(({ kind }) => kind !== 'GAP');
    const gap = BUILT_IN.rules.find(({ kind }) => kind === 'GAP')!;
    expect(read(policy, others).filter(({ kind }) => kind === 'GAP')).toEqual([
      expect.objectContaining({ recommended: 120 }),
    ]);
    const another = { ...gap, actions: gap.actions.slice(1) };
    expect(read(policy, [...others, another]).find(({ kind }) => kind === 'GAP')).toMatchObject({
      recommended: 120,
    });
  });

  it('takes the order of actions and tiers for no difference', () => {
    const notes = (rule: PolicyRule) => (rule.kind === 'NOTE_LENGTH' ? { ceiling: 150 } : {});
    const turned = BUILT_IN.rules.map((rule) => ({
      ...rule,
      actions: rule.actions.toReversed(),
      tiers: rule.tiers && rule.tiers.toReversed(),
    }));
    const rules = read(published(notes), turned);
    expect(rules).toHaveLength(BUILT_IN.rules.length);
    expect(rules.filter(({ kind }) => kind === 'NOTE_LENGTH').map(({ ceiling }) => ceiling)).toEqual([
      150, 150,
    ]);
  });

  it.each(BUILT_IN_POLICIES.map((policy) => [policy.version, policy]))(
    'is told from each other rule of %s by what it is of',
    (_, { rules }) => {
      expect(new Set(rules.map(ruleIdentity)).size).toBe(rules.length);
    },
  );
});
