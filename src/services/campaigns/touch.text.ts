import type { LedgerTransaction } from '../../ledger/books/connection.js';
import type { Variant } from '../../outreach/campaign/steps.js';
import { valuesOf } from '../../outreach/campaign/values.js';
import { fillIn, isProblem, readTemplate } from '../../outreach/template.js';
import type { TextField } from '../../quota/text.js';
import { readProspectsOfPeople, type Prospect } from '../prospects/prospect.rows.js';
import type { Enrolled } from './enrolment.rows.js';

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

/** Who somebody is on the list of their campaign's client account; null where they were taken off. */
export async function readProspectOf(
  transaction: LedgerTransaction,
  agencyId: string,
  { clientAccountId, recipientId }: Enrolled,
): Promise<Prospect | null> {
  const [found] = await readProspectsOfPeople(transaction, agencyId, clientAccountId, [recipientId]);
  return found ?? null;
}

/** Null where nothing is written. */
export function textFor(variant: Variant | null, prospect: Prospect): TouchText | TextProblem | null {
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
