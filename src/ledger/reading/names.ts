import type { Scope } from '../../quota/counter.js';
import type { SendsSought, SendsTo, Whereabouts } from './facts.js';
import { keyName } from '../people/recipients.js';
import type { EntriesQuestion, ScopeRef } from './scopes.js';
import type { WritingsQuestion } from '../texts/writings.js';

/** Its id alone: no two things have the same uuid, and a name that was put together would be hashed at each look. */
export function scopeName({ id }: Scope): string {
  return id;
}

/** A scope among those of several agencies. */
export function refName({ agencyId, scope }: ScopeRef): string {
  return `${agencyId} ${scopeName(scope)}`;
}

/** The first charges of a counter and the last ones are asked for by themselves. */
export function entriesName({ counter, newest }: Pick<EntriesQuestion, 'counter' | 'newest'>): string {
  return newest ? `${counter.key} newest` : counter.key;
}

export function writingsName({ seatId, key }: Pick<WritingsQuestion, 'seatId' | 'key'>): string {
  return `${seatId} ${keyName(key)}`;
}

export function sendsToName({ seatId, action, recipientId }: SendsTo): string {
  return [seatId, action, recipientId].join(' ');
}

export function soughtName({ ofAccount, ...to }: SendsSought): string {
  return [sendsToName(to), ofAccount].join(' ');
}

export function whereaboutsName({ from, until, most, ...sought }: Whereabouts): string {
  return [soughtName(sought), from, until, most].join(' ');
}
