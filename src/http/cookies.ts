import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { Failure } from '../errors.js';
import { isKeyShown } from '../tenancy/authenticate.js';
import { addressOf } from '../unicode.js';

/**
 * The console's session in a cookie, and that no other site uses it. A browser sends cookies with whatever another site
 * makes it ask; so what comes with one counts only if it comes from our own pages.
 */

/** No form and no link can send a header of its own, and another site's script may not without our leave. */
const OWN_HEADER = 'x-headroom-request';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Of a sign-in while it is at a provider's; what the browser is known by, whoever is signed in; the same while the session that it is
 * of waits for a second factor.
 */
type Kept = 'oidc' | 'device' | 'device-held';

export class SessionCookie {
  private readonly name: string;
  private readonly isSecure: boolean;

  constructor({
    mode,
    host,
    publicUrl,
  }: Pick<Config, 'mode' | 'host'> & { readonly publicUrl: string | null }) {
    // `__Host-`: for this host alone, over TLS alone, whatever a neighbouring host sets. It takes `Secure`, which Safari
    // and curl keep from plain http even on loopback: a developer's server there does without both, and no other does.
    const isPlain = publicUrl === null || publicUrl.startsWith('http:');
    this.isSecure = mode === 'production' || !LOOPBACK.has(host) || !isPlain;
    this.name = this.isSecure ? '__Host-headroom' : 'headroom-loopback';
    this.publicUrl = publicUrl;
  }

  private readonly publicUrl: string | null;

  /** The token that a request came with. Throws FORBIDDEN where it did not come from our own pages. */
  readonly of = (request: FastifyRequest): string | undefined => {
    const token = this.presented(request);
    // A key was shown: nobody's browser sends one by itself, and the cookie is not looked at.
    if (token === undefined || isKeyShown(request.headers.authorization)) return undefined;
    this.refuseOthers(request);
    return token;
  };

  /** The token that came, whoever sent the browser here: to end that session, and for nothing else. */
  presented({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
    return cookieOf(headers.cookie, this.name);
  }

  /** Throws FORBIDDEN for a request that another site may have made a browser send. */
  refuseOthers({ method, headers }: FastifyRequest): void {
    const { origin } = headers;
    if (origin !== undefined) {
      if (this.isOwn(origin, headers.host)) return;
    } else if (method === 'GET' || method === 'HEAD' || headers[OWN_HEADER] !== undefined) {
      const site = headers['sec-fetch-site'];
      if (site === undefined || site === 'same-origin' || (site === 'none' && method === 'GET')) return;
    }
    throw new Failure(
      'FORBIDDEN',
      'A request with a session comes from the console itself: with its Origin, or the header X-Headroom-Request: 1.',
    );
  }

  /**
   * What a WebSocket begins with. Browsers let any site's page open one, with the cookie and its Origin, and ask nobody. So
   * the session counts where the Origin is exactly ours, and no page of another host opens one, with a key or without;
   * what sends no Origin is no browser, and shows a key.
   */
  ofUpgrade(headers: IncomingHttpHeaders): {
    readonly isAllowed: boolean;
    readonly session: string | undefined;
  } {
    const { origin, host } = headers;
    if (origin === undefined) return { isAllowed: true, session: undefined };
    const session = this.isOwn(origin, host) ? cookieOf(headers.cookie, this.name) : undefined;
    return { isAllowed: this.isOwn(origin, host) || isOfHost(origin, host), session };
  }

  set(reply: FastifyReply, token: string): void {
    // No Max-Age: it goes with the browser, and the server ends it in any case.
    this.write(reply, this.name, token);
  }

  takeBack(reply: FastifyReply): void {
    this.write(reply, this.name, '', 0);
  }

  /** What the browser keeps besides. */
  keep(reply: FastifyReply, what: Kept, kept: string, forMs: number): void {
    this.write(reply, this.nameOf(what), kept, forMs);
  }

  keptOf({ headers }: FastifyRequest, what: Kept): string | undefined {
    return cookieOf(headers.cookie, this.nameOf(what));
  }

  forget(reply: FastifyReply, what: Kept): void {
    this.write(reply, this.nameOf(what), '', 0);
  }

  private nameOf(what: Kept): string {
    return `${this.name}-${what}`;
  }

  /** Without `forMs` it goes with the browser; with 0 at once. fastify's own way would read all cookies that came. */
  private write(reply: FastifyReply, name: string, value: string, forMs?: number): void {
    const attributes = { path: '/', httpOnly: true, secure: this.isSecure, sameSite: 'lax' } as const;
    const lasts = forMs === undefined ? {} : { maxAge: forMs / 1_000 };
    const gone = forMs === 0 ? { expires: new Date(0) } : {};
    void reply.header(
      'set-cookie',
      reply.server.serializeCookie(name, value, { ...attributes, ...lasts, ...gone }),
    );
  }

  /** Exactly where people reach this server: as it is told, or as they asked for it. */
  private isOwn(origin: string, host: string | undefined): boolean {
    if (this.publicUrl !== null) return origin === this.publicUrl;
    return host !== undefined && origin === `${this.isSecure ? 'https' : 'http'}://${host}`;
  }
}

/** A page of the very host that was asked, over whichever scheme a proxy has in front of it. */
function isOfHost(origin: string, host: string | undefined): boolean {
  return host !== undefined && addressOf(origin)?.host === host;
}

/**
 * A token is written as it is: nothing of it is encoded in a cookie. Of other cookies nothing is looked into: a head holds thousands,
 * each of which takes an error and its stack where it can't be decoded, and no text is made of each: it is asked for before it is a
 * request's turn. Blanks before a name are those of HTTP alone: before others a browser takes `__Host-` for no prefix, and lets a
 * neighbouring host set it.
 */
function cookieOf(header = '', name: string): string | undefined {
  return new RegExp(`(?:^|;)[ \\t]*${name}=([^;]*)`).exec(header)?.[1];
}
