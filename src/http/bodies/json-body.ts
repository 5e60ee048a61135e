import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.js';
import { isTooMuchJson } from '../../imports/json-bounds.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of JSON that came in, and of a long body as much as came of it; 0 of anything else. */
    bodyBytes: number;
    /** Of a long body: once it is its turn to be read. False where it was sent away, or nobody waits for an answer any more. */
    untilRead: (() => Promise<boolean>) | null;
    /** Of a long body that was read: its room is given back, as what it asked for lasts and is kept in bounds of its own. */
    letGoOfBody: (() => void) | null;
  }
}

/** Reads JSON as fastify does, once it is known that it takes no longer than what people send. Refuses other JSON with BAD_USER_INPUT. */
export function readsJsonInBounds(server: FastifyInstance): void {
  const read = server.getDefaultJsonParser('error', 'error');
  server.decorateRequest('bodyBytes', 0);
  server.decorateRequest('untilRead', null);
  server.decorateRequest('letGoOfBody', null);
  server.removeContentTypeParser('application/json');
  const inTurn = async (request: FastifyRequest, body: Buffer): Promise<unknown> => {
    request.bodyBytes = body.length;
    // Nobody waits for it there.
    if (request.is404) return null;
    if ((await request.untilRead?.()) === false) return null;
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
