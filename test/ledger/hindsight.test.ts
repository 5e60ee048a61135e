import fc from 'fast-check';
import type { LedgerTransaction } from '../../src/ledger/books/connection.js';
import { readChargedOverTime } from '../../src/ledger/hindsight/charged-over-time.js';
import { countRefusedInHindsight } from '../../src/ledger/hindsight/hindsight.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import { counterOf, counts } from '../../src/quota/counter.js';
import { rolling } from '../../src/quota/window.js';
import type { Action } from '../../src/quota/words.js';
import { uuidAt } from '../../src/tenancy/uuid.js';
import { ownDatabase } from '../support/database.js';
import { openOffice, seeing, type Office } from './support.js';

const DAY_MS = 86_400_000;
const LIMITS = 60;
const CHARGES = 5_000;

interface Charged {
  readonly at: number;
  readonly action: Action;
  readonly noted: boolean;
  readonly count: number;
}

let appUrl: string;
let reader: LedgerReader;
beforeAll(async () => {
  ({ appUrl } = await ownDatabase());
  reader = new LedgerReader(appUrl);
});
afterAll(() => reader.close());

/** What is negative takes out what stands at the same place of the list before it. */
async function charge(
  { agencyId, clientAccountId }: Office,
  seatId: string,
  charged: readonly Charged[],
): Promise<void> {
  const ids = charged.map(({ at }) => uuidAt(at));
  await seeing(appUrl, [agencyId], (client) =>
    client.query(
      `INSERT INTO charge (agency_id, effective_at, id, seat_id, client_account_id, action, noted, count, origin, voids, recorded_at, recorded_by)
       SELECT $1, at, id, $2, $3, action, noted, count, CASE WHEN count < 0 THEN 'VOID' ELSE 'RECORD' END, voids, at, 'key:test'
       FROM unnest($4::int8[], $5::uuid[], $6::text[], $7::bool[], $8::int4[], $9::uuid[]) AS c (at, id, action, noted, count, voids)`,
      [
        ...[agencyId, seatId, clientAccountId, charged.map(({ at }) => at), ids],
        ...[charged.map(({ action }) => action), charged.map(({ noted }) => noted)],
        ...[
          charged.map(({ count }) => count),
          charged.map(({ count }, index) => (count < 0 ? ids[index - 1] : null)),
        ],
      ],
    ),
  );
}

/** A client account with many limits of long windows, of which the longest has room for one more, by what one of its seats sent. */
async function crowdedOffice(at: number): Promise<Office> {
  const office = await openOffice(appUrl, { seats: 2 });
  const { agencyId, clientAccountId, seatIds } = office;
  await seeing(appUrl, [agencyId], (client) =>
    client.query(
      `INSERT INTO scope_limit (agency_id, id, scope_kind, scope_id, actions, only_with_note, window_kind, window_seconds, max, created_at)
       SELECT $1, gen_random_uuid(), 'CLIENT_ACCOUNT', $2, ARRAY['REACTION', 'FOLLOW'], false, 'ROLLING', 2592000 + n,
         CASE n WHEN ${LIMITS} THEN ${CHARGES + 1} ELSE 1000000 END, 0 FROM generate_series(1, ${LIMITS}) AS n`,
      [agencyId, clientAccountId],
    ),
  );
  const one = { action: 'FOLLOW', noted: false, count: 1 } as const;
  const crowd = Array.from({ length: CHARGES }, (_, index) => ({ ...one, at: at - DAY_MS - index * 1_000 }));
  await charge(office, seatIds[1]!, crowd);
  return office;
}

/** The same transaction; `took` is told how many rows each statement answers. */
function counting(transaction: LedgerTransaction, took: (rows: number) => void): LedgerTransaction {
  const query = async (...asked: Parameters<LedgerTransaction['query']>) => {
    const rows = await transaction.query(...asked);
    took(rows.length);
    return rows;
  };
  return Object.assign(Object.create(transaction) as LedgerTransaction, { query });
}

describe('hindsight', () => {
  it('reads sums, however much there is in the books and however many limits count it', async () => {
    const at = Date.now() - 60_000;
    const office = await crowdedOffice(at);
    const { viewer, seatIds } = office;
    const seatId = seatIds[0]!;
    const send = { action: 'FOLLOW', noted: false, count: 3, at } as const;
    await charge(office, seatId, [send]);
    let rowsRead = 0;
    const refused = await reader.open(viewer, async (snapshot) => {
      const standings = await snapshot.standingsOf(viewer, [seatId]);
      const transaction = counting(snapshot.transaction, (rows) => (rowsRead += rows));
      const place = { seatId, clientAccountId: office.clientAccountId, campaignId: null };
      const unasked = { ...send, ...place, recipientId: null, chargeId: uuidAt(at) };
      const seats = { standings, endedCampaigns: new Map<string, never>() };
      return countRefusedInHindsight(transaction, viewer, seats, [unasked]);
    });
    expect(refused).toBe(2);
    expect(rowsRead).toBeLessThan(4 * LIMITS);
  });

  it('counts what plain counting does, of any action, between any two of thousands of instants', async () => {
    const office = await openOffice(appUrl);
    const now = Date.now();
    const within = (ms: number) => fc.integer({ min: now - ms, max: now - 1 });
    const action = fc.constantFrom<Action>('CONNECTION_REQUEST', 'FOLLOW', 'REACTION');
    const amount = fc.record({
      at: within(5_000),
      action,
      noted: fc.boolean(),
      count: fc.integer({ min: 1, max: 9 }),
    });
    const charged = fc
      .sample(fc.tuple(amount, fc.boolean()), 2_000)
      .flatMap(([one, isVoid]) => (isVoid ? [one, { ...one, count: -one.count }] : [one]));
    await charge(office, office.seatIds[0]!, charged);
    const instants = fc.sample(within(6_000), 44_000);
    const { agencyId, clientAccountId, seatIds } = office;
    const scopes = [
      { agencyId, scope: { kind: 'AGENCY', id: agencyId }, instants },
      { agencyId, scope: { kind: 'SEAT', id: seatIds[0]! }, instants: instants.slice(0, 999) },
      { agencyId, scope: { kind: 'CLIENT_ACCOUNT', id: clientAccountId }, instants: instants.slice(0, 2) },
    ] as const;
    const read = await reader.read(office.viewer, (transaction) => readChargedOverTime(transaction, scopes));
    for (const scope of scopes) {
      const place = fc.integer({ min: 0, max: scope.instants.length - 1 });
      const drawn = fc.tuple(place, place, fc.uniqueArray(action, { minLength: 1 }), fc.boolean());
      for (const [one, other, actions, onlyWithNote] of fc.sample(drawn, 300)) {
        const counter = counterOf(actions, onlyWithNote, rolling(1));
        const [after = 0, until = 0] = [scope.instants[one]!, scope.instants[other]!].toSorted();
        const plain = charged
          .filter(({ at, action: of, noted }) => at > after && at <= until && counts(counter, of, noted))
          .reduce((sum, { count }) => sum + count, 0);
        const past = read.get(scope)!.of(counter);
        expect(past.until(until) - past.until(after)).toBe(plain);
      }
    }
  });
});
