import pg from 'pg';
import { readTexts } from '../../src/ledger/texts/text-sends.js';
import { DAY } from '../../src/quota/window.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { uuidRandom } from '../../src/tenancy/uuid.js';
import { ownDatabase } from '../support/database.js';
import { ExplainingTransaction, type Planned } from './explain.js';

/** Which way a look-up of texts takes to its rows: three agencies, each with 3,000 texts of ten seats and their sends. */
const TEXTS = 3_000;
const BANDS = 16;
const now = Date.now();
const agencyIds = [uuidRandom(), uuidRandom(), uuidRandom()];
const seatIds = Array.from({ length: 10 }, () => uuidRandom());

let client: pg.Client;

beforeAll(async () => {
  const { appUrl, ownerUrl } = await ownDatabase();
  client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  for (const agencyId of agencyIds) {
    await client.query('BEGIN');
    await client.query(SEE_AGENCIES, [[agencyId]]);
    await client.query(
      `INSERT INTO text_sketch SELECT $1, gen_random_uuid(), ($2::uuid[])[1 + i % 10], decode(repeat('ab', 128), 'hex'), 1, $3
       FROM generate_series(1, ${TEXTS}) AS i`,
      [agencyId, seatIds, now + 30 * DAY],
    );
    // A band is common to five texts of an agency, of five seats.
    await client.query(
      `INSERT INTO text_band SELECT agency_id, seat_id, (row_number() OVER (ORDER BY id, band) % (${TEXTS / 5})) * ${BANDS} + band, id
       FROM text_sketch CROSS JOIN generate_series(0, ${BANDS - 1}) AS band WHERE agency_id = $1`,
      [agencyId],
    );
    await client.query(
      `INSERT INTO text_send SELECT agency_id, gen_random_uuid(), id, gen_random_uuid(), false, $2
       FROM text_sketch CROSS JOIN generate_series(1, 3) WHERE agency_id = $1`,
      [agencyId, now + DAY],
    );
    await client.query('COMMIT');
  }
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query('ANALYZE text_sketch, text_band, text_send');
  await owner.end();
}, 120_000);
afterAll(() => client.end());

it.each<Planned>(['force_custom_plan', 'force_generic_plan'])(
  'a text is compared with those that have a band in common, and no other row is read (%s)',
  async (planned) => {
    const agencyId = agencyIds[0]!;
    await client.query('BEGIN');
    try {
      await client.query(SEE_AGENCIES, [agencyIds]);
      await client.query(`SET LOCAL headroom.now = '${now}'`);
      const transaction = new ExplainingTransaction(client, planned);
      const questions = [0, 1, 2, 3].map((place) => ({
        agencyId,
        seatId: seatIds[place]!,
        textId: uuidRandom(),
        bands: Array.from({ length: BANDS }, (_, band) => (place + 7) * BANDS + band),
      }));
      // However many ask the same in one batch, each band is read once.
      await readTexts(transaction, Array<typeof questions>(25).fill(questions).flat());
      const read = (table: string) => transaction.accesses.filter((access) => access.table === table);
      for (const [table, index] of [
        ['text_band', 'text_band_pkey'],
        ['text_sketch', 'text_sketch_pkey'],
        ['text_send', 'text_send_of_text'],
      ] as const) {
        expect([...new Set(read(table).map((access) => access.index))]).toEqual([index]);
        expect(read(table).reduce((sum, { rows }) => sum + rows, 0)).toBeLessThan(400);
      }
      expect(read('text_band').every(({ condition }) => /seat_id.*band/.test(condition))).toBe(true);
    } finally {
      await client.query('ROLLBACK');
    }
  },
);
