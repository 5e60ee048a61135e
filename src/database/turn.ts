import { withConnection } from './connect.js';

/** "demo" in ASCII. */
const DEMO_LOCK = '1684368751';
const WAIT_SECONDS_MAX = 60;

/**
 * Runs `work` on the demo while no other process does: two that start at once on an empty folder would both make it,
 * and one of them would fail. It is an advisory lock, which ends with its connection.
 */
export function inTurnForDemo<T>(appUrl: string, work: () => Promise<T>): Promise<T> {
  return withConnection(appUrl, 'DATABASE_URL', async (client) => {
    await client.query(`SET lock_timeout = '${WAIT_SECONDS_MAX}s'`);
    await client.query('SELECT pg_advisory_lock($1)', [DEMO_LOCK]);
    return work();
  });
}
