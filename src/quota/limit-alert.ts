import type { Limit } from './limit.js';
import { hundredfoldOf, levelOf } from './usage.js';
import { HOUR, SECOND } from './window.js';
import { USAGE_LEVELS, type AlertKind, type UsageLevel } from './words.js';

/** How far usage has to fall under where a level begins before it is told again, in per cent of the maximum (P10). */
const ARMED_AGAIN_PERCENT = 5;

/** What happened to a counter: how much was taken before and after. */
export interface Step {
  readonly limit: Limit;
  readonly before: number;
  readonly after: number;
  /** It was something done elsewhere: that alone breaches a limit. */
  readonly recorded: boolean;
}

/** What is told of a step. */
export interface Judged {
  /** The level that counts as told from now on; those above it are armed. */
  readonly told: UsageLevel;
  /** Null where nothing is to be told. */
  readonly due: LimitAlertKind | null;
}

export type LimitAlertKind = Extract<AlertKind, `LIMIT_${string}`>;

const KIND_OF_LEVEL = {
  WARNING: 'LIMIT_WARNING',
  CRITICAL: 'LIMIT_CRITICAL',
  REACHED: 'LIMIT_REACHED',
  BREACHED: 'LIMIT_BREACHED',
} as const satisfies Record<Exclude<UsageLevel, 'OK'>, LimitAlertKind>;

/**
 * Which alert a step makes due: once for each level that it crosses, and of several at once the highest alone, with which
 * the lower ones count as told. One level is enough to remember: what is armed are all above it. What fell by itself since
 * the step before (windows, holds, commits, releases) can't have risen in between, so that `before` tells how far it fell.
 *
 * `told` is null of a counter that nobody watched: what it holds already was no crossing, so a limit that is removed and
 * set again does not ring twice.
 */
export function judgeStep(told: UsageLevel | null, { limit, before, after, recorded }: Step): Judged {
  const toldBefore = told === null ? levelTold(limit, before, true) : stillTold(told, limit, before);
  const level = levelTold(limit, after, recorded);
  if (level === 'OK' || rank(level) <= rank(toldBefore)) {
    return { told: stillTold(toldBefore, limit, after), due: null };
  }
  return { told: level, due: KIND_OF_LEVEL[level] };
}

/** The level that an amount is told as: a short window only where it is breached, and breached by what is recorded alone. */
function levelTold(limit: Limit, amount: number, recorded: boolean): UsageLevel {
  const level = levelOf(limit, amount);
  // Above by another way: the maximum fell, or a day of outside use began. Nothing more is allowed then.
  const told = level === 'BREACHED' && !recorded ? 'REACHED' : level;
  return isShort(limit) && told !== 'BREACHED' ? 'OK' : told;
}

/** The highest level, of those told, that usage did not fall far enough under. */
function stillTold(told: UsageLevel, limit: Limit, amount: number): UsageLevel {
  if (isShort(limit)) return told === 'BREACHED' && !isArmedAgain(told, limit, amount) ? told : 'OK';
  const levels = USAGE_LEVELS.slice(0, rank(told) + 1);
  return levels.findLast((level) => level === 'OK' || !isArmedAgain(level, limit, amount)) ?? 'OK';
}

function isArmedAgain(level: Exclude<UsageLevel, 'OK'>, limit: Limit, amount: number): boolean {
  // Never under nothing at all: an empty counter arms every level, however low its recommended number is.
  const armedAt = hundredfoldOf(level, limit) - limit.max * ARMED_AGAIN_PERCENT;
  return amount * 100 <= Math.max(0, armedAt);
}

/** Windows under an hour fill and empty all day long: only a breach of one is worth telling. */
function isShort({ counter: { window } }: Limit): boolean {
  return window.kind === 'ROLLING' && window.seconds * SECOND < HOUR;
}

function rank(level: UsageLevel): number {
  return USAGE_LEVELS.indexOf(level);
}
