import { Temporal } from 'temporal-polyfill';
import { refuse, Refusal } from '../../errors.js';
import { addressOf } from '../../unicode.js';
import {
  ChangeProblem,
  changedNumbers,
  type CreditChange,
  type RuleChange,
} from '../../quota/policy/change.js';
import {
  BUILT_IN_POLICIES,
  PolicyCourse,
  type CreditRule,
  type Policy,
  type PolicyRule,
  type Sourced,
} from '../../quota/policy/index.js';
import { HORIZON } from '../../quota/rule.js';
import { HOUR, windowKey, type Instant } from '../../quota/window.js';
import type { Confidence } from '../../quota/words.js';
import { uuidAt } from '../../tenancy/uuid.js';
import { checkAll, checkText, type Check } from '../checks.js';

/** A version as an agency asks for it. */
export interface PolicyInput {
  /** Null or left out: the version that would be in force then. */
  readonly basedOn?: string | null | undefined;
  /** Null or left out: from now on. */
  readonly effectiveFrom?: Instant | null | undefined;
  readonly changes?: readonly RuleChange[] | null | undefined;
  readonly creditChanges?: readonly CreditChange[] | null | undefined;
  readonly source: string;
  readonly sourceUrl?: string | null | undefined;
  readonly confidence?: Confidence | null | undefined;
  /** Null or left out: today, in UTC. */
  readonly checkedOn?: string | null | undefined;
}

/** A version that nobody has published yet, and the one that it was made from. */
export interface PolicyDraft {
  readonly policy: Policy;
  readonly base: Policy;
}

/** Of one agency. */
const VERSIONS_MAX = 200;
/** More than there are rules. */
const CHANGES_MAX = 100;
const SOURCE_LENGTH_MAX = 500;
const URL_LENGTH_MAX = 2_000;

/** What is wrong with an input by itself. */
export function checkPolicyInput(input: PolicyInput): Check {
  const { changes = [], creditChanges = [] } = input;
  const said: [readonly string[], Partial<PolicyInput>][] = [
    [[], input],
    ...(changes ?? []).map((change, index) => [['changes', String(index)], change] as [string[], object]),
    ...(creditChanges ?? []).map(
      (change, index) => [['creditChanges', String(index)], change] as [string[], object],
    ),
  ];
  for (const [field, list] of [
    ['changes', changes],
    ['creditChanges', creditChanges],
  ] as const) {
    if ((list?.length ?? 0) > CHANGES_MAX) {
      return refuse('INVALID', `${field} are ${CHANGES_MAX} at most.`, field);
    }
  }
  return checkAll(...said.flatMap(([path, one]) => sourceChecks(path, one)));
}

function sourceChecks(path: readonly string[], { source, sourceUrl }: Partial<PolicyInput>): Check[] {
  const text = checkText(source ?? undefined, SOURCE_LENGTH_MAX, ...path, 'source');
  if (text || sourceUrl === null || sourceUrl === undefined) return [text];
  const isAddress = /^https?:\/\//.test(sourceUrl) && sourceUrl.length <= URL_LENGTH_MAX;
  if (isAddress && addressOf(sourceUrl) !== null) return [];
  return [refuse('INVALID', 'sourceUrl is the address of a page, https://…', ...path, 'sourceUrl')];
}

/** The version that an input means at an instant, beside those that the agency has by then, in the order of publication. */
export function draftPolicy(
  own: readonly Policy[],
  input: PolicyInput,
  { at, by }: { readonly at: Instant; readonly by: string },
): PolicyDraft | Refusal {
  const effectiveFrom = input.effectiveFrom ?? at;
  const course = new PolicyCourse(own);
  const base = baseOf(own, course, input.basedOn, effectiveFrom);
  const refused =
    refuseTime(effectiveFrom, at) ?? refuseDays(input, at) ?? (base instanceof Refusal ? base : null);
  if (refused || base instanceof Refusal) return refused ?? (base as Refusal);
  if (own.length >= VERSIONS_MAX) {
    return refuse('INVALID', `An agency has ${VERSIONS_MAX} versions at most.`);
  }
  const numbers = changedNumbers(
    base,
    { changes: input.changes ?? [], creditChanges: input.creditChanges ?? [] },
    sourcedBy(input, at),
  );
  if (numbers instanceof ChangeProblem) return refuse('INVALID', numbers.message, ...numbers.path);
  if (isNothing(input) || isSame(numbers, course.at(effectiveFrom))) {
    return refuse('INVALID', 'Nothing would be otherwise: name what changes, or another basedOn.', 'changes');
  }
  const number = own.length + 1;
  const builtIn = base.published?.builtIn ?? base.version;
  const published = { number, at, by, basedOn: base.version, builtIn, source: input.source };
  const version = `${builtIn}.${number}`;
  const policy: Policy = {
    ...base,
    ...numbers,
    id: uuidAt(at),
    version,
    effectiveFrom,
    builtIn: false,
    published,
  };
  return { policy, base };
}

function baseOf(
  own: readonly Policy[],
  course: PolicyCourse,
  basedOn: string | null | undefined,
  effectiveFrom: Instant,
): Policy | Refusal {
  if (basedOn === null || basedOn === undefined) return course.at(effectiveFrom);
  const found = [...own, ...BUILT_IN_POLICIES].find(({ version }) => version === basedOn);
  return (
    found ?? refuse('INVALID', 'There is no such version; `policy list` tells which there are.', 'basedOn')
  );
}

function refuseTime(effectiveFrom: Instant, at: Instant): Check {
  if (effectiveFrom < at) {
    return refuse('INVALID', 'effectiveFrom is past: what was decided stays decided.', 'effectiveFrom');
  }
  if (effectiveFrom <= at + HORIZON) return null;
  return refuse('INVALID', 'effectiveFrom is within 400 days.', 'effectiveFrom');
}

/** Nobody has checked a number tomorrow. A day may have begun elsewhere already. */
function refuseDays({ checkedOn, changes, creditChanges }: PolicyInput, at: Instant): Check {
  const latest = dayInUtc(at + 14 * HOUR);
  const days: [readonly string[], string | null | undefined][] = [
    [[], checkedOn],
    ...(changes ?? []).map((one, index) => [['changes', String(index)], one.checkedOn] as [string[], string]),
    ...(creditChanges ?? []).map(
      (one, index) => [['creditChanges', String(index)], one.checkedOn] as [string[], string],
    ),
  ];
  const wrong = days.find(([, day]) => typeof day === 'string' && day > latest);
  return wrong ? refuse('INVALID', 'checkedOn is a day to come.', ...wrong[0], 'checkedOn') : null;
}

function sourcedBy({ source, sourceUrl, confidence, checkedOn }: PolicyInput, at: Instant): Sourced {
  return {
    source,
    sourceUrl: sourceUrl ?? null,
    confidence: confidence ?? 'LOW',
    checkedOn: checkedOn ?? dayInUtc(at),
  };
}

function dayInUtc(at: Instant): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('UTC').toPlainDate().toString();
}

/** To take a version over as it is, it has to be named: it is pinned by that. */
function isNothing({ basedOn, changes, creditChanges }: PolicyInput): boolean {
  return !basedOn && (changes ?? []).length + (creditChanges ?? []).length === 0;
}

function isSame(one: Pick<Policy, 'rules' | 'creditRules'>, other: Policy): boolean {
  const numbersOf = ({ rules, creditRules }: typeof one): string => JSON.stringify([rules, creditRules]);
  return !other.builtIn && numbersOf(one) === numbersOf(other);
}

/** What a version has otherwise than the one before it, in codes and numbers: for the audit log, which keeps no texts. */
export function numbersChanged(base: Policy, policy: Policy): { before: object; after: object } {
  const of = ({ version, rules, creditRules, effectiveFrom, published }: Policy, other: Policy): object => ({
    version,
    effectiveFrom,
    source: published?.source ?? null,
    numbers: otherwise(rules, other.rules, ruleNumbers),
    creditNumbers: otherwise(creditRules, other.creditRules, creditNumbers),
  });
  return { before: of(base, policy), after: of(policy, base) };
}

/** What of some rules is not among others, as it is. */
function otherwise<Rule>(
  rules: readonly Rule[],
  others: readonly Rule[],
  numbersOf: (rule: Rule) => object,
): object[] {
  const known = new Set(others.map((rule) => JSON.stringify(rule)));
  return rules.filter((rule) => !known.has(JSON.stringify(rule))).map(numbersOf);
}

function ruleNumbers({ kind, actions, onlyWithNote, tiers, window, ...rule }: PolicyRule): object {
  const { recommended, ceiling, confidence, checkedOn } = rule;
  const key = window && windowKey(window);
  return { kind, actions, onlyWithNote, tiers, window: key, recommended, ceiling, confidence, checkedOn };
}

function creditNumbers({
  tier,
  perMonth,
  keep,
  expiresAfterDays,
  confidence,
  checkedOn,
}: CreditRule): object {
  return { tier, perMonth, keep, expiresAfterDays, confidence, checkedOn };
}
