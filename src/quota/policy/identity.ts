import { windowKey } from '../window.js';
import type { PolicyRule } from './policy.js';

/** What of a rule says which one it is; all else of it are its numbers, its words and its source. */
export type RuleIdentity = Pick<PolicyRule, 'kind' | 'actions' | 'onlyWithNote' | 'tiers' | 'window'>;

/**
 * Which rule of a version it is, wherever it stands there: no two of a version are the same. What agencies published is found
 * again by it, so a rule that is inserted, taken out or moved leaves their numbers with the rules that they are of.
 */
export function ruleIdentity({ kind, actions, onlyWithNote, tiers, window }: RuleIdentity): string {
  const inOrder = (codes: readonly string[]): string => codes.toSorted().join(',');
  return [
    kind,
    inOrder(actions),
    onlyWithNote ? '!' : '',
    tiers ? inOrder(tiers) : '*',
    window ? windowKey(window) : '',
  ].join(' ');
}
