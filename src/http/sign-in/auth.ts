import type { FastifyInstance } from 'fastify';
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
  await server.register(signIn, options);
  await server.register(openId, options);
  await server.register(secondFactor, options);
}
