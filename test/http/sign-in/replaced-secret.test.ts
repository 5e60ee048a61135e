import { randomUUID } from 'node:crypto';
import { generate } from 'otplib';
import { Webhook } from 'standardwebhooks';
import { inAgency } from '../../../src/tenancy/door.js';
import { toId } from '../../../src/schema/ids.js';
import { Sealer } from '../../../src/tenancy/sealed.js';
import { Receiver } from '../../live/receiver.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api, type Json } from '../../support/api.js';
import { ownDatabase, type TestDatabase } from '../../support/database.js';
import { Mailbox } from '../../support/mailbox.js';
import { ask, invite, member, PASSWORD, signIn, withCookie, type Person } from '../../support/members.js';
import { setProvider, startAt, TestProvider } from '../../support/open-id.js';

const BEFORE = 'the secret of before, which is long enough';
const NOW = 'the secret of now, which is long enough too';

let database: TestDatabase;
let receiver: Receiver;
let provider: TestProvider;
let agency: SeededAgency;
let person: Person;
/** What was made under the secret of before. */
let made: { readonly totp: string; readonly recoveryCode: string; readonly webhookId: string };
let signedWith: string;

beforeAll(async () => {
  database = await ownDatabase();
  receiver = await Receiver.start();
  provider = await TestProvider.start('http://127.0.0.1/auth/oidc/callback', true);
});
afterAll(async () => {
  await receiver.close();
  await provider.close();
});

/** A server with one secret, and perhaps the one before it. */
async function under<T>(
  secret: string,
  previous: string | null,
  work: (api: Api) => Promise<T>,
  mailbox: Mailbox | null = null,
): Promise<T> {
  const environment = {
    ...(mailbox && { SMTP_URL: mailbox.url }),
    ...{ HEADROOM_ALLOW_LOOPBACK: 'on', HEADROOM_API_LIMITS: 'off' },
    ...(previous !== null && { HEADROOM_SECRET_PREVIOUS: previous }),
  };
  const api = await Api.start(environment, { ...database, secret: Buffer.from(secret) });
  try {
    return await work(api);
  } finally {
    await api.close();
  }
}

beforeEach(() =>
  under(BEFORE, null, async (api) => {
    await api.dataSource.query('DELETE FROM sign_in_try');
    agency = await api.seed();
    person = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
    const offered = await ask(api, 'POST', '/auth/second-factor', undefined, withCookie(person.cookie));
    const code = await generate({ secret: offered.body.secret });
    const confirm = '/auth/second-factor/confirm';
    const confirmed = await ask(api, 'POST', confirm, { code }, withCookie(person.cookie));
    expect((await setProvider(api, agency.key, { issuer: provider.issuer })).userErrors).toEqual([]);
    const added = await mutate(
      api,
      'addWebhook',
      { name: 'Ops', url: receiver.url },
      'webhook { id } secret',
    );
    signedWith = added.secret;
    made = {
      ...{ totp: offered.body.secret, recoveryCode: confirmed.body.recoveryCodes[0] },
      webhookId: added.webhook.id,
    };
  }),
);

async function mutate(api: Api, name: string, input: object, select: string): Promise<Json> {
  const types: Record<string, string> = { removeWebhook: 'WebhookInput', sendTestEvent: 'WebhookInput' };
  const type = types[name] ?? `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const operation = `mutation ($input: ${type}!) { ${name}(input: $input) { ${select} userErrors { code } } }`;
  return (await api.data(agency.key, operation, { input }))[name];
}

/** Signs in by the password and the next code of the authenticator, or another one. */
async function answer(api: Api, other?: string) {
  const code = other ?? (await generate({ secret: made.totp, epoch: Math.floor(Date.now() / 1_000) + 30 }));
  const half = await signIn(api, person.email);
  return ask(api, 'POST', '/auth/session/second-factor', { code }, withCookie(half.cookie));
}

const PROVIDER = '{ signInProvider { issuer } }';
const WEBHOOKS = '{ webhooks { nodes { name url status deliveries { nodes { failure } } } } }';

it('once a server has started with both secrets, the new one alone opens all that was sealed under the one before', async () => {
  await under(NOW, BEFORE, async (api) => {
    // Their account is found by the secret before, and kept under the new one from here.
    expect((await signIn(api, person.email)).body.stage).toBe('SECOND_FACTOR');
  });
  await under(NOW, null, async (api) => {
    expect((await answer(api)).status).toBe(200);
    expect((await startAt(api, agency)).status).toBe(303);
    const { webhookId } = made;
    const nodes = [{ name: 'Ops', url: receiver.url, status: 'ACTIVE', deliveries: { nodes: [] } }];
    expect((await api.data(agency.key, WEBHOOKS)).webhooks.nodes).toEqual(nodes);
    receiver.received.length = 0;
    await mutate(api, 'sendTestEvent', { webhookId }, 'delivery { id }');
    await receiver.has(1);
    const { headers, body, json } = receiver.received[0]!;
    expect(new Webhook(signedWith).verify(body, headers as Record<string, string>)).toEqual(json);
  });
});

it('whoever joined another agency while the secret before was unknown is one person again once it is', async () => {
  const { email } = person;
  let other!: SeededAgency;
  const password = 'another fine kettle 77';
  await under(NOW, null, async (api) => {
    other = await api.seed();
    const { token } = await invite(api, other, email, 'OWNER');
    const accepted = await ask(api, 'POST', '/auth/invitation/accept', { token, name: 'Ada', password });
    expect(accepted.status).toBe(200);
  });
  await under(NOW, BEFORE, async (api) => {
    const at = { email, password, agencyId: toId('agency', other.agencyId) };
    expect((await ask(api, 'POST', '/auth/session', at)).body.stage).toBe('SIGNED_IN');
    expect((await signIn(api, email)).body.stage).toBe('SECOND_FACTOR');
    expect((await ask(api, 'POST', '/auth/session', { ...at, password: PASSWORD })).status).toBe(401);
  });
  // Written as one by the first of those.
  await under(NOW, null, async (api) => {
    expect((await signIn(api, email)).body.stage).toBe('SECOND_FACTOR');
  });
});

describe('whoever was removed from an agency while the secret before was unknown', () => {
  const password = 'another fine kettle 77';
  let other: SeededAgency;
  const at = ({ agencyId }: SeededAgency, shown: string) => {
    return { email: person.email, password: shown, agencyId: toId('agency', agencyId) };
  };
  const accept = (api: Api, token: string, shown: object) =>
    ask(api, 'POST', '/auth/invitation/accept', { token, name: 'Ada', ...shown });
  const remove = async (api: Api, { key }: SeededAgency) => {
    const { memberId } = person;
    const operation =
      'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { userErrors { code } } }';
    const { removeMember } = await api.data(key, operation, { input: { memberId } });
    expect(removeMember.userErrors).toEqual([]);
  };

  it('is a member again by the password that they have since, and by no other one', async () => {
    await under(NOW, null, async (api) => {
      await remove(api, agency);
      other = await api.seed();
      const { token } = await invite(api, other, person.email, 'ANALYST');
      expect((await accept(api, token, { password })).status).toBe(200);
    });
    await under(NOW, BEFORE, async (api) => {
      const { token } = await invite(api, agency, person.email, 'ANALYST');
      expect((await accept(api, token, { password: PASSWORD })).status).toBe(401);
      expect((await accept(api, token, { password })).status).toBe(200);
      for (const its of [agency, other]) {
        expect((await ask(api, 'POST', '/auth/session', at(its, password))).body.stage).toBe('SIGNED_IN');
        expect((await ask(api, 'POST', '/auth/session', at(its, PASSWORD))).status).toBe(401);
      }
    });
  });

  it('has a link sent for the agency that they are in', async () => {
    const mailbox = await Mailbox.open();
    await under(NOW, null, async (api) => {
      await remove(api, agency);
      other = await api.seed();
      const { token } = await invite(api, other, person.email, 'ANALYST');
      expect((await accept(api, token, { password })).status).toBe(200);
    });
    const work = async (api: Api) => {
      const { email } = person;
      expect((await ask(api, 'POST', '/auth/password/ask', { email })).status).toBe(202);
      const token = /#(hr_link_\w+)/.exec((await mailbox.next(email)).text)?.[1];
      const set = { token, password: 'third kettle 49 harbour' };
      expect((await ask(api, 'POST', '/auth/password/set', set)).status).toBe(204);
      const shown = at(other, set.password);
      expect((await ask(api, 'POST', '/auth/session', shown)).body.stage).toBe('SIGNED_IN');
    };
    await under(NOW, BEFORE, work, mailbox).finally(() => mailbox.close());
  });

  it('is not asked for the password that was for that agency alone', async () => {
    await under(BEFORE, null, async (api) => {
      other = await api.seed();
      const { token, memberId } = await invite(api, other, person.email, 'ANALYST');
      expect((await accept(api, token, { ownPassword: password })).status).toBe(200);
      person = { ...person, memberId };
    });
    await under(NOW, null, (api) => remove(api, other));
    await under(NOW, BEFORE, async (api) => {
      const { token } = await invite(api, other, person.email, 'ANALYST');
      expect((await accept(api, token, { password })).status).toBe(401);
      expect((await accept(api, token, { password: PASSWORD })).status).toBe(200);
    });
  });
});

it('a cursor of before leads on while the secret before is known', async () => {
  const log = 'query ($after: String) { auditLog(first: 1, after: $after) { pageInfo { endCursor } } }';
  const after = await under(
    ...([BEFORE, null] as const),
    async (api) => (await api.data(agency.key, log)).auditLog.pageInfo.endCursor,
  );
  await under(NOW, BEFORE, async (api) => {
    expect((await api.data(agency.key, log, { after })).auditLog.pageInfo.endCursor).not.toBe(after);
  });
  await under(NOW, null, async (api) => {
    expect(await api.code(agency.key, log, { after })).toBe('BAD_USER_INPUT');
  });
});

describe('what was sealed under a secret that is no more', () => {
  it('a code of an authenticator is refused in words, and a recovery code is taken', async () => {
    await under(BEFORE, null, async (api) => {
      const { agencyId } = agency;
      await inAgency(api.dataSource, agency, (manager) =>
        manager.query('UPDATE second_factor SET sealed_secret = $2 WHERE agency_id = $1', [
          ...[agencyId, new Sealer(NOW).seal('SECOND_FACTOR', [agencyId], 'whatever')],
        ]),
      );
      const refused = await answer(api);
      expect([refused.status, refused.body.error]).toEqual([401, 'UNAUTHENTICATED']);
      expect(refused.body.message).toMatch(/show a recovery code, and have .* ask for resetSecondFactor/);
      expect((await answer(api, made.recoveryCode)).status).toBe(200);
    });
  });

  it('a provider is shown, can’t be used, and is named anew or taken away', async () => {
    await under(NOW, null, async (api) => {
      expect((await api.data(agency.key, PROVIDER)).signInProvider.issuer).toBe(provider.issuer);
      expect([(await startAt(api, agency)).status]).toEqual([503]);
      expect((await setProvider(api, agency.key, { issuer: provider.issuer })).userErrors).toEqual([]);
      expect((await startAt(api, agency)).status).toBe(303);
    });
    const remove = 'mutation { removeSignInProvider { removed userErrors { code } } }';
    await under(BEFORE, null, async (api) => {
      expect((await startAt(api, agency)).status).toBe(503);
      expect((await api.data(agency.key, remove)).removeSignInProvider.removed).toBe(true);
    });
  });

  it('a webhook is shown without its address, sends nothing unsigned, and is told anew or removed', async () => {
    receiver.received.length = 0;
    await under(NOW, null, async (api) => {
      const { webhookId } = made;
      const shown = async (): Promise<Json> => (await api.data(agency.key, WEBHOOKS)).webhooks.nodes[0];
      expect(await shown()).toMatchObject({ url: '', status: 'ACTIVE' });
      expect(
        await mutate(api, 'updateWebhook', { webhookId, name: 'Night' }, 'webhook { name url }'),
      ).toEqual({
        ...{ webhook: { name: 'Night', url: '' }, userErrors: [] },
      });
      await mutate(api, 'sendTestEvent', { webhookId }, 'delivery { id }');
      while ((await shown()).deliveries.nodes[0].failure === null);
      expect((await shown()).deliveries.nodes[0].failure).toBe('UNWRITABLE');
      await mutate(api, 'updateWebhook', { webhookId, url: receiver.url }, 'webhook { id }');
      expect((await shown()).url).toBe(receiver.url);
      const rotated = await mutate(api, 'rotateWebhookSecret', { webhookId }, 'secret');
      expect(rotated).toEqual({ secret: expect.stringMatching(/^whsec_/), userErrors: [] });
      await mutate(api, 'sendTestEvent', { webhookId }, 'delivery { id }');
      await receiver.has(1);
      const { headers, body, json } = receiver.received[0]!;
      expect(new Webhook(rotated.secret).verify(body, headers as Record<string, string>)).toEqual(json);
    });
    await under(BEFORE, null, async (api) => {
      const { webhookId } = made;
      expect((await mutate(api, 'removeWebhook', { webhookId }, 'removed')).removed).toBe(true);
    });
  });
});
