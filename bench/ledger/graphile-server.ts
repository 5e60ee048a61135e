import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Office } from '../office.js';

const PROGRAM = fileURLToPath(new URL('../peers/postgraphile.js', import.meta.url));

/** Three counters, of the agency, the client account and the seat, and a record of each decision. */
const SCHEMA = `
CREATE SCHEMA peer_graphile;
CREATE TABLE peer_graphile.counter (scope_id uuid PRIMARY KEY, used bigint NOT NULL, max bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE peer_graphile.decision (id uuid PRIMARY KEY, agency_id uuid NOT NULL, client_account_id uuid NOT NULL, seat_id uuid NOT NULL,
  recipient text NOT NULL, key text NOT NULL, outcome text NOT NULL, decided_at timestamptz NOT NULL);
CREATE FUNCTION peer_graphile.reserve(agency_id uuid, client_account_id uuid, seat_id uuid, recipient text, key text)
RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  scopes uuid[] := ARRAY[agency_id, client_account_id, seat_id];
  has_room boolean;
  made uuid;
BEGIN
  PERFORM FROM peer_graphile.counter WHERE scope_id = ANY (scopes) ORDER BY scope_id FOR UPDATE;
  SELECT bool_and(used < max) INTO has_room FROM peer_graphile.counter WHERE scope_id = ANY (scopes);
  IF has_room THEN
    UPDATE peer_graphile.counter SET used = used + 1 WHERE scope_id = ANY (scopes);
  END IF;
  INSERT INTO peer_graphile.decision VALUES (gen_random_uuid(), agency_id, client_account_id, seat_id, recipient, key,
    CASE WHEN has_room THEN 'ALLOWED' ELSE 'DENIED' END, clock_timestamp()) RETURNING id INTO made;
  RETURN made;
END
$$;`;

/** PostGraphile as a process of its own. */
export interface GraphileServer {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  stop(): Promise<void>;
}

export async function startGraphile(ownerUrl: string, offices: readonly Office[]): Promise<GraphileServer> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query(SCHEMA);
  const scopes = offices.flatMap(({ viewer, clientAccountId, seatIds }) => [
    viewer.agencyId,
    clientAccountId,
    ...seatIds,
  ]);
  await client.query(
    'INSERT INTO peer_graphile.counter SELECT id, 0, 1000000000 FROM unnest($1::uuid[]) AS id',
    [scopes],
  );
  await client.end();
  const child = spawn(process.execPath, [PROGRAM], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: ownerUrl,
      NODE_ENV: 'production',
      GRAPHILE_ENV: 'production',
      ...(process.env['DEBUG'] && { DEBUG: process.env['DEBUG'] }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  for await (const url of createInterface(child.stdout)) {
    if (!url.startsWith('http')) continue;
    // What it says from now on is worth seeing.
    child.stdout.pipe(process.stderr);
    const stop = async (): Promise<void> => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    };
    return { url, stop };
  }
  throw new Error('PostGraphile did not start.');
}
