import type { Instant } from './window.js';
import type { Limit } from './limit.js';
import type { UsageLevel } from './words.js';

/** A counter as it stood at an instant, with the lowest maximum on it. */
export interface Usage {
  readonly limit: Limit;
  /** The zone of a calendar window; null for a rolling one. */
  readonly timeZone: string | null;
  readonly used: number;
  readonly held: number;
  /** Room set aside for what is done elsewhere and not recorded yet. */
  readonly unknown: number;
  /** When the window next gives room back; null when nothing is used or held. */
  readonly nextRoomAt: Instant | null;
}

export function taken(usage: Usage): number {
  return usage.used + usage.held + usage.unknown;
}

export function remaining(usage: Usage): number {
  return Math.max(0, usage.limit.max - taken(usage));
}

/** Shares of a maximum, in per cent (docs/design.md 3). */
const WARNING_PERCENT = 80;
const CRITICAL_PERCENT = 95;

export function usageLevel(usage: Usage): UsageLevel {
  return levelOf(usage.limit, taken(usage));
}

/** OK up to and including the lower of the recommended number and 80 % of the maximum, CRITICAL from 95 %. */
export function levelOf(limit: LevelTerms, amount: number): UsageLevel {
  const { max } = limit;
  if (amount > max) return 'BREACHED';
  if (amount === max && max > 0) return 'REACHED';
  if (amount > 0 && amount * 100 >= hundredfoldOf('CRITICAL', limit)) return 'CRITICAL';
  return amount * 100 > hundredfoldOf('WARNING', limit) ? 'WARNING' : 'OK';
}

/** The two numbers of a limit that levels are told by. */
export type LevelTerms = Pick<Limit, 'max' | 'recommended'>;

/** A hundred times the amount that a level begins at: whole numbers, so that nothing is rounded. WARNING begins above it. */
export function hundredfoldOf(level: Exclude<UsageLevel, 'OK'>, { max, recommended }: LevelTerms): number {
  if (level === 'WARNING') return Math.min((recommended ?? max) * 100, max * WARNING_PERCENT);
  return max * (level === 'CRITICAL' ? CRITICAL_PERCENT : 100);
}
