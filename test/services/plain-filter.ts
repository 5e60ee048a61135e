import type { FilterTerms, InstantTerms, TagsTerms, TextTerms } from '../../src/outreach/segment.js';

/** Filters, judged one person at a time by plain looking: what the statements of segments are compared with. */

export interface PlainPerson {
  readonly texts: Readonly<Record<string, string | undefined>>;
  readonly custom: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly addedAt: number;
  /** When the client account wrote to the person. */
  readonly contactedAt: readonly number[];
  readonly hasReplied: boolean;
  readonly connectedTo: readonly string[];
  readonly doNotContact: boolean;
}

const DAY = 86_400_000;

/** As people read a word: `Ñandú` and `nandu` are the same. */
function plainly(text: string): string {
  const letters = [...text.normalize('NFD')].filter((letter) => !/\p{M}/u.test(letter));
  return letters
    .join('')
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replaceAll('ς', 'σ')
    .split(/\s+/u)
    .filter(Boolean)
    .join(' ');
}

export function isMeant(filter: FilterTerms, person: PlainPerson, now: number): boolean {
  const { and, or, not, customField, tags, addedAt, lastContactedAt, degree, ...rest } = filter;
  const { isContacted, hasReplied, doNotContact, ...texts } = rest;
  const lastContact = person.contactedAt.length > 0 ? Math.max(...person.contactedAt) : null;
  return (
    (and ?? []).every((part) => isMeant(part, person, now)) &&
    (or === undefined || or.some((part) => isMeant(part, person, now))) &&
    (not === undefined || !isMeant(not, person, now)) &&
    (customField === undefined || meetsText(customField, person.custom[customField.name])) &&
    (tags === undefined || meetsTags(tags, person.tags)) &&
    (addedAt === undefined || meetsInstant(addedAt, person.addedAt, now)) &&
    (lastContactedAt === undefined || meetsInstant(lastContactedAt, lastContact, now)) &&
    (degree === undefined ||
      degree.in.includes(person.connectedTo.includes(degree.seatId) ? 'FIRST' : 'UNKNOWN')) &&
    (isContacted === undefined || isContacted === (lastContact !== null)) &&
    (hasReplied === undefined || hasReplied === person.hasReplied) &&
    (doNotContact === undefined || doNotContact === person.doNotContact) &&
    Object.entries(texts).every(([field, terms]) => meetsText(terms, person.texts[field]))
  );
}

function meetsText(terms: TextTerms, text: string | undefined): boolean {
  const { equals, in: among, startsWith, contains, isSet } = terms;
  if (text === undefined) {
    return [equals, among, startsWith, contains].every((said) => said === undefined) && isSet !== true;
  }
  const own = plainly(text);
  return (
    (equals === undefined || own === plainly(equals)) &&
    (among === undefined || among.some((one) => own === plainly(one))) &&
    (startsWith === undefined || own.startsWith(plainly(startsWith))) &&
    (contains === undefined || own.includes(plainly(contains))) &&
    isSet !== false
  );
}

function meetsTags({ any, all, none }: TagsTerms, tags: readonly string[]): boolean {
  const own = tags.map(plainly);
  const has = (tag: string): boolean => own.includes(plainly(tag));
  return (
    (any === undefined || any.some(has)) &&
    (all === undefined || all.every(has)) &&
    (none === undefined || !none.some(has))
  );
}

function meetsInstant({ from, before, lastDays }: InstantTerms, at: number | null, now: number): boolean {
  if (at === null) return false;
  return (
    (from === undefined || at >= from) &&
    (before === undefined || at < before) &&
    (lastDays === undefined || at >= now - lastDays * DAY)
  );
}
