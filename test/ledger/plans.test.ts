import pg from 'pg';
import type { LedgerTransaction } from '../../src/ledger/books/connection.js';
import { readCandidates, readKeys, readReservations } from '../../src/ledger/reading/facts.js';
import {
  listActivities,
  listDecisions,
  listReservations,
  readActivities,
  readDecisions,
  readReservationRecords,
  type DecisionFilter,
  type HistoryFilter,
} from '../../src/ledger/told/history.js';
import { readPooledContacts } from '../../src/ledger/people/pooled-contacts.js';
import { DAY } from '../../src/quota/window.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { uuidAt, uuidRandom } from '../../src/tenancy/uuid.js';
import { systemViewer } from '../../src/tenancy/viewer.js';
import { ownDatabase } from '../support/database.js';
import {
  accessesTo,
  ExplainingTransaction,
  indexesOf,
  rowsOf,
  type Access,
  type Planned,
} from './explain.js';

/**
 * Which way the statements of the books take to their rows, on tables of three agencies, ten seats each, that reach from
 * the quarter before into this one.
 */

const ROWS_OF_AGENCY = 3_000;
const SPAN = 150 * DAY;
const now = Date.now();
const agencyIds = [uuidRandom(), uuidRandom(), uuidRandom()];
const agencyId = agencyIds[0]!;
const pick = (ids: readonly string[], index: number): string => ids[index % ids.length]!;
const seatIds = Array.from({ length: 10 }, () => uuidRandom());
const clientAccountIds = [uuidRandom(), uuidRandom(), uuidRandom()];
const campaignIds = [uuidRandom(), uuidRandom(), uuidRandom(), uuidRandom(), uuidRandom()];
const recipientIds = Array.from({ length: 600 }, () => uuidRandom());
const viewer = systemViewer(agencyId, 'test');
/** Of the first agency, oldest first. */
const decisionIds: string[] = [];
const chargeIds: string[] = [];

/** The first instant of the quarter, at which a partition begins. */
function quarterStart(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - (date.getUTCMonth() % 3));
}

let client: pg.Client;

beforeAll(async () => {
  const { appUrl, ownerUrl } = await ownDatabase();
  client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  for (const agency of agencyIds) await fill(agency);
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query('ANALYZE charge, decision, resolution, idempotency');
  await owner.end();
}, 120_000);
afterAll(() => client.end());

async function fill(agency: string): Promise<void> {
  const numbers = Array.from({ length: ROWS_OF_AGENCY }, (_, index) => index);
  const at = numbers.map((index) => Math.floor(now - SPAN + (index * SPAN) / ROWS_OF_AGENCY));
  const ids = at.map(uuidAt);
  const charges = at.map(uuidAt);
  if (agency === agencyId) {
    decisionIds.push(...ids);
    chargeIds.push(...charges);
  }
  const of = (list: readonly string[]) => numbers.map((index) => pick(list, index));
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[agency]]);
  await client.query(
    `INSERT INTO decision SELECT $1, id, seat_id, client_account_id, campaign_id, recipient_id, 'DIRECT_MESSAGE', false,
       CASE WHEN i % 4 = 0 THEN 'DENIED' ELSE 'ALLOWED' END, CASE WHEN i % 4 = 0 THEN '{LIMIT_REACHED}' ELSE '{}' END::text[],
       CASE WHEN i % 4 = 0 THEN NULL ELSE at + 900000 END, '2026-11', 'system:test', '{"v": 1}'
     FROM unnest($2::int[], $3::int8[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[])
       AS n (i, at, id, seat_id, client_account_id, campaign_id, recipient_id)`,
    [agency, numbers, at, ids, of(seatIds), of(clientAccountIds), of(campaignIds), of(recipientIds)],
  );
  await client.query(
    `INSERT INTO resolution SELECT agency_id, id, 'COMMITTED', expires_at - 1000, expires_at - 1000, NULL, 'system:test'
     FROM decision WHERE agency_id = $1 AND outcome = 'ALLOWED'`,
    [agency],
  );
  await client.query(
    `INSERT INTO charge SELECT $1, at, id, seat_id, client_account_id, campaign_id, 'DIRECT_MESSAGE', false, 1,
       CASE WHEN i / 30 % 2 = 0 THEN 'RECORD' ELSE 'COMMIT' END, NULL, recipient_id, NULL, NULL, NULL, at, 'system:test'
     FROM unnest($2::int[], $3::int8[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[])
       AS n (i, at, id, seat_id, client_account_id, campaign_id, recipient_id)`,
    [agency, numbers, at, charges, of(seatIds), of(clientAccountIds), of(campaignIds), of(recipientIds)],
  );
  await client.query(
    `INSERT INTO idempotency SELECT $1, 'key ' || i, 'RESERVE', sha256(i::text::bytea), 1, id, false, 0
     FROM unnest($2::int[], $3::uuid[]) AS n (i, id)`,
    [agency, numbers, ids],
  );
  await client.query('COMMIT');
}

/** How a statement goes, both as it is planned for its values and as it is once for all values. */
function accesses(
  planned: Planned,
  ask: (transaction: LedgerTransaction) => Promise<unknown>,
): Promise<readonly Access[]> {
  return new ExplainingTransaction(client, planned).accessesFor(agencyId, ask);
}

function partitions(all: readonly Access[], table: string): number {
  return new Set(accessesTo(all, table).map(({ partition }) => partition)).size;
}

describe.each<Planned>(['force_custom_plan', 'force_generic_plan'])('with %s', (planned) => {
  it('candidates for a match are found by the person, in the partitions of their days', async () => {
    const all = await accesses(planned, (transaction) =>
      readCandidates(
        transaction,
        [now - 121 * DAY, now - 120 * DAY].map((at, index) => ({
          agencyId,
          seatId: pick(seatIds, index),
          action: 'DIRECT_MESSAGE',
          recipientId: pick(recipientIds, index),
          from: at - DAY,
          until: at + DAY,
          ofAccount: null,
          most: 1_000,
        })),
      ),
    );
    expect(indexesOf(all, 'charge')).toContain('charge_of_recipient');
    expect(indexesOf(all, 'charge')).not.toContain('charge_of_seat');
    expect(indexesOf(all, 'charge')).not.toContain(null);
    expect(rowsOf(all, 'charge')).toBeLessThan(20);
    expect(partitions(all, 'charge')).toBe(1);
  });

  it('what client accounts pool of people is found by the person', async () => {
    const asked = recipientIds.slice(0, 10);
    const all = await accesses(planned, async (transaction) => {
      await client.query('SELECT see_clock()');
      const questions = asked.map((recipientId) => ({ agencyId, recipientId }));
      await readPooledContacts(
        transaction,
        questions.map((question) => ({ ...question, clientAccountId: clientAccountIds[0]! })),
      );
    });
    expect(indexesOf(all, 'charge')).toEqual(['charge_of_recipient']);
    // Five sends to each, looked at twice: of all, and of the others alone. What a filter takes out PostgreSQL tells in whole rows a look,
    // which is half a row more at most where they lie in several partitions.
    const rounded = (accessesTo(all, 'charge').length * asked.length) / 2;
    expect(rowsOf(all, 'charge')).toBeLessThanOrEqual(asked.length * 5 * 2 + rounded);
  });

  it('keys are found by themselves', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => ({ agencyId, key: `key ${index * 7}` }));
    const all = await accesses(planned, (transaction) => readKeys(transaction, keys));
    expect(indexesOf(all, 'idempotency')).toEqual(['idempotency_pkey']);
    expect(all.every(({ condition }) => condition.includes('key'))).toBe(true);
    expect(rowsOf(all, 'idempotency')).toBeLessThanOrEqual(keys.length);
  });

  it('reservations are found by id, each in one partition', async () => {
    const ids = decisionIds.slice(-20);
    const all = await accesses(planned, (transaction) =>
      readReservations(
        transaction,
        ids.map((id) => ({ agencyId, id })),
      ),
    );
    for (const table of ['decision', 'resolution']) {
      expect(indexesOf(all, table)).toEqual([`${table}_pkey`]);
      expect(partitions(all, table)).toBe(1);
      expect(rowsOf(all, table)).toBeLessThanOrEqual(ids.length);
    }
  });

  const EVERYTHING: HistoryFilter = {
    ...{ seatId: null, clientAccountId: null, from: null, until: null, afterId: null },
    rows: 21,
  };
  const LAST_DAYS: HistoryFilter = { ...EVERYTHING, from: Math.max(now - 5 * DAY, quarterStart(now)) };
  const FILTERS: readonly [what: string, Partial<DecisionFilter>, index: string][] = [
    ['nothing', {}, 'decision_pkey'],
    ['the seat', { seatId: seatIds[3]! }, 'decision_of_seat'],
    ['the client account', { clientAccountId: clientAccountIds[1]! }, 'decision_of_client_account'],
    ['the campaign', { campaignId: campaignIds[2]! }, 'decision_of_campaign'],
    ['the person', { recipientIds: [recipientIds[5]!] }, 'decision_of_recipient'],
    ['an outcome and a reason', { outcome: 'DENIED', reason: 'LIMIT_REACHED' }, 'decision_pkey'],
  ];

  function decisions(filter: HistoryFilter, more: Partial<DecisionFilter>) {
    const whole = {
      ...filter,
      campaignId: null,
      recipientIds: null,
      action: null,
      outcome: null,
      reason: null,
    };
    return accesses(planned, (transaction) => listDecisions(transaction, viewer, { ...whole, ...more }));
  }

  it.each(FILTERS)('decisions by %s are read in their order, a page and no more', async (_, more, index) => {
    const all = await decisions(EVERYTHING, more);
    expect(indexesOf(all, 'decision')).toEqual([index]);
    expect(rowsOf(all, 'decision')).toBeLessThan(150);
  });

  it.each(FILTERS)('decisions by %s of some days are read in their partition', async (_, more, index) => {
    const all = await decisions(LAST_DAYS, more);
    expect(indexesOf(all, 'decision')).toEqual([index]);
    expect(partitions(all, 'decision')).toBe(1);
  });

  it('decisions behind a page begin where the page ended', async () => {
    const afterId = decisionIds[100]!;
    const all = await decisions({ ...EVERYTHING, afterId }, {});
    expect(indexesOf(all, 'decision')).toEqual(['decision_pkey']);
    expect(rowsOf(all, 'decision')).toBeLessThan(50);
  });

  it.each([
    ['nothing', {}, 'decision_pkey'],
    ['the seat', { seatId: seatIds[3]! }, 'decision_of_seat'],
    ['the client account', { clientAccountId: clientAccountIds[1]! }, 'decision_of_client_account'],
  ])('reservations by %s are read with what became of them, a page and no more', async (_, more, index) => {
    for (const statuses of [null, ['COMMITTED', 'RELEASED'] as const]) {
      const filter = { ...EVERYTHING, ...more, statuses };
      const all = await accesses(planned, (transaction) =>
        listReservations(transaction, viewer, filter, now),
      );
      // By what has become of them alone, all of an agency may be looked at: this one is most of the table, and who plans for
      // its values knows that.
      const isWhole = planned === 'force_custom_plan' && statuses !== null && Object.keys(more).length === 0;
      expect(isWhole ? [[index], [null]] : [[index]]).toContainEqual(indexesOf(all, 'decision'));
      expect(indexesOf(all, 'resolution')).toEqual(['resolution_pkey']);
      // How many have come to what is asked can't be guessed: all of the seat's may be looked at for it.
      if (statuses === null) expect(rowsOf(all, 'decision') + rowsOf(all, 'resolution')).toBeLessThan(150);
    }
  });

  it.each([
    ['nothing', {}, 'charge_of_agency'],
    ['the seat', { seatId: seatIds[3]! }, 'charge_of_seat'],
    ['the client account', { clientAccountId: clientAccountIds[1]! }, 'charge_of_client_account'],
  ])('activities by %s are read in their order, a page and no more', async (_, more, index) => {
    for (const afterId of [null, chargeIds[2_000]!]) {
      const all = await accesses(planned, (transaction) =>
        listActivities(transaction, viewer, { ...EVERYTHING, ...more, afterId }),
      );
      // Of a counter-entry the instant is known as well as what it voids: either finds it.
      const read = accessesTo(all, 'charge').filter(
        ({ condition }) => !/voids =|effective_at = /.test(condition),
      );
      expect([...new Set(read.map(({ index }) => index))]).toEqual([index]);
      expect(read.reduce((sum, access) => sum + access.rows, 0)).toBeLessThan(150);
    }
  });

  it('activities of some days are read in their partition', async () => {
    const all = await accesses(planned, (transaction) => listActivities(transaction, viewer, LAST_DAYS));
    expect(partitions(all, 'charge')).toBe(1);
  });

  it('what is asked for by id is found by id', async () => {
    const decided = await accesses(planned, async (transaction) => {
      await readDecisions(transaction, viewer, decisionIds.slice(-5));
      await readReservationRecords(transaction, viewer, decisionIds.slice(-5), now);
    });
    expect(indexesOf(decided, 'decision')).toEqual(['decision_pkey']);
    // Of a loop PostgreSQL tells the mean, rounded.
    expect(rowsOf(decided, 'decision')).toBeLessThanOrEqual(15);
    const charged = await accesses(planned, (transaction) =>
      readActivities(transaction, viewer, chargeIds.slice(-5)),
    );
    // An id has its instant in it: whichever index leads to it, the search is for the instant.
    expect(accessesTo(charged, 'charge').every(({ condition }) => condition.includes('effective_at ='))).toBe(
      true,
    );
    expect(rowsOf(charged, 'charge')).toBeLessThanOrEqual(20);
  });
});
