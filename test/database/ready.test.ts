import { randomUUID } from 'node:crypto';
import { parseConfig } from '../../src/config.js';
import { migrate } from '../../src/database/migrate.js';
import { openReady } from '../../src/database/ready.js';
import { ownDatabase, query, superuserUrl } from '../support/database.js';

const SECRET = 'a secret that is as long as it must be';

it('gives nothing to a run-time role that it refuses', async () => {
  const { ownerUrl } = await ownDatabase('empty');
  const config = parseConfig({
    DATABASE_URL: await superuserUrl(ownerUrl),
    DATABASE_OWNER_URL: ownerUrl,
    HEADROOM_SECRET: SECRET,
  });
  await expect(openReady(config, () => undefined)).rejects.toThrow(/is a superuser/);
  const made = "SELECT FROM pg_tables WHERE schemaname = 'public'";
  expect(await query(ownerUrl, made)).toEqual([]);
});

it('does not start as a role that the tables were not granted to, and names the one they were', async () => {
  const { ownerUrl, appUrl } = await ownDatabase();
  const role = `app_${randomUUID().replaceAll('-', '')}`;
  await query(await superuserUrl(ownerUrl), `CREATE ROLE ${role} LOGIN PASSWORD 'password'`);
  const anotherUrl = Object.assign(new URL(appUrl), { username: role, password: 'password' }).href;
  await expect(migrate(ownerUrl, anotherUrl)).rejects.toThrow(
    `"${role}" has no rights on the tables, which were granted to another role (headroom_app)`,
  );
  await expect(migrate(ownerUrl, appUrl)).resolves.toEqual([]);
});
