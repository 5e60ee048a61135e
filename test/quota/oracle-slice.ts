import { spanAt, type ZoneSince } from '../../src/ledger/audit/plain-calendar.js';
import type { Action } from '../../src/quota/words.js';
import {
  plainOutsideChanges,
  plainUnknown,
  type CountedActions,
  type PlainOutside,
} from './plain-outside.js';
import { isHalved, plainMaxChanges, plainPercent, type PlainSeat } from './plain-seat.js';

/** What concerns one limit, by plain counting. */

export interface OracleLimit {
  /** `SEAT s1` */
  readonly scope: string;
  readonly counted: CountedActions;
  /** All that people and the policy set on the counter. */
  readonly set: readonly SetMax[];
}

export interface SetMax {
  readonly max: number;
  /** Of the policy: from where on a warning is due, null where there is no such number. Undefined where people set it. */
  readonly recommended?: number | null;
}

export interface Send {
  readonly at: number;
  readonly action: Action;
  readonly noted: boolean;
  readonly count: number;
  readonly scopes: readonly string[];
  /** It was recorded, not committed. */
  readonly elsewhere?: boolean;
}

export interface Hold {
  readonly heldAt: number;
  readonly expiresAt: number;
  readonly action: Action;
  readonly noted: boolean;
  readonly scopes: readonly string[];
  state: 'held' | 'committed' | 'released';
  sentAt: number | null;
}

/** What becomes of the holds if nothing else happens: they lapse, or each is committed a millisecond before it would. */
export type Fate = 'LAPSE' | 'COMMIT';

/** What concerns one limit. */
export interface Slice {
  readonly limit: OracleLimit;
  readonly zones: readonly ZoneSince[];
  readonly sends: readonly Send[];
  readonly holds: readonly Hold[];
  readonly outside: PlainOutside;
  /** Of a limit at a seat. */
  readonly seat: PlainSeat | null;
  /** All that the seat sends, and holds. */
  readonly seatSends: readonly number[];
  readonly seatHolds: readonly Hold[];
}

export const HORIZON_MS = 400 * 86_400_000;

export function sum(sends: readonly Send[]): number {
  return sends.reduce((total, { count }) => total + count, 0);
}

export function hasRoom(slice: Slice, at: number, fate: Fate): boolean {
  return usedAt(slice, at, fate) + heldAt(slice, at, fate) + unknownAt(slice, at) < maxAt(slice, at, fate);
}

/** The lowest of what was set: of the policy's, a warm-up allows a part of the recommended number, a restriction half. */
export function maxAt(slice: Slice, at: number, fate: Fate): number {
  return Math.min(...slice.limit.set.map((set) => setMaxAt(set, slice, at, fate)));
}

function setMaxAt({ max, recommended }: SetMax, slice: Slice, at: number, fate: Fate): number {
  const { seat, zones, seatSends } = slice;
  if (!seat || recommended === undefined) return max;
  const halved = isHalved(seat, at) ? Math.ceil(max / 2) : max;
  if (seat.warmUpStartedOn === null || recommended === null) return halved;
  const sends = [...seatSends, ...(fate === 'COMMIT' ? lastMoments(slice) : [])];
  const percent = plainPercent(seat.warmUpStartedOn, zones, sends, at);
  return percent >= 100 ? halved : Math.min(halved, Math.ceil((recommended * percent) / 100));
}

function lastMoments({ seatHolds }: Slice): number[] {
  return seatHolds.map(({ expiresAt }) => expiresAt - 1);
}

export function unknownAt({ limit, zones, outside }: Slice, at: number): number {
  return plainUnknown(outside, limit.counted, zones, at);
}

export function heldAt({ holds }: Slice, at: number, fate: Fate): number {
  return holds.filter(({ expiresAt }) => at < (fate === 'COMMIT' ? expiresAt - 1 : expiresAt)).length;
}

export function usedAt({ limit, zones, sends, holds }: Slice, at: number, fate: Fate): number {
  const { window } = limit.counted;
  let isInWindow = (sentAt: number): boolean => sentAt <= at;
  if (window.kind === 'ROLLING') {
    isInWindow = (sentAt) => at - window.seconds * 1000 < sentAt && sentAt <= at;
  } else {
    const { start } = spanAt(window.kind, zones, at);
    isInWindow = (sentAt) => start <= sentAt && sentAt <= at;
  }
  const toCome = fate === 'COMMIT' ? holds.filter(({ expiresAt }) => isInWindow(expiresAt - 1)).length : 0;
  return sum(sends.filter((send) => isInWindow(send.at))) + toCome;
}

export function changes(slice: Slice, fate: Fate, now: number, until = now + HORIZON_MS): number[] {
  const { limit, zones, sends, holds, outside, seat, seatSends } = slice;
  const { window } = limit.counted;
  const expiries = holds.flatMap(({ expiresAt }) => [expiresAt - 1, expiresAt]);
  const exits: number[] = [];
  if (window.kind === 'ROLLING') {
    const length = window.seconds * 1000;
    exits.push(...sends.map(({ at }) => at + length));
    if (fate === 'COMMIT') exits.push(...expiries.map((at) => at + length));
  } else {
    const last = Math.max(now, ...expiries);
    for (let span = spanAt(window.kind, zones, now); span.start <= last;) {
      exits.push(span.end);
      span = spanAt(window.kind, zones, span.end);
    }
  }
  const days = plainOutsideChanges(outside, limit.counted, zones, now, until);
  const ofSeat = limit.set.some(({ recommended }) => recommended !== undefined) && seat;
  const toCome = fate === 'COMMIT' ? lastMoments(slice) : [];
  const ofMaximum = ofSeat ? plainMaxChanges(ofSeat, zones, [...seatSends, ...toCome], now) : [];
  return [...expiries, ...exits, ...days, ...ofMaximum]
    .filter((at) => at > now)
    .toSorted((one, other) => one - other);
}
