import { refuse } from '../../errors.js';
import { placeholderIn } from '../../outreach/placeholders.js';
import { shinglesOf } from '../../outreach/shingles.js';
import { TEMPLATE_VALUES_MAX } from '../../outreach/template.js';
import { bandsOf, sketchOf } from '../../quota/sketch.js';
import type { TextMarks, TextSketch } from '../../quota/text.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { type Check, checkAll } from '../checks.js';
import type { RecipientTerms } from './recipient-input.js';

/** A text as a caller hands it over. */
export interface MessageTerms {
  readonly subject?: string | null;
  readonly body: string;
  readonly variables?: readonly string[] | null;
}

/** UTF-16 code units of a text, or of a value in it, that is looked at: more than LinkedIn takes of any. */
export const TEXT_LENGTH_MAX = 10_000;

/** Whether a text is short enough to be looked at, before anything is. */
export function checkMessage(message: MessageTerms | null | undefined): Check {
  const { subject, body, variables } = message ?? { body: '' };
  if ((variables?.length ?? 0) > TEMPLATE_VALUES_MAX) {
    return refuse('INVALID', `message.variables are ${TEMPLATE_VALUES_MAX} at most.`, 'message', 'variables');
  }
  return checkAll(
    checkLength(subject ?? '', 'message', 'subject'),
    checkLength(body, 'message', 'body'),
    ...(variables ?? []).map((value, index) => checkLength(value, 'message', 'variables', String(index))),
  );
}

function checkLength({ length }: string, ...path: string[]): Check {
  if (length <= TEXT_LENGTH_MAX) return null;
  return refuse(
    'INVALID',
    `${path.join('.')} has ${length} characters, ${TEXT_LENGTH_MAX} at most.`,
    ...path,
  );
}

interface SeatOfText {
  readonly agencyId: string;
  readonly seatId: string;
}

/** Looks at a text. What comes out holds nothing that it could be read from: only this goes on to the ledger. */
export function textMarks(
  fingerprints: Fingerprints,
  seat: SeatOfText,
  { subject: told, body, variables }: MessageTerms,
  recipient: Pick<RecipientTerms, 'name' | 'company'>,
): TextMarks {
  const subject = told ?? null;
  return {
    lengths: { subject: subject?.length ?? null, body: body.length },
    placeholders: {
      subject: subject === null ? null : placeholderIn(subject),
      body: placeholderIn(body),
    },
    personal: variables ? variables.some(isOfThePerson) : null,
    sketches: sketchesOf(fingerprints, seat, shinglesOf(body, valuesOf(recipient, variables ?? []))),
  };
}

/** A value that is blank put nothing into the text. */
function isOfThePerson(value: string): boolean {
  return value.trim() !== '';
}

/** What may stand in a text for the person alone: what the caller put in, the name and its parts, the company. */
function valuesOf(
  { name, company }: Pick<RecipientTerms, 'name' | 'company'>,
  variables: readonly string[],
): string[] {
  const partsOfName = name?.split(/\s+/).filter((part) => part.length > 1) ?? [];
  return [name, company, ...partsOfName].filter((value) => typeof value === 'string').concat(variables);
}

function sketchesOf(
  fingerprints: Fingerprints,
  { agencyId, seatId }: SeatOfText,
  shingles: readonly string[],
): TextSketch[] {
  if (shingles.length === 0) return [];
  return fingerprints.makers('TEXT', agencyId).map(({ version, of }) => {
    const sketch = sketchOf(shingles.map((shingle) => of(shingle)));
    const id = of(seatId, Buffer.from(sketch).toString('base64')).toString('hex', 0, 16);
    return { version, id: uuidFrom(id), sketch, bands: bandsOf(sketch) };
  });
}

function uuidFrom(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
