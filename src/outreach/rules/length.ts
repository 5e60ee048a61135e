import type { Finding } from '../finding.js';
import { partsOf, type Message } from '../message.js';

/** Longer than LinkedIn takes, or than is recommended. */
export function tooLong(message: Message): Finding[] {
  return partsOf(message).flatMap(([field, { length }]): Finding[] => {
    const { recommended, most } = message.lengths[field];
    const about = { code: 'TEXT_TOO_LONG', field, place: null } as const;
    if (most !== null && length > most) return [{ ...about, severity: 'CRITICAL', facts: { length, most } }];
    // As the rule that decides has it: from the recommended length on.
    if (recommended === null || length < recommended) return [];
    return [{ ...about, severity: 'WARNING', facts: { length, recommended } }];
  });
}

/** An InMail is opened for its subject. */
export function subjectMissing({ action, subject }: Message): Finding[] {
  if (action !== 'INMAIL' || (subject !== null && subject.trim() !== '')) return [];
  return [{ code: 'SUBJECT_MISSING', severity: 'WARNING', field: 'subject', place: null, facts: {} }];
}
