import { StandingCache } from '../../../src/ledger/reading/cache.js';
import { Loading } from '../../../src/ledger/reading/loading.js';
import { readStandings, type Standing } from '../../../src/ledger/reading/standing.js';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { uuidRandom } from '../../../src/tenancy/uuid.js';
import { ownDatabase, type TestDatabase } from '../../support/database.js';
import { openOffice, seeing, type Office } from '../support.js';

/** What is set above seats is read once for all of them. */

let database: TestDatabase;
let reader: LedgerReader;

beforeAll(async () => {
  database = await ownDatabase();
  reader = new LedgerReader(database.appUrl);
});
afterAll(() => reader.close());

interface SetMax {
  readonly kind: string;
  readonly id: string;
  readonly action: string;
  readonly max: number;
}

async function set(office: Office, limits: readonly SetMax[]): Promise<void> {
  await seeing(database.appUrl, [office.agencyId], async (client) => {
    for (const { kind, id, action, max } of limits) {
      await client.query(
        `INSERT INTO scope_limit VALUES ($1, gen_random_uuid(), $2, $3, ARRAY[$4::text], false, 'ROLLING', 86400, $5, 0)`,
        [office.agencyId, kind, id, action, max],
      );
    }
  });
}

/** A campaign of all seats of an office. */
async function campaignOf({ agencyId, clientAccountId, seatIds }: Office): Promise<string> {
  const id = uuidRandom();
  await seeing(database.appUrl, [agencyId], async (client) => {
    await client.query(
      `INSERT INTO campaign (agency_id, id, client_account_id, name, status, created_at) VALUES ($1, $2, $3, 'C', 'RUNNING', 0)`,
      [agencyId, id, clientAccountId],
    );
    await client.query('INSERT INTO campaign_seat SELECT $1, $2, unnest($3::uuid[]), 0', [
      agencyId,
      id,
      seatIds,
    ]);
  });
  return id;
}

async function planOf({ agencyId, clientAccountId }: Office): Promise<string> {
  return seeing(database.appUrl, [agencyId], async (client) => {
    const { rows } = await client.query(
      'SELECT plan_id FROM client_account WHERE agency_id = $1 AND id = $2',
      [agencyId, clientAccountId],
    );
    return rows[0].plan_id;
  });
}

function standingsOf({ agencyId, viewer, seatIds }: Office): Promise<Standing[]> {
  const seats = seatIds.map((seatId) => ({ agencyId, seatId }));
  return reader.read(viewer, (transaction) => readStandings(transaction, seats));
}

it('seats share what is set at their parents, and have their own alone', async () => {
  const office = await openOffice(database.appUrl, { seats: 3 });
  const { agencyId, clientAccountId, seatIds } = office;
  const campaignId = await campaignOf(office);
  await set(office, [
    { kind: 'AGENCY', id: agencyId, action: 'FOLLOW', max: 9 },
    { kind: 'CLIENT_ACCOUNT', id: clientAccountId, action: 'FOLLOW', max: 8 },
    { kind: 'CAMPAIGN', id: campaignId, action: 'FOLLOW', max: 7 },
    { kind: 'SEAT', id: seatIds[0]!, action: 'FOLLOW', max: 6 },
  ]);
  const [one, ...others] = await standingsOf(office);
  for (const other of others) {
    expect(other.set.agency).toBe(one!.set.agency);
    expect(other.set.clientAccount).toBe(one!.set.clientAccount);
    expect(other.campaigns[0]!.set).toBe(one!.campaigns[0]!.set);
    expect(other.zones.agency).toBe(one!.zones.agency);
  }
  const own = [one!, ...others].map(({ seatId, set }) => [seatId, set.seat.map(({ max }) => max)]);
  expect(Object.fromEntries(own)).toEqual({ [seatIds[0]!]: [6], [seatIds[1]!]: [], [seatIds[2]!]: [] });
  expect([one!.set.agency, one!.set.clientAccount, one!.campaigns[0]!.set]).toMatchObject([
    [{ max: 9, scope: { kind: 'AGENCY', id: agencyId } }],
    [{ max: 8, scope: { kind: 'CLIENT_ACCOUNT', id: clientAccountId } }],
    [{ max: 7, scope: { kind: 'CAMPAIGN', id: campaignId } }],
  ]);
});

it.each([
  ['the plan', 3, 5, { max: 3, origin: 'PLAN' }],
  ['the client account', 5, 3, { max: 3, origin: 'CUSTOM' }],
  ['the plan, of equals', 4, 4, { max: 4, origin: 'PLAN' }],
])('of one counter %s sets the lower maximum', async (_, ofPlan, ofClientAccount, lowest) => {
  const office = await openOffice(database.appUrl);
  const { clientAccountId } = office;
  await set(office, [
    { kind: 'PLAN', id: await planOf(office), action: 'FOLLOW', max: ofPlan },
    { kind: 'CLIENT_ACCOUNT', id: clientAccountId, action: 'FOLLOW', max: ofClientAccount },
  ]);
  const [standing] = await standingsOf(office);
  expect(standing!.set.clientAccount).toMatchObject([lowest]);
  expect(standing!.set.clientAccount).toHaveLength(1);
});

it('what is kept of what is set above a seat is that of others too, until the book’s revision grows', async () => {
  const office = await openOffice(database.appUrl, { seats: 3 });
  const { agencyId, clientAccountId, seatIds, viewer } = office;
  const campaignId = await campaignOf(office);
  const cache = new StandingCache();
  const standingAt = (revision: number, seatId: string): Promise<Standing> =>
    reader.read(viewer, async (transaction) => {
      const loading = new Loading(transaction, cache);
      loading.of(agencyId).openAt(0, 0);
      const book = { agencyId, revision, lastAt: 0, alertSequence: 0, turn: 0 };
      await loading.readStandings([book], { seats: [{ agencyId, seatId }], authorities: [] });
      return loading.of(agencyId).standings.get(seatId)!;
    });
  const one = await standingAt(1, seatIds[0]!);
  await set(office, [
    { kind: 'CLIENT_ACCOUNT', id: clientAccountId, action: 'FOLLOW', max: 8 },
    { kind: 'CAMPAIGN', id: campaignId, action: 'FOLLOW', max: 7 },
  ]);
  const other = await standingAt(1, seatIds[1]!);
  expect(other.set.clientAccount).toBe(one.set.clientAccount);
  expect(other.zones.clientAccount).toBe(one.zones.clientAccount);
  expect(other.campaigns[0]!.set).toBe(one.campaigns[0]!.set);
  const later = await standingAt(2, seatIds[2]!);
  expect([later.set.clientAccount, later.campaigns[0]!.set]).toMatchObject([[{ max: 8 }], [{ max: 7 }]]);
});
