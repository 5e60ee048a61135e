import {
  customEdit,
  PROSPECT_TEXTS,
  rememberedEdits,
  TAGS_MAX,
  tagTakenAway,
  withTags,
  type KeptWords,
} from '../../outreach/prospect.js';
import { tagTerm } from '../../outreach/words.js';
import { wordsOfTerms, type ProspectTerms } from './prospect.checks.js';
import { prospectOf, type KeptProspect } from './prospect.rows.js';

/** What people say of prospects by hand, which is remembered as such. */

export interface TagChange {
  readonly add?: readonly string[] | null | undefined;
  readonly remove?: readonly string[] | null | undefined;
}

/** What is said by hand stays said; tags and custom fields are told whole. */
export function editedBy(prospect: KeptProspect, terms: ProspectTerms): KeptWords {
  const said = wordsOfTerms(terms);
  const edited = new Set(prospect.edited);
  const words: Record<string, unknown> = {};
  for (const field of PROSPECT_TEXTS) {
    if (terms[field] === undefined) continue;
    words[field] = said[field];
    edited.add(field);
  }
  const custom = terms.customFields === undefined ? prospect.custom : said.custom;
  for (const name of new Set([...Object.keys(prospect.custom), ...Object.keys(custom)])) {
    if (custom[name] === prospect.custom[name]) continue;
    // The newest is last: what is forgotten one day is what nobody has said for longest.
    edited.delete(customEdit(name));
    edited.add(customEdit(name));
  }
  const tags = terms.tags === undefined ? prospect.tags : said.tags;
  return {
    ...prospect,
    ...words,
    custom,
    tags,
    edited: rememberedEdits(tagEdits([...edited], prospect.tags, tags), custom),
  };
}

/** Tags that were taken away do not come back with the next list, until somebody sets them again. */
function tagEdits(edited: readonly string[], before: readonly string[], now: readonly string[]): string[] {
  const kept = new Set(now.map(tagTakenAway));
  const gone = new Set(before.map(tagTakenAway).filter((edit) => !kept.has(edit)));
  return [...edited.filter((edit) => !kept.has(edit) && !gone.has(edit)), ...gone];
}

/** The same prospect where nothing changes; null where it would have too many tags. */
export function retagged(prospect: KeptProspect, { add, remove }: TagChange): KeptProspect | null {
  const gone = new Set((remove ?? []).map(tagTerm));
  const left = prospect.tags.filter((tag) => !gone.has(tagTerm(tag)));
  const wanted = new Set([...left, ...(add ?? [])].map(tagTerm));
  if (wanted.size > TAGS_MAX) return null;
  const tags = withTags(left, add ?? []);
  if (tags.join('\n') === prospect.tags.join('\n')) return prospect;
  const edited = rememberedEdits(tagEdits(prospect.edited, prospect.tags, tags), prospect.custom);
  return prospectOf({ ...prospect, tags, edited });
}
