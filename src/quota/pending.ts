import type { Ask } from './ask.js';
import { pendingCounter, type Counter, type Scope } from './counter.js';
import type { Limit } from './limit.js';
import type { Policy } from './policy/index.js';
import { DAY, SECOND } from './window.js';
import type { LimitMode } from './words.js';

/** The gauge of a seat's pending invitations, as the policy has it; none where the policy knows of none. */
export function pendingLimit(policy: Policy, limitMode: LimitMode, scope: Scope): Limit[] {
  const rule = policy.rules.find(({ kind }) => kind === 'PENDING_INVITATIONS');
  const counter = pendingCounterOf(policy);
  const ceiling = rule?.ceiling ?? null;
  if (!rule || !counter || ceiling === null) return [];
  const { recommended } = rule;
  const max = limitMode === 'RECOMMENDED' ? (recommended ?? ceiling) : ceiling;
  return [{ scope, counter, max, origin: 'POLICY', limitId: null, recommended }];
}

/** What the gauge counts, for as long as the policy lets an invitation live. */
export function pendingCounterOf(policy: Policy): Counter | null {
  const days = policy.rules.find(({ kind }) => kind === 'PENDING_INVITATION_AGE')?.ceiling ?? null;
  return days === null ? null : pendingCounter((days * DAY) / SECOND);
}

/** The gauges that a request is held to: none but an invitation is. */
export function pendingOn({ action, pending = [] }: Pick<Ask, 'action' | 'pending'>): readonly Limit[] {
  return action === 'CONNECTION_REQUEST' ? pending : [];
}
