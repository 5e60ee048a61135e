import { DateTimeScalar } from '../schema/scalars.js';
import { CommandError } from './answer.js';

export const INSTANT_EXAMPLE = '2026-12-01T00:00Z';

const TO_THE_MINUTE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(Z|[+-]\d\d:\d\d)$/;

/** Epoch milliseconds of an instant as the API takes it, whose seconds may be left out; null for anything else. */
export function instantFrom(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  try {
    return DateTimeScalar.parseValue(value.replace(TO_THE_MINUTE, '$1:00$2'));
  } catch {
    return null;
  }
}

/** What an option says. Throws INVALID. */
export function instantOf(option: string, text: string): number {
  const at = instantFrom(text);
  if (at === null) {
    throw new CommandError('INVALID', `${option} is no instant such as ${INSTANT_EXAMPLE}: ${text}`);
  }
  return at;
}
