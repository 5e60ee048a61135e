import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { toId } from '../../src/schema/ids.js';
import type { SeededAgency } from './agency.js';
import { Api, type Json } from './api.js';
import { ask, type Reply } from './members.js';

const CLIENT_ID = 'headroom';
export const CLIENT_SECRET = 'a secret that the provider and the server know, and nobody else';

/** Whom the provider says that somebody is. */
export type Claims = Readonly<Record<string, unknown>>;

/** A provider as it runs elsewhere, on loopback: whoever comes is who the test says, and agrees to all. */
export class TestProvider {
  /** Who comes next. */
  claims: Claims = {};
  /** What it says otherwise where it is asked for them, beside the ID token. With a `sub` it is all that it says, of whoever that is. */
  inUserinfo: Claims = {};
  /** By which factors the provider asked them. */
  amr: string[] = ['pwd'];
  /** What is done before it answers for a code: it may take its time. */
  beforeToken: () => Promise<unknown> = () => Promise.resolve();
  /** What was asked of it, by path. */
  readonly asked: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  /** `callback`: what it may send back to lies below. `inIdToken`: whether the claims are in the ID token itself, or to be asked for. */
  static async start(callback: string, inIdToken: boolean): Promise<TestProvider> {
    // It says of itself that it is one for tests.
    for (const level of ['info', 'warn'] as const)
      jest.spyOn(console, level).mockImplementation(() => undefined);
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const started = new TestProvider(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const provider = started.provider(inIdToken);
    // Agencies are made with each test: of their clients it knows the addresses as they come.
    provider.Client.prototype.redirectUriAllowed = (uri: string) => uri.startsWith(`${callback}/agency_`);
    const answer = provider.callback();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      started.asked.push(request.url?.split('?')[0] ?? '');
      if (request.url === '/token') return void started.beforeToken().then(() => answer(request, response));
      if (request.url === '/me' && 'sub' in started.inUserinfo) {
        response.setHeader('content-type', 'application/json');
        return void response.end(JSON.stringify(started.inUserinfo));
      }
      if (!request.url?.startsWith('/interaction/')) return void answer(request, response);
      void provider.interactionFinished(request, response, {
        login: {
          accountId: typeof started.claims['sub'] === 'string' ? started.claims['sub'] : 'ada',
          amr: started.amr,
        },
      });
    });
    return started;
  }

  private provider(inIdToken: boolean): Provider {
    return new Provider(this.issuer, {
      clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [this.issuer] }],
      claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'], profile: ['name'] },
      conformIdTokenClaims: !inIdToken,
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      findAccount: (_context, accountId) => ({
        accountId,
        claims: (use) => ({ sub: accountId, ...this.claims, ...(use === 'userinfo' && this.inUserinfo) }),
      }),
      async loadExistingGrant({ oidc }) {
        const grant = new oidc.provider.Grant({
          ...{ clientId: oidc.client?.clientId ?? '', accountId: oidc.session?.accountId ?? '' },
        });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
    });
  }

  /** Follows a browser that was sent here, until it is sent back: with what. */
  async visit(url: string): Promise<URL> {
    const cookies = new Map<string, string>();
    let at = new URL(url);
    while (at.origin === this.issuer) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
      for (const set of response.headers.getSetCookie()) {
        const [name = '', value = ''] = set.split(';')[0]?.split('=') ?? [];
        cookies.set(name, value);
      }
      const location = response.headers.get('location');
      if (location === null)
        throw new Error(`The provider answered ${response.status}: ${await response.text()}`);
      at = new URL(location, at);
    }
    return at;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

const SET_PROVIDER = `mutation ($input: SetSignInProviderInput!) { setSignInProvider(input: $input) {
  signInProvider { issuer clientId allowedDomain startUrl callbackUrl } userErrors { code field } } }`;

/** Names the provider of an agency, for addresses of acme.example. */
export async function setProvider(api: Api, key: string, change: object): Promise<Json> {
  const input = {
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    allowedDomain: 'acme.example',
    ...change,
  };
  return (await api.data(key, SET_PROVIDER, { input })).setSignInProvider;
}

/** Begins to sign in: the cookie that is kept, and where the browser is sent. */
export function startAt(
  api: Api,
  { agencyId }: Pick<SeededAgency, 'agencyId'>,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return ask(api, 'GET', `/auth/oidc/start?agency=${toId('agency', agencyId)}`, undefined, headers);
}

/** As a browser comes that another site sent here. */
export function comeBackTo(
  api: Api,
  to: URL,
  cookie: string | null,
  besides: Record<string, string> = {},
): Promise<Reply> {
  const headers = {
    ...besides,
    cookie: cookie ?? '',
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
  };
  return ask(api, 'GET', `${to.pathname}${to.search}`, undefined, headers);
}

/** A server and a provider that it may ask, started once for a test file. */
export class OpenIdStage {
  private constructor(
    readonly api: Api,
    readonly provider: TestProvider,
  ) {}

  static async start(): Promise<OpenIdStage> {
    const api = await Api.start({ HEADROOM_ALLOW_LOOPBACK: 'on' });
    return new OpenIdStage(api, await TestProvider.start(`${api.url}/auth/oidc/callback`, true));
  }

  /** An agency of the test's own. All tests come from one address, as no people do: what others tried counts no more. */
  async seed(): Promise<SeededAgency> {
    await this.api.dataSource.query('DELETE FROM sign_in_try');
    return this.api.seed();
  }

  /** All of it, as somebody whom the provider knows so. */
  async enter(agency: SeededAgency, claims: Claims, at = this.provider): Promise<Reply> {
    const begun = await startAt(this.api, agency);
    at.claims = { email_verified: true, ...claims };
    const to = await at.visit(begun.headers.get('location') ?? '');
    return comeBackTo(this.api, to, begun.cookie);
  }

  async close(): Promise<void> {
    await this.provider.close();
    await this.api.close();
  }
}

/** The session that was set, beside the other cookie that was taken back. */
export function sessionOf({ headers }: Reply): string | null {
  const cookies = headers.getSetCookie().map((one) => one.split(';')[0] ?? '');
  return cookies.find((one) => /^headroom-loopback=hr_session_/.test(one)) ?? null;
}

/** What is told, and whether a session was begun. */
export function refused(reply: Reply) {
  return [reply.status, reply.body.error, sessionOf(reply) !== null];
}
export const REFUSED = [401, 'UNAUTHENTICATED', false];
