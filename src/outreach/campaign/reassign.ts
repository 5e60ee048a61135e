/** Who may go on from another seat: a pure function of what passed between a person and the two seats. */
import type { Action } from '../../quota/words.js';

/** Why somebody stays with the seat that they have. */
export const STAY_REASONS = ['CLAIMED', 'IN_CONVERSATION', 'INVITED', 'CONNECTED', 'ELSEWHERE'] as const;
export type StayReason = (typeof STAY_REASONS)[number];

/** What is known of somebody and the seat that writes to them, and of the one that would. */
export interface Between {
  /** Somebody has their touch right now. */
  readonly isClaimed: boolean;
  /** They are no more among those of the seat who have steps before them. */
  readonly isElsewhere: boolean;
  /** What the seat sent them that they notice, or holds for them. */
  readonly sent: readonly Action[];
  /** They answered the seat, whatever it had sent. */
  readonly hasAnswered: boolean;
  readonly isConnected: boolean;
  /** To the seat that they would be given to. */
  readonly isConnectedThere: boolean;
}

/**
 * Null where another seat may take them over. Whoever was written to goes on with whom they know: to them another seat is a
 * stranger who knows of the invitation or the talk, and LinkedIn counts what they do as answers to the first.
 */
export function stayReason(between: Between): StayReason | null {
  const { sent } = between;
  if (between.isElsewhere) return 'ELSEWHERE';
  if (between.isClaimed) return 'CLAIMED';
  if (between.hasAnswered || sent.some((action) => action !== 'CONNECTION_REQUEST')) return 'IN_CONVERSATION';
  if (sent.length > 0) return 'INVITED';
  return between.isConnected && !between.isConnectedThere ? 'CONNECTED' : null;
}
