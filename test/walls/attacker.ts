import type { Place } from './places.js';
import type { Territory } from './territory.js';
import { type Sent, withNobodysIds } from './walk.js';

/** A caller who is not of the territory that is attacked. */
export interface Attacker {
  readonly name: string;
  readonly key: string;
  /** Where what it says of its own is taken from. */
  readonly own: Territory;
  /** It may use what is of its own agency as a whole: names that are one of a kind there, keys of attempts, cursors. */
  readonly isOfSameAgency: boolean;
}

/** What is said at a place, by the name of the field that keeps it. */
export function textNameOf({ name }: Place): string {
  return name.slice(name.lastIndexOf('.') + 1).replace('recipientProfileUrl', 'profileUrl');
}

export function nobodys(sent: Sent): Sent {
  return { ...sent, values: withNobodysIds(sent.values), root: withNobodysIds(sent.root) };
}

export function nameOf({ asked, path, name }: Place): string {
  return `${asked.operation} ${asked.name} ${path.join('.')} (${name})`;
}

/** Of the agency as a whole: it belongs to all of its callers. */
export function isOfAgency({ isOfSameAgency }: Attacker, id: string): boolean {
  return isOfSameAgency && /^(agency|policy)_/.test(id);
}

/** In one's own agency a name may be taken, a key may be used, and a cursor is one's own. */
export function isComparable({ isOfSameAgency }: Attacker, { kind, asked }: Place): boolean {
  if (!isOfSameAgency || kind === 'ID' || kind === 'PLAIN') return true;
  return kind === 'TEXT' && asked.operation === 'query';
}
