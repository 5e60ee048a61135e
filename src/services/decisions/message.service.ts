import { Failure } from '../../errors.js';
import type { Finding } from '../../outreach/finding.js';
import { ENGLISH } from '../../outreach/languages/en.js';
import { lintMessage } from '../../outreach/lint.js';
import {
  fillIn,
  isProblem,
  readTemplate,
  TEMPLATE_VALUES_MAX,
  type TemplateProblem,
} from '../../outreach/template.js';
import { textNumbers, type TextField } from '../../quota/text.js';
import type { Action, LinkedInTier } from '../../quota/words.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { BusyWork } from '../busy-work.js';
import type { PolicyService } from '../policy/policy.service.js';
import { TEXT_LENGTH_MAX } from './text-marks.js';

const UNANSWERED_MAX = 1_000;
/** Of what a template calls a value. */
const NAME_LENGTH_MAX = 200;

/** How a text would be sent. */
interface Sending {
  readonly action: Action;
  readonly tier?: LinkedInTier | null;
  readonly isFirstTouch?: boolean | null;
  readonly unanswered?: number | null;
}

export interface LintTerms extends Sending {
  readonly subject?: string | null;
  readonly body: string;
  readonly variables?: readonly string[] | null;
  readonly name?: string | null;
}

export interface Linted {
  readonly findings: readonly Finding[];
  readonly length: number;
  readonly lengthMax: number | null;
}

export interface PreviewTemplateTerms extends Sending {
  readonly subject?: string | null;
  readonly body: string;
  readonly values: readonly { readonly name: string; readonly value: string }[];
}

export interface TemplatePreviewed {
  readonly names: readonly string[];
  readonly problems: readonly (TemplateProblem & { readonly field: TextField })[];
  /** Null where there is a problem. */
  readonly filled: {
    readonly subject: string | null;
    readonly body: string;
    readonly variables: readonly string[];
    readonly lint: Linted;
  } | null;
}

/** Names that a template may have a person's own under; together they are the person's name. */
const NAMES_OF_NAME = ['name', 'full_name', 'first_name', 'last_name'];

/** Looks at texts before they are for anybody. Nothing of them is kept, and nothing of the agency is told but its policy's numbers. */
export class MessageService {
  constructor(
    private readonly policies: PolicyService,
    private readonly busy: BusyWork,
  ) {}

  /** Throws BAD_USER_INPUT for what is out of bounds. */
  async lint(viewer: Viewer, terms: LintTerms): Promise<Linted> {
    const { subject, body, variables } = terms;
    expectBetween('unanswered', terms.unanswered ?? 0, UNANSWERED_MAX);
    expectBetween('body’s length', body.length, TEXT_LENGTH_MAX);
    expectBetween('subject’s length', subject?.length ?? 0, TEXT_LENGTH_MAX);
    expectBetween('number of variables', variables?.length ?? 0, TEMPLATE_VALUES_MAX);
    expectBetween('name’s length', terms.name?.length ?? 0, TEXT_LENGTH_MAX);
    for (const [index, { length }] of (variables ?? []).entries())
      expectBetween(`length of variables.${index}`, length, TEXT_LENGTH_MAX);
    return this.busy.run(viewer, () => this.judge(viewer, terms));
  }

  /** Throws BAD_USER_INPUT for what is out of bounds; what is wrong with the template itself is told in the answer. */
  async previewTemplate(viewer: Viewer, terms: PreviewTemplateTerms): Promise<TemplatePreviewed> {
    expectBetween('unanswered', terms.unanswered ?? 0, UNANSWERED_MAX);
    expectBetween('number of values', terms.values.length, TEMPLATE_VALUES_MAX);
    for (const [index, { name, value }] of terms.values.entries()) {
      expectBetween(`length of values.${index}.name`, name.length, NAME_LENGTH_MAX);
      expectBetween(`length of values.${index}.value`, value.length, TEXT_LENGTH_MAX);
    }
    expectEachOnce(terms.values.map(({ name }) => name));
    const values = new Map(terms.values.map(({ name, value }) => [name, value]));
    const parts = await this.busy.keep(viewer, () =>
      partsOf(terms).map(([field, text]) => ({ field, ...fillPart(text, values) })),
    );
    const names = [...new Set(parts.flatMap((part) => part.names))].toSorted();
    const problems = parts.flatMap(({ field, problem }) => (problem ? [{ ...problem, field }] : []));
    if (problems.length > 0) return { names, problems, filled: null };
    const textOf = (wanted: TextField) => parts.find(({ field }) => field === wanted)?.text ?? null;
    const [subject, body] = [textOf('subject'), textOf('body') ?? ''];
    const variables = [...new Set(parts.flatMap((part) => part.values))];
    const told = { ...terms, subject, body, variables, name: nameFrom(values) };
    const lint = await this.busy.run(viewer, () => this.judge(viewer, told));
    return { names, problems, filled: { subject, body, variables, lint } };
  }

  private async judge(viewer: Viewer, terms: LintTerms): Promise<Linted> {
    const { action, tier, subject, body, variables, name, isFirstTouch, unanswered } = terms;
    const { lengths } = textNumbers(await this.policies.policyAt(viewer, null), tier ?? 'BASIC', action);
    const findings = lintMessage({
      ...{ action, lengths, body, subject: subject ?? null, language: ENGLISH },
      ...{ values: variables ?? null, name: name ?? null },
      ...{ isFirstTouch: isFirstTouch ?? true, unanswered: unanswered ?? 0 },
    });
    return { findings, length: body.length, lengthMax: lengths.body.most };
  }
}

function partsOf({ subject, body }: PreviewTemplateTerms): [TextField, string][] {
  return [
    ...(typeof subject === 'string' ? ([['subject', subject]] as [TextField, string][]) : []),
    ['body', body],
  ];
}

function fillPart(text: string, values: ReadonlyMap<string, string>) {
  const template = readTemplate(text);
  if (isProblem(template)) return { names: [], problem: template, text: null, values: [] };
  const filled = fillIn(template, values);
  if (isProblem(filled)) return { names: template.names, problem: filled, text: null, values: [] };
  return { names: template.names, problem: null, ...filled };
}

function nameFrom(values: ReadonlyMap<string, string>): string | null {
  const parts = NAMES_OF_NAME.flatMap((name) => values.get(name) ?? []);
  return parts.length > 0 ? parts.join(' ') : null;
}

function expectBetween(what: string, given: number, most: number): void {
  if (Number.isInteger(given) && given >= 0 && given <= most) return;
  throw new Failure('BAD_USER_INPUT', `The ${what} is 0 to ${most}, not ${given}.`);
}

function expectEachOnce(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new Failure('BAD_USER_INPUT', 'Of `values`, each name is told once.');
}
