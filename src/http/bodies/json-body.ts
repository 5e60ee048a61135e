import type { FastifyInstance } from 'fastify';
import { Failure } from '../../errors.js';
import { isTooMuchJson } from '../../imports/json-bounds.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of JSON that came in, and of a long body as much as came of it; 0 of anything else. */
    bodyBytes: number;
  }
}

/** Reads JSON as fastify does, once it is known that it takes no longer than what people send. Refuses other JSON with BAD_USER_INPUT. */
export function readsJsonInBounds(server: FastifyInstance): void {
  const read = server.getDefaultJsonParser('error', 'error');
  server.decorateRequest('bodyBytes', 0);
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    request.bodyBytes = body.length;
    // Nobody waits for it there.
    if (request.is404) return done(null, null);
    if (isTooMuchJson(body)) return done(tooMuch());
    return read(request, body.toString('utf8'), done);
  });
}

function tooMuch(): Failure {
  return new Failure(
    'BAD_USER_INPUT',
    'The body lies too deep, or is of too many lists and objects, or names of fields.',
  );
}
