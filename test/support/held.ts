import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { query, superuserUrl, testDatabase } from './database.js';

/**
 * Does something first, `hold`, and begins something of which so many wait for its locks; then something else, `meanwhile`; and lets
 * go. Answers with what came of what waited.
 */
export async function whileHeld<T>(
  hold: string,
  begin: () => Promise<T>,
  meanwhile: (client: pg.Client) => Promise<unknown> = () => Promise.resolve(),
  waiting = 1,
): Promise<T> {
  const url = await superuserUrl((await testDatabase()).appUrl);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(hold);
    const begun = begin();
    await untilWaiting(waiting);
    await meanwhile(client);
    await client.query('COMMIT');
    return await begun;
  } finally {
    await client.end();
  }
}

/** By another connection: within one transaction that is always told as it was at first. */
export async function untilWaiting(waiting: number): Promise<void> {
  const url = await superuserUrl((await testDatabase()).appUrl);
  const blocked = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  for (let looks = 0; (await query(url, blocked)).length < waiting; looks += 1) {
    if (looks === 500) throw new Error(`${waiting} should wait by now.`);
    await pause(10);
  }
}
