import type { WindowKind } from './words.js';

/** Epoch milliseconds, of the database's clock. */
export type Instant = number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** 400 days: the longest rolling window, and how far an answer looks ahead. */
export const WINDOW_SECONDS_MAX = 34_560_000;

/** Any span of a length, or a day, week (from Monday) or month of the scope's own calendar. */
export type Window =
  { readonly kind: 'ROLLING'; readonly seconds: number } | { readonly kind: Exclude<WindowKind, 'ROLLING'> };

/** Local times of some days of the week, `09:00` to `18:00`, exclusive; `24:00` is the end of the day. */
export interface WorkingHours {
  /** 1 (Monday) to 7. */
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
}

export function rolling(seconds: number): Window {
  return { kind: 'ROLLING', seconds };
}

/** What tells one window from another: `86400`, `CALENDAR_MONTH`. */
export function windowKey(window: Window): string {
  return window.kind === 'ROLLING' ? String(window.seconds) : window.kind;
}

/** "24 hours", "7 days", "calendar month": for messages. */
export function windowInWords(window: Window): string {
  if (window.kind !== 'ROLLING') return window.kind.replace('_', ' ').toLowerCase();
  const units = [
    [86_400, 'days'],
    [3_600, 'hours'],
    [60, 'minutes'],
  ] as const;
  for (const [unitSeconds, unit] of units) {
    const amount = window.seconds / unitSeconds;
    if (Number.isInteger(amount) && amount > 1) return `${amount} ${unit}`;
  }
  return window.seconds === 1 ? 'second' : `${window.seconds} seconds`;
}
