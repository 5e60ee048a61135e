import type { Scope } from '../../quota/counter.js';
import type { Alert } from './alerts.js';
import type { Instant } from '../../quota/window.js';
import type { Desk } from '../desk.js';
import type { ToldOnce } from '../books/state.js';

/** How a number stands to a threshold. */
export interface Crossing {
  /** It is where it is to be told. */
  readonly over: boolean;
  /** It went back far enough, 5 points, that the next time is told again (P10). */
  readonly armed: boolean;
}

/**
 * Raises an alert of a threshold of a scope, once for each crossing. That it was told is remembered with the scope's
 * counters, whose state must have been read; while nothing is told or armed again, nothing is written for it.
 */
export function raiseOnce(desk: Desk, scope: Scope, crossing: Crossing, alert: Alert): void {
  if (isCrossed(desk, scope, { what: alert.kind, at: alert.at }, crossing)) desk.raise(alert);
}

/** Whether a threshold is to be told now: remembered by the alert's kind, or by one thing of it. */
export function isCrossed(
  desk: Desk,
  scope: Scope,
  { what, at }: { readonly what: ToldOnce; readonly at: Instant },
  { over, armed }: Crossing,
): boolean {
  const told = desk.told(scope);
  if (over === told.isToldOn(what, at) || (!over && !armed)) return false;
  // Opened, so that its state is written with what is told.
  desk.book(scope);
  if (over) told.tell(what);
  else told.arm(what);
  return over;
}
