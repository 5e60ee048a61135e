import { randomUUID } from 'node:crypto';
import { beforeMigration } from '../support/before-migration.js';

/** Questions of before it was kept which address they were sent to. */
const FILE = '0360_addresses_of_questions.sql';

it('are of the address that the client account has where they were sent since it has it', () =>
  beforeMigration(FILE, async ({ client, bring }) => {
    // The rows that these belong to are looked at by no part of it.
    await client.query(`SET session_replication_role = 'replica'`);
    const agencyId = randomUUID();
    async function askedAt(approverSetAt: number | null, ...questions: [number, string | null][]) {
      const [account, campaign] = [randomUUID(), randomUUID()];
      await client.query(
        `INSERT INTO client_account (agency_id, id, plan_id, name, time_zone, status, limit_mode, created_at, approver_set_at)
         VALUES ($1, $2, $2, 'Client', 'UTC', 'ACTIVE', 'CEILING', 0, $3)`,
        [agencyId, account, approverSetAt],
      );
      await client.query(
        `INSERT INTO campaign (agency_id, id, client_account_id, name, status, created_at)
         VALUES ($1, $2, $3, 'Campaign', 'DRAFT', 0)`,
        [agencyId, campaign, account],
      );
      for (const [at, linkShownTo] of questions) {
        await client.query(
          `INSERT INTO campaign_approval
             (agency_id, id, campaign_id, version, content, content_sha256, people, asked_at, asked_by, link_shown_to)
           VALUES ($1, $2, $3, 1, '{"v": 1}', sha256('x'), 0, $4, 'key:x', $5)`,
          [agencyId, randomUUID(), campaign, at, linkShownTo],
        );
      }
    }
    await askedAt(200, [199, null], [200, null], [201, null], [202, 'key:x']);
    await askedAt(null, [300, null]);
    expect(await bring()).toEqual([FILE]);
    const { rows } = await client.query<{ at: number | null }>(
      'SELECT approver_set_at::int4 AS at FROM campaign_approval ORDER BY asked_at',
    );
    expect(rows.map(({ at }) => at)).toEqual([null, 200, 200, null, null]);
  }));
