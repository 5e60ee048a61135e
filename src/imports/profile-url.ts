/** One address for one person: the key that everything about a recipient hangs on. */
import { addressOf, hasTooManyMarks, normalized } from '../unicode.js';

/** Longer input is no address that anybody copied: a slug of 200 letters takes 2,400 characters percent-encoded. */
const INPUT_CHARACTERS_MAX = 4_096;

/** LinkedIn allows 100 characters in a slug that one chooses, and makes longer ones from long names itself. */
const SLUG_CHARACTERS_MAX = 200;
/** As it may be written: a letter and three accents are one character in the end. */
const WRITTEN_CHARACTERS_MAX = 4 * SLUG_CHARACTERS_MAX;

/** Lower-casing and composing can undo each other in a few scripts; measured, two rounds are enough. */
const FOLDING_ROUNDS_MAX = 4;

/** The site, its mobile sites and its country subdomains (`es.linkedin.com`). */
const HOST = /^(?:(?:www|m|mobile|touch|[a-z]{2})\.)?linkedin\.com\.?$/;

/** Letters and digits of any script, hyphen and underscore; emoji, which slugs made from names do hold. */
const SLUG = /^[\p{L}\p{M}\p{N}\p{Extended_Pictographic}\u200d\ufe0f_-]+$/u;

/** The opaque key of a Sales Navigator lead; upper and lower case are different keys. */
const LEAD_KEY = /^ACw[A-Za-z0-9_-]{2,197}$/;

/**
 * The same key in the place of a slug: the site leads from there to whichever name the person chose, so exporters write it where
 * they don't know that name. A slug is in lower case, and none that anybody chose looks like this.
 */
const KEY_AS_SLUG = /^ACwAA[A-Za-z0-9_-]{20,}$/;

/**
 * What the site makes for itself where it doesn't write a name: the member's number, then twenty bytes that follow from it. It leads
 * to nobody in lower case.
 */
const MEMBER_KEY = /^ACoAA[A-Za-z0-9_-]{20,}$/;

/** What may follow the slug and still be the same person's profile: a language, or a page of the profile. */
const LOCALE = /^[a-z]{2}(?:[-_][a-z]{2})?$/i;
const PROFILE_PAGE = /^(?:details?|overlay|recent-activity)$/i;

/**
 * The one form of a profile's address, from any usual form of it.
 *
 * Taken: with or without scheme, any of LinkedIn's subdomains, `/in/slug` alone, a language or a page of the
 * profile behind the slug, the mobile (`/mwlite/in/`) and mail (`/comm/in/`) forms, query, fragment, upper case,
 * slugs written in letters or percent-encoded. Sales Navigator's `/sales/lead/KEY,…` and `/sales/people/KEY,…`,
 * and `/in/KEY`, are a kind of their own: their key can't be turned into a slug.
 *
 * @returns `https://www.linkedin.com/in/slug` (lower case but for a member's key, percent-encoded where not ASCII) or
 *   `https://www.linkedin.com/sales/lead/KEY`; null for everything else. Its own result is left unchanged.
 */
export function normalizeProfileUrl(text: string): string | null {
  const url = parseLinkedInUrl(text.trim());
  if (url === null) return null;
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  const first = segments[0]?.toLowerCase();
  if (first === 'sales') return leadUrl(segments);
  if (first === 'comm') segments.shift();
  if (first === 'mwlite') segments.splice(0, segments[1]?.toLowerCase() === 'profile' ? 2 : 1);
  return profileUrl(segments);
}

/**
 * What says of two normalised addresses that they are one person's. A member's key is compared in lower case: tools write it so, whom
 * somebody wants to be left alone has to be found by that too, and no two members have keys that are alike but for case, since all of
 * what follows from their numbers would have to be.
 */
export function comparedAddress(normalized: string): string {
  const slug = normalized.slice(normalized.lastIndexOf('/') + 1);
  return MEMBER_KEY.test(slug) ? normalized.toLowerCase() : normalized;
}

/** The text as an URL of one of LinkedIn's hosts, or null. */
function parseLinkedInUrl(text: string): URL | null {
  // The URL parser drops line breaks and tabs and takes a backslash for a slash: no address looks like that.
  if (
    text === '' ||
    text.length > INPUT_CHARACTERS_MAX ||
    hasTooManyMarks(text) ||
    /[\s\\\p{Cc}]/u.test(text)
  )
    return null;
  const address = withScheme(text);
  const url = addressOf(address);
  if (!url) return null;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  const plain = url.username === '' && url.password === '' && url.port === '';
  return plain && HOST.test(url.hostname) ? url : null;
}

function withScheme(text: string): string {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return text;
  if (text.startsWith('//')) return `https:${text}`;
  if (/^\/?(?:in|sales)\//i.test(text)) return `https://www.linkedin.com/${text.replace(/^\//, '')}`;
  return `https://${text}`;
}

function profileUrl(segments: readonly string[]): string | null {
  const [kind, encoded, page] = segments;
  if (kind?.toLowerCase() !== 'in' || encoded === undefined) return null;
  const isLocale = page !== undefined && LOCALE.test(page) && segments.length === 3;
  if (page !== undefined && !isLocale && !PROFILE_PAGE.test(page)) return null;
  const slug = decode(encoded);
  if (slug === null || [...slug].length > WRITTEN_CHARACTERS_MAX || hasTooManyMarks(slug)) return null;
  if (KEY_AS_SLUG.test(slug)) return leadUrlOf(slug);
  if (MEMBER_KEY.test(slug)) return `https://www.linkedin.com/in/${slug}`;
  const folded = fold(slug);
  if (!SLUG.test(folded) || [...folded].length > SLUG_CHARACTERS_MAX) return null;
  return `https://www.linkedin.com/in/${encodeURIComponent(folded)}`;
}

function leadUrl(segments: readonly string[]): string | null {
  const [, kind, encoded] = segments;
  if (!/^(?:lead|people)$/i.test(kind ?? '') || encoded === undefined || segments.length > 3) return null;
  // Behind the key stand how it was found and a token of the search: neither is the person's.
  const key = decode(encoded)?.split(',')[0] ?? '';
  return leadUrlOf(key);
}

function leadUrlOf(key: string): string | null {
  return LEAD_KEY.test(key) ? `https://www.linkedin.com/sales/lead/${key}` : null;
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A percent sign that starts no character.
    return null;
  }
}

function fold(slug: string): string {
  let folded = slug;
  for (let round = 0; round < FOLDING_ROUNDS_MAX; round++) {
    const next = normalized(normalized(folded, 'NFC').toLowerCase(), 'NFC');
    if (next === folded) break;
    folded = next;
  }
  return folded;
}
