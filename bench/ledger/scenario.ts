import type { Figures } from './measure.js';

/** How long each contender is measured in a round. */
export interface Span {
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** One way of doing the work. */
export interface Contender {
  readonly name: string;
  /** What it does not do that we do, or what there is to know about it. */
  readonly note?: string;
  measure(span: Span): Promise<Figures>;
}

/** What a figure is to be, set against another's of the same round. */
export interface Target {
  readonly of: string;
  readonly against: string;
  readonly figure: 'perSecond' | 'p50Ms';
  readonly least?: number;
  readonly most?: number;
}

/** Ways of doing the same work, measured in turn. */
export interface Scenario {
  readonly contenders: readonly Contender[];
  readonly targets: readonly Target[];
  /** Contenders that could not be measured here, and why. */
  readonly leftOut: readonly string[];
  /** Does once what is not to be measured. */
  prepare?(): Promise<void>;
  /** Looks at what was measured, once it is over: throws where something is not as it has to be. Says what it saw. */
  check?(): Promise<string> | string;
  close(): Promise<void>;
}

/** The database that a run has to itself. */
export interface Bench {
  readonly dataDirectory: string;
  readonly appUrl: string;
  readonly ownerUrl: string;
}

/** A scenario as it is chosen with `--only`. */
export interface Plan {
  readonly name: string;
  readonly title: string;
  open(bench: Bench): Promise<Scenario>;
}
