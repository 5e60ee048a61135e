import type { Question } from '../../ledger/requests.js';
import type { Action, ConnectionDegree } from '../../quota/words.js';
import type { RecipientTerms } from './recipient-input.js';
import type { MessageTerms } from './text-marks.js';

/** Sends of one plan. */
export const PLANNED_MAX = 1_000;

/** What a caller asks, ids as uuids. */
export interface DecisionTerms {
  readonly seatId: string;
  readonly action: Action;
  readonly recipient: RecipientTerms & {
    readonly degree?: ConnectionDegree | null;
    readonly openProfile?: boolean | null;
  };
  readonly campaignId?: string | null;
  readonly message?: MessageTerms | null;
  readonly withNote?: boolean | null;
  readonly isReply?: boolean | null;
}

export interface ReserveTerms extends DecisionTerms {
  readonly holdSeconds?: number | null;
  readonly idempotencyKey: string;
}

/** How something is reserved that no caller asks for like this. */
export interface ReservedHow {
  /** Judged by the recommended numbers. */
  readonly isPlanned?: boolean;
  /** What makes two requests under one key the same; left out, all that they say. */
  readonly sameAs?: Readonly<Record<string, unknown>>;
}

/** A noted invitation is one CONNECTION_REQUEST: its text, or the caller's word for it, makes it noted. */
export function questionOf(terms: DecisionTerms): Question {
  const { seatId, action, recipient, campaignId, message, withNote, isReply } = terms;
  const noted = action === 'CONNECTION_REQUEST' && (withNote === true || (message ?? null) !== null);
  return {
    seatId,
    action,
    noted,
    campaignId: campaignId ?? null,
    isReply: isReply === true,
    degree: recipient.degree ?? 'UNKNOWN',
    openProfile: recipient.openProfile === true,
  };
}
