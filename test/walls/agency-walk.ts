import { ROLES } from '../../src/quota/words.js';
import { ID_KINDS } from '../../src/schema/ids.js';
import { Attack } from './attack.js';
import { booksOf } from './books.js';
import { liveThroughEverything } from './life.js';
import { AGENCY_PARTS, attackAs, attackersOf, PART_MS_MAX, partOf, openStage, type Stage } from './stage.js';

/** The roles that a key without a client account may have. */
const WHOLE = ROLES.filter((role) => role !== 'CLIENT');

/** One part of the walk against another agency. */
export function walkAgainstAgency(part: number): void {
  describe(`another agency, part ${part} of ${AGENCY_PARTS}`, () => {
    let stage: Stage;
    let attack: Attack;
    let before: Record<string, string>;
    let after: Record<string, string>;

    beforeAll(async () => {
      stage = await openStage();
      const { schema, walker, theirs } = stage;
      const books = () => booksOf(stage.databaseUrl, theirs.agency.agencyId);
      attack = new Attack(walker, partOf(schema, part, AGENCY_PARTS), theirs);
      await liveThroughEverything(walker, schema, theirs);
      await attack.prepare(ID_KINDS);
      before = await books();
      await attackAs(attack, [
        ...(await attackersOf(stage.mine, theirs, 'AGENCY', WHOLE)),
        ...(await attackersOf(stage.mine, theirs, 'CLIENT_ACCOUNT', ['CLIENT', 'OPERATOR'])),
      ]);
      after = await books();
    }, PART_MS_MAX);
    afterAll(() => stage.close());

    it('tells nothing: its ids, texts, keys and cursors are answered as those that nobody has', () =>
      expect(attack.findings).toEqual([]));

    it('is as it was, every row of it', () => expect(after).toEqual(before));

    it('has rows in every table, so that there was something to find', () => {
      expect(Object.keys(before).length).toBeGreaterThan(35);
      expect(Object.entries(before).filter(([, rows]) => rows.startsWith('0 rows'))).toEqual([]);
    });

    it('was asked for at every place of the part', () => {
      const missed = attack.places.filter((place) => !attack.compared.has(place));
      // The rest is said together, with an id beside it; a list that is empty has no cursor.
      const told = missed.filter(({ kind }) => kind !== 'PLAIN' && kind !== 'CURSOR');
      expect(told.map(({ name }) => name)).toEqual([]);
      expect(attack.places.length).toBeGreaterThan(280 / AGENCY_PARTS / 2);
      expect(attack.probes.ID).toBeGreaterThan(1_000 / AGENCY_PARTS / 2);
    });

    it('could have done all of it itself, with the very same inputs', async () => {
      expect(await attack.proveInputs()).toEqual([]);
    });
  });
}
