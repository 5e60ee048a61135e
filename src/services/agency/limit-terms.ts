import type { ScopeLimitEntity } from '../../entities/scope-limit.entity.js';
import { refuse, Refusal } from '../../errors.js';
import { counterOf, type Counter } from '../../quota/counter.js';
import type { SetLimit } from '../../quota/limit.js';
import { WINDOW_SECONDS_MAX, type Window } from '../../quota/window.js';
import { ACTIONS, type Action, type WindowKind } from '../../quota/words.js';
import { checkInteger } from '../checks.js';

/** Most limits of one plan, and custom ones of one scope. */
export const LIMITS_MAX = 100;
const LIMIT_MAX_MAX = 1_000_000;

/** A limit as callers give it. */
export interface LimitInput {
  readonly actions: readonly Action[];
  readonly onlyWithNote?: boolean | null | undefined;
  readonly windowKind: WindowKind;
  /** For ROLLING, and for it alone. */
  readonly windowSeconds?: number | null | undefined;
  readonly max: number;
}

/** A limit that makes sense: what it counts, and its maximum. */
export interface LimitTerms {
  readonly counter: Counter;
  readonly max: number;
}

/** Reads one limit; `path` is where it stands in the input. */
export function readLimit(input: LimitInput, ...path: string[]): LimitTerms | Refusal {
  const { windowKind, windowSeconds = null, max } = input;
  const onlyWithNote = input.onlyWithNote ?? false;
  if (input.actions.length === 0) {
    return refuse('INVALID', 'actions names at least one action.', ...path, 'actions');
  }
  if (onlyWithNote && !input.actions.includes('CONNECTION_REQUEST')) {
    const message = 'onlyWithNote is for CONNECTION_REQUEST: nothing else has a note.';
    return refuse('INVALID', message, ...path, 'onlyWithNote');
  }
  const wrongMax = checkInteger(max, 0, LIMIT_MAX_MAX, ...path, 'max');
  if (wrongMax) return wrongMax;
  const window = readWindow(windowKind, windowSeconds, [...path, 'windowSeconds']);
  return window instanceof Refusal
    ? window
    : { counter: counterOf(input.actions, onlyWithNote, window), max };
}

function readWindow(kind: WindowKind, seconds: number | null, path: string[]): Window | Refusal {
  if (kind !== 'ROLLING') {
    return seconds === null ? { kind } : refuse('INVALID', 'windowSeconds is for ROLLING alone.', ...path);
  }
  if (seconds === null) return refuse('INVALID', 'A ROLLING window needs windowSeconds.', ...path);
  return checkInteger(seconds, 1, WINDOW_SECONDS_MAX, ...path) ?? { kind, seconds };
}

/** Reads the limits of a plan: no two on one counter. */
export function readLimits(inputs: readonly LimitInput[]): LimitTerms[] | Refusal {
  if (inputs.length > LIMITS_MAX) {
    return refuse('INVALID', `A plan has ${LIMITS_MAX} limits at most.`, 'limits');
  }
  const read: LimitTerms[] = [];
  for (const [index, input] of inputs.entries()) {
    const terms = readLimit(input, 'limits', String(index));
    if (terms instanceof Refusal) return terms;
    if (read.some(({ counter }) => counter.key === terms.counter.key)) {
      const message = 'Another limit of the plan has the same actions, note flag and window.';
      return refuse('INVALID', message, 'limits', String(index));
    }
    read.push(terms);
  }
  return read;
}

/** The columns that say what a limit counts. */
export function columnsOf({
  actions,
  onlyWithNote,
  window,
}: Counter): Pick<ScopeLimitEntity, 'actions' | 'onlyWithNote' | 'windowKind' | 'windowSeconds'> {
  return {
    actions: [...actions],
    onlyWithNote,
    windowKind: window.kind,
    windowSeconds: window.kind === 'ROLLING' ? window.seconds : 0,
  };
}

/** A kept limit as the rules know it. */
export function toSetLimit(limit: ScopeLimitEntity): SetLimit {
  const window: Window =
    limit.windowKind === 'ROLLING'
      ? { kind: limit.windowKind, seconds: limit.windowSeconds }
      : { kind: limit.windowKind };
  const actions = ACTIONS.filter((action) => limit.actions.includes(action));
  return { id: limit.id, counter: counterOf(actions, limit.onlyWithNote, window), max: limit.max };
}
