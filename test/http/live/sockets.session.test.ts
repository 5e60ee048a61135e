import { randomUUID } from 'node:crypto';
import { Api } from '../../support/api.js';
import { ask, askAs, clientOf, member, signIn, withCookie } from '../../support/members.js';
import { RawSocket } from '../../support/raw-socket.js';
import { halfSecondsOpen } from './half-seconds.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
  await api.dataSource.query('DELETE FROM sign_in_try');
});
afterAll(() => api.close());

const WHO = '{ viewer { role } }';

/** Begins as a browser does: with the cookie, and the Origin of the page that it is on. */
async function begin(cookie: string, origin?: string): Promise<RawSocket> {
  const socket = await RawSocket.open(api.url, {
    headers: { cookie },
    ...(origin !== undefined && { origin }),
  });
  socket.send({ type: 'connection_init' });
  return socket;
}

it('a session counts for our own pages alone', async () => {
  const agency = await api.seed();
  const { cookie } = await member(api, agency, `${randomUUID()}@example.com`, 'ANALYST');
  const socket = await begin(cookie!, api.url);
  await socket.until(({ messages }) => messages.length > 0);
  socket.subscribe('who', WHO);
  await socket.until((raw) => raw.of('who').length > 0);
  expect(socket.of('who')[0].payload.data).toEqual({ viewer: { role: 'ANALYST' } });
  // Without an Origin it is no page, and with that of the other scheme not exactly ours.
  const others = [await begin(cookie!), await begin(cookie!, api.url.replace('http:', 'https:'))];
  expect(await Promise.all(others.map(async ({ closed }) => (await closed).code))).toEqual([4403, 4403]);
  socket.end();
});

it('a session that waits for a second factor is told so, as far as there is room for it', async () => {
  const agency = await api.seed();
  const { email } = await member(api, agency, `${randomUUID()}@example.com`, 'ANALYST');
  const demand = 'mutation { setAccessRules(input: { secondFactorDemanded: true }) { userErrors { code } } }';
  await api.data(agency.key, demand);
  const { cookie, body } = await signIn(api, email);
  expect(body.stage).toBe('ENROL');
  const { code, reason } = await (await begin(cookie!, api.url)).closed;
  expect([code, Buffer.from(reason).length]).toEqual([4403, 123]);
  expect(reason).toMatch(
    /^The agency demanded a second factor when you signed in: set one up with POST .*…$/,
  );
});

it('a cookie whose name begins otherwise is another one, whatever kind of blank it begins with', async () => {
  const agency = await api.seed();
  const { cookie } = await member(api, agency, `${randomUUID()}@example.com`, 'ANALYST');
  const statusWith = async (before: string) =>
    (await askAs(api, { cookie: `other=1;${before}${cookie}` }, WHO)).status;
  expect(await Promise.all(['', ' ', '\t', '\u00a0'].map(statusWith))).toEqual([200, 200, 200, 401]);
});

it.each(['signs out', 'gets another role', 'gets another reach', 'is removed'])(
  'a member who %s loses the socket within a second',
  async (what) => {
    const agency = await api.seed();
    const given = { clientAccountIds: [clientOf(agency)] };
    const email = `${randomUUID()}@example.com`;
    const { cookie, memberId } = await member(api, agency, email, 'OPERATOR', given);
    const socket = await begin(cookie!, api.url);
    await socket.until(({ messages }) => messages.length > 0);
    if (what === 'signs out') {
      expect((await ask(api, 'DELETE', '/auth/session', undefined, withCookie(cookie))).status).toBeLessThan(
        300,
      );
    } else {
      const [mutation, input] = {
        'gets another role': ['setMemberRole', { memberId, role: 'MANAGER' }],
        'gets another reach': ['takeFromMember', { memberId, ...given }],
        'is removed': ['removeMember', { memberId }],
      }[what] as [string, object];
      const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!`;
      const text = `mutation ($input: ${type}) { ${mutation}(input: $input) { userErrors { code message } } }`;
      expect((await api.data(agency.key, text, { input }))[mutation].userErrors).toEqual([]);
    }
    const open = await halfSecondsOpen(socket, () => api.data(agency.key, WHO));
    expect([(await socket.closed).code, open <= 3]).toEqual([4403, true]);
  },
);
