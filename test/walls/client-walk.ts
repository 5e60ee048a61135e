import { ROLES } from '../../src/quota/words.js';
import { ID_KINDS } from '../../src/schema/ids.js';
import { Attack } from './attack.js';
import { attackAs, attackersOf, CLIENT_PARTS, PART_MS_MAX, partOf, openStage, type Stage } from './stage.js';

/** One part of the walk against another client account of the same agency. */
export function walkAgainstClientAccount(part: number): void {
  describe(`another client account of the same agency, part ${part} of ${CLIENT_PARTS}`, () => {
    let stage: Stage;
    let attack: Attack;
    let before: string[];
    let after: string[];

    beforeAll(async () => {
      stage = await openStage();
      const { schema, walker, neighbours } = stage;
      attack = new Attack(walker, partOf(schema, part, CLIENT_PARTS), neighbours);
      await attack.prepare(ID_KINDS.filter((kind) => kind !== 'agency' && kind !== 'policy'));
      const [node] = partOf(schema, 1, 1).filter(({ name }) => name === 'node');
      if (!node) throw new Error('There is no node.');
      before = await attack.everythingOfTheirs(node);
      await attackAs(attack, await attackersOf(stage.mine, neighbours, 'CLIENT_ACCOUNT', ROLES));
      after = await attack.everythingOfTheirs(node);
    }, PART_MS_MAX);
    afterAll(() => stage.close());

    it('tells nothing to a key of one client account, whatever its role', () =>
      expect(attack.findings).toEqual([]));

    it('is as it was', () => {
      expect(before.length).toBeGreaterThan(20);
      expect(after.filter((one, index) => one !== before[index])).toEqual([]);
    });

    it('could have done all of it itself', async () => expect(await attack.proveInputs()).toEqual([]));
  });
}
