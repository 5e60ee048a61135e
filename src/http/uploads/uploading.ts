import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { Failure } from '../../errors.js';

/** What the routes that files are sent to have in common. */

/** No form can send a header of its own, so no page can import anything in a visitor's name. */
const IMPORT_HEADER = 'x-headroom-import';

/** Throws BAD_USER_INPUT where it is missing. */
export function requireImportHeader(headers: IncomingHttpHeaders): void {
  if (headers[IMPORT_HEADER] === '1') return;
  throw new Failure('BAD_USER_INPUT', 'The header `X-Headroom-Import: 1` is needed.');
}

/**
 * What an address says behind its `?`. Throws BAD_USER_INPUT for a name that means nothing there: whatever it was to keep from being
 * done would be done.
 */
export function saidIn(
  { query }: FastifyRequest,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const said = query as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(said).find((name) => !names.includes(name));
  if (unknown === undefined) return said;
  throw new Failure('BAD_USER_INPUT', `${unknown.slice(0, 40)} means nothing here, but ${names.join(', ')}.`);
}

/** Aborted once the client has gone without an answer. */
export function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** Whether what is sent is the file itself: of that type, and in no other coding. */
export function isFileOf({ headers }: FastifyRequest, type: string): boolean {
  const { 'content-type': told, 'content-encoding': coding = 'identity' } = headers;
  return told?.split(';')[0]?.trim().toLowerCase() === type && coding.toLowerCase() === 'identity';
}

/** The status of a refusal; 400 for all others. */
const STATUS_OF: Readonly<Record<string, number>> = {
  FORBIDDEN_FOR_ROLE: 403,
  NOT_FOUND: 404,
  WRONG_STATE: 409,
  WRONG_OWNER: 409,
  TOO_LARGE: 413,
};

export function statusOf(code: string): number {
  return STATUS_OF[code] ?? 400;
}

export function refuse(reply: FastifyReply, status: number, error: string, message: string): FastifyReply {
  return reply.code(status).send({ error, message });
}

/** There is nobody to be told. */
export function giveUp(request: FastifyRequest, reply: FastifyReply, route: string): FastifyReply {
  request.log.info({ route }, 'an import was given up by its client');
  return reply.hijack();
}
