import { domainToASCII, domainToUnicode } from 'node:url';
import { Failure, refuse, type Refusal, together } from '../errors.js';
import { zoneNamed } from '../quota/zone-names.js';
import { comparable, composed } from '../tenancy/accounts.js';

/** Checks of what callers give, before anything is asked of the database: null, or what is wrong and where. */
export type Check = Refusal | null;

/** Longest name, in characters, as the tables have it. */
export const NAME_LENGTH_MAX = 200;
/** Longest reference of an agency's own. */
const EXTERNAL_REF_LENGTH_MAX = 200;
const SEARCH_LENGTH_MAX = 200;

/** All that is wrong at once; of one field the first thing, as what comes behind it may be wrong by that alone. */
export function checkAll(...checks: readonly Check[]): Check {
  const wrong = new Map<string, Refusal>();
  for (const check of checks) {
    for (const one of check ? [check, ...check.others] : []) {
      const place = one.field?.join('.') ?? '';
      if (!wrong.has(place)) wrong.set(place, one);
    }
  }
  return together([...wrong.values()]);
}

/** A text that a person can read: not blank, not too long, nothing in it that can't be kept. Undefined is not judged. */
export function checkText(value: string | undefined, lengthMax: number, ...path: string[]): Check {
  if (value === undefined) return null;
  const field = path.at(-1) ?? '';
  if (value.trim() === '') return refuse('INVALID', `${field} is blank.`, ...path);
  // In characters, as PostgreSQL counts: an emoji is one.
  if ([...value].length > lengthMax) {
    return refuse('INVALID', `${field} is ${lengthMax} characters at most.`, ...path);
  }
  if (!canBeKept(value)) {
    return refuse('INVALID', `${field} holds a NUL or half of a surrogate pair.`, ...path);
  }
  return null;
}

/** Longest address, as mail has it. */
export const EMAIL_LENGTH_MAX = 254;
const ADDRESS = /^[^\s\p{Cc}\p{Cf}\p{DI}\u2800@<>",;]+@[^\s\p{Cc}\p{Cf}\p{DI}\u2800@<>",;]+$/u;
/** Letters, digits and hyphens, as names are asked for; the last part is no number, or it is a machine's. */
const HOST =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?!\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * An address that mail can be sent to, as far as its look tells: one @, something on both sides, no blanks, nothing that can't be seen.
 * By that one address would look like another one's, and mail goes to neither.
 */
export function checkEmail(value: string | undefined, field = 'email'): Check {
  if (value === undefined) return null;
  // As it is kept, too: some letters get more by composition or by lower case, and some are the same as a sign that parts addresses.
  const isOne = hasLook(value.trim()) && hasLook(composed(value)) && hasLook(comparable(value));
  if (isOne && isAsMailHasIt(value) && canBeKept(value)) return null;
  return refuse('INVALID', `${field} is an address, such as ada@example.com or ada@bücher.example.`, field);
}

function hasLook(address: string): boolean {
  return address.length <= EMAIL_LENGTH_MAX && ADDRESS.test(address);
}

/**
 * Whether its domain is written as it is read, in the one way there is: by other dots, letters of another width or of another writing, and
 * by numbers, mail goes to a domain that looks the same, or to that of another address.
 */
function isAsMailHasIt(address: string): boolean {
  const domain = comparable(address.slice(address.lastIndexOf('@') + 1));
  const asked = domainToASCII(domain);
  return HOST.test(asked) && domainToUnicode(asked) === domain;
}

export function checkName(value: string | undefined, ...path: string[]): Check {
  return checkText(value, NAME_LENGTH_MAX, ...path);
}

/** An agency's own reference; null for none. */
export function checkExternalRef(value: string | null | undefined): Check {
  return checkText(value ?? undefined, EXTERNAL_REF_LENGTH_MAX, 'externalRef');
}

/** A whole number within bounds. Null and undefined are not judged. */
export function checkInteger(
  value: number | null | undefined,
  min: number,
  max: number,
  ...path: string[]
): Check {
  if (value === null || value === undefined) return null;
  if (Number.isInteger(value) && value >= min && value <= max) return null;
  return refuse('INVALID', `${path.at(-1) ?? ''} is ${min} to ${max}.`, ...path);
}

/** An IANA zone that calendars can be made from. Undefined is not judged. */
export function checkTimeZone(value: string | undefined): Check {
  if (value === undefined || zoneNamed(value) !== null) return null;
  return refuse('INVALID', 'timeZone is an IANA time zone, such as Europe/Madrid.', 'timeZone');
}

/** In an update null clears; these fields can't be empty. */
export function checkNotNull<Input extends object>(
  input: Input,
  ...fields: readonly (keyof Input & string)[]
): Check {
  const cleared = fields.find((field) => input[field] === null);
  return cleared === undefined ? null : refuse('INVALID', `${cleared} can't be empty.`, cleared);
}

/** Whether PostgreSQL can keep a text as it is: no NUL, no unpaired surrogate. */
export function canBeKept(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

/** A pattern for ILIKE that finds a part, taken literally; null for no search. Throws BAD_USER_INPUT. */
export function searchPattern(search: string | null | undefined): string | null {
  if (search === null || search === undefined || search === '') return null;
  if ([...search].length > SEARCH_LENGTH_MAX || !canBeKept(search)) {
    throw new Failure(
      'BAD_USER_INPUT',
      `\`search\` is ${SEARCH_LENGTH_MAX} characters at most, without NUL or half of a surrogate pair.`,
    );
  }
  return `%${search.replace(/[\\%_]/g, '\\$&')}%`;
}
