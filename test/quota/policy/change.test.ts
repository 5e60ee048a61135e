import {
  ChangeProblem,
  changedNumbers,
  type ChangedNumbers,
  type CreditChange,
  type RuleChange,
} from '../../../src/quota/policy/change.js';
import { BUILT_IN_POLICIES } from '../../../src/quota/policy/index.js';

const BASE = BUILT_IN_POLICIES[0]!;
const SOURCED = {
  source: 'A letter of LinkedIn',
  sourceUrl: 'https://example.com/letter',
  confidence: 'MEDIUM',
  checkedOn: '2026-11-26',
} as const;
const MESSAGES: RuleChange = { actions: ['DIRECT_MESSAGE'], windowSeconds: 86_400 };

function outcome(changes: readonly RuleChange[], creditChanges: readonly CreditChange[] = []) {
  return changedNumbers(BASE, { changes, creditChanges }, SOURCED);
}

function done(changes: readonly RuleChange[], creditChanges: readonly CreditChange[] = []): ChangedNumbers {
  const made = outcome(changes, creditChanges);
  if (made instanceof ChangeProblem) throw new Error(made.message);
  return made;
}

function problem(changes: readonly RuleChange[], creditChanges: readonly CreditChange[] = []): string {
  const made = outcome(changes, creditChanges);
  if (!(made instanceof ChangeProblem)) throw new Error('It was done.');
  return `${made.path.join('.')}: ${made.message}`;
}

describe('a change of a rule', () => {
  it('changes the one rule that it means, with its source, and nothing else', () => {
    const { rules, creditRules } = done([{ ...MESSAGES, recommended: 30, ceiling: 90 }]);
    const changed = rules.filter((rule, place) => rule !== BASE.rules[place]);
    expect(changed).toEqual([
      {
        ...BASE.rules.find(({ description }) => description === 'Direct messages in 24 hours'),
        recommended: 30,
        ceiling: 90,
        ...SOURCED,
      },
    ]);
    expect(creditRules).toEqual(BASE.creditRules);
  });

  it('leaves the number as it is that it does not say', () => {
    const { rules } = done([{ ...MESSAGES, ceiling: 90 }]);
    expect(rules).toContainEqual(expect.objectContaining({ recommended: 50, ceiling: 90 }));
  });

  it('may take the recommended number of a limit away, or give one', () => {
    const { rules } = done([
      { ...MESSAGES, recommended: null },
      { actions: ['CONNECTION_REQUEST'], windowSeconds: 600, recommended: 2 },
    ]);
    expect(rules).toContainEqual(expect.objectContaining({ recommended: null, ceiling: 150 }));
    expect(rules).toContainEqual(expect.objectContaining({ recommended: 2, ceiling: 5 }));
  });

  it('has a source of its own before that of the whole, and then its own address alone', () => {
    const { rules } = done([{ ...MESSAGES, ceiling: 90, source: 'Our own count', confidence: 'HIGH' }]);
    expect(rules).toContainEqual(
      expect.objectContaining({ source: 'Our own count', sourceUrl: null, confidence: 'HIGH' }),
    );
  });

  it('may say that the number was checked again, and is the same', () => {
    const { rules } = done([{ ...MESSAGES, checkedOn: '2026-11-27' }]);
    expect(rules).toContainEqual(expect.objectContaining({ ceiling: 150, checkedOn: '2026-11-27' }));
  });

  it('finds a rule of another kind, and one of two alike by what it is for', () => {
    const { rules } = done([{ kind: 'GAP', recommended: 120 }]);
    expect(rules).toContainEqual(expect.objectContaining({ kind: 'GAP', recommended: 120 }));
    const notes = done([{ kind: 'NOTE_LENGTH', tiers: ['BASIC'], ceiling: 180 }]).rules;
    expect(notes.filter(({ kind }) => kind === 'NOTE_LENGTH').map(({ ceiling }) => ceiling)).toEqual([
      180, 300,
    ]);
    const description = 'Note of an invitation, paid accounts';
    const other = done([{ kind: 'NOTE_LENGTH', description, ceiling: 280 }]).rules;
    expect(other.filter(({ kind }) => kind === 'NOTE_LENGTH').map(({ ceiling }) => ceiling)).toEqual([
      200, 280,
    ]);
  });

  it.each<[string, RuleChange, string]>([
    ['no rule', { actions: ['FOLLOW'], windowSeconds: 600, ceiling: 1 }, 'changes.0: There is no such rule'],
    [
      'several',
      { actions: ['CONNECTION_REQUEST'], ceiling: 1 },
      'changes.0: This means 4 rules: “Invitations in 7',
    ],
    ['nothing', MESSAGES, 'changes.0: This change says no number'],
    [
      'over the ceiling',
      { ...MESSAGES, recommended: 151 },
      'changes.0.recommended: recommended (151) is over',
    ],
    ['a ceiling under', { ...MESSAGES, ceiling: 49 }, 'changes.0.recommended: recommended (50) is over'],
    ['below 0', { ...MESSAGES, ceiling: -1 }, 'changes.0.ceiling: ceiling is 0 to 1000000'],
    ['a fraction', { ...MESSAGES, recommended: 1.5 }, 'changes.0.recommended: recommended is 0 to'],
    ['no ceiling', { ...MESSAGES, ceiling: null }, 'changes.0.ceiling: A rule of kind LIMIT is not without'],
    ['a new ceiling', { kind: 'GAP', ceiling: 3 }, 'changes.0.ceiling: A rule of kind GAP has no ceiling'],
    [
      'no gap',
      { kind: 'GAP', recommended: null },
      'changes.0.recommended: A rule of kind GAP is not without',
    ],
    ['over a day', { kind: 'GAP', recommended: 86_401 }, 'changes.0.recommended: recommended is 0 to 86400'],
    ['days', { kind: 'REINVITE_EMBARGO', ceiling: 401 }, 'changes.0.ceiling: ceiling is 0 to 400'],
    [
      'a share',
      { kind: 'RESPONSE_RATE', recommended: 101 },
      'changes.0.recommended: recommended is 0 to 100',
    ],
    ['people', { kind: 'REPEATED_TEXT', ceiling: 501 }, 'changes.0.ceiling: ceiling is 0 to 500'],
    ['contacts', { kind: 'PERSON_PRESSURE', ceiling: 101 }, 'changes.0.ceiling: ceiling is 0 to 100'],
    ['idleness', { kind: 'WARM_UP_AGAIN', ceiling: 31 }, 'changes.0.ceiling: The number of WARM_UP_AGAIN is'],
    ['tiers', { kind: 'ACTION_NOT_IN_TIER', ceiling: 1 }, 'changes.0.ceiling: The number of ACTION_NOT_IN'],
    ['ramps', { kind: 'WARM_UP_PER_DAY', recommended: 2 }, 'changes: A warm-up is over after 28 days at'],
    ['no ramp', { kind: 'WARM_UP_PER_DAY', recommended: 0 }, 'changes: A warm-up is over after 28 days at'],
    ['shares', { kind: 'ACCEPTANCE', recommended: 9 }, 'changes.0.recommended: The share that warns'],
  ])('is refused where it is nonsense: %s', (_, change, expected) => {
    expect(problem([change])).toContain(expected);
  });

  it('is refused where a rule is changed twice, whatever it is called', () => {
    const again = { description: 'Direct messages in 24 hours', ceiling: 80 };
    expect(problem([{ ...MESSAGES, ceiling: 90 }, again])).toBe(
      'changes.1: “Direct messages in 24 hours” is changed twice.',
    );
  });
});

describe('a change of credits', () => {
  it('changes those of a tier', () => {
    const { creditRules } = done([], [{ tier: 'SALES_NAVIGATOR', perMonth: 40, expiresAfterDays: null }]);
    expect(creditRules).toContainEqual(
      expect.objectContaining({
        tier: 'SALES_NAVIGATOR',
        perMonth: 40,
        keep: 150,
        expiresAfterDays: null,
        ...SOURCED,
      }),
    );
  });

  it.each<[string, CreditChange, string]>([
    ['none', { tier: 'BASIC', perMonth: 1 }, 'creditChanges.0.tier: BASIC has no InMail credits.'],
    ['nothing', { tier: 'RECRUITER_LITE' }, 'creditChanges.0: This change says no number'],
    ['empty', { tier: 'RECRUITER_LITE', perMonth: null }, 'creditChanges.0.perMonth: perMonth can'],
    ['the keep', { tier: 'RECRUITER_LITE', keep: 29 }, 'creditChanges.0.keep: keep (29) is under'],
    ['at once', { tier: 'RECRUITER_LITE', expiresAfterDays: 0 }, 'creditChanges.0.expiresAfterDays: '],
  ])('is refused where it is nonsense: %s', (_, change, expected) => {
    expect(problem([], [change])).toContain(expected);
  });

  it('is refused where a tier is changed twice', () => {
    const change = { tier: 'RECRUITER_LITE', perMonth: 1 } as const;
    expect(problem([], [change, change])).toContain('creditChanges.1: The credits of RECRUITER_LITE');
  });
});
