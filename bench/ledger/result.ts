import type { Cost } from './counting.js';
import type { Figures } from './measure.js';
import type { Target } from './scenario.js';

/** A round of one contender. */
export interface Round extends Figures, Cost {}

export interface Measured {
  readonly contender: string;
  readonly note: string | null;
  readonly rounds: readonly Round[];
}

/** What came of a scenario. */
export interface Result {
  readonly name: string;
  readonly title: string;
  readonly measured: readonly Measured[];
  readonly targets: readonly Target[];
  readonly leftOut: readonly string[];
  /** What was looked at besides. */
  readonly seen: string | null;
  readonly audit: string;
}
