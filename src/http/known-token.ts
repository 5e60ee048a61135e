import type { IncomingMessage } from 'node:http';
import { type Authenticator, isKeyShown } from '../tenancy/authenticate.js';
import type { ParsedToken } from '../tenancy/token.js';
import { shownToken } from './bounds/request-limit.js';
import type { SessionCookie } from './cookies.js';

/** The token that a request shows, where it was let in lately; null for a stranger's. Nobody has looked yet. */
export type KnownToken = (request: IncomingMessage) => ParsedToken | null;

/** Of a key, or of the session in a cookie. */
export function knownTokenFinder(
  authenticator: Pick<Authenticator, 'wasLetIn'>,
  cookie: Pick<SessionCookie, 'presented'>,
): KnownToken {
  return (request) => {
    const { authorization } = request.headers;
    const session = isKeyShown(authorization) ? undefined : cookie.presented(request);
    const token = shownToken({ authorization, session });
    return token && authenticator.wasLetIn(token) ? token : null;
  };
}
