import { randomUUID } from 'node:crypto';

/** An operation that is asked over and over. */
export interface Asked {
  /** `Bearer …`; null for a server without keys. */
  readonly authorization: string | null;
  /** The body, as JSON; each `%KEY%` in it becomes a key of its own, each `%PERSON%` one of some people. */
  readonly body: string;
}

const PEOPLE = 500;

export function filledIn(body: string): string {
  return body
    .replaceAll('%KEY%', () => randomUUID())
    .replaceAll('%PERSON%', () => String(Math.floor(Math.random() * PEOPLE)));
}
