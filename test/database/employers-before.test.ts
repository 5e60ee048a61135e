import { randomBytes, randomUUID } from 'node:crypto';
import { beforeMigration } from '../support/before-migration.js';

/** Employers of before it was put down by whose word they are known. */
const FILE = '0161_whose_word_of_employers.sql';

it('bind the whole agency, as they did', () =>
  beforeMigration(FILE, async ({ client, bring }) => {
    const agencies = [randomUUID(), randomUUID()];
    for (const agencyId of agencies) {
      const recipientId = randomUUID();
      await client.query('INSERT INTO agency_directory (id, created_at) VALUES ($1, 0)', [agencyId]);
      await client.query(
        `INSERT INTO agency (agency_id, name, time_zone, created_at) VALUES ($1, 'Agency', 'UTC', 0)`,
        [agencyId],
      );
      await client.query('INSERT INTO recipient (agency_id, id, created_at) VALUES ($1, $2, 0)', [
        ...[agencyId, recipientId],
      ]);
      await client.query(
        `INSERT INTO recipient_employer (agency_id, recipient_id, kind, key_version, fingerprint)
         VALUES ($1, $2, 'COMPANY', 1, $3), ($1, $2, 'DOMAIN', 1, $3)`,
        [agencyId, recipientId, randomBytes(32)],
      );
    }
    expect(await bring()).toEqual([FILE]);
    const { rows } = await client.query<{ agency_id: string }>(
      'SELECT agency_id FROM recipient_employer WHERE scope_id = agency_id ORDER BY agency_id',
    );
    expect(rows.map((row) => row.agency_id)).toEqual(agencies.flatMap((id) => [id, id]).sort());
  }));
