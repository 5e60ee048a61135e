import type { IncomingMessage } from 'node:http';
import type { Authenticator } from '../tenancy/authenticate.js';
import type { ParsedToken } from '../tenancy/token.js';
import { shownToken } from './bounds/request-limit.js';

/** The token that a request shows, where it was let in lately; null for a stranger's. Nobody has looked yet. */
export type KnownToken = (request: IncomingMessage) => ParsedToken | null;

export function knownTokenFinder(authenticator: Pick<Authenticator, 'wasLetIn'>): KnownToken {
  return ({ headers }) => {
    const token = shownToken({ authorization: headers.authorization, session: undefined });
    return token && authenticator.wasLetIn(token) ? token : null;
  };
}
