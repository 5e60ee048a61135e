/** What can become of a question to a client. */
import type { CampaignStatus } from '../../quota/words.js';

export const APPROVAL_STATES = ['OPEN', 'APPROVED', 'DECLINED', 'CHANGED', 'SUPERSEDED', 'CLOSED'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

export interface ApprovalFacts {
  readonly answer: 'APPROVED' | 'DECLINED' | null;
  /** Whether nothing was asked since, and nobody else is to answer. */
  readonly isNewest: boolean;
  /** Whether the campaign is, byte for byte, what was asked about. */
  readonly isSame: boolean;
  readonly campaign: CampaignStatus;
}

/** Nothing of it depends on time: no answer is none. What was approved is approved only while the campaign is the same. */
export function approvalStateOf({ answer, isNewest, isSame, campaign }: ApprovalFacts): ApprovalState {
  if (campaign === 'COMPLETED' || campaign === 'ARCHIVED') return 'CLOSED';
  if (!isNewest) return 'SUPERSEDED';
  if (!isSame) return 'CHANGED';
  return answer ?? 'OPEN';
}
