import { counterOf } from '../quota/counter.js';
import type { SetLimit } from '../quota/limit.js';
import type { OutsideUse } from '../quota/outside-use.js';
import type { Window } from '../quota/window.js';
import type { Action, WindowKind } from '../quota/words.js';

/** What is read of where a seat stands comes in one row: many things of it in JSON. */

export type LimitJson = [
  id: string,
  actions: Action[],
  onlyWithNote: boolean,
  kind: WindowKind,
  seconds: number,
  max: number,
];
export type OutsideUseJson = [action: Action, perDay: number, from: string, until: string | null];
export type ZoneJson = [scopeKind: string, from: number, timeZone: string];

export function outsideUseFromJson([action, perDay, from, until]: OutsideUseJson): OutsideUse {
  return { action, perDay, from, until };
}

export function setLimitFromJson([id, actions, onlyWithNote, kind, seconds, max]: LimitJson): SetLimit {
  const window: Window = kind === 'ROLLING' ? { kind, seconds } : { kind };
  return { id, counter: counterOf(actions, onlyWithNote, window), max };
}
