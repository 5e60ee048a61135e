import { comparedAddress } from '../../imports/profile-url.js';
import type { RecipientKey } from '../../ledger/people/recipients.js';

/** A person by their addresses, normalised: one of them at least. */
export interface Addresses {
  readonly profileUrl: string | null;
  readonly salesNavigatorUrl: string | null;
}

/** A person of a list: all the keys that rows of it have in common. */
export interface Person {
  readonly keys: Map<string, RecipientKey>;
  readonly profileUrl: string;
  /** Those that are known, by the name of the key that found them. */
  readonly known: Map<string, string>;
  /** Names of keys that are written down under the newest secret. */
  readonly written: Set<string>;
}

/** A row's person, and the names of the row's own keys, that of the site first. */
export interface NamedPerson {
  readonly person: Person;
  readonly names: readonly string[];
}

/** What was found out of the people of a list. */
interface Outcome {
  readonly ids: ReadonlyMap<Person, string>;
  /** Who stay two, because of their history. */
  readonly apart: ReadonlySet<Person>;
  /** Who stay two, because one would have too many addresses. */
  readonly crowded: ReadonlySet<Person>;
}

/** Of several the one whom the address of the site names. */
export function staying({ known }: Person): string | undefined {
  const [first] = known.values();
  return [...known].find(([name]) => name.includes('/in/'))?.[1] ?? first;
}

export function newPerson({ profileUrl, salesNavigatorUrl }: Addresses): Person {
  return {
    keys: new Map(),
    profileUrl: profileUrl ?? salesNavigatorUrl ?? '',
    known: new Map(),
    written: new Set(),
  };
}

/** Who the person of a row is, and by which of its keys; nobody where all of these are too many. */
export function find(
  row: NamedPerson | null,
  { ids, apart, crowded }: Outcome,
): { readonly id: string | null; readonly names: readonly string[] } {
  if (row === null) return { id: null, names: [] };
  const { person } = row;
  const names = row.names.filter((name) => person.keys.has(name));
  const [first] = names;
  if (first === undefined) return { id: null, names };
  const known = person.known.get(first) ?? null;
  // Of two who can't be made one it is the one whom the row names first.
  if (crowded.has(person))
    return { id: known, names: names.filter((name) => person.known.get(name) === known) };
  return { id: (apart.has(person) ? known : null) ?? ids.get(person) ?? null, names };
}

/** Those of some addresses that are of some keys. */
export function addressesOf(told: Addresses | undefined, names: readonly string[]): Addresses {
  const taken = (url: string | null | undefined) =>
    url && names.includes(comparedAddress(url)) ? url : null;
  return { profileUrl: taken(told?.profileUrl), salesNavigatorUrl: taken(told?.salesNavigatorUrl) };
}

/** Whether one person is known, by all keys, under the newest secret. */
export function isSettled({ keys, known, written }: Person): boolean {
  return new Set(known.values()).size === 1 && written.size === keys.size;
}
