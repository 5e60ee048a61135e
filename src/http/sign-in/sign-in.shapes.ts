import type { FastifyInstance, FastifyReply } from 'fastify';
import { Refusal } from '../../errors.js';

/** Longest text of any field: longer ones are nobody's. */
const TEXT_LENGTH_MAX = 512;
/** Of a body with four of them, each character written as six. */
const BODY_BYTES_MAX = 16_384;

/** A stranger asks at these addresses, and is read before anybody knows who it is. */
export function boundBodies(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    route.bodyLimit = BODY_BYTES_MAX;
  });
}

/** The shape of a body of texts, by their names; `name?` may be left out. Nothing else is taken. */
export function body(...fields: readonly string[]) {
  const names = fields.map((field) => field.replace('?', ''));
  return {
    schema: {
      body: {
        type: 'object',
        required: fields.filter((field) => !field.endsWith('?')),
        additionalProperties: false,
        properties: Object.fromEntries(
          names.map((name) => [name, { type: 'string', minLength: 1, maxLength: TEXT_LENGTH_MAX }]),
        ),
      },
    },
  };
}

/** What is wrong with the request is 400, what is wrong with the moment 409. */
const STATUS_OF_WRONG_STATE = 409;

/** A refusal as HTTP has it; what was done otherwise. */
export function refusedOr<T>(
  reply: FastifyReply,
  outcome: T | Refusal,
  done: (outcome: T) => unknown,
): unknown {
  if (!(outcome instanceof Refusal)) return done(outcome);
  const { code, message, field } = outcome;
  const status = code === 'WRONG_STATE' ? STATUS_OF_WRONG_STATE : 400;
  return reply.code(status).send({ error: code, message, ...(field && { field: field.at(-1) }) });
}
