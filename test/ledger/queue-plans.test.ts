import pg from 'pg';
import { readPooledContacts } from '../../src/ledger/people/pooled-contacts.js';
import { listRates } from '../../src/ledger/told/engagement-rates.js';
import { countPeople } from '../../src/services/campaigns/campaign.forecast.people.js';
import { lockEnded } from '../../src/services/campaigns/enrolment.rows.js';
import { readFacts } from '../../src/services/campaigns/touch.facts.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { systemViewer } from '../../src/tenancy/viewer.js';
import { uuidAt, uuidRandom } from '../../src/tenancy/uuid.js';
import { ownDatabase, superuserUrl } from '../support/database.js';
import { ExplainingTransaction, indexesOf, type Planned, rowsOf } from './explain.js';

/** Which way leads to those who are in campaigns, on tables of three agencies with three client accounts each. */

const PEOPLE = 600;
/** Of each campaign: claims that are over, and such that are under way. */
const OVER = 3;
const UNDER_WAY = 20;
/** Of each agency: touches that an earlier claim sent. */
const SENT = 15;
const now = Date.now();
const ids = (count: number): string[] => Array.from({ length: count }, () => uuidRandom());
const agencyIds = ids(3);
const recipientIds = ids(PEOPLE);
const clientAccountIds = ids(3);
/** Connected to everybody, each of whom answered it once. */
const seatId = uuidRandom();
let client: pg.Client;

beforeAll(async () => {
  const { appUrl } = await ownDatabase();
  // Without all that rows refer to: what is read of them is in these three tables.
  const filler = new pg.Client({ connectionString: await superuserUrl(appUrl) });
  await filler.connect();
  await filler.query('SET session_replication_role = replica');
  for (const agencyId of agencyIds) await fill(filler, agencyId);
  await filler.query(
    'ANALYZE enrolment, touch, campaign, client_account, charge, engagement, connection, seat_assignment',
  );
  await filler.end();
  client = new pg.Client({ connectionString: appUrl });
  await client.connect();
}, 60_000);
afterAll(() => client.end());

async function fill(filler: pg.Client, agencyId: string): Promise<void> {
  await filler.query(
    `INSERT INTO client_account (agency_id, id, plan_id, name, time_zone, status, limit_mode, created_at, pools_contacts)
     SELECT $1, id, id, 'Client', 'UTC', 'ACTIVE', 'CEILING', 0, true FROM unnest($2::uuid[]) AS n (id)`,
    [agencyId, clientAccountIds],
  );
  // Each person is in five campaigns of the agency.
  for (const index of [0, 1, 2, 3, 4]) {
    const campaignId = uuidRandom();
    await filler.query(
      `INSERT INTO campaign (agency_id, id, client_account_id, name, status, created_at) VALUES ($1, $2, $3, 'Spring', 'RUNNING', 0)`,
      [agencyId, campaignId, clientAccountIds[index % clientAccountIds.length]],
    );
    await filler.query(
      `INSERT INTO enrolment (agency_id, id, campaign_id, recipient_id, seat_id, version, state, step, step_since, degree,
         open_profile, enrolled_at)
       SELECT $1, id, $2, recipient_id, $2, 1, 'ACTIVE', 'invite', $3, 'UNKNOWN', false, $3
       FROM unnest($4::uuid[], $5::uuid[]) AS n (id, recipient_id)`,
      [agencyId, campaignId, now - index, recipientIds.map(() => uuidAt(now)), recipientIds],
    );
  }
  await fillAnswers(filler, agencyId);
  await fillTouches(filler, agencyId);
  await fillSends(filler, agencyId);
}

/** To three seats of very many, each of which was three client accounts'. */
async function fillAnswers(filler: pg.Client, agencyId: string): Promise<void> {
  for (const id of [seatId, ...ids(2)]) {
    await filler.query(
      `INSERT INTO engagement (agency_id, id, seat_id, client_account_id, recipient_id, kind, origin, occurred_at, recorded_at, recorded_by)
       SELECT $1, gen_random_uuid(), $2, $3, id, 'REPLIED', 'REPORT', $4, $4, 'key' FROM unnest($5::uuid[]) AS n (id)`,
      [agencyId, id, clientAccountIds[0], now, recipientIds],
    );
    await filler.query(
      `INSERT INTO connection (agency_id, seat_id, recipient_id, connected_at, learned_at)
       SELECT $1, $2, id, $3, $3 FROM unnest($4::uuid[]) AS n (id)`,
      [agencyId, id, now, recipientIds],
    );
  }
  await filler.query(
    `INSERT INTO seat_assignment (agency_id, seat_id, from_at, client_account_id)
     SELECT $1, s.id, n.number, n.id FROM unnest($2::uuid[]) AS s (id), unnest($3::uuid[]) WITH ORDINALITY AS n (id, number)`,
    [agencyId, [seatId, ...ids(400)], clientAccountIds],
  );
}

/** What earlier claims of some touches sent. */
async function fillSends(filler: pg.Client, agencyId: string): Promise<void> {
  await filler.query(
    `WITH few AS MATERIALIZED (
       SELECT t.id, t.seat_id, t.campaign_id, e.recipient_id, gen_random_uuid() AS reservation_id
       FROM touch t JOIN enrolment e ON e.agency_id = t.agency_id AND e.id = t.enrolment_id
       WHERE t.agency_id = $1 AND t.state = 'DONE' ORDER BY t.id LIMIT $3),
     marked AS (UPDATE touch t SET earlier_reservation_ids = ARRAY[s.reservation_id] FROM few s
       WHERE t.agency_id = $1 AND t.id = s.id)
     INSERT INTO charge (agency_id, effective_at, id, seat_id, client_account_id, campaign_id, action, noted, count, origin,
       recipient_id, reservation_id, recorded_at, recorded_by)
     SELECT $1, $2, gen_random_uuid(), seat_id, $4, campaign_id, 'DIRECT_MESSAGE', false, 1, 'RECORD', recipient_id,
       reservation_id, $2, 'key' FROM few`,
    [agencyId, now - 1_000, SENT, clientAccountIds[0]],
  );
}

/** Each person has one, and nearly all are done. */
async function fillTouches(filler: pg.Client, agencyId: string): Promise<void> {
  await filler.query(
    `INSERT INTO touch (agency_id, id, enrolment_id, campaign_id, seat_id, step, state, due_at, ended_at, claimed_by,
       claimed_at, claimed_until)
     SELECT agency_id, gen_random_uuid(), id, campaign_id, seat_id, step, CASE WHEN number <= $2 THEN 'CLAIMED' ELSE 'DONE' END,
       0, CASE WHEN number > $2 THEN 1 END, 'key', 0, CASE WHEN number <= $3 THEN 1 ELSE $4::int8 END
     FROM (SELECT e.*, row_number() OVER (PARTITION BY campaign_id ORDER BY id) AS number FROM enrolment e
       WHERE agency_id = $1) AS n`,
    [agencyId, OVER + UNDER_WAY, OVER, now + 1_000],
  );
}

it.each<Planned>(['force_custom_plan', 'force_generic_plan'])(
  'in whose campaigns people are is found by the person, with %s',
  async (planned) => {
    const asked = recipientIds.slice(0, 10);
    const agencyId = agencyIds[0]!;
    await client.query('BEGIN');
    await client.query(SEE_AGENCIES, [[agencyId]]);
    await client.query('SELECT see_clock()');
    const transaction = new ExplainingTransaction(client, planned);
    const questions = asked.map((recipientId) => ({ agencyId, recipientId }));
    await readPooledContacts(
      transaction,
      questions.map((question) => ({ ...question, clientAccountId: clientAccountIds[0]! })),
    );
    await client.query('ROLLBACK');
    const read = transaction.accesses.filter(({ table }) => table === 'enrolment');
    expect([...new Set(read.map(({ index }) => index))]).toEqual(['enrolment_of_recipient']);
    expect(read.reduce((sum, { rows }) => sum + rows, 0)).toBe(asked.length * 5);
  },
);

it.each<Planned>(['force_custom_plan', 'force_generic_plan'])(
  'whose claim is over is found among the claims that are over, whatever else is open or done, with %s',
  async (planned) => {
    const agencyId = agencyIds[0]!;
    const transaction = new ExplainingTransaction(client, planned);
    const read = await transaction.accessesFor(agencyId, (explaining) =>
      lockEnded(explaining, agencyId, { at: now, rows: 500 }),
    );
    expect(indexesOf(read, 'touch')).toEqual(['touch_claimed']);
    expect(rowsOf(read, 'touch')).toBe(OVER * 5);
    expect(indexesOf(read, 'enrolment')).toEqual(['enrolment_pkey']);
    expect(rowsOf(read, 'enrolment')).toBe(OVER * 5);
  },
);

it.each<Planned>(['force_custom_plan', 'force_generic_plan'])(
  'of which step a send is is found by its reservation, or else by its person, with %s',
  async (planned) => {
    const viewer = systemViewer(agencyIds[0]!, 'test');
    const asked = {
      ...{ clientAccountId: null, seatId: null, campaignIds: null, people: null },
      ...{ from: now - 2_000, until: now },
    };
    for (const grouping of ['STEP', 'VARIANT'] as const) {
      const transaction = new ExplainingTransaction(client, planned);
      const read = await transaction.accessesFor(viewer.agencyId, async (explaining) => {
        await client.query('SELECT see_clock()');
        await listRates(explaining, viewer, grouping, asked, { after: null, rows: 10 });
      });
      const touches = ['touch_agency_id_enrolment_id_step_key', 'touch_of_reservation'];
      expect(indexesOf(read, 'touch').toSorted()).toEqual(touches);
      expect(rowsOf(read, 'touch')).toBeLessThanOrEqual(SENT * 2);
      expect(indexesOf(read, 'enrolment')).toEqual(['enrolment_agency_id_campaign_id_recipient_id_key']);
      expect(rowsOf(read, 'enrolment')).toBeLessThanOrEqual(SENT * 2);
    }
  },
);

it.each<Planned>(['force_custom_plan', 'force_generic_plan'])(
  'whom a campaign invited is found among its own people, with %s',
  async (planned) => {
    const agencyId = agencyIds[0]!;
    const [campaign] = (await campaignOf(agencyId)).rows;
    const transaction = new ExplainingTransaction(client, planned);
    const read = await transaction.accessesFor(agencyId, (explaining) =>
      countPeople(explaining, agencyId, campaign!.id),
    );
    expect(indexesOf(read, 'enrolment')).toEqual(['enrolment_of_campaign']);
    expect(rowsOf(read, 'enrolment')).toBe(PEOPLE);
    expect(rowsOf(read, 'touch')).toBeLessThanOrEqual(PEOPLE);
    for (const table of ['touch', 'decision', 'connection', 'engagement', 'seat_assignment']) {
      expect(indexesOf(read, table)).not.toContain(null);
    }
  },
);

it.each<Planned>(['force_custom_plan', 'force_generic_plan'])(
  'what people did in answer, and whose their seat was, is found by them and their seat, with %s',
  async (planned) => {
    const agencyId = agencyIds[0]!;
    const people = recipientIds.slice(0, 10).map((recipientId) => ({
      ...{ id: recipientId, recipientId, campaignId: seatId, seatId, clientAccountId: clientAccountIds[0]! },
      ...{
        degree: 'UNKNOWN' as const,
        openProfile: false,
        enrolledAt: now,
        startedAt: null,
        nextDueAt: null,
      },
      ...{
        version: 1,
        state: 'ACTIVE' as const,
        step: null,
        stepSince: now,
        campaignStatus: 'RUNNING' as const,
      },
      ...{
        startsOn: null,
        endsOn: null,
        timeZone: 'UTC',
        definition: { v: 1 as const, stopOnReply: true, steps: [] },
      },
    }));
    const transaction = new ExplainingTransaction(client, planned);
    const read = await transaction.accessesFor(agencyId, (explaining) =>
      readFacts(explaining, agencyId, people, now),
    );
    expect(indexesOf(read, 'engagement')).toEqual(['engagement_of_person']);
    expect(rowsOf(read, 'engagement')).toBe(people.length);
    expect(indexesOf(read, 'connection')).toEqual(['connection_pkey']);
    expect(rowsOf(read, 'connection')).toBe(people.length);
    expect(indexesOf(read, 'seat_assignment')).toEqual(['seat_assignment_pkey']);
  },
);

async function campaignOf(agencyId: string): Promise<pg.QueryResult<{ id: string }>> {
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[agencyId]]);
  const found = await client.query<{ id: string }>('SELECT id FROM campaign WHERE agency_id = $1 LIMIT 1', [
    agencyId,
  ]);
  await client.query('ROLLBACK');
  return found;
}
