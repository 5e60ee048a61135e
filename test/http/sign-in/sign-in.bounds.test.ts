import { randomUUID } from 'node:crypto';
import { fromId } from '../../../src/schema/ids.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { ask, member, OWN, PASSWORD, withCookie } from '../../support/members.js';

/** Members who sign in by their own right passwords, as often as they can. */
let api: Api;
let agency: SeededAgency;
beforeAll(async () => {
  api = await Api.start({ HEADROOM_TRUST_PROXY: '127.0.0.1' });
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.dataSource.query('DELETE FROM sign_in_try');
  agency = await api.seed();
});

const address = () => `${randomUUID()}@example.com`;
let networks = 0;
function network(): string {
  networks += 1;
  return `2001:db8:${(0x100 + networks).toString(16)}::1`;
}
const enter = (email: string, place: string, password = PASSWORD) =>
  ask(api, 'POST', '/auth/session', { email, password }, { ...OWN, 'x-forwarded-for': place });

it('who signs in very often at once waits behind themselves, and nobody of another network does', async () => {
  const busy = await member(api, agency, address(), 'ADMIN');
  const calm = await member(api, await api.seed(), address(), 'ADMIN');
  const place = network();
  const crowd = Array.from({ length: 60 }, async () => {
    const { status, body } = await enter(busy.email, place);
    return { status, message: body.message };
  });
  expect((await enter(calm.email, network())).status).toBe(200);
  // As many as have been looked at by then, and the one that is.
  const [counted] = await api.dataSource.query(
    "SELECT max(points) AS looked FROM sign_in_try WHERE key LIKE 'right:%'",
  );
  expect(counted.looked).toBeLessThanOrEqual(10);
  const answers = await Promise.all(crowd);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(20);
  const others = answers.filter(({ status }) => status !== 200);
  for (const { status, message } of others) {
    expect([status, message]).toEqual([429, 'Too many sign in by this address at once; ask again later.']);
  }
});

it('a right password is looked at sixty times an hour, to sign in or to set another, also a weak one', async () => {
  const { email, cookie } = await member(api, agency, address(), 'ADMIN');
  const change = () =>
    ask(api, 'POST', '/auth/password', { current: PASSWORD, password: 'password12' }, withCookie(cookie));
  expect((await enter(email, network(), 'a wrong kettle 1 x')).status).toBe(401);
  for (let shown = 0; shown < 30; shown += 1) expect((await enter(email, network())).status).toBe(200);
  for (let shown = 0; shown < 30; shown += 1) expect((await change()).body.error).toBe('INVALID');
  const refused = await enter(email, network());
  expect([refused.status, refused.body.error]).toEqual([429, 'THROTTLED']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_000);
  expect((await change()).status).toBe(429);
  const other = await member(api, agency, address(), 'ADMIN');
  expect((await enter(other.email, network())).status).toBe(200);
});

it('of the sessions of a member that ended the newest hundred are kept', async () => {
  const { email, memberId } = await member(api, agency, address(), 'ADMIN');
  const { agencyId } = agency;
  const whose = [agencyId, fromId('member', memberId)];
  const [newest] = await inAgency(api.dataSource, agency.owner, async (manager) => {
    await manager.query(
      `INSERT INTO session (agency_id, id, member_id, secret_sha256, stage, created_at, last_used_at, expires_at, ended_at)
       SELECT $1, gen_random_uuid(), $2, secret_sha256, stage, created_at, last_used_at, expires_at, created_at
       FROM session, generate_series(1, 150) WHERE agency_id = $1 AND member_id = $2`,
      whose,
    );
    return manager.query<{ ids: string[] }[]>(
      `SELECT array_agg(id ORDER BY id) AS ids FROM (SELECT id FROM session
       WHERE agency_id = $1 AND member_id = $2 AND ended_at IS NOT NULL ORDER BY id DESC LIMIT 100) AS kept`,
      whose,
    );
  });
  expect((await enter(email, network())).status).toBe(200);
  const [kept] = await inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query<{ ids: string[]; open: number }[]>(
      `SELECT array_agg(id ORDER BY id) FILTER (WHERE ended_at IS NOT NULL) AS ids,
         count(*) FILTER (WHERE ended_at IS NULL)::int4 AS open
       FROM session WHERE agency_id = $1 AND member_id = $2`,
      whose,
    ),
  );
  expect(kept).toEqual({ ids: newest?.ids, open: 2 });
});
