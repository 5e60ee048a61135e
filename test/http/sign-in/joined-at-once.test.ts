import { randomUUID } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { accountName } from '../../../src/tenancy/accounts.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import type { SeededAgency } from '../../support/agency.js';
import type { Api, Json } from '../../support/api.js';
import { query, superuserUrl, testDatabase } from '../../support/database.js';
import { whileHeld } from '../../support/held.js';
import { ask, invite, PASSWORD } from '../../support/members.js';
import { OpenIdStage, sessionOf, setProvider } from '../../support/open-id.js';

/** An address that nobody had yet, of which another agency makes a member in the same moment. */
let stage: OpenIdStage;
let api: Api;
let agency: SeededAgency;
let email: string;
let fingerprint: string;
beforeAll(async () => {
  stage = await OpenIdStage.start();
  ({ api } = stage);
});
afterAll(() => stage.close());
beforeEach(async () => {
  agency = await stage.seed();
  email = `${randomUUID()}@acme.example`;
  const { secret } = await testDatabase();
  fingerprint = accountName(new Fingerprints(secret), email).fingerprint.toString('hex');
});

const OTHER = [randomUUID(), randomUUID()];

/** The other agency's transaction, which is not done while `begin` comes to where it would make the account as well. */
function besideOther<T>(passwordHash: string | null, begin: () => Promise<T>): Promise<T> {
  const password = passwordHash === null ? 'NULL' : `'${passwordHash}'`;
  const members = JSON.stringify({ v: 1, of: [OTHER] });
  const made = `INSERT INTO account (fingerprint, key_version, password_hash, members, created_at)
    VALUES ('\\x${fingerprint}', 1, ${password}, '${members}', 1)`;
  return whileHeld(made, begin);
}

async function joined(): Promise<string[]> {
  const url = await superuserUrl((await testDatabase()).appUrl);
  const rows = await query(url, `SELECT members FROM account WHERE fingerprint = '\\x${fingerprint}'`);
  return rows.flatMap(({ members }: Json) => members.of.map(([agencyId]: string[]) => agencyId));
}

it('an invitation is accepted by no password that was made before the other agency’s was there', async () => {
  const { token } = await invite(api, agency, email, 'ANALYST');
  const accepting = { token, name: 'Ada', password: PASSWORD };
  const accept = () => ask(api, 'POST', '/auth/invitation/accept', accepting);
  const { status, body } = await besideOther(await hash('another kettle 48 meadow'), accept);
  expect([status, body.error]).toEqual([401, 'UNAUTHENTICATED']);
  expect(await joined()).toEqual([OTHER[0]]);
  // Its link is as it was, and asks for the password that there is now.
  expect((await ask(api, 'POST', '/auth/invitation', { token })).body.hasPassword).toBe(true);
});

it('one is accepted beside a first sign-in by the other agency’s provider', async () => {
  const { token } = await invite(api, agency, email, 'ANALYST');
  const accepting = { token, name: 'Ada', password: PASSWORD };
  const { status } = await besideOther(null, () => ask(api, 'POST', '/auth/invitation/accept', accepting));
  expect(status).toBe(200);
  expect(await joined()).toEqual([OTHER[0], agency.agencyId]);
});

it.each(['$argon2id$other', null])('a first sign-in by a provider goes through: %s', async (passwordHash) => {
  await setProvider(api, agency.key, { issuer: stage.provider.issuer });
  await invite(api, agency, email, 'ANALYST');
  const reply = await besideOther(passwordHash, () => stage.enter(agency, { email, sub: email }));
  expect(sessionOf(reply)).not.toBeNull();
  expect(await joined()).toEqual([OTHER[0], agency.agencyId]);
});
