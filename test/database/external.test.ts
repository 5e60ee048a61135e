import { parseConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/database.js';
import { isSupported } from '../../src/database/external.js';
import { StartError } from '../../src/errors.js';
import { ownDatabase, urlFor, type TestDatabase } from '../support/database.js';

const SECRET = 'thirty-two characters at the least';

let database: TestDatabase;
let environment: Record<string, string>;

beforeAll(async () => {
  database = await ownDatabase();
  environment = {
    DATABASE_URL: database.appUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
    HEADROOM_SECRET: SECRET,
  };
});

async function refusalOf(changes: Record<string, string>): Promise<string> {
  const error: unknown = await openDatabase(parseConfig({ ...environment, ...changes })).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  const { message } = error as StartError;
  expect(message).not.toContain('\n');
  // Passwords are nobody's business, not even in an error.
  expect(message).not.toContain(new URL(database.appUrl).password);
  return message;
}

function at(url: string, changes: Partial<URL>): string {
  return Object.assign(new URL(url), changes).href;
}

it('uses the server that the environment names, and leaves it running', async () => {
  const opened = await openDatabase(parseConfig(environment));
  expect(opened).toMatchObject({
    appUrl: database.appUrl,
    ownerUrl: database.ownerUrl,
    secret: Buffer.from(SECRET),
    kind: 'external',
  });
  await opened.close();
  await expect(openDatabase(parseConfig(environment))).resolves.toMatchObject({ kind: 'external' });
});

it.each([
  [{ DATABASE_URL: '' }, /^To use a PostgreSQL of your own, set also DATABASE_URL \(the server runs as/],
  [{ DATABASE_OWNER_URL: '' }, /set also DATABASE_OWNER_URL \(.*the role that owns it/],
  [{ HEADROOM_SECRET: '' }, /set also HEADROOM_SECRET \(at least 32 characters, .*openssl rand -base64 32/],
  [{ DATABASE_URL: '', HEADROOM_SECRET: '' }, /DATABASE_URL \(.*\) and HEADROOM_SECRET \(/],
])('asks for what is missing: %j', async (changes, told) => {
  expect(await refusalOf(changes)).toMatch(told);
});

it('says where no server answers', async () => {
  // A port that no system gives to whoever takes any: one of those that were just free may be another's by now.
  const url = at(database.appUrl, { port: '1' });
  expect(await refusalOf({ DATABASE_URL: url })).toBe(
    'DATABASE_URL: no PostgreSQL can be reached at 127.0.0.1:1 (ECONNREFUSED); start it or correct the address.',
  );
});

it('says whose login was refused', async () => {
  expect(await refusalOf({ DATABASE_OWNER_URL: at(database.ownerUrl, { password: 'wrong' }) })).toMatch(
    /^DATABASE_OWNER_URL: PostgreSQL at .* refused the login of "headroom_owner" \(password authentication failed/,
  );
});

it('says which database there is not', async () => {
  expect(await refusalOf({ DATABASE_URL: urlFor(database.appUrl, 'missing') })).toMatch(
    /^DATABASE_URL: PostgreSQL at .* has no database "missing"; create it/,
  );
});

it('refuses one role for both', async () => {
  expect(await refusalOf({ DATABASE_URL: database.ownerUrl })).toMatch(
    /log in as the same role "headroom_owner": DATABASE_URL needs a role that owns nothing/,
  );
});

it.each([
  [140_020, false],
  [150_000, true],
  [180_004, true],
  [190_000, false],
])('takes PostgreSQL 15 to 18: %i', (version, supported) => {
  expect(isSupported(version)).toBe(supported);
});
