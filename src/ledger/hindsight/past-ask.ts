import type { UnaskedSend } from '../../quota/hindsight.js';
import type { Instant } from '../../quota/window.js';
import type { CampaignStanding, Standing } from '../reading/standing.js';

/** What a seat sent without asking, and is in the books by now. */
export interface UnaskedSendOf extends UnaskedSend {
  readonly seatId: string;
  /** For which it was charged: a hold's own, wherever the seat is by then. */
  readonly clientAccountId: string;
  readonly campaignId: string | null;
  /** Null where nobody told. */
  readonly recipientId: string | null;
  readonly chargeId: string;
}

/** A send as it would have been asked for: behind all that was sent before it. */
export interface PastAsk {
  readonly send: UnaskedSendOf;
  readonly standing: Standing;
  /** Where it still has the seat. */
  readonly campaign: CampaignStanding | null;
  readonly at: Instant;
  /** Itself, and those of the very instant that were told behind it; and their charges. */
  readonly behind: readonly Pick<PastAsk, 'send'>[];
  readonly notYet: ReadonlySet<string>;
}
