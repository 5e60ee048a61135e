import type { Action } from '../../src/quota/words.js';
import {
  plainOutsideChanges,
  plainUnknown,
  type CountedActions,
  type PlainOutside,
  type PlainOutsideUse,
} from './plain-outside.js';
import { spanAt, type ZoneSince } from '../../src/ledger/plain-calendar.js';

/**
 * The promises by plain counting: flat lists of sends and holds, filtered at each question. Slow and simple on purpose;
 * it shares nothing with the core but the words.
 */

export type { CountedActions };

export interface OracleLimit {
  /** `SEAT s1` */
  readonly scope: string;
  readonly counted: CountedActions;
  readonly max: number;
}

interface Send {
  readonly at: number;
  readonly action: Action;
  readonly noted: boolean;
  readonly count: number;
  readonly scopes: readonly string[];
  /** It was recorded, not committed. */
  readonly elsewhere?: boolean;
}

interface Hold {
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

export interface Answer {
  readonly allowed: boolean;
  readonly refusing: readonly { readonly limit: OracleLimit; readonly retryAt: number | null }[];
  readonly retryAt: number | null;
  readonly certainAt: number | null;
}

const HORIZON_MS = 400 * 86_400_000;

/** What concerns one limit. */
interface Slice {
  readonly limit: OracleLimit;
  readonly zones: readonly ZoneSince[];
  readonly sends: readonly Send[];
  readonly holds: readonly Hold[];
  readonly outside: PlainOutside;
}

export class Oracle {
  now = 0;
  private sends: Send[] = [];
  private readonly holds: Hold[] = [];
  private readonly zones = new Map<string, readonly ZoneSince[]>();
  private readonly outsideUses = new Map<string, PlainOutsideUse[]>();
  private readonly imports = new Map<string, number>();

  zonesOf(scope: string): readonly ZoneSince[] {
    return this.zones.get(scope)!;
  }

  setZones(scope: string, zones: readonly ZoneSince[]): void {
    this.zones.set(scope, zones);
  }

  /** Of a seat: the newest declaration of a day holds. */
  declare(scope: string, use: PlainOutsideUse): void {
    this.outsideUses.set(scope, [use, ...(this.outsideUses.get(scope) ?? [])]);
  }

  import(scope: string): void {
    this.imports.set(scope, this.now);
  }

  send(send: Send): Send {
    this.sends.push(send);
    return send;
  }

  void(send: Send): void {
    this.sends = this.sends.filter((kept) => kept !== send);
  }

  hold(hold: Omit<Hold, 'state' | 'sentAt' | 'heldAt'>): Hold {
    const held: Hold = { ...hold, heldAt: this.now, state: 'held', sentAt: null };
    this.holds.push(held);
    return held;
  }

  commit(hold: Hold, sentAt: number): void {
    hold.state = 'committed';
    hold.sentAt = sentAt;
    this.sends.push({ ...hold, at: sentAt, count: 1 });
  }

  release(hold: Hold): void {
    hold.state = 'released';
  }

  live(): Hold[] {
    return this.holds.filter(({ state, expiresAt }) => state === 'held' && expiresAt > this.now);
  }

  /** How it stands now. */
  usage(limit: OracleLimit): { used: number; held: number; unknown: number; nextRoomAt: number | null } {
    const slice = this.slice(limit);
    const taken = (at: number): number => usedAt(slice, at, 'LAPSE') + heldAt(slice, at, 'LAPSE');
    const nextRoomAt = changes(slice, 'LAPSE', this.now).find((at) => taken(at) < taken(at - 1));
    return {
      used: usedAt(slice, this.now, 'LAPSE'),
      held: heldAt(slice, this.now, 'LAPSE'),
      unknown: unknownAt(slice, this.now),
      nextRoomAt: taken(this.now) > 0 ? nextRoomAt! : null,
    };
  }

  /** `limits` are those that count the request; a stop is what only a person can lift. */
  ask(limits: readonly OracleLimit[], isStopped: boolean): Answer {
    const slices = limits.map((limit) => this.slice(limit));
    const refusing = slices.filter((slice) => !hasRoom(slice, this.now, 'LAPSE'));
    if (refusing.length === 0 && !isStopped) {
      return { allowed: true, refusing: [], retryAt: null, certainAt: null };
    }
    return {
      allowed: false,
      refusing: refusing.map((slice) => ({
        limit: slice.limit,
        retryAt: this.firstRoom([slice], 'LAPSE'),
      })),
      retryAt: isStopped ? null : this.firstRoom(slices, 'LAPSE'),
      certainAt: isStopped ? null : this.firstRoom(slices, 'COMMIT'),
    };
  }

  /** Every instant after now at which something of a limit can change. */
  changesOf(limit: OracleLimit): number[] {
    return changes(this.slice(limit), 'COMMIT', this.now, this.now + 90 * 86_400_000);
  }

  /** The most that ever went out in one window, up to now: by the instants at which it was sent. */
  sentMost(limit: OracleLimit, since: number): number {
    const slice = this.slice(limit);
    const { window } = limit.counted;
    if (window.kind === 'ROLLING')
      return Math.max(0, ...slice.sends.map(({ at }) => usedAt(slice, at, 'LAPSE')));
    let most = 0;
    let before = -Infinity;
    for (let at = since; at <= this.now;) {
      const { start, end } = spanAt(window.kind, slice.zones, at);
      const sent = sum(slice.sends.filter((send) => send.at >= start && send.at < end));
      // After a change of zone a window may reach back beyond the one before it: nothing was promised of that time.
      if (start >= before) most = Math.max(most, sent);
      before = start;
      at = end;
    }
    return most;
  }

  private slice(limit: OracleLimit): Slice {
    const { actions, onlyWithNote } = limit.counted;
    const concerns = ({ action, noted, scopes }: Send | Hold): boolean =>
      actions.includes(action) && (noted || !onlyWithNote) && scopes.includes(limit.scope);
    return {
      limit,
      zones: this.zonesOf(limit.scope),
      sends: this.sends.filter(concerns),
      holds: this.live().filter(concerns),
      outside: {
        uses: this.outsideUses.get(limit.scope) ?? [],
        importedAt: this.imports.get(limit.scope) ?? null,
        recorded: this.sends.filter(({ scopes, elsewhere }) => elsewhere && scopes.includes(limit.scope)),
      },
    };
  }

  private firstRoom(slices: readonly Slice[], fate: Fate): number | null {
    const room = (at: number): boolean => slices.every((slice) => hasRoom(slice, at, fate));
    if (room(this.now)) return this.now;
    const candidates = slices.flatMap((slice) => changes(slice, fate, this.now));
    for (const at of new Set(candidates.toSorted((one, other) => one - other))) {
      if (at > this.now + HORIZON_MS) return null;
      if (!room(at)) continue;
      if (room(at - 1)) throw new Error(`The oracle missed a change before ${at}.`);
      return at;
    }
    return null;
  }
}

function sum(sends: readonly Send[]): number {
  return sends.reduce((total, { count }) => total + count, 0);
}

function hasRoom(slice: Slice, at: number, fate: Fate): boolean {
  return usedAt(slice, at, fate) + heldAt(slice, at, fate) + unknownAt(slice, at) < slice.limit.max;
}

function unknownAt({ limit, zones, outside }: Slice, at: number): number {
  return plainUnknown(outside, limit.counted, zones, at);
}

function heldAt({ holds }: Slice, at: number, fate: Fate): number {
  return holds.filter(({ expiresAt }) => at < (fate === 'COMMIT' ? expiresAt - 1 : expiresAt)).length;
}

function usedAt({ limit, zones, sends, holds }: Slice, at: number, fate: Fate): number {
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

function changes(
  { limit, zones, sends, holds, outside }: Slice,
  fate: Fate,
  now: number,
  until = now + HORIZON_MS,
): number[] {
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
  return [...expiries, ...exits, ...days].filter((at) => at > now).toSorted((one, other) => one - other);
}
