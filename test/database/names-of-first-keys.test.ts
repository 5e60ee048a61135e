import { createHash, randomUUID } from 'node:crypto';
import { beforeMigration } from '../support/before-migration.js';

/** First keys of before, which bore the address of the first owner. */
const FILE = '0272_names_of_first_keys.sql';

it('are called Owner, and so is whichever took over from them; other keys keep their names', () =>
  beforeMigration(FILE, async ({ client, bring }) => {
    await client.query(`SET session_replication_role = 'replica'`);
    const agencyId = randomUUID();
    const insert = async (name: string, createdBy: string, tookOverFrom: string[] = []): Promise<string> => {
      const id = randomUUID();
      await client.query(
        `INSERT INTO api_key (agency_id, id, name, role, secret_sha256, prefix, created_by, created_at, took_over_from)
         VALUES ($1, $2, $3, 'OWNER', $4, 'hr_live_abc', $5, 0, $6)`,
        [agencyId, id, name, createHash('sha256').update(id).digest(), createdBy, tookOverFrom],
      );
      return id;
    };
    const address = 'ada@acme.example';
    const first = await insert(address, 'system:createAgency');
    const next = await insert(address, 'key:first', [first]);
    const named = await insert('bot@tool', 'key:first');
    const own = await insert(address, 'member:ada');
    expect(await bring()).toEqual([FILE]);
    const { rows } = await client.query<{ id: string; name: string }>('SELECT id, name FROM api_key');
    expect(Object.fromEntries(rows.map(({ id, name }) => [id, name]))).toEqual({
      ...{ [first]: 'Owner', [next]: 'Owner' },
      ...{ [named]: 'bot@tool', [own]: address },
    });
  }));
