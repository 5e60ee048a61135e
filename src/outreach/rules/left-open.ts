import type { Finding } from '../finding.js';
import { partsOf, type Message } from '../message.js';
import { placeholderIn } from '../placeholders.js';

/** A template that was not filled in. */
export function leftOpen(message: Message): Finding[] {
  return partsOf(message).flatMap(([field, text]): Finding[] => {
    const place = placeholderIn(text);
    return place === null
      ? []
      : [{ code: 'PLACEHOLDER_LEFT', severity: 'CRITICAL', field, place, facts: {} }];
  });
}
