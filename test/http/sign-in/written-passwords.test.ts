import { hash } from '@node-rs/argon2';
import { randomUUID } from 'node:crypto';
import { NO_AGENCY } from '../../../src/services/members/sign-in.js';
import { accountName, findAccount, writeAccount } from '../../../src/tenancy/accounts.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { testDatabase } from '../../support/database.js';
import { ask, invite, member, signIn, withCookie } from '../../support/members.js';

/** One password, as macOS and telephones write it, and as Windows' Vietnamese keyboard does. */
const SAID = 'Nguyễn thích cà phê sữa đá 77';
const [COMPOSED, APART] = [SAID.normalize('NFC'), SAID.normalize('NFD')];

let api: Api;
let agency: SeededAgency;
let email: string;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  email = `${randomUUID()}@example.com`;
  await api.dataSource.query('DELETE FROM sign_in_try');
});

async function join(password: string, of = agency) {
  const { token } = await invite(api, of, email, 'ANALYST');
  return ask(api, 'POST', '/auth/invitation/accept', { token, name: 'Minh', password });
}
const statuses = async (...written: string[]): Promise<number[]> => {
  const found: number[] = [];
  for (const password of written) found.push((await signIn(api, email, password)).status);
  return found;
};

it.each([
  ['composed', COMPOSED],
  ['with its marks apart', APART],
])('a password that was set %s signs in however its marks are written', async (_, set) => {
  expect((await join(set)).status).toBe(200);
  expect(await statuses(COMPOSED, APART, SAID.normalize('NFKD'))).toEqual([200, 200, 200]);
  expect(await statuses('Nguyen thich ca phe sua da 77')).toEqual([401]);
});

it('is the same one at another agency’s invitation, as the current one, and as the one that there is already', async () => {
  const { cookie } = await join(COMPOSED);
  expect((await join(APART, await api.seed())).status).toBe(200);
  const change = async (current: string, password: string) => {
    const { status, body } = await ask(
      ...[api, 'POST', '/auth/password', { current, password }, withCookie(cookie)],
    );
    return [status, body.message ?? null];
  };
  expect(await change(COMPOSED, APART)).toEqual([400, 'That is the password already.']);
  expect(await change(APART, 'another kettle 48 meadow')).toEqual([204, null]);
});

it('that was kept as it was typed signs in by that, and from then on however it is written', async () => {
  await member(api, agency, email, 'ANALYST');
  const name = accountName(new Fingerprints((await testDatabase()).secret), email);
  const kept = await hash(APART, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  await inAgency(api.dataSource, { agencyId: NO_AGENCY }, async (manager) => {
    const account = await findAccount(manager, name, 'FOR UPDATE');
    await writeAccount(manager, { ...account!, passwordHash: kept }, name);
  });
  expect(await statuses(COMPOSED, APART, COMPOSED, APART)).toEqual([401, 200, 200, 200]);
});

it('is judged by what it is in one form: neither its marks nor their width make it longer or harder to guess', async () => {
  const { token } = await invite(api, agency, email, 'ANALYST');
  const wide = [...'password123'].map((letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
  for (const [password, message] of [
    ['é1é2é3ô'.normalize('NFD'), /10 to 256 characters/],
    [wide.join(''), /easily guessed/],
  ] as const) {
    const { body } = await ask(api, 'POST', '/auth/invitation/accept', { token, name: 'Ada', password });
    expect(body).toMatchObject({ error: 'INVALID', message: expect.stringMatching(message) });
  }
});
