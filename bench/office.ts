import pg from 'pg';
import { SEE_AGENCIES } from '../src/tenancy/door.js';
import { uuidRandom } from '../src/tenancy/uuid.js';
import { systemViewer, type Viewer } from '../src/tenancy/viewer.js';

/** An agency with seats, for load. */
export interface Office {
  readonly viewer: Viewer;
  readonly clientAccountId: string;
  readonly seatIds: readonly string[];
}

/** Makes agencies of one client account each, with as many seats. */
export async function openOffices(appUrl: string, agencies: number, seatsEach: number): Promise<Office[]> {
  const client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  try {
    const offices: Office[] = [];
    for (let index = 0; index < agencies; index += 1) offices.push(await openOffice(client, seatsEach));
    return offices;
  } finally {
    await client.end();
  }
}

async function openOffice(client: pg.Client, seats: number): Promise<Office> {
  const [agencyId, planId, clientAccountId] = [uuidRandom(), uuidRandom(), uuidRandom()];
  const seatIds = Array.from({ length: seats }, uuidRandom);
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[agencyId]]);
  await client.query('INSERT INTO agency_directory (id, created_at) VALUES ($1, 0)', [agencyId]);
  await client.query(
    `INSERT INTO agency (agency_id, name, time_zone, created_at) VALUES ($1, 'Bench', 'UTC', 0)`,
    [agencyId],
  );
  await client.query('INSERT INTO agency_book (agency_id) VALUES ($1)', [agencyId]);
  await client.query(
    `INSERT INTO plan (agency_id, id, name, seat_allowance, created_at) VALUES ($1, $2, 'Bench', 10000, 0)`,
    [agencyId, planId],
  );
  await client.query(
    `INSERT INTO client_account (agency_id, id, plan_id, name, time_zone, status, limit_mode, created_at)
     VALUES ($1, $2, $3, 'Bench', 'UTC', 'ACTIVE', 'CEILING', 0)`,
    [agencyId, clientAccountId, planId],
  );
  await client.query(
    `INSERT INTO seat (agency_id, id, client_account_id, holder_name, holder_kind, holder_agreed_on, profile_url, tier,
       time_zone, limit_mode, status, history, created_at)
     SELECT $1, id, $2, 'Holder', 'AGENCY_STAFF', '2026-01-01', 'https://www.linkedin.com/in/' || id, 'BASIC', 'UTC',
       'CEILING', 'ACTIVE', 'NONE', 0 FROM unnest($3::uuid[]) AS id`,
    [agencyId, clientAccountId, seatIds],
  );
  await client.query(
    `INSERT INTO seat_assignment (agency_id, seat_id, from_at, client_account_id)
     SELECT $1, id, 0, $2 FROM unnest($3::uuid[]) AS id`,
    [agencyId, clientAccountId, seatIds],
  );
  await client.query(
    `INSERT INTO scope_zone (agency_id, scope_kind, scope_id, from_at, time_zone)
     SELECT $1::uuid, 'AGENCY', $1::uuid, 0, 'UTC' UNION ALL SELECT $1, 'CLIENT_ACCOUNT', $2::uuid, 0, 'UTC'
     UNION ALL SELECT $1, 'SEAT', id, 0, 'UTC' FROM unnest($3::uuid[]) AS id`,
    [agencyId, clientAccountId, seatIds],
  );
  await client.query('COMMIT');
  return { viewer: systemViewer(agencyId, 'bench'), clientAccountId, seatIds };
}
