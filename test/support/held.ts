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

/**
 * Sends a hundred at once of whom no try can be counted, and lets them go on once all are answered but whoever has the turn and those who
 * wait for it. Answers with all, and how many had been answered by then.
 */
export async function hundredAtOnce<T>(
  send: () => Promise<T>,
  waiting: number,
): Promise<{ replies: T[]; sentAway: number }> {
  let answered = 0;
  let sentAway = 0;
  const replies = await whileHeld(
    'LOCK TABLE sign_in_try IN SHARE MODE',
    () => Promise.all(Array.from({ length: 100 }, () => send().finally(() => (answered += 1)))),
    async () => {
      while (answered < 100 - waiting) await pause(10);
      sentAway = answered;
    },
  );
  return { replies, sentAway };
}
