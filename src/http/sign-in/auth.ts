import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { limitRequests, type RequestLimit } from '../bounds/request-limit.js';
import { openId, type OpenIdOptions } from './open-id.js';
import { secondFactor, type SecondFactorOptions } from './second-factor.js';
import { signIn, type SignInOptions } from './sign-in.js';

export type AuthOptions = SignInOptions &
  OpenIdOptions &
  SecondFactorOptions & {
    /** Null where it is switched off. */
    readonly requestLimit: RequestLimit | null;
  };

/** A fastify plugin: all of `/auth`. What comes with a session is counted with the rest that the session asks, wherever it comes from. */
export async function auth(server: FastifyInstance, options: AuthOptions): Promise<void> {
  const { cookie, requestLimit } = options;
  if (requestLimit) limitRequests(server, requestLimit, (request) => cookie.presented(request));
  const methods = methodsByAddress(server);
  await server.register(signIn, options);
  await server.register(openId, options);
  await server.register(secondFactor, options);
  refuseOtherMethods(server, new Map(methods));
}

/** Of the routes that the server is given from now on. */
function methodsByAddress(server: FastifyInstance): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, readonly string[]>();
  server.addHook('onRoute', ({ url, method }) => {
    methods.set(url, [...(methods.get(url) ?? []), method].flat());
  });
  return methods;
}

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** At an address that there is another method is told which are taken; nothing of its body is read. */
function refuseOtherMethods(server: FastifyInstance, methods: ReadonlyMap<string, readonly string[]>): void {
  for (const [url, taken] of methods) {
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
    server.route({ method: others, url, onRequest: refuse, handler: refuse });
  }
}
