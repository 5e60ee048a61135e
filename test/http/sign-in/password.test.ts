import { randomUUID } from 'node:crypto';
import { Api } from '../../support/api.js';
import { ask, askAs, member, PASSWORD, withCookie } from '../../support/members.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const WHO = '{ viewer { role } }';

it('a session goes on where the new password is the one that there is, or the current one is wrong: both are refused, and told', async () => {
  const person = await member(api, await api.seed(), `${randomUUID()}@example.com`, 'ADMIN');
  const change = async (body: object) => {
    const answer = await ask(api, 'POST', '/auth/password', body, withCookie(person.cookie));
    return [answer.status, answer.body];
  };
  const message = 'That is the password already.';
  expect(await change({ current: PASSWORD, password: PASSWORD })).toEqual([
    400,
    { error: 'INVALID', message, field: 'password' },
  ]);
  // A guess is told nothing of it.
  expect(await change({ current: 'a guess of theirs', password: 'a guess of theirs' })).toEqual([
    401,
    { error: 'UNAUTHENTICATED', message: 'The current password is wrong.' },
  ]);
  expect((await askAs(api, person, WHO)).status).toBe(200);
});
