import type { Action } from '../../src/quota/words.js';
import type { CountedActions, PlainOutsideUse } from './plain-outside.js';
import { spanAt, type ZoneSince } from '../../src/ledger/audit/plain-calendar.js';
import { plainOpensAt, plainSeat, plainSeatEdges, type PlainSeat } from './plain-seat.js';

import {
  changes,
  hasRoom,
  heldAt,
  HORIZON_MS,
  maxAt,
  sum,
  unknownAt,
  usedAt,
  type Fate,
  type Hold,
  type OracleLimit,
  type Send,
  type Slice,
} from './oracle-slice.js';

/**
 * The promises by plain counting: flat lists of sends and holds, filtered at each question. Slow and simple on purpose;
 * it shares nothing with the core but the words.
 */

export type { CountedActions, Fate, OracleLimit };

/** Who asks for what, where the rules of the seat by itself are asked as well. */
export interface OfSeat {
  /** `SEAT s1` */
  readonly seat: string;
  readonly action: Action;
  readonly isReply: boolean;
}

export interface Answer {
  readonly allowed: boolean;
  readonly refusing: readonly { readonly limit: OracleLimit; readonly retryAt: number | null }[];
  /** Of the rules of the seat by itself. */
  readonly stopping: readonly { readonly code: string; readonly retryAt: number | null }[];
  readonly retryAt: number | null;
  readonly certainAt: number | null;
}

const HALF_CAPS_MS = 14 * 86_400_000;

export class Oracle {
  now = 0;
  private sends: Send[] = [];
  private readonly holds: Hold[] = [];
  private readonly zones = new Map<string, readonly ZoneSince[]>();
  private readonly outsideUses = new Map<string, PlainOutsideUse[]>();
  private readonly imports = new Map<string, number>();

  private readonly seats = new Map<string, PlainSeat>();

  seat(scope: string): PlainSeat {
    const seat = this.seats.get(scope) ?? plainSeat();
    this.seats.set(scope, seat);
    return seat;
  }

  /** What LinkedIn restricts; what is held for it is released. Answers those holds. */
  restrict(scope: string, actions: readonly Action[] | null, endsAt: number | null): Hold[] {
    const halfCapsUntil = endsAt === null ? null : endsAt + HALF_CAPS_MS;
    this.seat(scope).restrictions.push({ actions, reportedAt: this.now, endsAt, halfCapsUntil });
    const stopped = this.live().filter(
      ({ action, scopes }) => scopes.includes(scope) && (actions === null || actions.includes(action)),
    );
    for (const hold of stopped) this.release(hold);
    return stopped;
  }

  /** Of one that has ended it is nothing. Answers which it was. */
  lift(scope: string, pick: number): number | null {
    const { restrictions } = this.seat(scope);
    const index = pick % Math.max(1, restrictions.length);
    const restriction = restrictions[index];
    if (!restriction) return null;
    if (restriction.endsAt === null || restriction.endsAt > this.now) {
      restriction.endsAt = this.now;
      restriction.halfCapsUntil = this.now + HALF_CAPS_MS;
    }
    return index;
  }

  /** The same books at a later instant, with nothing done since. */
  later(at: number, fate: Fate): Oracle {
    const later = new Oracle();
    later.now = at;
    later.sends = [...this.sends];
    for (const [scope, zones] of this.zones) later.setZones(scope, zones);
    for (const [scope, uses] of this.outsideUses) later.outsideUses.set(scope, uses);
    for (const [scope, importedAt] of this.imports) later.imports.set(scope, importedAt);
    for (const [scope, seat] of this.seats) later.seats.set(scope, seat);
    for (const hold of this.live()) {
      const copy = { ...hold };
      later.holds.push(copy);
      if (fate === 'COMMIT' && hold.expiresAt - 1 <= at) later.commit(copy, hold.expiresAt - 1);
    }
    return later;
  }

  /** All that a seat sent and is in the books. */
  sendsOf(scope: string): number[] {
    return this.sends.filter(({ scopes }) => scopes.includes(scope)).map(({ at }) => at);
  }

  maxNow(limit: OracleLimit): number {
    return maxAt(this.slice(limit), this.now, 'LAPSE');
  }

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
  ask(limits: readonly OracleLimit[], isStopped: boolean, ofSeat: OfSeat | null = null): Answer {
    const slices = limits.map((limit) => this.slice(limit));
    const refusing = slices.filter((slice) => !hasRoom(slice, this.now, 'LAPSE'));
    const stopping = ofSeat ? this.stopping(ofSeat) : [];
    if (refusing.length === 0 && stopping.length === 0 && !isStopped) {
      return { allowed: true, refusing: [], stopping: [], retryAt: null, certainAt: null };
    }
    const isNever = isStopped || stopping.some(({ retryAt }) => retryAt === null);
    return {
      allowed: false,
      refusing: refusing.map((slice) => ({
        limit: slice.limit,
        retryAt: this.firstRoom([slice], 'LAPSE'),
      })),
      stopping,
      retryAt: isNever ? null : this.firstRoom(slices, 'LAPSE', ofSeat),
      certainAt: isNever ? null : this.firstRoom(slices, 'COMMIT', ofSeat),
    };
  }

  /** The rules of the seat by itself that refuse now. */
  private stopping({ seat, action, isReply }: OfSeat): Answer['stopping'] {
    const { lacks, ...others } = this.seat(seat);
    const restricted = restrictionsOf(others.restrictions, action)
      .filter(({ endsAt }) => endsAt === null || endsAt > this.now)
      .map(({ endsAt }) => ({ code: 'SEAT_RESTRICTED', retryAt: endsAt }));
    const opensAt = isReply ? this.now : plainOpensAt(others, this.zonesOf(seat), this.now);
    return [
      ...(lacks.includes(action) ? [{ code: 'ACTION_NOT_IN_TIER', retryAt: null }] : []),
      ...restricted,
      ...(opensAt === this.now ? [] : [{ code: 'OUTSIDE_WORKING_HOURS', retryAt: opensAt }]),
    ];
  }

  /** Every instant after now at which something of a limit can change. */
  changesOf(limit: OracleLimit): number[] {
    return changes(this.slice(limit), 'COMMIT', this.now, this.now + 90 * 86_400_000);
  }

  /** Every instant after now at which a rule of a seat by itself can change its answer, for some days. */
  edgesOfSeats(): number[] {
    const edges = [...this.seats].flatMap(([scope, seat]) =>
      plainSeatEdges(seat, this.zonesOf(scope), this.now),
    );
    return edges.filter((at) => at > this.now);
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
    const isSeat = limit.scope.startsWith('SEAT ');
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
      seat: isSeat ? this.seat(limit.scope) : null,
      seatSends: this.sendsOf(limit.scope),
      seatHolds: this.live().filter(({ scopes }) => scopes.includes(limit.scope)),
    };
  }

  /** Span after span in which nothing changes: in the first that has room, the first instant at which the seat works. */
  private firstRoom(slices: readonly Slice[], fate: Fate, ofSeat: OfSeat | null = null): number | null {
    const seat = ofSeat && this.seat(ofSeat.seat);
    const restrictions = seat && ofSeat ? restrictionsOf(seat.restrictions, ofSeat.action) : [];
    const room = (at: number): boolean =>
      slices.every((slice) => hasRoom(slice, at, fate)) &&
      restrictions.every(({ endsAt }) => endsAt !== null && endsAt <= at);
    const opensAt = (at: number): number | null =>
      seat && ofSeat && !ofSeat.isReply ? plainOpensAt(seat, this.zonesOf(ofSeat.seat), at) : at;
    const changing = slices.flatMap((slice) => changes(slice, fate, this.now));
    const ends = restrictions.flatMap(({ endsAt }) => (endsAt !== null && endsAt > this.now ? [endsAt] : []));
    const candidates = [this.now, ...[...changing, ...ends].toSorted((one, other) => one - other), Infinity];
    for (const [index, at] of candidates.slice(0, -1).entries()) {
      if (at > this.now + HORIZON_MS) return null;
      const until = candidates[index + 1]!;
      if (until === at || !room(at)) continue;
      if (at > this.now && room(at - 1) && opensAt(at - 1) === at - 1) {
        throw new Error(`The oracle missed a change before ${at}.`);
      }
      const opens = opensAt(at);
      if (opens === null || opens > this.now + HORIZON_MS) return null;
      if (opens < until) return opens;
    }
    return null;
  }
}

function restrictionsOf(restrictions: PlainSeat['restrictions'], action: Action): PlainSeat['restrictions'] {
  return restrictions.filter(({ actions }) => actions === null || actions.includes(action));
}
