import type { UnaskedSend } from '../../quota/hindsight.js';
import type { Instant } from '../../quota/window.js';
import type { Recipient } from '../requests.js';
import type { Standing } from '../reading/standing.js';

/** What a seat sent without asking, and is in the books by now. */
export interface UnaskedSendOf extends UnaskedSend {
  readonly seatId: string;
  /** Null where nobody told. */
  readonly recipient: Recipient | null;
  readonly chargeId: string;
}

/** A send as it would have been asked for: behind all that was sent before it. */
export interface PastAsk {
  readonly send: UnaskedSendOf;
  readonly standing: Standing;
  readonly at: Instant;
  /** Itself, and those of the very instant that were told behind it; and their charges. */
  readonly behind: readonly Pick<PastAsk, 'send' | 'standing'>[];
  readonly notYet: ReadonlySet<string>;
}
