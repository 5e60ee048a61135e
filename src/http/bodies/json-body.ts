import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.js';
import { isTooMuchJson } from '../../imports/json-bounds.js';

/** A body that is read once it is its turn. */
export interface WaitingBody {
  /** Counts what came of it, where less came than it said. */
  count(): void;
  /** False where it was sent away, or nobody waits for an answer any more. Throws THROTTLED. */
  untilRead(): Promise<boolean>;
  /** Gives back the room that it has until it is answered. */
  letGo(): void;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Of JSON that came in, and of a long body as much as came of it; 0 of anything else. */
    bodyBytes: number;
    /** Null of a body that is read at once. */
    longBody: WaitingBody | null;
  }
}

/** Reads JSON as fastify does, once it is known that it takes no longer than what people send. Refuses other JSON with BAD_USER_INPUT. */
export function readsJsonInBounds(server: FastifyInstance): void {
  const read = server.getDefaultJsonParser('error', 'error');
  server.decorateRequest('bodyBytes', 0);
  server.decorateRequest('longBody', null);
  server.removeContentTypeParser('application/json');
  const inTurn = async (request: FastifyRequest, body: Buffer): Promise<unknown> => {
    request.bodyBytes = body.length;
    // Nobody waits for it there.
    if (request.is404) return null;
    if ((await request.longBody?.untilRead()) === false) return null;
    if (isTooMuchJson(body)) throw tooMuch();
    return new Promise((resolve, reject) => {
      void read(request, body.toString('utf8'), (error, json) => (error ? reject(error) : resolve(json)));
    });
  };
  server.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, inTurn);
}

function tooMuch(): Failure {
  return new Failure(
    'BAD_USER_INPUT',
    'The body lies too deep, or is of too many lists and objects, or names of fields.',
  );
}
