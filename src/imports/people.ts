/** Names in the export, which are all that tells people apart in its older forms. */
import { normalized, withSingleSpaces } from '../unicode.js';

/** What LinkedIn writes for a member who is deleted or hidden. It never comes with an address. */
const HIDDEN_MEMBER = 'linkedin member';

/** Titles behind a name: `Jane Doe, Ph.D., MBA` is one person. */
const CREDENTIAL = /^(?:[\p{Lu}\d][\p{Lu}\d.®™/&-]{1,11}|Ph\.? ?D\.?|M\.?Sc\.?|B\.?Sc\.?|Esq\.?|[JS]r\.?)$/u;

/** Several times as long as LinkedIn lets a name be. What follows is not looked at. */
const NAME_CHARACTERS_MAX = 200;

/** A name as it is shown: composed, single spaces. Null for none, and for LinkedIn's placeholder. */
export function personName(text: string): string | null {
  const beginning = text.trim().slice(0, NAME_CHARACTERS_MAX);
  const name = withSingleSpaces(normalized(beginning, 'NFC')).trim();
  return name === '' || isHiddenMember(name) ? null : name;
}

/** A name as it is compared; empty for none. */
export function nameKey(name: string | null): string {
  return name === null ? '' : name.toLowerCase();
}

export function isHiddenMember(name: string): boolean {
  const shown = name.trim();
  return shown.length === HIDDEN_MEMBER.length && shown.toLowerCase() === HIDDEN_MEMBER;
}

/**
 * Whether a list of recipients, joined by commas, is one name. A name may hold commas itself, so a list is one
 * name only where nothing but titles follows the first comma, or where `isKnown` knows the whole of it.
 */
export function isOneName(list: string, isKnown: (name: string) => boolean): boolean {
  const [, ...rest] = list.split(',').map((part) => part.trim());
  return rest.every((part) => CREDENTIAL.test(part)) || isKnown(list);
}

/**
 * What stays of a text through LinkedIn's and Excel's rewriting of it: its ASCII letters and digits. Line breaks
 * became real ones in 2026, mark-up comes and goes, other letters get lost or wrongly decoded. Only for telling
 * rows apart that already agree in their instant.
 */
export function skeleton(text: string): string {
  return text
    .replace(/<[^<>]*>/g, '')
    .replace(/&(?:#\d+|#x[\da-f]+|[a-z]+\d*);/gi, '')
    .replace(/[^a-z\d]+/gi, '')
    .toLowerCase();
}

/** The skeleton of a name; the name itself where nothing of it is ASCII. */
export function nameSkeleton(name: string): string {
  const ascii = skeleton(name);
  return ascii === '' ? nameKey(personName(name)) : ascii;
}
