import type { Action, Confidence, LinkedInTier, WindowKind } from '../words.js';
import { rampOf } from '../warm-up.js';
import { DAY, windowInWords } from '../window.js';
import type { CreditRule, Policy, PolicyRule, PolicyRuleKind, Sourced } from './policy.js';

/** Where a changed number comes from; what is left out is as of the whole version. */
export interface SourceChange {
  readonly source?: string | null | undefined;
  readonly sourceUrl?: string | null | undefined;
  readonly confidence?: Confidence | null | undefined;
  readonly checkedOn?: string | null | undefined;
}

/**
 * Other numbers for one rule of a version. The first group says which: as much of it as it takes to mean one rule alone.
 * Of the two numbers, what is left out stays, and null takes the number away.
 */
export interface RuleChange extends SourceChange {
  readonly kind?: PolicyRuleKind | null | undefined;
  readonly description?: string | null | undefined;
  readonly actions?: readonly Action[] | null | undefined;
  readonly onlyWithNote?: boolean | null | undefined;
  readonly tiers?: readonly LinkedInTier[] | null | undefined;
  readonly windowKind?: WindowKind | null | undefined;
  readonly windowSeconds?: number | null | undefined;

  readonly recommended?: number | null | undefined;
  readonly ceiling?: number | null | undefined;
}

/** Other numbers for the InMail credits of a tier. */
export interface CreditChange extends SourceChange {
  readonly tier: LinkedInTier;
  readonly perMonth?: number | null | undefined;
  readonly keep?: number | null | undefined;
  readonly expiresAfterDays?: number | null | undefined;
}

export interface PolicyChanges {
  readonly changes: readonly RuleChange[];
  readonly creditChanges: readonly CreditChange[];
}

/** What is wrong with a change, and where. */
export class ChangeProblem {
  constructor(
    readonly path: readonly string[],
    readonly message: string,
  ) {}
}

export type ChangedNumbers = Pick<Policy, 'rules' | 'creditRules'>;

/** The numbers of a version with some of them changed; `sourced` is of those that say nothing of their own. */
export function changedNumbers(
  base: Policy,
  { changes, creditChanges }: PolicyChanges,
  sourced: Sourced,
): ChangedNumbers | ChangeProblem {
  const rules = [...base.rules];
  const creditRules = [...base.creditRules];
  const changed = new Set<PolicyRule | CreditRule>();
  for (const [index, change] of changes.entries()) {
    const path = ['changes', String(index)];
    const rule = ruleMeant(base.rules, change);
    if (typeof rule === 'string') return new ChangeProblem(path, rule);
    if (changed.has(rule)) return new ChangeProblem(path, `“${rule.description}” is changed twice.`);
    changed.add(rule);
    const { recommended = rule.recommended, ceiling = rule.ceiling } = change;
    const next = { ...rule, recommended, ceiling, ...sourceOf(change, sourced) };
    const wrong = isSaid(change, ['recommended', 'ceiling']) ?? wrongIn(rule, next);
    if (wrong) return new ChangeProblem([...path, ...wrong.field], wrong.message);
    rules[base.rules.indexOf(rule)] = next;
  }
  for (const [index, change] of creditChanges.entries()) {
    const path = ['creditChanges', String(index)];
    const rule = base.creditRules.find(({ tier }) => tier === change.tier);
    if (!rule) return new ChangeProblem([...path, 'tier'], `${change.tier} has no InMail credits.`);
    if (changed.has(rule)) return new ChangeProblem(path, `The credits of ${rule.tier} are changed twice.`);
    changed.add(rule);
    const { expiresAfterDays = rule.expiresAfterDays } = change;
    const perMonth = change.perMonth ?? rule.perMonth;
    const keep = change.keep ?? rule.keep;
    const next = { ...rule, perMonth, keep, expiresAfterDays, ...sourceOf(change, sourced) };
    const wrong = isSaid(change, ['perMonth', 'keep', 'expiresAfterDays']) ?? wrongInCredits(change, next);
    if (wrong) return new ChangeProblem([...path, ...wrong.field], wrong.message);
    creditRules[base.creditRules.indexOf(rule)] = next;
  }
  return rampProblem({ ...base, rules }) ?? { rules, creditRules };
}

interface Wrong {
  readonly field: readonly string[];
  readonly message: string;
}

/** A change says another number, or that somebody has checked the old one. */
function isSaid<Change extends SourceChange>(
  change: Change,
  numbers: readonly (keyof Change)[],
): Wrong | null {
  if ([...numbers, 'source' as const, 'checkedOn' as const].some((field) => change[field] !== undefined)) {
    return null;
  }
  return { field: [], message: 'This change says no number, no source and no day of checking.' };
}

function sourceOf({ source, sourceUrl, confidence, checkedOn }: SourceChange, of: Sourced): Sourced {
  return {
    source: source ?? of.source,
    // An address is of its own source alone.
    sourceUrl: sourceUrl ?? (source === undefined || source === null ? of.sourceUrl : null),
    confidence: confidence ?? of.confidence,
    checkedOn: checkedOn ?? of.checkedOn,
  };
}

/** The one rule that a change is about, or why it is about none. */
function ruleMeant(rules: readonly PolicyRule[], change: RuleChange): PolicyRule | string {
  const found = rules.filter((rule) => isMeant(rule, change));
  const [first, second] = found;
  if (!first) return 'There is no such rule; `policy show` lists them.';
  if (!second) return first;
  const names = found.slice(0, 4).map((rule) => `“${rule.description}” (${identityInWords(rule)})`);
  return `This means ${found.length} rules: ${names.join(', ')}. Say more of the one, or its whole description.`;
}

function isMeant(rule: PolicyRule, change: RuleChange): boolean {
  const { description, actions, onlyWithNote, tiers, windowKind, windowSeconds } = change;
  const { window } = rule;
  return (
    rule.kind === (change.kind ?? 'LIMIT') &&
    isOrLeftOut(description, rule.description) &&
    isOrLeftOut(onlyWithNote, rule.onlyWithNote) &&
    isOrLeftOut(windowKind, window?.kind) &&
    isOrLeftOut(windowSeconds, window?.kind === 'ROLLING' ? window.seconds : undefined) &&
    (isLeftOut(actions) || areSame(actions, rule.actions)) &&
    (isLeftOut(tiers) || areSame(tiers, rule.tiers ?? []))
  );
}

function isLeftOut(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function isOrLeftOut<T>(said: T | null | undefined, is: T | undefined): boolean {
  return isLeftOut(said) || said === is;
}

function areSame<T>(some: readonly T[], others: readonly T[]): boolean {
  return new Set(some).size === new Set(others).size && some.every((one) => others.includes(one));
}

function identityInWords({ kind, onlyWithNote, tiers, window }: PolicyRule): string {
  return [
    kind,
    ...(window ? [windowInWords(window)] : []),
    ...(onlyWithNote ? ['with a note'] : []),
    ...(tiers ? [tiers.join(' ')] : []),
  ].join(', ');
}

/** What the program relies on in every version: what a tier has not, and how far back the books look for an idleness. */
const FIXED_KINDS: readonly PolicyRuleKind[] = ['ACTION_NOT_IN_TIER', 'WARM_UP_AGAIN'];
/** The day of the send that it begins with, and one more for zones. */
const RAMP_SLACK_DAYS = 2;

/** A warm-up that is not over before it could begin again would be forgotten halfway. */
function rampProblem(policy: Policy): ChangeProblem | null {
  const ramp = rampOf(policy);
  if (!ramp) return null;
  const days = Math.ceil((100 - ramp.firstPercent) / ramp.percentPerDay);
  const most = ramp.idleMs / DAY - RAMP_SLACK_DAYS;
  if (days <= most) return null;
  return new ChangeProblem(['changes'], `A warm-up is over after ${most} days at most.`);
}

const NUMBER_MAX = 1_000_000;
/** What a number of a unit is at most: an answer looks 400 days ahead, and at so many people of one text, and contacts of one person. */
const MOST_BY_UNIT: Readonly<Record<string, number>> = {
  'per cent': 100,
  'percentage points': 100,
  days: 400,
  seconds: 86_400,
  people: 500,
  contacts: 100,
};

function wrongIn(rule: PolicyRule, next: PolicyRule): Wrong | null {
  const most = MOST_BY_UNIT[rule.unit] ?? NUMBER_MAX;
  for (const field of ['recommended', 'ceiling'] as const) {
    const wrong = wrongNumber(next[field], most, field);
    if (wrong) return wrong;
    if (FIXED_KINDS.includes(rule.kind) && rule[field] !== next[field]) {
      return { field: [field], message: `The number of ${rule.kind} is the same in every version.` };
    }
    const isFree = rule.kind === 'LIMIT' && field === 'recommended';
    if (isFree || (rule[field] === null) === (next[field] === null)) continue;
    const message =
      rule[field] === null
        ? `A rule of kind ${rule.kind} has no ${field}.`
        : `A rule of kind ${rule.kind} is not without its ${field}.`;
    return { field: [field], message };
  }
  const { recommended, ceiling } = next;
  if (recommended === null || ceiling === null) return null;
  // Of a share the recommended number is the floor that warns, and the lower one refuses.
  if (rule.kind === 'ACCEPTANCE') {
    if (recommended >= ceiling) return null;
    return { field: ['recommended'], message: 'The share that warns is not under the one that refuses.' };
  }
  if (recommended <= ceiling) return null;
  return {
    field: ['recommended'],
    message: `recommended (${recommended}) is over the ceiling (${ceiling}).`,
  };
}

function wrongInCredits(
  change: CreditChange,
  { perMonth, keep, expiresAfterDays }: CreditRule,
): Wrong | null {
  for (const field of ['perMonth', 'keep'] as const) {
    if (change[field] === null) return { field: [field], message: `${field} can't be empty.` };
  }
  return (
    wrongNumber(perMonth, NUMBER_MAX, 'perMonth') ??
    wrongNumber(keep, NUMBER_MAX, 'keep') ??
    wrongNumber(expiresAfterDays, 400, 'expiresAfterDays', 1) ??
    (keep < perMonth
      ? { field: ['keep'], message: `keep (${keep}) is under a month’s grant (${perMonth}).` }
      : null)
  );
}

function wrongNumber(value: number | null, max: number, field: string, min = 0): Wrong | null {
  if (value === null || (Number.isInteger(value) && value >= min && value <= max)) return null;
  return { field: [field], message: `${field} is ${min} to ${max}, in whole numbers.` };
}
