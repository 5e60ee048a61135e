import { actionOf, type TouchStep } from '../../outreach/campaign/steps.js';
import type { SendKind } from '../../quota/touch-plan.js';
import { normalizeDomain } from '../decisions/recipient-input.js';
import type { DecisionTerms } from '../decisions/decision.terms.js';
import type { Prospect } from '../prospects/prospect.rows.js';
import type { Enrolled } from './enrolment.rows.js';
import { stepOf } from './touch.book.js';
import type { Touch } from './touch.rows.js';

/** Whose touch, and who they are on the list. */
export interface TouchAsked {
  readonly touch: Touch;
  readonly person: Enrolled;
  readonly prospect: Prospect;
}

/** What is asked of the books for a touch, its text aside. */
export function termsOf({ touch, person, prospect }: TouchAsked): DecisionTerms {
  const { action, noted } = kindOf(person, touch, stepOf(person, touch));
  const names = [prospect.firstName, prospect.lastName].filter((name) => name !== null);
  return {
    ...{ seatId: touch.seatId, action, campaignId: person.campaignId, withNote: noted },
    recipient: {
      ...{ profileUrl: prospect.profileUrl, name: names.join(' ') || null },
      ...{ company: prospect.company, companyDomain: normalizeDomain(prospect.companyDomain ?? '') },
      ...{ degree: person.degree, openProfile: person.openProfile },
    },
  };
}

/** What a touch sends. */
export function kindOf(person: Enrolled, touch: Pick<Touch, 'variant'>, step: TouchStep): SendKind {
  const noted = step.kind === 'CONNECT' && touch.variant !== null;
  return { action: actionOf(step, person), noted, campaignId: person.campaignId };
}

/** Kinds of one name are one kind. */
export function nameOf({ action, noted, campaignId }: SendKind): string {
  return `${action} ${noted} ${campaignId}`;
}

export function distinctKinds(kinds: readonly SendKind[]): SendKind[] {
  return [...new Map(kinds.map((kind) => [nameOf(kind), kind])).values()];
}
