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

/** OK up to and including the lower of the recommended number and 80 % of the maximum, CRITICAL from 95 %. */
export function usageLevel(usage: Usage): UsageLevel {
  const { max, recommended } = usage.limit;
  const amount = taken(usage);
  if (amount > max) return 'BREACHED';
  if (amount === max && max > 0) return 'REACHED';
  if (amount * 100 >= max * CRITICAL_PERCENT && amount > 0) return 'CRITICAL';
  const okUpTo = Math.min(recommended ?? max, (max * WARNING_PERCENT) / 100);
  return amount > okUpTo ? 'WARNING' : 'OK';
}
