import {
  authorizationCodeGrant,
  allowInsecureRequests,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  ClientSecretPost,
  type ClientAuth,
  type Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  type IDToken,
  type UserInfoResponse,
} from 'openid-client';
import type { Instant } from '../../quota/window.js';
import { guardedFetch, GuardError, type GuardedFetch, type GuardedInit } from '../../egress/guarded-fetch.js';
import { hasLongHost } from '../../unicode.js';
import { isTooMuchJson } from '../../imports/json-bounds.js';
import { comparable } from '../../tenancy/accounts.js';
import type { AskedProvider } from './sign-in-provider.js';

/** What a provider says of itself is believed for so long. */
const KNOWN_MS = 600_000;
/** Agencies whose provider is known at once. */
const KNOWN_MAX = 500;
/** Of one answer. What large providers say of themselves is some ten kilobytes, their keys and an ID token at most twenty. */
const ANSWER_BYTES_MAX = 131_072;
/** As amr values have it (RFC 8176): the provider asked for more than one factor. */
const MULTI_FACTOR = 'mfa';

/** What a sign-in is told by when it comes back: none of it is anybody's but the browser's that began it. */
export interface Secrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Whom a provider says that somebody is. */
export interface Claimed {
  readonly email: string | null;
  readonly isEmailVerified: boolean;
  readonly name: string | null;
  /** It asked them for more than one factor. */
  readonly hadSecondFactor: boolean;
}

interface Known {
  readonly providerId: string;
  readonly configuration: Promise<Configuration>;
  readonly until: Instant;
}

/** OpenID Connect: the authorization code flow with PKCE. Every request of it goes through the guard. */
export class OpenId {
  /** By agency: a provider that is named anew takes the place of the one before. */
  private readonly known = new Map<string, Known>();
  private readonly fetch: GuardedFetch;

  constructor(private readonly isLoopbackAllowed: boolean) {
    this.fetch = guardedFetch({ isLoopbackAllowed, bytesMax: ANSWER_BYTES_MAX });
  }

  /** Where the browser goes. Throws where the provider can't be asked, or is none. */
  async begin(
    provider: AskedProvider,
    { state, nonce, verifier }: Secrets,
    { callbackUrl, at }: { readonly callbackUrl: string; readonly at: Instant },
  ): Promise<URL> {
    return buildAuthorizationUrl(await this.configurationOf(provider, at), {
      ...{ redirect_uri: callbackUrl, response_type: 'code', scope: 'openid email profile' },
      ...{ state, nonce, code_challenge_method: 'S256' },
      code_challenge: await calculatePKCECodeChallenge(verifier),
    });
  }

  /** What came back is checked whole: state, code, signature, issuer, audience, times, nonce. Throws where any of it is wrong. */
  async end(
    provider: AskedProvider,
    { state, nonce, verifier }: Secrets,
    { cameBackTo, at }: { readonly cameBackTo: URL; readonly at: Instant },
  ): Promise<Claimed> {
    const configuration = await this.configurationOf(provider, at);
    const tokens = await authorizationCodeGrant(configuration, cameBackTo, {
      ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
    });
    const claims = tokens.claims();
    if (!claims) throw new Error('The provider sent no ID token.');
    const person = await personOf(configuration, tokens.access_token, claims);
    const { email, email_verified: isVerified, name } = person;
    const { amr } = claims;
    return {
      email: typeof email === 'string' ? email : null,
      // The word "true", which some send, is not it.
      isEmailVerified: isVerified === true,
      name: typeof name === 'string' ? name : null,
      hadSecondFactor: Array.isArray(amr) && amr.includes(MULTI_FACTOR),
    };
  }

  private configurationOf(provider: AskedProvider, at: Instant): Promise<Configuration> {
    const { agencyId, id } = provider;
    const before = this.known.get(agencyId);
    if (before?.providerId === id && before.until > at) return before.configuration;
    const configuration = this.discover(provider);
    const known = { providerId: id, configuration, until: at + KNOWN_MS };
    if (this.known.size >= KNOWN_MAX) this.known.clear();
    this.known.set(agencyId, known);
    // What went wrong is not remembered.
    configuration.catch(() => {
      if (this.known.get(agencyId) === known) this.known.delete(agencyId);
    });
    return configuration;
  }

  private discover({ issuer, clientId, clientSecret }: AskedProvider): Promise<Configuration> {
    return discovery(new URL(issuer), clientId, {}, secretAsAskedFor(clientSecret), {
      [customFetch]: (url, { method, headers, body }) =>
        this.ask(url, {
          ...{ method, headers },
          body: body instanceof URLSearchParams || typeof body === 'string' ? body : null,
        }),
      execute: [enableNonRepudiationChecks, ...(this.isLoopbackAllowed ? [allowInsecureRequests] : [])],
    });
  }

  /** An answer of a provider, which somebody else wrote: it is looked through before anything reads it as JSON. */
  private async ask(url: string, init: GuardedInit): Promise<Response> {
    const answer = await this.fetch(url, init);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (isTooMuchJson(bytes)) {
      throw new GuardError('The answer is of more names, lists or objects than any provider’s.');
    }
    if (namesLongHost(bytes)) throw new GuardError('The answer names a longer host than there is.');
    const { status, headers } = answer;
    return new Response(bytes.length > 0 ? bytes : null, { status, headers });
  }
}

/**
 * What the ID token says of a person. Many providers tell of the address, or whether it is verified, by their userinfo alone: it is checked
 * to be of the same person, and what it says of another address than the ID token's is not about that one.
 */
async function personOf(
  configuration: Configuration,
  accessToken: string,
  claims: IDToken,
): Promise<IDToken | UserInfoResponse> {
  const { email, email_verified: isVerified } = claims;
  const isTold = email !== undefined && isVerified !== undefined;
  if (isTold || !configuration.serverMetadata().userinfo_endpoint) return claims;
  const there = await fetchUserInfo(configuration, accessToken, claims.sub);
  if (email === undefined) return there;
  return isOneAddress(email, there.email) ? { ...there, ...claims } : claims;
}

function isOneAddress(one: unknown, other: unknown): boolean {
  return typeof one === 'string' && typeof other === 'string' && comparable(one) === comparable(other);
}

/** Whatever of an answer is an address may be parsed as one, before it is asked for. */
function namesLongHost(bytes: Uint8Array): boolean {
  let names = false;
  try {
    JSON.parse(new TextDecoder().decode(bytes), (_name, value: unknown) => {
      names ||= typeof value === 'string' && hasLongHost(value);
    });
  } catch {
    // No JSON: nothing of it is read.
  }
  return names;
}

/** In the head, as the standard has it, unless the provider takes it in the body alone. */
function secretAsAskedFor(secret: string): ClientAuth {
  const inHead = ClientSecretBasic(secret);
  const inBody = ClientSecretPost(secret);
  return (server, client, body, headers) => {
    const taken = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const show = taken.includes('client_secret_basic') ? inHead : inBody;
    return show(server, client, body, headers);
  };
}
