import { Refusal } from '../../../src/errors.js';
import { audit } from '../../../src/ledger/audit/audit.js';
import { Ledger } from '../../../src/ledger/ledger.js';
import { readStandings } from '../../../src/ledger/reading/standing.js';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { uuidRandom } from '../../../src/tenancy/uuid.js';
import { ownDatabase, type TestDatabase } from '../../support/database.js';
import {
  decisionOf,
  openOffice,
  person,
  recordInput,
  reserveRequest,
  seeing,
  type Office,
} from '../support.js';

let database: TestDatabase;
let ledger: Ledger;
let reader: LedgerReader;
let office: Office;

beforeAll(async () => {
  database = await ownDatabase();
  ledger = new Ledger(database.appUrl);
  reader = new LedgerReader(database.appUrl);
});
afterAll(() => Promise.all([ledger.close(), reader.close()]));
beforeEach(async () => {
  office = await openOffice(database.appUrl);
});

/** A statement that changes what decisions rest on. */
function change(text: string, values: readonly unknown[]): Promise<void> {
  const { agencyId } = office;
  return seeing(database.appUrl, [agencyId], async (client) => {
    await client.query(text, [agencyId, ...values]);
    await client.query('UPDATE agency_book SET revision = revision + 1 WHERE agency_id = $1', [agencyId]);
  });
}

/** Campaigns of the seat, each held to one FOLLOW a day. */
async function campaigns(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidRandom());
  await change(
    `INSERT INTO campaign (agency_id, id, client_account_id, name, status, created_at)
     SELECT $1, unnest($2::uuid[]), $3, 'Campaign', 'RUNNING', 0`,
    [ids, office.clientAccountId],
  );
  await change('INSERT INTO campaign_seat SELECT $1, unnest($2::uuid[]), $3, 0', [ids, office.seatIds[0]]);
  await change(
    `INSERT INTO scope_limit
     SELECT $1, gen_random_uuid(), 'CAMPAIGN', unnest($2::uuid[]), ARRAY['FOLLOW'], false, 'ROLLING', 86400, 1, 0`,
    [ids],
  );
  return ids;
}

function end(ids: readonly string[], status = 'COMPLETED'): Promise<void> {
  return change('UPDATE campaign SET status = $3 WHERE agency_id = $1 AND id = ANY ($2::uuid[])', [
    ids,
    status,
  ]);
}

async function reserve(campaignId: string): Promise<string> {
  const decision = decisionOf(await ledger.ask(reserveRequest(office, 'FOLLOW', { campaignId })));
  expect(decision.outcome).toBe('ALLOWED');
  return decision.id;
}

function refusalOf(answer: unknown): string {
  if (!(answer instanceof Refusal)) throw new Error('That was no refusal.');
  return `${answer.code} ${answer.message}`;
}

/** What a campaign's counters hold. */
async function usageOf(id: string): Promise<number[] | undefined> {
  const { agencyId, viewer } = office;
  const [found] = await reader.usageOfScopes(viewer, [{ agencyId, scope: { kind: 'CAMPAIGN', id } }]);
  return found?.usage.flatMap(({ used, held }) => [used, held]);
}

it('those that have ended are in no standing, however many', async () => {
  const { agencyId, viewer, seatIds } = office;
  const ids = await campaigns(300);
  const [running] = ids;
  await end(ids.slice(1, 150));
  await end(ids.slice(150), 'ARCHIVED');
  const [standing] = await reader.read(viewer, (transaction) =>
    readStandings(transaction, [{ agencyId, seatId: seatIds[0]! }]),
  );
  expect(standing?.campaigns).toMatchObject([{ id: running, status: 'RUNNING', set: [{ max: 1 }] }]);
});

it('whoever names one is told that it has ended', async () => {
  const { clientAccountId, viewer } = office;
  const [completed, archived] = await campaigns(2);
  await end([completed!]);
  await end([archived!], 'ARCHIVED');
  const ask = (campaignId: string) => ledger.ask(reserveRequest(office, 'FOLLOW', { campaignId }));
  expect(refusalOf(await ask(completed!))).toBe('WRONG_STATE The campaign is completed.');
  expect(refusalOf(await ask(archived!))).toBe('WRONG_STATE The campaign is archived.');
  expect(refusalOf(await ask(clientAccountId))).toContain('INVALID');
  const question = reserveRequest(office, 'FOLLOW', { campaignId: completed! });
  await expect(reader.preview(viewer, question, person())).rejects.toThrow('The campaign is completed.');
});

it('what was held for one that has ended since is sent for it, or given back', async () => {
  const [id, other] = await campaigns(2);
  const [reservationId, given] = [await reserve(id!), await reserve(other!)];
  await end([id!, other!]);
  const { viewer } = office;
  await ledger.ask({ kind: 'COMMIT', viewer, reservationId, sentAt: null });
  await ledger.ask({ kind: 'RELEASE', viewer, reservationId: given, because: 'NOT_SENT' });
  expect([await usageOf(id!), await usageOf(other!)]).toEqual([
    [1, 0],
    [0, 0],
  ]);
  await end([id!, other!], 'RUNNING');
  const again = await ledger.ask(reserveRequest(office, 'FOLLOW', { campaignId: id! }));
  expect(decisionOf(again).outcome).toBe('DENIED');
  expect((await audit(database.appUrl)).drift).toEqual([]);
});

it('what is told late of a reservation counts for it, and tells of its limits', async () => {
  const [id] = await campaigns(1);
  const { agencyId, viewer } = office;
  const setMax = (max: number) =>
    change('UPDATE scope_limit SET max = $3 WHERE agency_id = $1 AND scope_id = $2', [id, max]);
  await setMax(100);
  const reservationId = await reserve(id!);
  await ledger.ask({ kind: 'RELEASE', viewer, reservationId, because: 'NOT_SENT' });
  await setMax(1);
  await end([id!]);
  const inputs = [recordInput(office, 'FOLLOW', Date.now(), { reservationId })];
  expect(await ledger.ask({ kind: 'RECORD', viewer, inputs })).toMatchObject({ recorded: 1 });
  expect(await usageOf(id!)).toEqual([1, 0]);
  const told = await seeing(database.appUrl, [agencyId], (client) =>
    client.query(`SELECT kind FROM alert WHERE agency_id = $1 AND campaign_id = $2`, [agencyId, id]),
  );
  expect(told.rows).toContainEqual({ kind: 'LIMIT_REACHED' });
});
