import { acceptanceTerms } from '../quota/acceptance.js';
import { badness, isAcceptanceArmed, isPendingArmed, isPendingHigh } from '../quota/invitation-alert.js';
import { policyAt } from '../quota/policy/index.js';
import { seatScope } from './about-invitations.js';
import { isCrossed, raiseOnce } from './crossings.js';
import type { Desk } from './desk.js';
import type { Standing } from './standing.js';

/** Raises what is due of the seats whose invitations a pass looked at, or changed. Throws what is missing for it. */
export function raiseInvitationAlerts(desk: Desk): void {
  for (const [seatId, change] of desk.invitations.gauges) {
    const standing = desk.loaded.standings.get(seatId);
    if (!standing) continue;
    raisePending(desk, standing, change);
    raiseAcceptance(desk, standing);
  }
}

/** Tells once that too many are pending; how far it fell before shows in what there was before the change. */
export function raisePending(desk: Desk, standing: Standing, change: number): void {
  const limit = desk.invitations.pendingOf(standing);
  if (!limit) return;
  desk.open([limit]);
  const { seatId, clientAccountId } = standing;
  const { used: pending } = desk.book(limit.scope).usage(limit);
  const facts = { pending, most: limit.max };
  const alert = { kind: 'PENDING_INVITATIONS_HIGH', seatId, clientAccountId, facts, at: desk.at } as const;
  for (const amount of [pending - change, pending]) {
    const armed = isPendingArmed(limit, amount);
    // What there was before was told when it came.
    raiseOnce(desk, limit.scope, { over: amount === pending && isPendingHigh(limit, amount), armed }, alert);
  }
}

/** Tells once that hardly anybody accepts, and once more that few or none may go out for it. */
export function raiseAcceptance(desk: Desk, standing: Standing): void {
  const terms = acceptanceTerms(policyAt(desk.at));
  const step = terms && desk.invitations.stepOf(standing);
  if (!step) return;
  const { seatId, clientAccountId } = standing;
  const scope = seatScope(seatId);
  const bad = badness(step);
  const what = 'LOW_ACCEPTANCE';
  const [low, stopped] = [terms.low, terms.stopped].map((percent) => isAcceptanceArmed(step, terms, percent));
  const crossed = [
    isCrossed(desk, scope, { what, at: desk.at }, { over: bad >= 1, armed: low! }),
    isCrossed(desk, scope, { what: `${what} STOPPED`, at: desk.at }, { over: bad === 2, armed: stopped! }),
  ];
  if (!crossed.includes(true)) return;
  const { judged, accepted } = step;
  const at = desk.invitations.lowSince(standing, bad);
  desk.raise({ kind: what, seatId, clientAccountId, facts: { judged, accepted }, at });
}
