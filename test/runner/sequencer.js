import Sequencer from '@jest/test-sequencer';

/**
 * These take longest, from half a minute to one and a half. A fresh clone knows no times yet, and jest then begins with the largest
 * files.
 */
const LONGEST =
  /\/test\/(walls|faults)\/|\/history\.test|\/live\/(resume|silent)|\/alert-stream\.test|\/playground\.test|\/bodies\/slow\.test|\/work-queue\.test/;

/** The longest first: what begins last keeps one worker busy alone. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLong = ({ path }) => LONGEST.test(path);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
