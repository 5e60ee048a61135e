import { policyAt } from '../quota/policy/index.js';
import { textNumbers, type TextAsk } from '../quota/text.js';
import type { Desk } from './desk.js';
import type { Question } from './requests.js';
import type { Standing } from './standing.js';

/** What the text of a question is judged by; null where none was handed over: nothing of it is judged then. */
export function textAskOf(desk: Desk, { tier }: Standing, { text, action }: Question): TextAsk | null {
  if (!text) return null;
  return { marks: text, numbers: textNumbers(policyAt(desk.at), tier, action) };
}
