import type { Finding } from '../finding.js';
import type { Message } from '../message.js';

/** Follow-ups that nobody answered, after a first message: the third is not sent. Practitioners say two at most. */
const FOLLOW_UPS_MAX = 2;

export function followUpWithoutAnswer({ unanswered, action }: Message): Finding[] {
  if (unanswered === 0 || action === 'CONNECTION_REQUEST') return [];
  const severity = unanswered > FOLLOW_UPS_MAX ? 'CRITICAL' : 'INFO';
  const facts = { unanswered, most: FOLLOW_UPS_MAX };
  return [{ code: 'FOLLOW_UP_WITHOUT_ANSWER', severity, field: null, place: null, facts }];
}
