import { refuse, type Refusal } from '../../errors.js';
import type { Lead } from '../../imports/lead-list.js';
import { normalizeProfileUrl } from '../../imports/profile-url.js';
import {
  CUSTOM_FIELDS_MAX,
  CUSTOM_NAME_LENGTH_MAX,
  CUSTOM_VALUE_LENGTH_MAX,
  NOTES_LENGTH_MAX,
  PROSPECT_TEXTS,
  TAG_LENGTH_MAX,
  TAGS_MAX,
  TEXT_LENGTH_MAX,
  withTags,
  type ProspectText,
  type ProspectWords,
} from '../../outreach/prospect.js';
import { cut, hasComparable } from '../../outreach/words.js';
import { canBeKept, checkAll, checkText, type Check } from '../checks.js';
import type { Told } from './prospect.writer.js';
import { checkDomain, normalizeDomain } from '../decisions/recipient-input.js';
import { normalized, withSingleSpaces } from '../../unicode.js';

/** A field of the list's own. */
export interface CustomField {
  readonly name: string;
  readonly value: string;
}

/** What a caller says of somebody; what is left out stays, null clears. */
export type ProspectTerms = Readonly<Partial<Record<ProspectText, string | null>>> & {
  readonly tags?: readonly string[] | null | undefined;
  readonly customFields?: readonly CustomField[] | null | undefined;
};

/** Somebody whom a caller names. */
export type NewProspect = ProspectTerms & {
  readonly profileUrl: string;
  readonly salesNavigatorUrl?: string | null | undefined;
};

/** What is wrong with what a caller says; null where nothing is. */
export function checkTerms(terms: ProspectTerms): Check {
  const texts = PROSPECT_TEXTS.map((field) => {
    const lengthMax = field === 'notes' ? NOTES_LENGTH_MAX : TEXT_LENGTH_MAX;
    const told = terms[field] ?? null;
    return told === null ? null : checkLength(told, tidy(field, told), lengthMax, field);
  });
  texts.push(checkDomain(terms.companyDomain, 'companyDomain'));
  return checkAll(...texts, checkTags(terms.tags), checkCustomFields(terms.customFields));
}

/** As it was told and as it is kept: some letters are two once they are composed, and some are a whole word. */
function checkLength(told: string, kept: string | null, lengthMax: number, ...path: string[]): Check {
  const wrong = checkText(told, lengthMax, ...path);
  if (wrong || kept === null) return wrong;
  const { length } = [...kept];
  if (length <= lengthMax) return null;
  const field = path.at(-1) ?? '';
  return refuse(
    'INVALID',
    `${field} is ${lengthMax} characters at most: composed, as it is kept, it has ${length}.`,
    ...path,
  );
}

/** `path` leads to them from the input: `tags`, where it isn't said. */
export function checkTags(tags: readonly string[] | null | undefined, ...path: string[]): Check {
  const given = tags ?? [];
  const to = path.length > 0 ? path : ['tags'];
  const field = to.at(-1)!;
  if (given.length > TAGS_MAX) return refuse('INVALID', `${field} are ${TAGS_MAX} at most.`, ...to);
  const wrong = checkAll(...given.map((tag) => checkLength(tag, tidyText(tag), TAG_LENGTH_MAX, ...to)));
  if (wrong) return wrong;
  const isBlank = !given.every(hasComparable);
  return isBlank ? refuse('INVALID', `One of ${field} has nothing in it to tell it by.`, ...to) : null;
}

function checkCustomFields(fields: readonly CustomField[] | null | undefined): Check {
  const given = fields ?? [];
  const path = 'customFields';
  if (given.length > CUSTOM_FIELDS_MAX) {
    return refuse('INVALID', `customFields are ${CUSTOM_FIELDS_MAX} at most.`, path);
  }
  if (new Set(given.map(({ name }) => name.trim())).size < given.length) {
    return refuse('INVALID', 'A custom field is there twice.', path);
  }
  return checkAll(
    ...given.map(({ name }) => checkText(name, CUSTOM_NAME_LENGTH_MAX, path)),
    ...given.map(({ value }) => checkText(value, CUSTOM_VALUE_LENGTH_MAX, path)),
  );
}

/** Somebody as a caller tells of them; or what is wrong with it. */
export function readNewProspect(input: NewProspect): Told | Refusal {
  const wrong = checkTerms(input);
  if (wrong) return wrong;
  const main = normalizeProfileUrl(input.profileUrl);
  if (main === null) {
    const message =
      'profileUrl is no address of a LinkedIn profile, such as https://www.linkedin.com/in/slug.';
    return refuse('INVALID', message, 'profileUrl');
  }
  const besides =
    typeof input.salesNavigatorUrl === 'string' ? normalizeProfileUrl(input.salesNavigatorUrl) : null;
  const isLead = (url: string): boolean => url.includes('/sales/lead/');
  if (typeof input.salesNavigatorUrl === 'string' && (besides === null || !isLead(besides))) {
    return refuse('INVALID', 'salesNavigatorUrl is no lead of Sales Navigator.', 'salesNavigatorUrl');
  }
  return {
    profileUrl: isLead(main) ? null : main,
    salesNavigatorUrl: isLead(main) ? main : besides,
    words: wordsOfTerms(input),
  };
}

export function wordsOfTerms(terms: ProspectTerms): ProspectWords {
  const texts = PROSPECT_TEXTS.map((field) => [field, tidy(field, terms[field] ?? null)] as const);
  return {
    ...(Object.fromEntries(texts) as Record<ProspectText, string | null>),
    tags: withTags([], (terms.tags ?? []).map(tidyText)),
    custom: Object.fromEntries(
      (terms.customFields ?? []).map(({ name, value }) => [name.trim(), value.trim()]),
    ),
  };
}

function tidy(field: ProspectText, text: string | null): string | null {
  if (text === null) return null;
  if (field === 'notes') return text.trim();
  return field === 'companyDomain' ? normalizeDomain(text) : tidyText(text);
}

function tidyText(text: string): string {
  return withSingleSpaces(normalized(text, 'NFC').trim());
}

/** Somebody as a row of a list tells of them: what is too long is cut off, what is no domain left out. */
export function toldOf(lead: Lead): Told {
  const texts = PROSPECT_TEXTS.map((field) => {
    const text = tidy(field, lead[field]);
    return [field, shortened(text, field === 'notes' ? NOTES_LENGTH_MAX : TEXT_LENGTH_MAX)] as const;
  });
  const tags = lead.tags.map((tag) => shortened(tidyText(tag), TAG_LENGTH_MAX));
  const custom = Object.entries(lead.custom).flatMap(([name, value]) => {
    const kept = shortened(value, CUSTOM_VALUE_LENGTH_MAX);
    return kept === null ? [] : [[name.trim(), kept] as const];
  });
  return {
    profileUrl: lead.profileUrl,
    salesNavigatorUrl: lead.salesNavigatorUrl,
    words: {
      ...(Object.fromEntries(texts) as Record<ProspectText, string | null>),
      tags: withTags(
        [],
        tags.flatMap((tag) => (tag === null || !hasComparable(tag) ? [] : tag)),
      ),
      custom: Object.fromEntries(custom),
    },
  };
}

function shortened(text: string | null, lengthMax: number): string | null {
  if (text === null || !canBeKept(text)) return null;
  const kept = cut(text, lengthMax).trim();
  return kept === '' ? null : kept;
}
