import { randomBytes, randomUUID } from 'node:crypto';
import { beforeMigration } from '../support/before-migration.js';

/** People of before: whom an archive named without an address loses the name. */
const FILE = '0160_nobody_by_name_alone.sql';

it('leaves no name of those who are found by it alone, and that of everybody else', () =>
  beforeMigration(FILE, async ({ client, bring }) => {
    const agencyId = randomUUID();
    await client.query('INSERT INTO agency_directory (id, created_at) VALUES ($1, 0)', [agencyId]);
    await client.query(
      `INSERT INTO agency (agency_id, name, time_zone, created_at) VALUES ($1, 'Agency', 'UTC', 0)`,
      [agencyId],
    );
    const url = 'https://www.linkedin.com/in/ada';
    const people = [
      { name: 'alone', url: null, kinds: ['NAME'] },
      { name: 'both', url: null, kinds: ['NAME', 'SALES_NAVIGATOR'] },
      { name: 'listed', url, kinds: ['PROFILE'] },
    ];
    for (const person of people) {
      const id = randomUUID();
      await client.query(
        `INSERT INTO recipient (agency_id, id, profile_url, name, company, created_at) VALUES ($1, $2, $3, $4, 'Acme', 0)`,
        [agencyId, id, person.url, person.name],
      );
      for (const kind of person.kinds) {
        await client.query(
          `INSERT INTO recipient_key (agency_id, kind, key_version, fingerprint, recipient_id) VALUES ($1, $2, 1, $3, $4)`,
          [agencyId, kind, randomBytes(32), id],
        );
      }
    }
    expect(await bring()).toEqual([FILE]);
    const { rows } = await client.query('SELECT name, company FROM recipient ORDER BY name');
    expect(rows).toEqual([
      { name: 'both', company: 'Acme' },
      { name: 'listed', company: 'Acme' },
      { name: null, company: null },
    ]);
    expect((await client.query('SELECT 1 FROM recipient_key')).rowCount).toBe(4);
  }));
