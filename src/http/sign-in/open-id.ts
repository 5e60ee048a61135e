import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.js';
import { fromId, toId } from '../../schema/ids.js';
import { BEGUN_LASTS_MS, type OpenIdService } from '../../services/members/open-id.service.js';
import { CALLBACK_PATH, type ProviderLinks, START_PATH } from '../../services/members/provider-links.js';
import type { SignInService } from '../../services/members/sign-in.service.js';
import type { Authenticator } from '../../tenancy/authenticate.js';
import type { SessionCookie } from '../cookies.js';
import { endBefore } from './sign-in.js';

/** Of what a provider sends a browser back with: three, or four. Each that can't be decoded takes an error with its stack. */
const FIELDS_MAX = 20;

export interface OpenIdOptions {
  readonly cookie: SessionCookie;
  readonly authenticator: Authenticator;
  readonly openIds: Pick<OpenIdService, 'begin' | 'end'>;
  readonly signIns: Pick<SignInService, 'signOut'>;
  readonly providerLinks: Pick<ProviderLinks, 'callbackUrl'>;
}

interface OfAgency {
  readonly Querystring: { readonly agency?: unknown };
}

interface BackAt {
  readonly Params: { readonly agency: string };
}

/**
 * A fastify plugin: signing in by an agency's OpenID provider. A browser is sent there and comes back; in between it keeps
 * what it came with in a cookie that says nothing to anybody but this server.
 */
export async function openId(server: FastifyInstance, options: OpenIdOptions): Promise<void> {
  const { cookie, authenticator, openIds, signIns, providerLinks } = options;
  const callbackOf = (agencyId: string): string => providerLinks.callbackUrl(toId('agency', agencyId));
  server.get<OfAgency>(START_PATH, async (request, reply) => {
    // From our own pages, or typed: no other site signs a visitor in.
    cookie.refuseOthers(request);
    const { agency } = request.query;
    const agencyId = typeof agency === 'string' ? fromId('agency', agency) : null;
    if (agencyId === null) throw new Failure('BAD_USER_INPUT', 'Say which agency: ?agency=agency_….');
    const callbackUrl = callbackOf(agencyId);
    const { url, kept } = await openIds.begin(agencyId, { place: request.ip, callbackUrl });
    cookie.keep(reply, 'oidc', kept, BEGUN_LASTS_MS);
    return away(reply, url.href);
  });
  server.get<BackAt>(`${CALLBACK_PATH}/:agency`, async (request, reply) => {
    // It comes from the provider's site; what says that it began here is the cookie, and the state in it.
    const kept = cookie.keptOf(request, 'oidc');
    cookie.forget(reply, 'oidc');
    const agencyId = fromId('agency', request.params.agency);
    if (agencyId === null) throw new Failure('NOT_FOUND', 'There is no such agency.');
    const cameBackTo = new URL(callbackOf(agencyId));
    cameBackTo.search = queryOf(request);
    const before = await authenticator.sessionOf(cookie.presented(request));
    const { session } = await openIds.end(kept, { agencyId, cameBackTo, place: request.ip });
    await endBefore(request, before, signIns);
    cookie.set(reply, session.token);
    return away(reply, '/');
  });
}

function away(reply: FastifyReply, to: string): FastifyReply {
  return reply.redirect(to, 303);
}

/** What stands behind the ?, as it came. */
function queryOf({ url }: FastifyRequest): string {
  const at = url.indexOf('?');
  const query = at === -1 ? '' : url.slice(at);
  if (query.split('&', FIELDS_MAX + 1).length <= FIELDS_MAX) return query;
  throw new Failure('BAD_USER_INPUT', 'No provider sends so many fields.');
}
