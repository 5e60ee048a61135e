import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { mintToken } from '../../../src/tenancy/token.js';
import { Api, type Json } from '../../support/api.js';
import { whileHeld } from '../../support/held.js';
import { ask } from '../../support/members.js';

/** Whoever knows the id of an agency writes tokens that name it, and are none. */
let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

it.each(['member_link', 'inbound_source'])(
  'tokens that name an agency take none of its turns: %s',
  async (table) => {
    const { agencyId, key } = await api.seed();
    const made = () => mintToken(table === 'member_link' ? 'LINK' : 'INBOUND', agencyId, randomUUID()).token;
    const routes = ['/auth/invitation', '/auth/password/set'];
    const send = (index: number) =>
      table === 'member_link'
        ? ask(api, 'POST', routes[index % 2] ?? '', { token: made(), ...(index % 2 && { password: 'x' }) })
        : ask(api, 'POST', `/inbound/${made()}`, []);
    const own = '{ viewer { role } seats { totalCount } }';
    const replies = await whileHeld(
      `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`,
      () => Promise.all(Array.from({ length: 12 }, (_, index) => send(index))),
      async () => {
        const answer = await Promise.race([api.data(key, own), pause(5_000, 'it waits')]);
        expect(answer).toEqual({ viewer: { role: 'OWNER' }, seats: { totalCount: 1 } });
      },
      4,
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([404]));
  },
);

it('what is sent by nobody in more than a short body is refused by its head, and not read', async () => {
  const production = await Api.start({ NODE_ENV: 'production' });
  const send = (bytes: number, headers: Record<string, string> = {}) =>
    fetch(`${production.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: `[${'1,'.repeat(bytes / 2)}1]`,
    });
  const wrong = { authorization: `Bearer ${mintToken('KEY', randomUUID(), randomUUID()).token}` };
  for (const headers of [{}, wrong]) {
    const refused = await send(20_000, headers);
    expect([refused.status, refused.headers.get('connection')]).toEqual([401, 'close']);
    expect(((await refused.json()) as Json).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect((await send(2_000, headers)).headers.get('connection')).toBe('keep-alive');
  }
  await production.close();
});
