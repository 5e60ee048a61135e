import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { readRecipientsOfPerson } from '../../ledger/people/one-person.js';
import { findStep, isTouch, type Variant } from '../../outreach/campaign/steps.js';
import { variantFor } from '../../outreach/campaign/look.js';
import { valuesOf } from '../../outreach/campaign/values.js';
import { inTime } from '../../outreach/in-time.js';
import { fillIn, isProblem, readTemplate } from '../../outreach/template.js';
import type { TextField } from '../../quota/text.js';
import { readProspectsOfPeople, type Prospect } from '../prospects/prospect.rows.js';
import type { Enrolled, Whole } from './enrolment.rows.js';
import type { Touch } from './touch.rows.js';

/** What is written to one person, as it is sent. */
export interface TouchText {
  readonly subject: string | null;
  readonly body: string;
  /** What was put in for the person. */
  readonly variables: readonly string[];
}

/** Why a text can't be made for somebody. */
export interface TextProblem {
  readonly field: TextField;
  readonly problem: string;
}

/**
 * Who somebody is on the list of their campaign's client account, or whoever turned out to be the same person; null where they
 * were taken off.
 */
export async function readProspectOf(
  transaction: LedgerTransaction,
  agencyId: string,
  { clientAccountId, recipientId }: Enrolled,
): Promise<Prospect | null> {
  const own = await readProspectsOfPeople(transaction, agencyId, clientAccountId, [recipientId]);
  if (own[0]) return own[0];
  const ids = await readRecipientsOfPerson(transaction, agencyId, recipientId);
  const [found] = await readProspectsOfPeople(transaction, agencyId, clientAccountId, ids);
  return found ?? null;
}

/**
 * How long one text keeps the process busy, subject and body together: what a launch looks at takes less than a millisecond each, and
 * whoever else is served by the process waits for it.
 */
const TEXT_MS_MAX = 100;

/** A text, with all that it was made from. */
export interface MadeText {
  readonly source: string;
  /** Null where nothing is written. */
  readonly text: TouchText | TextProblem | null;
}

/** The text of a touch, by the version that its person is under; null where it has none. */
export function variantOf({ id, definition }: Whole, touch: Pick<Touch, 'step'>): Variant | null {
  const step = findStep(definition, touch.step);
  return step && isTouch(step) ? variantFor(step, id) : null;
}

/** Outside of any transaction: a template is what somebody wrote, and may take long. */
export function makeText(variant: Variant | null, prospect: Prospect): MadeText {
  const made: MadeText['text'][] = [];
  inTime(TEXT_MS_MAX, () => {
    made.push(textFor(variant, prospect));
  });
  const [text = { field: 'body', problem: 'it takes too long' }] = made;
  return { source: sourceOf(variant, prospect), text };
}

/** Whether a text was made from just these: for another person's words, or under other steps, it is to be made again. */
export function isMadeFrom(made: MadeText, variant: Variant | null, prospect: Prospect): boolean {
  return made.source === sourceOf(variant, prospect);
}

function sourceOf(variant: Variant | null, prospect: Prospect): string {
  return JSON.stringify(variant && [variant.subject, variant.body, ...valuesOf(prospect)]);
}

/** Null where nothing is written. */
function textFor(variant: Variant | null, prospect: Prospect): TouchText | TextProblem | null {
  if (!variant) return null;
  const values = valuesOf(prospect);
  const subject = variant.subject === null ? null : filled(variant.subject, values, 'subject');
  const body = filled(variant.body, values, 'body');
  if (subject && 'problem' in subject) return subject;
  if ('problem' in body) return body;
  const variables = [...new Set([...(subject?.values ?? []), ...body.values])];
  return { subject: subject?.text ?? null, body: body.text, variables };
}

function filled(template: string, values: ReadonlyMap<string, string>, field: TextField) {
  const read = readTemplate(template);
  if (isProblem(read)) return { field, problem: read.message };
  const made = fillIn(read, values);
  return isProblem(made) ? { field, problem: made.message } : made;
}
