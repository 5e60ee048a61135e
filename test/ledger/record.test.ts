import { randomUUID } from 'node:crypto';
import { audit } from '../../src/ledger/audit/audit.js';
import { LedgerTransaction } from '../../src/ledger/books/connection.js';
import { Ledger } from '../../src/ledger/ledger.js';
import type { RecordInput } from '../../src/ledger/requests.js';
import { instantOf, uuidRandom } from '../../src/tenancy/uuid.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  decisionOf,
  openOffice,
  person,
  recordInput,
  reserveRequest,
  seeing,
  type Office,
} from './support.js';

let database: TestDatabase;
let ledger: Ledger;
let office: Office;

beforeAll(async () => {
  database = await testDatabase();
  ledger = new Ledger(database.appUrl);
});
afterAll(() => ledger.close());
beforeEach(async () => {
  office = await openOffice(database.appUrl);
});

/** Records one thing with a new key. */
function record(more: Partial<RecordInput>, at = Date.now()) {
  const inputs = [recordInput(office, 'FOLLOW', at, more)];
  return ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
}

async function reserve(more: Parameters<typeof reserveRequest>[2] = {}): Promise<string> {
  return decisionOf(await ledger.ask(reserveRequest(office, 'FOLLOW', more))).id;
}

/** What the seat's counters hold: used and held of the narrowest. */
async function used(): Promise<number> {
  const { usage } = decisionOf(await ledger.ask(reserveRequest(office, 'FOLLOW')));
  return usage[0]!.used;
}

const once = { recorded: 1, alreadyKnown: 0 };
const known = { recorded: 0, alreadyKnown: 1 };

describe('a record that names its reservation', () => {
  it('P14: is the committed send, however late and without its person', async () => {
    const reservationId = await reserve();
    await ledger.ask({ kind: 'COMMIT', viewer: office.viewer, reservationId, sentAt: null });
    expect(await record({ reservationId })).toMatchObject(known);
    expect(await record({ reservationId }, Date.now() - 86_000_000)).toMatchObject(known);
    expect(await used()).toBe(1);
  });

  it('P14: of a released one is a send of its own, once', async () => {
    const reservationId = await reserve();
    await ledger.ask({ kind: 'RELEASE', viewer: office.viewer, reservationId, because: 'NOT_SENT' });
    const both = [0, 1].map(() => recordInput(office, 'FOLLOW', Date.now(), { reservationId }));
    const answer = await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs: both });
    expect(answer).toMatchObject({ recorded: 1, alreadyKnown: 1 });
    expect(await record({ reservationId }, Date.now() - 3_600_000)).toMatchObject(known);
    expect(await used()).toBe(1);
  });

  it('P14: is the send that was told of without it before, whenever it is told again', async () => {
    const recipient = person();
    const reservationId = await reserve({ recipient });
    await ledger.ask({ kind: 'RELEASE', viewer: office.viewer, reservationId, because: 'NOT_SENT' });
    // Nearer to the hold than to what tells of it first: it is that send all the same.
    expect(await record({ recipient }, instantOf(reservationId) - 200_000)).toMatchObject(once);
    const both = [0, 3_600_000].map((before) =>
      recordInput(office, 'FOLLOW', Date.now() - before, { reservationId }),
    );
    expect(await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs: both })).toMatchObject({
      ...{ recorded: 0, alreadyKnown: 2 },
    });
    expect(await record({ reservationId }, Date.now() - 7_200_000)).toMatchObject(known);
    expect(await used()).toBe(1);
    // Taken out, it is what became of nothing.
    const [charge] = await seeing(database.appUrl, [office.agencyId], async (client) => {
      const { rows } = await client.query<{ id: string }>('SELECT id FROM charge WHERE agency_id = $1', [
        office.agencyId,
      ]);
      return rows;
    });
    const activityIds = [charge!.id];
    await ledger.ask({ kind: 'VOID', viewer: office.viewer, activityIds, reasonFingerprint: 'x' });
    expect(await record({ reservationId })).toMatchObject(once);
    expect(await used()).toBe(1);
  });

  it.each([
    ['one after the other', false],
    ['at once', true],
  ])('P14: is no send of another reservation, told %s', async (_, atOnce) => {
    const recipient = person();
    const lapsed = async () => {
      const reservationId = await reserve({ recipient });
      await ledger.ask({ kind: 'RELEASE', viewer: office.viewer, reservationId, because: 'NOT_SENT' });
      return reservationId;
    };
    const [first, second] = [await lapsed(), await lapsed()];
    const told = record({ reservationId: first, recipient });
    if (!atOnce) await told;
    expect(await record({ reservationId: second, recipient })).toMatchObject(once);
    expect(await told).toMatchObject(once);
    expect(await used()).toBe(2);
    // Told without a reservation they are those two, and then no more.
    expect(await record({ recipient })).toMatchObject(known);
    expect(await record({ recipient })).toMatchObject(known);
    expect(await record({ reservationId: second })).toMatchObject(known);
    expect(await used()).toBe(2);
  });

  it('may be recorded again once its record was voided', async () => {
    const reservationId = await reserve();
    await ledger.ask({ kind: 'RELEASE', viewer: office.viewer, reservationId, because: 'NOT_SENT' });
    expect(await record({ reservationId })).toMatchObject(once);
    const [charge] = await seeing(database.appUrl, [office.agencyId], async (client) => {
      const { rows } = await client.query<{ id: string }>(
        'SELECT id FROM charge WHERE agency_id = $1 AND reservation_id = $2',
        [office.agencyId, reservationId],
      );
      return rows;
    });
    const activityIds = [charge!.id];
    await ledger.ask({ kind: 'VOID', viewer: office.viewer, activityIds, reasonFingerprint: 'x' });
    expect(await record({ reservationId })).toMatchObject(once);
    expect(await used()).toBe(1);
  });

  it.each([
    ['several sends', { count: 2 }, 'count'],
    ['another person', { recipient: person() }, 'reservationId'],
    ['a note', { noted: true }, 'withNote'],
  ])('is refused where it tells of %s', async (_, more, field) => {
    const reservationId = await reserve();
    await ledger.ask({ kind: 'RELEASE', viewer: office.viewer, reservationId, because: 'NOT_SENT' });
    expect(await record({ reservationId, ...more })).toMatchObject({
      code: 'INVALID',
      field: ['inputs', '0', field],
    });
    expect(await used()).toBe(0);
  });

  it('is refused more than five minutes before its hold, and within them counts from the hold on', async () => {
    const reservationId = await reserve();
    await ledger.ask({ kind: 'RELEASE', viewer: office.viewer, reservationId, because: 'NOT_SENT' });
    const heldAt = instantOf(reservationId);
    for (const at of [0, heldAt - 300_001]) {
      expect(await record({ reservationId }, at)).toMatchObject({
        ...{ code: 'INVALID', field: ['inputs', '0', 'occurredAt'] },
      });
    }
    expect(await used()).toBe(0);
    expect(await record({ reservationId }, heldAt - 300_000)).toMatchObject(once);
    expect(await used()).toBe(1);
    const charges = await seeing(database.appUrl, [office.agencyId], async (client) => {
      const sql = 'SELECT effective_at AS at FROM charge WHERE agency_id = $1';
      return (await client.query<{ at: string }>(sql, [office.agencyId])).rows;
    });
    expect(charges.map(({ at }) => Number(at))).toEqual([heldAt]);
  });

  it('counts at its campaign, and leaves what the campaign has counted', async () => {
    const campaignId = uuidRandom();
    const { agencyId, clientAccountId, seatIds } = office;
    await seeing(database.appUrl, [agencyId], async (client) => {
      await client.query(`INSERT INTO campaign VALUES ($1, $2, $3, NULL, 'Campaign', 'RUNNING', 0)`, [
        ...[agencyId, campaignId, clientAccountId],
      ]);
      await client.query('INSERT INTO campaign_seat VALUES ($1, $2, $3, 0)', [
        agencyId,
        campaignId,
        seatIds[0],
      ]);
      await client.query(
        `INSERT INTO scope_limit VALUES ($1, $2, 'CAMPAIGN', $3, '{FOLLOW}', false, 'ROLLING', 86400, 10, 0)`,
        [agencyId, randomUUID(), campaignId],
      );
      await client.query('UPDATE agency_book SET revision = revision + 1 WHERE agency_id = $1', [agencyId]);
    });
    const committed = await reserve({ campaignId });
    const released = await reserve({ campaignId });
    const { viewer } = office;
    await ledger.ask({ kind: 'COMMIT', viewer, reservationId: committed, sentAt: null });
    await ledger.ask({ kind: 'RELEASE', viewer, reservationId: released, because: 'NOT_SENT' });
    expect(await record({ reservationId: released })).toMatchObject(once);
    const state = await seeing(database.appUrl, [agencyId], async (client) => {
      const { rows } = await client.query<{ state: { counters: object } }>(
        `SELECT state FROM scope_state WHERE agency_id = $1 AND scope_kind = 'CAMPAIGN'`,
        [agencyId],
      );
      return rows[0]?.state;
    });
    expect(Object.keys(state?.counters ?? {})).toEqual(['FOLLOW@86400']);
    const { drift } = await audit(database.appUrl);
    expect(drift.filter((one) => one.agencyId === agencyId)).toEqual([]);
  });
});

describe('records of one person within minutes', () => {
  const at = Date.now() - 86_400_000;
  const somebody = person();

  /** Puts sends to them into the books, a millisecond after each other, as an archive may that says so. */
  async function book(count: number): Promise<void> {
    await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs: recordsOf(1) });
    await seeing(database.appUrl, [office.agencyId], (client) =>
      client.query(
        `INSERT INTO charge SELECT agency_id, effective_at + i, gen_random_uuid(), seat_id, client_account_id, campaign_id,
           action, noted, count, 'IMPORT', NULL, recipient_id, NULL, NULL, NULL, recorded_at, recorded_by
         FROM charge, generate_series(1, $2) AS i WHERE agency_id = $1`,
        [office.agencyId, count - 1],
      ),
    );
  }

  function recordsOf(count: number): RecordInput[] {
    return Array.from({ length: count }, (_, index) =>
      recordInput(office, 'FOLLOW', at + index, { recipient: somebody }),
    );
  }

  function charges(): Promise<number> {
    return seeing(database.appUrl, [office.agencyId], async (client) => {
      const { rows } = await client.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM charge WHERE agency_id = $1',
        [office.agencyId],
      );
      return rows[0]!.count;
    });
  }

  it('P14: read the time around them once, and are the sends that are there', async () => {
    await book(600);
    const asked = jest.spyOn(LedgerTransaction.prototype, 'query');
    const inputs = recordsOf(1_000);
    expect(await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs })).toMatchObject({
      ...{ recorded: 400, alreadyKnown: 600 },
    });
    const spans = asked.mock.calls
      .filter(([statement]) => statement.name === 'read_candidates')
      .map(([, [indexes]]) => indexes);
    asked.mockRestore();
    expect(spans.filter((indexes) => indexes !== undefined)).toEqual([[0]]);
    expect(await charges()).toBe(1_000);
  });

  it('are refused beside so many sends that nobody could tell which is which, and nothing is kept', async () => {
    await book(2_000);
    const elsewhere = recordInput(office, 'FOLLOW', at, { recipient: person() });
    const inputs = [elsewhere, ...recordsOf(999)];
    expect(await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs })).toMatchObject({
      code: 'INVALID',
      field: ['inputs', '1', 'occurredAt'],
    });
    expect(await charges()).toBe(2_000);
    expect(await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs: [elsewhere] })).toMatchObject(
      once,
    );
  });

  it('are refused where there are more sends than are read for a call', async () => {
    await book(100_001);
    expect(await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs: recordsOf(1) })).toMatchObject({
      code: 'INVALID',
      field: ['inputs', '0', 'occurredAt'],
    });
    expect(await charges()).toBe(100_001);
  });
});
