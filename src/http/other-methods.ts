import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

type MethodsByAddress = ReadonlyMap<string, readonly string[]>;

/** Of the routes that the server, or any part of it, is given from now on. */
export function methodsByAddress(server: FastifyInstance): MethodsByAddress {
  const methods = new Map<string, readonly string[]>();
  server.addHook('onRoute', ({ url, method }) => {
    methods.set(url, [...(methods.get(url) ?? []), method].flat());
  });
  return methods;
}

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'];

/** At an address that there is another method is told which are taken; nothing of its body is read. */
export function refuseOtherMethods(server: FastifyInstance, methods: MethodsByAddress): void {
  // As they are before what is refused is a route as well.
  for (const [url, taken] of [...methods]) {
    const allow = taken.toSorted().join(', ');
    const refuse = async ({ method }: FastifyRequest, reply: FastifyReply) =>
      reply
        .code(405)
        .header('allow', allow)
        .send({
          error: 'BAD_USER_INPUT',
          message: `There is no ${method} at this address: it takes ${allow}.`,
        });
    const others = METHODS.filter((method) => !taken.includes(method));
    if (others.length > 0) server.route({ method: others, url, onRequest: refuse, handler: refuse });
  }
}
