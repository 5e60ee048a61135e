import { ACTIONS, WINDOW_KINDS, type Action, type ScopeKind } from './words.js';
import { rolling, SECOND, windowKey, type Instant, type Window } from './window.js';

/** Who counts: an agency, a client account, a campaign or a seat. */
export interface Scope {
  readonly kind: ScopeKind;
  readonly id: string;
}

/** What is counted: some actions together, in a window. The scope is where the counter is kept. */
export interface Counter {
  readonly key: string;
  /** In the order of the words. */
  readonly actions: readonly Action[];
  readonly onlyWithNote: boolean;
  readonly window: Window;
  /** A gauge: a send leaves it as soon as it is answered, and with its window at the latest. */
  readonly unanswered?: true;
}

/** The counter of a key, as counterOf() makes them. */
export function counterFromKey(key: string): Counter {
  const kept = countersKept.get(key);
  if (kept) return kept;
  const [name = '', window = ''] = key.split('@');
  if (name.endsWith('?')) return keptAs(key, pendingCounter(Number(window)));
  const onlyWithNote = name.endsWith('!');
  const words = onlyWithNote ? name.slice(0, -1) : name;
  const actions =
    words === '*'
      ? ACTIONS
      : words.split('+').filter((word): word is Action => ACTIONS.some((action) => action === word));
  const calendar = WINDOW_KINDS.find((kind) => kind === window);
  const seconds = Number(window);
  const counter = counterOf(
    actions,
    onlyWithNote,
    calendar && calendar !== 'ROLLING' ? { kind: calendar } : rolling(seconds),
  );
  const isWindow = counter.window.kind !== 'ROLLING' || (Number.isInteger(seconds) && seconds > 0);
  if (actions.length === 0 || !isWindow) throw new Error(`"${key}" is no counter's key.`);
  return keptAs(key, counter);
}

function keptAs(key: string, counter: Counter): Counter {
  if (counter.key !== key) throw new Error(`"${key}" is no counter's key.`);
  if (countersKept.size < COUNTERS_KEPT_MAX) countersKept.set(key, counter);
  return counter;
}

const COUNTERS_KEPT_MAX = 10_000;
const countersKept = new Map<string, Counter>();

/** Counters of the same actions, note flag and window are one: `DIRECT_MESSAGE@86400`, `CONNECTION_REQUEST!@CALENDAR_MONTH`. */
export function counterOf(actions: readonly Action[], onlyWithNote: boolean, window: Window): Counter {
  const ordered = ACTIONS.filter((action) => actions.includes(action));
  const name = ordered.length === ACTIONS.length ? '*' : ordered.join('+');
  return {
    key: `${name}${onlyWithNote ? '!' : ''}@${windowKey(window)}`,
    actions: ordered,
    onlyWithNote,
    window,
  };
}

/** The gauge of pending invitations, which lapse so many seconds after they were sent: `CONNECTION_REQUEST?@15552000`. */
export function pendingCounter(lapseAfterSeconds: number): Counter {
  const counter = counterOf(['CONNECTION_REQUEST'], false, rolling(lapseAfterSeconds));
  return { ...counter, key: counter.key.replace('@', '?@'), unanswered: true };
}

export function counts(counter: Counter, action: Action, noted: boolean): boolean {
  return counter.actions.includes(action) && (noted || !counter.onlyWithNote);
}

/** What a rolling counter holds of the charges in (tail, now]: an entry at t leaves it at exactly t + length. */
export interface RollingTally {
  readonly used: number;
  readonly tail: Instant;
  /** The earliest charge that is counted; null where nothing is. Until it leaves, nothing has to be looked up. */
  readonly first: Instant | null;
}

/** What a calendar counter holds of the charges in [start, end). */
export interface CalendarTally {
  readonly used: number;
  readonly start: Instant;
  readonly end: Instant;
}

export type Tally = RollingTally | CalendarTally;

export function isRolling(tally: Tally): tally is RollingTally {
  return 'tail' in tally;
}

/** The latest instant that is no longer in a rolling window at `at`. */
export function tailAt(window: Window & { kind: 'ROLLING' }, at: Instant): Instant {
  return at - window.seconds * SECOND;
}

/** A tally with `count` more at `at`, if that lies in its window; a charge is never of the future. */
export function tallied(tally: Tally, at: Instant, count: number): Tally {
  if (!isRolling(tally)) {
    return at >= tally.start && at < tally.end ? { ...tally, used: tally.used + count } : tally;
  }
  if (at <= tally.tail) return tally;
  const used = tally.used + count;
  if (used === 0) return { ...tally, used, first: null };
  // A counter-entry may take the very first charge away: it is looked up again when the tally is next used.
  const first = count < 0 && at === tally.first ? tally.tail : Math.min(tally.first ?? at, at);
  return { ...tally, used, first };
}
