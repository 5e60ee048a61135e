import { randomUUID } from 'node:crypto';
import { beforeMigration } from '../support/before-migration.js';

/** Sources of single seats of before it was kept whose the seat was. */
const FILE = '0246_sources_of_a_seat.sql';

it('are of the client account that had the seat when they were made', () =>
  beforeMigration(FILE, async ({ client, bring }) => {
    // The rows that these belong to are looked at by no part of it.
    await client.query(`SET session_replication_role = 'replica'`);
    const [agencyId, seatId, former, latter] = Array.from({ length: 4 }, () => randomUUID());
    for (const [account, fromAt] of [
      [former, 100],
      [latter, 200],
    ]) {
      await client.query(
        'INSERT INTO seat_assignment (agency_id, seat_id, from_at, client_account_id) VALUES ($1, $2, $3, $4)',
        [agencyId, seatId, fromAt, account],
      );
    }
    for (const [seat, createdAt] of [
      [seatId, 150],
      [seatId, 250],
      [null, 350],
    ]) {
      await client.query(
        `INSERT INTO inbound_source (agency_id, id, name, tool, seat_id, secret_sha256, created_at, created_by)
         VALUES ($1, $2, 'Tool', 'HEYREACH', $3, sha256('x'), $4, 'key:x')`,
        [agencyId, randomUUID(), seat, createdAt],
      );
    }
    expect(await bring()).toEqual([FILE]);
    const { rows } = await client.query<{ account: string | null }>(
      'SELECT seat_account_id AS account FROM inbound_source ORDER BY created_at',
    );
    expect(rows.map(({ account }) => account)).toEqual([former, latter, null]);
  }));
