import type { TextMarks } from '../../quota/text.js';
import { callerOf } from '../../tenancy/door.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { LoopTurns } from '../../tenancy/loop-turns.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { DecisionTerms } from './decision.terms.js';
import { textMarks } from './text-marks.js';

/**
 * Looks at the texts that are asked about: what is asked of the ledger holds none. A long one of many words takes three milliseconds, and
 * an operation holds a hundred of them, so each has its turn.
 */
export class TextLooks {
  private readonly turns = new LoopTurns();

  constructor(private readonly fingerprints: Fingerprints) {}

  /** Null where there is no text. */
  async marksOf(viewer: Viewer, terms: DecisionTerms): Promise<TextMarks | null> {
    const { message, seatId, recipient } = terms;
    const { agencyId } = viewer;
    if (!message) return null;
    return this.turns.take(agencyId, callerOf(viewer), () =>
      textMarks(this.fingerprints, { agencyId, seatId }, message, recipient),
    );
  }
}
