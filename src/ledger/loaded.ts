import type { Entries, LiveHold } from '../quota/book.js';
import type { ZoneFrom } from '../quota/calendar.js';
import type { Counter } from '../quota/counter.js';
import type { Instant } from '../quota/window.js';
import type {
  Authority,
  ChargeFacts,
  KeptKey,
  RecipientKey,
  ReservationFacts,
  Whereabouts,
} from './facts.js';
import type { SumQuestion } from './scopes.js';
import type { Standing } from './standing.js';
import type { OpenCounter } from './state.js';

/** What was read under the lock. Grows while a batch finds out what it needs; a desk only reads it. */
export interface Loaded {
  readonly instants: ReadonlyMap<string, Instant>;
  /** By `agency seat`. */
  readonly standings: ReadonlyMap<string, Standing>;
  readonly zones: ReadonlyMap<string, readonly ZoneFrom[]>;
  /** The keys of the counters that some limit needs, by scope; a scope that is not here keeps all of its counters. */
  readonly wanted: ReadonlyMap<string, ReadonlySet<string>>;
  /** By `agency key id`. */
  readonly authorities: ReadonlyMap<string, Authority>;
  /** By `agency idempotency key`. */
  readonly keys: ReadonlyMap<string, KeptKey>;
  /** By recipientName(). */
  readonly recipients: ReadonlyMap<string, string>;
  /** By `agency id`. */
  readonly reservations: ReadonlyMap<string, ReservationFacts>;
  readonly charges: ReadonlyMap<string, ChargeFacts>;
  readonly sources: ReadonlyMap<string, string>;
  /** Sends that a record may be, by whereaboutsName(); undefined where nobody looked yet. */
  readonly candidates: ReadonlyMap<string, readonly ChargeFacts[]>;
  readonly states: ReadonlyMap<string, readonly OpenCounter[]>;
  readonly holds: ReadonlyMap<string, readonly LiveHold[]>;
  /** Tallies that were counted from the charges, by scope and counter. */
  readonly tallies: ReadonlyMap<string, ReadonlyMap<string, OpenCounter>>;
  readonly entries: ReadonlyMap<string, ReadonlyMap<string, OpenEntries>>;
}

export interface OpenEntries {
  readonly counter: Counter;
  readonly entries: Entries;
}

/** What a request can't be decided without, found out on the way: it is read, and all is decided again. */
export class Missing extends Error {
  constructor(
    readonly tallies: readonly SumQuestion[],
    readonly whereabouts: readonly Whereabouts[] = [],
  ) {
    super('The batch needs to read on.');
  }
}

export function recipientName(agencyId: string, { kind, version, fingerprint }: RecipientKey): string {
  return `${agencyId} ${kind} ${version} ${fingerprint.toString('base64')}`;
}

export function whereaboutsName({ agencyId, seatId, action, recipientId, from, until }: Whereabouts): string {
  return [agencyId, seatId, action, recipientId, from, until].join(' ');
}
