import { randomUUID } from 'node:crypto';
import { beforeMigration } from '../support/before-migration.js';

/** Addresses of before they were composed once more in lower case. */
const FILE = '0221_addresses_composed.sql';
const [HERE, THERE] = [randomUUID(), randomUUID()];
const [WHOLE, PARTS] = ['\u1e96@example.com', 'h\u0331@example.com'];

it('are composed, but where another member of the agency has the same', () =>
  beforeMigration(FILE, async ({ client, bring }) => {
    await client.query(`SET session_replication_role = 'replica'`);
    const kept = [
      ...[[HERE, WHOLE, 'ACTIVE'] as const, [HERE, PARTS, 'ACTIVE'] as const],
      ...[[THERE, PARTS, 'ACTIVE'] as const, [THERE, WHOLE, 'REMOVED'] as const],
    ];
    for (const [agencyId, email, status] of kept) {
      await client.query(
        `INSERT INTO member (agency_id, id, email, role, status, rights, name, invited_by, created_at, joined_at, removed_at)
         VALUES ($1, $2, $3, 'ANALYST', $4::text, 1, 'Ada', 'system:test', 0, 0, CASE WHEN $4::text = 'REMOVED' THEN 0 END)`,
        [agencyId, randomUUID(), email, status],
      );
    }
    expect(await bring()).toEqual([FILE]);
    const { rows } = await client.query<{ agency_id: string; email: string }>(
      `SELECT agency_id, email FROM member WHERE status <> 'REMOVED'`,
    );
    const of = (agencyId: string) =>
      rows.filter((row) => row.agency_id === agencyId).map(({ email }) => email);
    expect(of(HERE).sort()).toEqual([PARTS, WHOLE].sort());
    expect(of(THERE)).toEqual([WHOLE]);
  }));
