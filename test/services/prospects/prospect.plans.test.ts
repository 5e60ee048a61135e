import { createHash } from 'node:crypto';
import pg from 'pg';
import { LedgerTransaction, type Statement } from '../../../src/ledger/books/connection.js';
import { readPeople } from '../../../src/ledger/people/people-facts.js';
import { prefixRange, tagTerm, exactly } from '../../../src/outreach/words.js';
import { MAKE_ONE } from '../../../src/services/prospects/prospect.joining.js';
import { readMarked } from '../../../src/services/prospects/prospect.marks.js';
import {
  countProspects,
  listProspects,
  type ListFilter,
} from '../../../src/services/prospects/prospect.list.js';
import { readProspects, readProspectsOfPeople } from '../../../src/services/prospects/prospect.rows.js';
import { SEE_AGENCIES } from '../../../src/tenancy/door.js';
import { uuidRandom } from '../../../src/tenancy/uuid.js';
import { systemViewer } from '../../../src/tenancy/viewer.js';
import { ExplainingTransaction, indexesOf, rowsOf, type Access, type Planned } from '../../ledger/explain.js';
import { ownDatabase } from '../../support/database.js';

/** Which way the statements of prospects take to their rows, on the lists of two client accounts of two agencies each. */

const PEOPLE = 3_000;
/** So many from one on are the same person as so many from another one on. */
const MERGED = { from: 1_000, others: 2_000, count: 300 };
const agencyIds = [uuidRandom(), uuidRandom()];
const agencyId = agencyIds[0]!;
const clientAccountIds = [uuidRandom(), uuidRandom()];
const clientAccountId = clientAccountIds[0]!;
const viewer = systemViewer(agencyId, 'test');
let prospectIds: string[] = [];
let recipientIds: string[] = [];

let client: pg.Client;

beforeAll(async () => {
  const { appUrl, ownerUrl } = await ownDatabase();
  client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  for (const agency of agencyIds) await fill(agency);
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query(
    'ANALYZE prospect, prospect_term, recipient, recipient_key, recipient_employer, do_not_contact',
  );
  await owner.end();
}, 120_000);
afterAll(() => client.end());

async function fill(agency: string): Promise<void> {
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[agency]]);
  await client.query(`INSERT INTO agency SELECT $1, 'Agency', 'UTC', 0`, [agency]);
  const plan = uuidRandom();
  await client.query(`INSERT INTO plan SELECT $1, $2, 'Plan', 9, 0`, [agency, plan]);
  for (const account of clientAccountIds) {
    await client.query(
      `INSERT INTO client_account SELECT $1, $2, $3, 'Client', NULL, 'UTC', 'ACTIVE', 'CEILING', 0`,
      [agency, account, plan],
    );
    const people = Array.from({ length: PEOPLE }, () => uuidRandom());
    const ids = Array.from({ length: PEOPLE }, () => uuidRandom());
    if (agency === agencyId && account === clientAccountId) [recipientIds, prospectIds] = [people, ids];
    await client.query('INSERT INTO recipient (agency_id, id, created_at) SELECT $1, unnest($2::uuid[]), 0', [
      ...[agency, people],
    ]);
    for (const [table, kind, more, of] of [
      ['recipient_key', 'PROFILE', '', ''],
      ['recipient_employer', 'COMPANY', ', scope_id', ', $1'],
    ]) {
      await client.query(
        `INSERT INTO ${table} (agency_id, kind, key_version, fingerprint, recipient_id${more})
         SELECT $1, $2, 1, sha256((id::text || $2)::bytea), id${of} FROM unnest($3::uuid[]) AS n (id)`,
        [agency, kind, people],
      );
    }
    await client.query(
      `INSERT INTO do_not_contact SELECT $1, id, 'AGENCY', $1, 'PERSON', 1, sha256((id::text || 'PROFILE')::bytea), 0, 'x'
       FROM unnest($2::uuid[]) AS n (id)`,
      [agency, people.slice(0, 500)],
    );
    await client.query(
      `UPDATE recipient r SET merged_into = n.stays FROM unnest($2::uuid[], $3::uuid[]) AS n (id, stays)
       WHERE r.agency_id = $1 AND r.id = n.id`,
      [
        agency,
        people.slice(MERGED.others, MERGED.others + MERGED.count),
        people.slice(MERGED.from, MERGED.from + MERGED.count),
      ],
    );
    await client.query(
      `INSERT INTO prospect SELECT $1, id, $2, person, 'in/' || id, NULL, NULL, 'n' || i, NULL, NULL, NULL, NULL, NULL, NULL,
         '{}', '{"v": 1, "fields": {}}', '{}', 'n' || lpad(i::text, 6, '0'), 0
       FROM unnest($3::uuid[], $4::uuid[]) WITH ORDINALITY AS n (id, person, i)`,
      [agency, account, ids, people],
    );
    await client.query(
      `INSERT INTO prospect_term SELECT $1, id, term, $2 FROM unnest($3::uuid[]) WITH ORDINALITY AS n (id, i)
       CROSS JOIN LATERAL unnest(ARRAY['everybody', 'rare' || i / 5, '#tag']) AS t (term)`,
      [agency, account, ids],
    );
  }
  await client.query('COMMIT');
}

/** Answers what a list is found by, which the next statement rests on, and explains all of them. */
class FindingTransaction extends ExplainingTransaction {
  override async query<Row extends pg.QueryResultRow>(
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Row[]> {
    await super.query(statement, values);
    if (statement.name !== 'find_prospects_by_terms') return [];
    return new LedgerTransaction(client, true).query<Row>({ name: '', text: statement.text }, values);
  }
}

function accesses(
  planned: Planned,
  ask: (transaction: LedgerTransaction) => Promise<unknown>,
): Promise<readonly Access[]> {
  return new FindingTransaction(client, planned).accessesFor(agencyId, ask);
}

const filter = (...ranges: ListFilter['ranges']): ListFilter => ({ clientAccountId, ranges });
const page = { rows: 21, behind: null };

describe.each<Planned>(['force_custom_plan', 'force_generic_plan'])('with %s', (planned) => {
  it.each([
    ['from the beginning', null],
    ['behind a page', { sortName: 'n001500', id: uuidRandom() }],
  ])('a list is read in its order %s, a page and no more', async (_, behind) => {
    const all = await accesses(planned, (transaction) =>
      listProspects(transaction, viewer, filter(), { rows: 21, behind }),
    );
    expect(indexesOf(all, 'prospect')).toEqual(['prospect_by_name']);
    expect(rowsOf(all, 'prospect')).toBeLessThan(30);
  });

  it('a word that few have is found by itself', async () => {
    const all = await accesses(planned, (transaction) =>
      listProspects(transaction, viewer, filter(prefixRange('rare7'), prefixRange('every')), page),
    );
    expect(indexesOf(all, 'prospect')).toEqual(['prospect_pkey']);
    expect(rowsOf(all, 'prospect')).toBeLessThan(700);
    expect(indexesOf(all, 'prospect_term').toSorted()).toEqual([
      'prospect_term_by_term',
      'prospect_term_pkey',
    ]);
  });

  it('a word that all have is looked up for each row that comes up, a page and no more', async () => {
    const all = await accesses(planned, (transaction) =>
      listProspects(transaction, viewer, filter(prefixRange('e'), exactly(tagTerm('Tag'))), page),
    );
    expect(indexesOf(all, 'prospect')).toEqual(['prospect_by_name']);
    expect(rowsOf(all, 'prospect')).toBeLessThan(30);
    // Whether they are common is read from the index, once; what comes up is looked up one by one.
    expect(indexesOf(all, 'prospect_term').toSorted()).toEqual([
      'prospect_term_by_term',
      'prospect_term_pkey',
    ]);
    expect(rowsOf(all, 'prospect_term')).toBeLessThan(2 * PEOPLE + 100);
  });

  it('what is counted of few is found by the word', async () => {
    const all = await accesses(planned, (transaction) =>
      countProspects(transaction, viewer, filter(exactly('rare7'))),
    );
    expect(indexesOf(all, 'prospect')).toEqual(['prospect_pkey']);
    expect(rowsOf(all, 'prospect')).toBeLessThan(20);
  });

  it('prospects are found by id and by person', async () => {
    const all = await accesses(planned, async (transaction) => {
      await readProspects(transaction, viewer, prospectIds.slice(0, 20));
      await readProspectsOfPeople(transaction, agencyId, clientAccountId, recipientIds.slice(0, 20));
    });
    expect(indexesOf(all, 'prospect')).not.toContain(null);
    expect(rowsOf(all, 'prospect')).toBeLessThan(50);
  });

  it('marks are found by the keys of those who are asked about', async () => {
    const listed = recipientIds.slice(490, 590).map((recipientId) => ({ recipientId, clientAccountId }));
    const all = await accesses(planned, (transaction) => readMarked(transaction, agencyId, listed));
    for (const table of ['recipient_key', 'recipient_employer', 'do_not_contact']) {
      expect([table, indexesOf(all, table)]).toEqual([table, expect.not.arrayContaining([null])]);
      expect(rowsOf(all, table)).toBeLessThan(250);
    }
  });

  it('who is the same person is found by the person, one who is nobody else with no row more', async () => {
    const people = recipientIds.slice(MERGED.from - 50, MERGED.from + 50);
    const all = await accesses(planned, async (transaction) => {
      await client.query('SELECT see_clock()');
      await readMarked(
        transaction,
        agencyId,
        people.map((recipientId) => ({ recipientId, clientAccountId })),
      );
      await readPeople(
        transaction,
        people.map((id) => ({
          ...{ agencyId, seatId: uuidRandom(), employers: [], withPast: true },
          key: {
            kind: 'PROFILE',
            version: 1,
            fingerprint: createHash('sha256').update(`${id}PROFILE`).digest(),
          },
        })),
      );
    });
    expect(indexesOf(all, 'recipient').toSorted()).toEqual(['recipient_merged', 'recipient_pkey']);
    // Of each its own row, and of half of them one other: asked by two statements.
    expect(rowsOf(all, 'recipient')).toBeLessThanOrEqual(2 * (people.length + people.length / 2));
    expect(rowsOf(all, 'recipient')).toBeGreaterThan(2 * people.length);
  });

  it('who is made one is found by the index, and whoever was made one with them before', async () => {
    const [stays, met] = [recipientIds[0]!, recipientIds[MERGED.from]!];
    const all = await accesses(planned, (transaction) =>
      transaction.query({ name: 'make_one', text: MAKE_ONE }, [agencyId, stays, [met]]),
    );
    expect(indexesOf(all, 'recipient').toSorted()).toEqual(['recipient_merged', 'recipient_pkey']);
    // Of three people, each looked at a few times.
    expect(rowsOf(all, 'recipient')).toBeLessThan(10);
  });
});
