import { usageOf } from '../../quota/decide.js';
import type { Limit } from '../../quota/limit.js';
import type { Usage } from '../../quota/usage.js';
import type { Instant } from '../../quota/window.js';
import type { Desk } from '../desk.js';

/** Counters of a scope as they stand at an instant. */
export interface ScopeUsage {
  readonly asOf: Instant;
  readonly usage: readonly Usage[];
}

export function usageAt(desk: Desk, limits: readonly Limit[]): ScopeUsage {
  desk.open(limits);
  return { asOf: desk.at, usage: usageOf(limits, (scope) => desk.book(scope)) };
}
