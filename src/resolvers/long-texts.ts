import { Failure } from '../errors.js';
import { variantsOf, type Definition } from '../outreach/campaign/steps.js';
import type { ApprovalTold } from '../services/campaigns/campaign.reading.js';

/** Texts of campaigns that one operation holds at most, in UTF-16 code units: 32 MB of them. */
export const TEXTS_LENGTH_MAX = 16_000_000;

/** How much one operation may still hold of what campaigns say, whatever it costs. */
export class TextRoom {
  private left = TEXTS_LENGTH_MAX;

  /** Throws COST_EXCEEDED where there is no more room for it. */
  take({ steps }: Definition): void {
    for (const { subject, body } of steps.flatMap(variantsOf)) {
      this.left -= (subject?.length ?? 0) + body.length;
    }
    if (this.left >= 0) return;
    const message = `The campaigns of the answer say more than ${TEXTS_LENGTH_MAX} characters together: ask for the steps of fewer of them at a time.`;
    throw new Failure('COST_EXCEEDED', message);
  }
}

/** What is told of a question, without what it was about. */
export function toldAlone(told: ApprovalTold): ApprovalTold {
  const { state, version, people, askedAt, askedBy, linkShownTo, answeredAt, answeredName, remark } = told;
  return { state, version, people, askedAt, askedBy, linkShownTo, answeredAt, answeredName, remark };
}
