import type { Refusal } from '../../errors.js';
import type { UnreadReason } from '../../quota/inbound-words.js';

/** What came of an event of a tool. */
export type Outcome = 'COUNTED' | 'ALREADY_KNOWN' | 'IGNORED' | UnreadReason;

export interface Came {
  readonly outcome: Outcome;
  /** Why, where the outcome does not say it. */
  readonly message?: string;
}

export function isUnread(outcome: Outcome): outcome is UnreadReason {
  return outcome !== 'COUNTED' && outcome !== 'ALREADY_KNOWN' && outcome !== 'IGNORED';
}

export function refusedAs({ message }: Refusal): Came {
  return { outcome: 'REFUSED', message };
}
