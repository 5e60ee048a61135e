import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inAgency } from '../../../src/tenancy/door.js';
import { Sealer } from '../../../src/tenancy/sealed.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import {
  CLIENT_SECRET,
  OpenIdStage,
  setProvider,
  startAt,
  type TestProvider,
} from '../../support/open-id.js';

let stage: OpenIdStage;
let api: Api;
/** Whose settings are the usual ones: no loopback. */
let guarded: Api;
let provider: TestProvider;
let agency: SeededAgency;
beforeAll(async () => {
  stage = await OpenIdStage.start();
  ({ api, provider } = stage);
  guarded = await Api.start();
});
afterAll(async () => {
  await Promise.all([stage.close(), guarded.close()]);
});
beforeEach(async () => {
  agency = await stage.seed();
  expect((await set()).userErrors).toEqual([]);
});

const set = (change: object = {}) => setProvider(api, agency.key, { issuer: provider.issuer, ...change });

describe('the provider', () => {
  it('keeps its secret: no answer and no row has it, nor the audit log', async () => {
    const shown = JSON.stringify([
      await set(),
      await api.data(agency.key, '{ signInProvider { issuer clientId allowedDomain setAt callbackUrl } }'),
      await api.data(agency.key, '{ auditLog(first: 20) { nodes { verb changes { field old new } } } }'),
      await inAgency(api.dataSource, agency.owner, (manager) =>
        manager.query('SELECT p::text, a::text FROM sign_in_provider p, audit_entry a'),
      ),
    ]);
    expect(shown).toContain('setSignInProvider');
    expect(shown).toContain('signInProviderId');
    expect(shown).not.toContain(CLIENT_SECRET);
    expect(shown).not.toContain(Buffer.from(CLIENT_SECRET).toString('hex'));
  });

  it('is refused where its address is nobody else’s, or what was said of it is wrong', async () => {
    const wrong: [object, string][] = [
      [{ issuer: 'http://idp.example' }, 'issuer'],
      [{ issuer: 'https://10.0.0.1' }, 'issuer'],
      [{ issuer: 'https://169.254.169.254' }, 'issuer'],
      [{ issuer: 'https://[::ffff:127.0.0.1]' }, 'issuer'],
      [{ issuer: 'https://idp.example/?a=b' }, 'issuer'],
      [{ issuer: 'https://a:b@idp.example/' }, 'issuer'],
      [{ allowedDomain: 'acme' }, 'allowedDomain'],
      [{ allowedDomain: '@acme.example' }, 'allowedDomain'],
      [{ clientSecret: ' ' }, 'clientSecret'],
    ];
    for (const [change, field] of wrong) {
      expect((await set(change)).userErrors).toEqual([{ code: 'INVALID', field: ['input', field] }]);
    }
    expect((await setProvider(guarded, agency.key, { issuer: provider.issuer })).userErrors).toEqual([
      { code: 'INVALID', field: ['input', 'issuer'] },
    ]);
  });

  it('is changed and taken away by nobody of a narrower role than whoever named it', async () => {
    const admin = await api.keyOf(agency, 'ADMIN');
    const remove = 'mutation { removeSignInProvider { removed userErrors { code } } }';
    const above = [{ code: 'FORBIDDEN_FOR_ROLE' }];
    expect((await setProvider(api, admin, { issuer: provider.issuer })).userErrors).toMatchObject(above);
    expect((await api.data(admin, remove)).removeSignInProvider).toEqual({
      removed: null,
      userErrors: above,
    });
    expect((await api.data(agency.key, remove)).removeSignInProvider.removed).toBe(true);
    expect((await setProvider(api, admin, { issuer: provider.issuer })).userErrors).toEqual([]);
    expect((await api.data(admin, remove)).removeSignInProvider.removed).toBe(true);
  });

  it('is not asked where it turns out to be near: by its name, or by what a server without the setting finds', async () => {
    let asked = 0;
    const near = createServer((_request, response) => void response.end(String((asked += 1))));
    await new Promise<void>((done) => near.listen(0, '127.0.0.1', done));
    const { port } = near.address() as AddressInfo;
    for (const issuer of [`https://localhost:${port}`, provider.issuer]) {
      await set({ issuer });
      provider.asked.length = 0;
      const begun = await startAt(guarded, agency);
      expect([begun.status, begun.body.message]).toEqual([
        503,
        'The provider of the agency can’t be used now.',
      ]);
      expect([asked, provider.asked.length]).toEqual([0, 0]);
    }
    near.close();
  });
});

it('what a browser keeps meanwhile says nothing, lasts ten minutes, and over TLS is __Host- and Secure', async () => {
  const { headers } = await startAt(api, agency);
  const [cookie = ''] = headers.getSetCookie();
  expect(cookie).toMatch(/^headroom-loopback-oidc=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
  const state = new URL(headers.get('location') ?? '').searchParams.get('state') ?? '';
  const sealed = Buffer.from(cookie.split(/[=;]/)[1] ?? '', 'base64url');
  expect(sealed.toString('latin1')).not.toContain(state);
  expect(() =>
    new Sealer('another secret, long enough to be one').open('SIGN_IN_BEGUN', ['open-id'], sealed),
  ).toThrow();
  const production = await Api.start({
    HEADROOM_ALLOW_LOOPBACK: 'on',
    HEADROOM_PUBLIC_URL: 'https://headroom.example',
  });
  try {
    const begun = await startAt(production, agency);
    expect(begun.headers.get('set-cookie')).toMatch(
      /^__Host-headroom-oidc=[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  } finally {
    await production.close();
  }
});
