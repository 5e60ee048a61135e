import { randomUUID } from 'node:crypto';
import { Api } from '../../support/api.js';
import { ask, askAs, invite, member, PASSWORD, withCookie } from '../../support/members.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const WHO = '{ viewer { role } }';
const address = () => `${randomUUID()}@example.com`;

it('an invitation that is accepted takes the place of whatever session it comes with', async () => {
  const agency = await api.seed();
  const before = await member(api, agency, address(), 'ANALYST');
  const { token } = await invite(api, agency, address(), 'ANALYST');
  const weak = { token, name: 'Ada', password: 'password12' };
  const accept = (body: object) =>
    ask(api, 'POST', '/auth/invitation/accept', body, withCookie(before.cookie));
  expect((await accept(weak)).status).toBe(400);
  expect((await askAs(api, before, WHO)).data.viewer.role).toBe('ANALYST');
  expect((await accept({ ...weak, password: PASSWORD })).status).toBe(200);
  expect((await askAs(api, before, WHO)).errors[0].extensions.code).toBe('UNAUTHENTICATED');
});
