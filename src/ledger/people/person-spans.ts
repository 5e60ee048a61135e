import type { PersonSpans } from '../../quota/person.js';
import type { Policy, PolicyRuleKind } from '../../quota/policy/index.js';
import { DAY } from '../../quota/window.js';

/** How long what passed between a seat and a person counts, by a version of the policy. */
export function spansOf(policy: Policy): PersonSpans {
  const inDays = (kind: PolicyRuleKind) =>
    (policy.rules.find((rule) => rule.kind === kind)?.ceiling ?? 0) * DAY;
  return {
    invitationLapsesAfter: inDays('PENDING_INVITATION_AGE'),
    reinviteEmbargo: inDays('REINVITE_EMBARGO'),
    awaitsReplyFor: inDays('AWAITING_REPLY'),
  };
}
