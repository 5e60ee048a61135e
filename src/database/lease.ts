import type pg from 'pg';
import { codeOf, connectRaw, messageOf, STATE } from './connect.js';

/**
 * "headroom" in ASCII. Every process that uses the embedded database holds this advisory lock, shared, on a session of
 * its own. A process that is killed loses it with its session: nothing of it can be left behind.
 */
const LEASE = '7522525836636811117';

/** A leaving process may hold the lock alone for as long as PostgreSQL needs to end. */
const LEASE_WAIT_MS = 5_000;

const PASSING = [STATE.notAcceptingConnections, STATE.terminated, STATE.lockNotAvailable, '57P02'];
const PASSING_OF_SYSTEM = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'];

/**
 * Joins those who use the database. Null when the server is just starting, ending or gone: look again.
 * Throws what `pg` throws for anything else.
 */
export async function takeLease(url: string): Promise<pg.Client | null> {
  let client: pg.Client | null = null;
  try {
    client = await connectRaw(url, [`lock_timeout=${LEASE_WAIT_MS}`]);
    // Who holds it alone is about to end the server, and this session with it.
    await client.query('SELECT pg_advisory_lock_shared($1)', [LEASE]);
    return client;
  } catch (error) {
    await client?.end().catch(() => undefined);
    if (isPassing(error)) return null;
    throw error;
  }
}

function isPassing(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return [...PASSING, ...PASSING_OF_SYSTEM].includes(code) || /terminated|timeout/i.test(messageOf(error));
}

/**
 * Gives the lease up, and tells whether we were the last: then the lock is ours alone, nobody can join, and the server
 * is ours to end. It is given up before it is asked for: of two that leave at once, the second finds itself the last.
 */
export async function giveUpLease(client: pg.Client): Promise<boolean> {
  await client.query('SELECT pg_advisory_unlock_shared($1)', [LEASE]);
  const { rows } = await client.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [LEASE]);
  return rows[0]?.last === true;
}
