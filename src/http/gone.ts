import { NotNow } from '../errors.js';
import type { ServerResponse } from 'node:http';

/**
 * Aborted once nobody waits for the response: it was answered, or whoever asked has left. fastify's own signal is aborted as soon as the
 * body of the request was read.
 */
export function goneOf(response: ServerResponse): AbortSignal {
  const leaving = new AbortController();
  if (response.destroyed) leaving.abort();
  else response.once('close', () => leaving.abort());
  return leaving.signal;
}

/** What is not begun, as nobody waits for it by its turn. */
export function nobodyWaits(): NotNow {
  return new NotNow('Nobody waits for the answer any more.', 0);
}
