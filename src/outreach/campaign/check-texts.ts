/** What is wrong with the texts of a campaign: each is filled in for some of its people and looked at as it would be sent. */
import type { TextBound, TextField } from '../../quota/text.js';
import type { Action, LinkedInTier } from '../../quota/words.js';
import { findingInWords } from '../finding-words.js';
import type { Finding } from '../finding.js';
import { inTime } from '../in-time.js';
import { ENGLISH } from '../languages/en.js';
import { lintMessage } from '../lint.js';
import { fillIn, isProblem, readTemplate, type Template } from '../template.js';
import { critical, warning, type CampaignProblem } from './problem.js';
import { actionOf, isTouch, variantsOf, waysFrom } from './steps.js';
import type { Definition, Step, TouchStep, Variant } from './steps.js';

/** Whom texts are tried on. */
export interface TextTrials {
  readonly people: readonly ReadonlyMap<string, string>[];
  /** Of the seats, each once. */
  readonly tiers: readonly LinkedInTier[];
  readonly lengthsOf: (tier: LinkedInTier, action: Action) => Readonly<Record<TextField, TextBound>>;
  /** Does a piece of work that keeps the process busy, others having their turn between two pieces. */
  readonly inTurn: <Done>(work: () => Done) => Promise<Done>;
}

/** How long the trials of a campaign keep a process busy, all texts and people together: hundreds of texts take a tenth of it. */
const TRIALS_MS_MAX = 1_000;
/** And those of one text, in one go: a usual one takes a millisecond or two. */
const TRIALS_OF_TEXT_MS_MAX = 100;
/** A text that is interrupted is tried again: it may be that the process did something else beside it. */
const TRIES_MAX = 2;
/** And so often where most of the time went by without a processor for it: the machine did something else. */
const STARVED_MAX = 5;
const STARVED_BELOW_MS = 0.7 * TRIALS_OF_TEXT_MS_MAX;

/** Ends at the first text that takes too long: nothing can be launched with it. */
export async function checkTexts(definition: Definition, trials: TextTrials): Promise<CampaignProblem[]> {
  const before = textsBefore(definition);
  const problems: CampaignProblem[] = [];
  let msLeft = TRIALS_MS_MAX;
  for (const text of textsOf(definition)) {
    const around = { path: text.path, unanswered: before.get(text.step) ?? { fewest: 0, most: 0 }, trials };
    let found: CampaignProblem[] | null = null;
    for (let [tries, starved] = [0, 0]; found === null && tries < TRIES_MAX && starved < STARVED_MAX;) {
      const tried = await trials.inTurn(() => tryText(text, around));
      found = tried.found;
      msLeft -= tried.ms;
      if (tried.ms < STARVED_BELOW_MS) starved += 1;
      else tries += 1;
    }
    if (found === null) return [...problems, critical('TEXTS_TOO_SLOW', text.path)];
    problems.push(...found);
    if (msLeft < 0) return [...problems, critical('TEXTS_TOO_SLOW', ['steps'])];
  }
  return problems;
}

/** What is wrong with a text, null where that takes too long; and how much of a processor's time it took. */
function tryText(
  { step, variant }: Text,
  around: Around,
): { readonly found: CampaignProblem[] | null; readonly ms: number } {
  const begun = process.cpuUsage();
  let found: CampaignProblem[] | null = null;
  inTime(TRIALS_OF_TEXT_MS_MAX, () => {
    found = checkVariant(step, variant, around);
  });
  const { user, system } = process.cpuUsage(begun);
  return { found, ms: (user + system) / 1_000 };
}

interface Text {
  readonly step: TouchStep;
  readonly variant: Variant;
  readonly path: readonly string[];
}

function textsOf({ steps }: Definition): Text[] {
  return steps.flatMap((step, index) => {
    if (!isTouch(step)) return [];
    return variantsOf(step).map((variant, variantIndex) => {
      const path = ['steps', String(index), 'variants', String(variantIndex)];
      return { step, variant, path };
    });
  });
}

interface Around {
  readonly path: readonly string[];
  readonly unanswered: Texts;
  readonly trials: TextTrials;
}

function checkVariant(step: TouchStep, variant: Variant, around: Around): CampaignProblem[] {
  const { path, trials } = around;
  const parts: readonly (readonly [TextField, string])[] = [
    ...(step.kind === 'INMAIL' && variant.subject !== null ? [['subject', variant.subject] as const] : []),
    ['body', variant.body],
  ];
  const templates = new Map<TextField, Template>();
  const problems: CampaignProblem[] = [];
  for (const [field, text] of parts) {
    const read = readTemplate(text);
    if (!isProblem(read)) templates.set(field, read);
    else {
      const place = { line: read.line ?? 0, column: read.column ?? 0 };
      problems.push({ ...critical('TEMPLATE_INVALID', [...path, field], place), told: read.message });
    }
  }
  if (problems.length > 0) return problems;
  for (const [field, template] of templates) {
    const lacking = trials.people.filter((values) => isProblem(fillIn(template, values)));
    if (lacking.length === 0) continue;
    const failed = fillIn(template, lacking[0]!);
    const facts = { people: lacking.length, of: trials.people.length };
    const told = isProblem(failed) ? failed.message : null;
    // Nobody could be written to.
    const tell = lacking.length === trials.people.length ? critical : warning;
    problems.push({ ...tell('VALUE_MISSING', [...path, field], facts), told });
  }
  return [...problems, ...lintOf(step, templates, around)];
}

/** As the first of the people would get it for whom it can be filled in; each finding once, whatever the tier. */
function lintOf(
  step: TouchStep,
  templates: ReadonlyMap<TextField, Template>,
  around: Around,
): CampaignProblem[] {
  const { path, trials, unanswered } = around;
  for (const values of trials.people) {
    const filled = [...templates].map(([field, template]) => [field, fillIn(template, values)] as const);
    if (filled.some(([, part]) => isProblem(part))) continue;
    const parts = new Map(
      filled.flatMap(([field, part]) => (isProblem(part) ? [] : [[field, part] as const])),
    );
    const findings = trials.tiers.flatMap((tier) => {
      const action = actionOf(step, { openProfile: false });
      return lintMessage({
        ...{ action, subject: parts.get('subject')?.text ?? null, body: parts.get('body')?.text ?? '' },
        values: [...new Set([...parts.values()].flatMap((part) => part.values))],
        name: values.get('full_name') ?? values.get('first_name') ?? null,
        ...{ isFirstTouch: unanswered.fewest === 0, unanswered: unanswered.most },
        ...{ lengths: trials.lengthsOf(tier, action), language: ENGLISH },
      });
    });
    const once = new Map(findings.map((finding) => [`${finding.code} ${finding.field ?? ''}`, finding]));
    return [...once.values()].flatMap((finding) => asProblem(finding, path));
  }
  return [];
}

/** Whoever is written to first may know where their name is from: a campaign that doesn't say so is warned of it. */
function asProblem(finding: Finding, path: readonly string[]): CampaignProblem[] {
  const { code, severity, field } = finding;
  if (severity === 'INFO' && code !== 'ORIGIN_NOT_TOLD') return [];
  const tell = severity === 'CRITICAL' ? critical : warning;
  const where = field === null ? path : [...path, field];
  return [{ ...tell('TEXT_FINDING', where, { finding: code }), told: findingInWords(finding).message }];
}

/** How many texts come before a step, by the way that has fewest and by the one that has most. */
interface Texts {
  readonly fewest: number;
  readonly most: number;
}

function textsBefore({ steps, stopOnReply }: Definition): Map<Step, Texts> {
  const before = new Map<Step, Texts>();
  const first = steps[0];
  if (first) before.set(first, { fewest: 0, most: 0 });
  // Whatever the order of the steps, after so many rounds nothing changes any more; one that leads round in a circle is refused.
  for (let round = 0; round < steps.length; round += 1) {
    for (const step of steps) {
      const here = before.get(step);
      if (!here) continue;
      const own = variantsOf(step).length > 0 ? 1 : 0;
      for (const next of waysFrom(step)) {
        const behind = steps.find(({ key }) => key === next);
        const known = behind && before.get(behind);
        if (!behind) continue;
        before.set(behind, {
          fewest: Math.min(known?.fewest ?? Infinity, here.fewest + own),
          most: Math.max(known?.most ?? 0, here.most + own),
        });
      }
    }
  }
  // Where they may have answered, nobody can tell how many did not.
  if (!stopOnReply) for (const [step, { fewest }] of before) before.set(step, { fewest, most: 0 });
  return before;
}
