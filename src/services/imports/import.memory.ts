import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What an import kept in memory, below which it leaves nothing that is worth the pause. */
const KEPT_MIN = 100_000;
/** Nobody else has a turn meanwhile: whoever imports without an end keeps the others waiting no more often than that. */
const AGAIN_AFTER_MS = 10 * 60_000;

/**
 * Gives back what large imports have left behind. By itself V8 would let a heap that has grown for one stay as large until it has to look
 * through it for another reason. It takes some 100 ms, so rows that were read and kept nothing of are no reason for it.
 */
export class ImportMemory {
  private collectedAt = -Infinity;

  constructor(
    private readonly collect: () => void = collectGarbage,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Of records or people, or whatever else there was one of for each. */
  giveBack(kept: number): void {
    if (kept < KEPT_MIN || this.now() - this.collectedAt < AGAIN_AFTER_MS) return;
    this.collectedAt = this.now();
    this.collect();
  }
}

/** V8 shows its collector to new contexts once it was told to. */
const collectGarbage = ((): (() => void) => {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('gc');
  return typeof found === 'function' ? (found as () => void) : () => undefined;
})();

/** Of the process. */
export const importMemory = new ImportMemory();
