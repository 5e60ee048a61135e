/** What a list says of a person, and how two that say something of the same one become one. */
import { COMPARED_TEXTS, type ComparedText } from './segment.js';
import { comparable, sortName, tagTerm, wordsOf } from './words.js';

export const PROSPECT_TEXTS = [...COMPARED_TEXTS, 'notes'] as const;
export type ProspectText = (typeof PROSPECT_TEXTS)[number];

/** Bounds of what is kept, as the table has them. */
export const TEXT_LENGTH_MAX = 200;
export const NOTES_LENGTH_MAX = 2_000;
export const TAGS_MAX = 30;
export const TAG_LENGTH_MAX = 60;
export const CUSTOM_FIELDS_MAX = 20;
export const CUSTOM_NAME_LENGTH_MAX = 60;
export const CUSTOM_VALUE_LENGTH_MAX = 500;
/** Tags that were taken away, and custom fields that were set by hand and are gone, which are remembered: as many of each. */
export const PAST_EDITS_MAX = 100;

export type CustomFields = Readonly<Record<string, string>>;

/** Everything that a list says of a person, but for who it is. */
export type ProspectWords = Readonly<Record<ProspectText, string | null>> & {
  readonly tags: readonly string[];
  readonly custom: CustomFields;
};

/** The same as it is kept: with what a person set by hand. */
export interface KeptWords extends ProspectWords {
  readonly edited: readonly string[];
}

export const NO_WORDS: KeptWords = {
  ...{ firstName: null, lastName: null, company: null, companyDomain: null, position: null },
  ...{ industry: null, location: null, notes: null, tags: [], custom: {}, edited: [] },
};

/** What was set by hand is named so among `edited`. */
export function customEdit(name: string): string {
  return `custom:${name}`;
}

export function tagTakenAway(tag: string): string {
  return `tag:${tagTerm(tag)}`;
}

/** What is remembered of edits, the oldest first: all that is said of what is there, and of what is gone the newest. */
export function rememberedEdits(edits: readonly string[], custom: CustomFields): string[] {
  const there = new Set(Object.keys(custom).map(customEdit));
  const past = edits.filter((edit) => !there.has(edit));
  const forgotten = new Set(
    [customEdit(''), 'tag:'].flatMap((kind) =>
      past.filter((edit) => edit.startsWith(kind)).slice(0, -PAST_EDITS_MAX),
    ),
  );
  return edits.filter((edit) => !forgotten.has(edit));
}

/**
 * What is kept once a list says more. What was empty is filled; what is there stays, or gives way where `replaces`; what
 * a person set by hand stays in any case, emptied too, and a tag that somebody took away does not come back. Tags and
 * custom fields beyond their number are left out. Null where nothing changes.
 */
export function merge(kept: KeptWords, told: ProspectWords, replaces: boolean): KeptWords | null {
  const edited = new Set(kept.edited);
  const pick = (edit: string, old: string | null, now: string | null): string | null => {
    if (edited.has(edit) || now === null) return old;
    return old === null || replaces ? now : old;
  };
  const texts = PROSPECT_TEXTS.map((field) => [field, pick(field, kept[field], told[field])] as const);
  // A list may call a column what every object has, such as "constructor".
  const custom = new Map(Object.entries(kept.custom));
  for (const [name, value] of Object.entries(told.custom)) {
    const next = pick(customEdit(name), custom.get(name) ?? null, value);
    if (next === null || (!custom.has(name) && custom.size >= CUSTOM_FIELDS_MAX)) continue;
    custom.set(name, next);
  }
  const tags = withTags(
    kept.tags,
    told.tags.filter((tag) => !edited.has(tagTakenAway(tag))),
  );
  const merged = {
    ...kept,
    ...(Object.fromEntries(texts) as Record<ProspectText, string | null>),
    tags,
    custom: Object.fromEntries(custom),
  };
  return isSame(kept, merged) ? null : merged;
}

/** Tags with others, each once whatever its case, the first ones first. */
export function withTags(tags: readonly string[], more: readonly string[]): string[] {
  const all = new Map<string, string>();
  for (const tag of [...tags, ...more]) {
    if (all.size === TAGS_MAX) break;
    const term = tagTerm(tag);
    if (!all.has(term)) all.set(term, tag);
  }
  return [...all.values()];
}

export function isSame(one: ProspectWords, other: ProspectWords): boolean {
  return (
    PROSPECT_TEXTS.every((field) => one[field] === other[field]) &&
    one.tags.join('\n') === other.tags.join('\n') &&
    written(one.custom) === written(other.custom)
  );
}

/** In whatever order: the table keeps none. */
function written(custom: CustomFields): string {
  return JSON.stringify(Object.entries(custom).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** What somebody is found by: the words of name, company and position, and the tags. */
export function termsOf({ firstName, lastName, company, position, tags }: ProspectWords): string[] {
  return [...wordsOf(firstName, lastName, company, position), ...new Set(tags.map(tagTerm))];
}

export function sortNameOf({ firstName, lastName }: ProspectWords): string {
  return sortName(firstName, lastName);
}

/** What filters compare of somebody. */
export interface ComparedWords {
  readonly texts: Readonly<Partial<Record<ComparedText, string>>>;
  readonly custom: CustomFields;
  readonly tags: readonly string[];
}

export function comparedOf(words: ProspectWords): ComparedWords {
  const texts = COMPARED_TEXTS.flatMap((field) => {
    const text = words[field];
    return text === null ? [] : [[field, comparable(text)] as const];
  });
  return {
    texts: Object.fromEntries(texts),
    custom: Object.fromEntries(Object.entries(words.custom).map(([name, text]) => [name, comparable(text)])),
    tags: words.tags.map(comparable),
  };
}
