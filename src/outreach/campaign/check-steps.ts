/** What is wrong with the steps of a campaign, all at once: whether they lead on, end on every way, and can be done in that order. */
import { critical, warning, type CampaignProblem } from './problem.js';
import {
  delayOf,
  isTouch,
  variantsOf,
  waysFrom,
  type BranchStep,
  type Definition,
  type Step,
} from './steps.js';
import { DAY } from '../../quota/window.js';

export const STEPS_MAX = 60;
/** Texts of one step. */
export const VARIANTS_MAX = 10;
/** Characters of all that the steps of a campaign say together: some fifty texts as long as the longest InMail. */
export const STEPS_LENGTH_MAX = 100_000;
const WEIGHT_MAX = 100;
const KEY_PATTERN = /^[a-z0-9][a-z0-9_-]{0,59}$/;
/** As far as anything here looks ahead. */
const DELAY_MAX = 400 * DAY;

export function checkSteps(definition: Definition): CampaignProblem[] {
  const { steps } = definition;
  if (steps.length === 0) return [critical('STEPS_MISSING', ['steps'])];
  if (steps.length > STEPS_MAX) return [critical('TOO_MANY_STEPS', ['steps'], { most: STEPS_MAX })];
  const ofEach = steps.flatMap((step, index) => checkStep(definition, step, index));
  return [
    ...(steps.some(isTouch) ? [] : [critical('TOUCH_MISSING', ['steps'])]),
    ...ofEach,
    ...checkWays(definition),
  ];
}

function checkStep({ steps, stopOnReply }: Definition, step: Step, index: number): CampaignProblem[] {
  const path = ['steps', String(index)];
  const problems: CampaignProblem[] = [];
  if (!KEY_PATTERN.test(step.key)) problems.push(critical('KEY_INVALID', [...path, 'key']));
  if (steps.findIndex(({ key }) => key === step.key) < index) {
    problems.push(critical('KEY_TWICE', [...path, 'key']));
  }
  const names = step.kind === 'BRANCH' ? ['then', 'otherwise'] : ['next'];
  for (const [way, next] of waysFrom(step).entries()) {
    const isKnown = next === null || steps.some(({ key }) => key === next);
    if (!isKnown) problems.push(critical('NEXT_UNKNOWN', [...path, names[way]!]));
  }
  const delay = delayOf(step);
  if (!Number.isInteger(delay) || delay < 0 || delay > DELAY_MAX) {
    const field = step.kind === 'BRANCH' ? 'waitMinutes' : 'delayMinutes';
    problems.push(critical('DELAY_OUT_OF_RANGE', [...path, field], { days: DELAY_MAX / DAY }));
  }
  if (step.kind === 'BRANCH') problems.push(...checkBranch(step, path, stopOnReply));
  return [...problems, ...checkVariants(step, path)];
}

function checkBranch(step: BranchStep, path: readonly string[], stopOnReply: boolean): CampaignProblem[] {
  const { condition } = step;
  const problems: CampaignProblem[] = [];
  if (condition.kind === 'DEGREE' && condition.degrees.length === 0) {
    problems.push(critical('DEGREES_MISSING', [...path, 'degrees']));
  }
  // Whoever answers is asked for nothing more, so that nobody goes that way.
  const isNeverMet = condition.kind === 'REPLIED' && stopOnReply;
  if (isNeverMet || step.then === step.otherwise) problems.push(warning('BRANCH_IN_VAIN', path));
  return problems;
}

function checkVariants(step: Step, path: readonly string[]): CampaignProblem[] {
  const variants = variantsOf(step);
  const problems: CampaignProblem[] = [];
  if ((step.kind === 'MESSAGE' || step.kind === 'INMAIL') && variants.length === 0) {
    problems.push(critical('TEXT_MISSING', [...path, 'variants']));
  }
  for (const [index, { key, weight, body }] of variants.entries()) {
    const at = [...path, 'variants', String(index)];
    if (!KEY_PATTERN.test(key)) problems.push(critical('KEY_INVALID', [...at, 'key']));
    if (variants.findIndex((other) => other.key === key) < index) {
      problems.push(critical('KEY_TWICE', [...at, 'key']));
    }
    if (!Number.isInteger(weight) || weight < 1 || weight > WEIGHT_MAX) {
      problems.push(critical('WEIGHT_OUT_OF_RANGE', [...at, 'weight'], { most: WEIGHT_MAX }));
    }
    if (body.trim() === '') problems.push(critical('TEXT_MISSING', [...at, 'body']));
  }
  return problems;
}

/** What is wrong with the ways through the steps, each told once for each step. */
function checkWays(definition: Definition): CampaignProblem[] {
  const walk = new Walk(definition);
  walk.from(definition.steps[0]!.key, false);
  return definition.steps.flatMap((step, index): CampaignProblem[] => {
    const path = ['steps', String(index)];
    if (!walk.reached.has(step)) return [critical('UNREACHABLE', path)];
    return [
      ...(walk.endless.has(step) ? [critical('ENDLESS', path)] : []),
      ...(walk.unconnected.has(step) ? [critical('NOT_CONNECTED_YET', path)] : []),
    ];
  });
}

/** Every way from the first step on, once with people who are known to be connected and once with all others. */
class Walk {
  readonly reached = new Set<Step>();
  /** Those that lead back to a step before them. */
  readonly endless = new Set<Step>();
  /** Messages that somebody may come to who is not connected. */
  readonly unconnected = new Set<Step>();
  private readonly done = new Set<string>();
  private readonly under = new Set<Step>();

  constructor(private readonly definition: Definition) {}

  from(key: string | null, isConnected: boolean): void {
    const step = this.definition.steps.find((one) => one.key === key);
    if (!step || this.done.has(`${step.key} ${isConnected}`)) return;
    this.reached.add(step);
    if (step.kind === 'MESSAGE' && !isConnected) this.unconnected.add(step);
    this.under.add(step);
    for (const [way, next] of waysFrom(step).entries()) {
      const behind = this.definition.steps.find((one) => one.key === next);
      if (behind && this.under.has(behind)) this.endless.add(step);
      else this.from(next, isConnected || (way === 0 && provesConnection(step)));
    }
    this.under.delete(step);
    this.done.add(`${step.key} ${isConnected}`);
  }
}

function provesConnection(step: Step): boolean {
  if (step.kind !== 'BRANCH') return false;
  const { kind, degrees } = step.condition;
  return kind === 'ACCEPTED' || (kind === 'DEGREE' && degrees.every((degree) => degree === 'FIRST'));
}
