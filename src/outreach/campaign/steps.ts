/** What a campaign does with one person: steps that lead to each other, and end on every way. */
import type { Action, ConnectionDegree } from '../../quota/words.js';
import { MINUTE } from '../../quota/window.js';

export const STEP_KINDS = ['ENGAGE', 'CONNECT', 'MESSAGE', 'INMAIL', 'WAIT', 'BRANCH'] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** How attention is given to somebody before anything is written. */
export const ENGAGE_ACTIONS = ['PROFILE_VIEW', 'REACTION', 'COMMENT'] as const;
export type EngageAction = (typeof ENGAGE_ACTIONS)[number];

export const CONDITION_KINDS = ['ACCEPTED', 'REPLIED', 'DEGREE', 'OPEN_PROFILE'] as const;
export type ConditionKind = (typeof CONDITION_KINDS)[number];

/** One of the texts of a step: templates. Of several, each person gets one, by weight. */
export interface Variant {
  readonly key: string;
  readonly weight: number;
  /** Of an InMail. */
  readonly subject: string | null;
  readonly body: string;
}

interface Keyed {
  readonly key: string;
}

interface Delayed extends Keyed {
  /** How long after the step before it. */
  readonly delayMinutes: number;
  /** The key of the step behind it; null for the end. */
  readonly next: string | null;
}

export interface EngageStep extends Delayed {
  readonly kind: 'ENGAGE';
  readonly action: EngageAction;
}

/** Passed over for whoever is connected already. Without a text it has no note. */
export interface ConnectStep extends Delayed {
  readonly kind: 'CONNECT';
  readonly variants: readonly Variant[];
}

export interface MessageStep extends Delayed {
  readonly kind: 'MESSAGE';
  readonly variants: readonly Variant[];
}

/** To an open profile it goes as a free message. Else it is passed over where the seat has no InMails. */
export interface InmailStep extends Delayed {
  readonly kind: 'INMAIL';
  readonly variants: readonly Variant[];
}

export interface WaitStep extends Delayed {
  readonly kind: 'WAIT';
}

export interface Condition {
  readonly kind: ConditionKind;
  /** Of DEGREE: any of these. */
  readonly degrees: readonly ConnectionDegree[];
}

/**
 * Which way somebody goes: `then` as soon as the condition is met, `otherwise` once it was not met for so long, or can't
 * be any more.
 */
export interface BranchStep extends Keyed {
  readonly kind: 'BRANCH';
  readonly condition: Condition;
  readonly waitMinutes: number;
  readonly then: string | null;
  readonly otherwise: string | null;
}

/** Those that ask for something to be done. */
export type TouchStep = EngageStep | ConnectStep | MessageStep | InmailStep;
export type Step = TouchStep | WaitStep | BranchStep;

/** A version of a campaign's steps, as it is kept. */
export interface Definition {
  readonly v: 1;
  /** Whoever answers is asked for nothing more. */
  readonly stopOnReply: boolean;
  /** In order; the first is where everybody begins. */
  readonly steps: readonly Step[];
}

export function findStep({ steps }: Definition, key: string): Step | null {
  return steps.find((step) => step.key === key) ?? null;
}

/** The steps that may come behind one; null for the end. */
export function waysFrom(step: Step): readonly (string | null)[] {
  return step.kind === 'BRANCH' ? [step.then, step.otherwise] : [step.next];
}

export function isTouch(step: Step): step is TouchStep {
  return step.kind !== 'WAIT' && step.kind !== 'BRANCH';
}

export function hasInmail({ steps }: Definition): boolean {
  return steps.some(({ kind }) => kind === 'INMAIL');
}

export function variantsOf(step: Step): readonly Variant[] {
  return 'variants' in step ? step.variants : [];
}

/** How long a step keeps somebody, in milliseconds. */
export function delayOf(step: Step): number {
  return (step.kind === 'BRANCH' ? step.waitMinutes : step.delayMinutes) * MINUTE;
}

/** What a step is to LinkedIn. */
export function actionOf(step: TouchStep, { openProfile }: { readonly openProfile: boolean }): Action {
  switch (step.kind) {
    case 'ENGAGE':
      return step.action;
    case 'CONNECT':
      return 'CONNECTION_REQUEST';
    case 'MESSAGE':
      return 'DIRECT_MESSAGE';
    case 'INMAIL':
      return openProfile ? 'OPEN_PROFILE_MESSAGE' : 'INMAIL';
  }
}
