/** What a template's names stand for, for one person. */
import type { ProspectWords } from '../prospect.js';

/** Names of a person's own: what lists say of everybody. */
export const VALUE_NAMES = [
  'first_name',
  'last_name',
  'full_name',
  'company',
  'company_domain',
  'position',
  'industry',
  'location',
] as const;

/** By the names that templates know; a field of a list's own by its name in small letters: "Last Post" is `last_post`. */
export function valuesOf(words: Omit<ProspectWords, 'tags' | 'notes'>): Map<string, string> {
  const fullName = [words.firstName, words.lastName].filter((part) => part !== null).join(' ');
  const own: Record<(typeof VALUE_NAMES)[number], string | null> = {
    first_name: words.firstName,
    last_name: words.lastName,
    full_name: fullName || null,
    company: words.company,
    company_domain: words.companyDomain,
    position: words.position,
    industry: words.industry,
    location: words.location,
  };
  const custom = Object.entries(words.custom).map(([name, value]) => [asName(name), value] as const);
  const told = Object.entries(own).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  // A person's own come last: no field of a list takes the place of a name.
  return new Map([...custom, ...told]);
}

function asName(field: string): string {
  return field
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '');
}
