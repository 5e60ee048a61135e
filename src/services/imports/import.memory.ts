import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Below this, an import leaves nothing that is worth the pause. */
const ROWS_MIN = 20_000;

/**
 * Gives back what the last part of an import of so many rows has left behind. By itself V8 would let a heap that has grown
 * for an import grow on, and the server would keep that memory. It takes some 100 ms, in which nobody else has a turn.
 */
export function collectAfter(rows: number): void {
  if (rows >= ROWS_MIN) collect();
}

/** V8 shows its collector to new contexts once it was told to. */
const collect = ((): (() => void) => {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('gc');
  return typeof found === 'function' ? (found as () => void) : () => undefined;
})();
