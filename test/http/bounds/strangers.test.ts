import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { mintToken } from '../../../src/tenancy/token.js';
import { Api } from '../../support/api.js';
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
