import type { Scope } from '../quota/counter.js';
import type { Alert } from './alerts.js';
import type { Desk } from './desk.js';

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
export function raiseOnce(desk: Desk, scope: Scope, { over, armed }: Crossing, alert: Alert): void {
  const told = desk.told(scope);
  const isTold = told.isToldOn(alert.kind, alert.at);
  if (over === isTold || (!over && !armed)) return;
  // Opened, so that its state is written with what is told.
  desk.book(scope);
  if (over) {
    told.tell(alert.kind);
    desk.raise(alert);
  } else {
    told.arm(alert.kind);
  }
}
