import { createHash, randomUUID } from 'node:crypto';
import { beforeMigration } from '../support/before-migration.js';

/** Keys of before they knew whom they took over from: it follows from who took over from whom. */
const FILE = '0250_tools_of_keys.sql';

it('know all keys that led to them, the newest first, and no others', () =>
  beforeMigration(FILE, async ({ client, bring }) => {
    await client.query(`SET session_replication_role = 'replica'`);
    const agencyId = randomUUID();
    const insert = async (agency: string, id: string, replacedBy: string | null): Promise<void> => {
      await client.query(
        `INSERT INTO api_key (agency_id, id, name, role, secret_sha256, prefix, created_by, created_at, replaced_by)
         VALUES ($1, $2, 'Tool', 'OPERATOR', $3, 'hr_live_abc', 'system:test', 0, $4)`,
        [agency, id, createHash('sha256').update(id).digest(), replacedBy],
      );
    };
    const chain = Array.from({ length: 103 }, () => randomUUID());
    for (const [index, id] of chain.entries()) await insert(agencyId, id, chain[index + 1] ?? null);
    const [alone, stranger] = [randomUUID(), randomUUID()];
    await insert(agencyId, alone, null);
    // No foreign key lets a row name a key of another agency; it would be none of its.
    await insert(randomUUID(), stranger, alone);
    expect(await bring()).toEqual([FILE]);
    const of = async (id: string): Promise<string[]> => {
      const text = 'SELECT took_over_from AS ids FROM api_key WHERE id = $1';
      const { rows } = await client.query<{ ids: string[] }>(text, [id]);
      return rows[0]!.ids;
    };
    expect(await of(chain[0]!)).toEqual([]);
    expect(await of(chain[3]!)).toEqual([chain[2], chain[1], chain[0]]);
    expect(await of(chain[102]!)).toEqual(chain.slice(2, 102).toReversed());
    expect(await of(alone)).toEqual([]);
  }));
