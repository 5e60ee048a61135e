import { acceptanceTerms } from '../../quota/acceptance.js';
import { badness, isAcceptanceArmed, isPendingArmed, isPendingHigh } from '../../quota/invitation-alert.js';
import { pendingLimit } from '../../quota/pending.js';
import { seatScope } from '../invitations/about-invitations.js';
import { isCrossed, raiseOnce } from './crossings.js';
import type { Desk } from '../desk.js';
import type { MissingOfPass } from '../passes.js';
import type { Standing } from '../reading/standing.js';
import { DAY } from '../../quota/window.js';

/** Raises what is due of the seats whose invitations a pass looked at, or changed. */
export function raiseInvitationAlerts(desk: Desk, missing: MissingOfPass): void {
  for (const seatId of desk.invitations.seatsLookedAt()) {
    const standing = desk.loaded.standings.get(seatId);
    if (!standing) continue;
    // Each by itself, so that one pass finds out all that is missing.
    missing.unless(() => raisePending(desk, standing));
    missing.unless(() => raiseAcceptance(desk, standing));
  }
}

/** Tells once that too many are pending; how far it fell before shows in what there was before the pass. */
export function raisePending(desk: Desk, standing: Standing): void {
  const { seatId, clientAccountId, course, limitMode } = standing;
  const [limit] = pendingLimit(course.at(desk.at), limitMode, seatScope(seatId));
  if (!limit) return;
  desk.open([limit]);
  const { used: pending } = desk.book(limit.scope).usage(limit);
  const facts = { pending, most: limit.max };
  const alert = { kind: 'PENDING_INVITATIONS_HIGH', seatId, clientAccountId, facts, at: desk.at } as const;
  for (const amount of [pending - desk.invitations.changeOf(seatId), pending]) {
    const armed = isPendingArmed(limit, amount);
    // What there was before was told when it came.
    raiseOnce(desk, limit.scope, { over: amount === pending && isPendingHigh(limit, amount), armed }, alert);
  }
}

/** Tells once that hardly anybody accepts, and once more that few or none may go out for it. */
function raiseAcceptance(desk: Desk, standing: Standing): void {
  const { seatId, clientAccountId, course } = standing;
  const policy = course.at(desk.at);
  const terms = acceptanceTerms(policy);
  const step = desk.invitations.acceptance.stepsOf(standing, policy)[0];
  if (!terms || !step) return;
  const scope = seatScope(seatId);
  const bad = badness(step);
  const what = 'LOW_ACCEPTANCE';
  const low = { over: bad >= 1, armed: isAcceptanceArmed(step, terms, terms.low) };
  const stopped = { over: bad === 2, armed: isAcceptanceArmed(step, terms, terms.stopped) };
  const crossed = [
    isCrossed(desk, scope, { what, at: desk.at }, low),
    isCrossed(desk, scope, { what: `${what} STOPPED`, at: desk.at }, stopped),
  ];
  if (!crossed.includes(true)) return;
  const { judged, accepted } = step;
  const at = desk.invitations.acceptance.lowSince(standing, bad);
  const facts = { judged, accepted, ...(bad === 2 ? { stopDays: Math.ceil(terms.stopFor / DAY) } : {}) };
  desk.raise({ kind: what, seatId, clientAccountId, facts, at });
}
