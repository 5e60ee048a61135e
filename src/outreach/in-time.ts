import { createContext, Script } from 'node:vm';

/** What is being done, where the engine looks for it. */
const place: { work: () => void } = createContext({ work: () => undefined }) as { work: () => void };
const CALL = new Script('work()');
let isUnderWay = false;

/**
 * Does work that follows what somebody else wrote, and ends it after so many milliseconds, wherever it is: a look at the clock
 * now and then, such as a library's own, comes too late for a loop that nobody looks out of. Answers whether it came to its end;
 * what it began and did not finish is as it was left. Inside of another one it is the outer bound that holds.
 */
export function inTime(ms: number, work: () => void): boolean {
  if (isUnderWay) {
    work();
    return true;
  }
  isUnderWay = true;
  place.work = work;
  try {
    CALL.runInContext(place, { timeout: ms, displayErrors: false });
    return true;
  } catch (error) {
    if (isTimeout(error)) return false;
    throw error;
  } finally {
    isUnderWay = false;
    place.work = () => undefined;
  }
}

function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
