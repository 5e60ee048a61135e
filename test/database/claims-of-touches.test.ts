import { randomUUID } from 'node:crypto';
import { beforeMigration } from '../support/before-migration.js';

/** Touches of before every claim was known by what it held: of the one before the last it is known still. */
const FILE = '0240_claims_of_touches.sql';

it('keep what the claim before the last one held', () =>
  beforeMigration(FILE, async ({ client, bring }) => {
    const before = randomUUID();
    // Whose it is is looked at by no part of it.
    await client.query(`SET session_replication_role = 'replica'`);
    for (const previous of [before, null]) {
      await client.query(
        `INSERT INTO touch (agency_id, id, enrolment_id, campaign_id, seat_id, step, state, due_at, previous_reservation_id)
         VALUES ($1, $1, $1, $1, $1, 'hello', 'DUE', 0, $2)`,
        [randomUUID(), previous],
      );
    }
    expect(await bring()).toEqual([FILE]);
    const { rows } = await client.query<{ ids: string[] }>(
      'SELECT earlier_reservation_ids AS ids FROM touch ORDER BY cardinality(earlier_reservation_ids)',
    );
    expect(rows.map(({ ids }) => ids)).toEqual([[], [before]]);
  }));
