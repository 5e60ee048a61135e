import fc from 'fast-check';
import { fromId, ID_KINDS, kindOf, toId } from '../../src/schema/ids.js';

const UUID = '01890a5d-ac96-774b-bcce-b302099a8057';
const SEAT = 'seat_01h455vb4pex5vsknk084sn02q';

const uuids = fc.uuid({ version: [4, 7] });
const kinds = fc.constantFrom(...ID_KINDS);

describe('TypeIDs', () => {
  it('write a uuid as the specification does', () => {
    expect(toId('seat', UUID)).toBe(SEAT);
    expect(fromId('seat', SEAT)).toBe(UUID);
    expect(kindOf(SEAT)).toBe('seat');
  });

  it('come back as they went, for every kind and uuid', () => {
    fc.assert(
      fc.property(kinds, uuids, (kind, uuid) => {
        expect(fromId(kind, toId(kind, uuid))).toBe(uuid);
        expect(kindOf(toId(kind, uuid))).toBe(kind);
        expect(toId(kind, uuid.toUpperCase())).toBe(toId(kind, uuid));
      }),
    );
  });

  it('sort as their uuids do', () => {
    fc.assert(
      fc.property(uuids, uuids, (left, right) => {
        expect(toId('seat', left) < toId('seat', right)).toBe(left < right);
      }),
    );
  });

  it('are nobody of another kind', () => {
    fc.assert(
      fc.property(kinds, kinds, uuids, (kind, other, uuid) => {
        fc.pre(kind !== other);
        expect(fromId(other, toId(kind, uuid))).toBeNull();
      }),
    );
  });

  it.each([
    ['empty', ''],
    ['a uuid', UUID],
    ['no prefix', '01h455vb4pex5vsknk084sn02q'],
    ['an empty prefix', '_01h455vb4pex5vsknk084sn02q'],
    ['an unknown prefix', 'chair_01h455vb4pex5vsknk084sn02q'],
    ['a word of every object', 'constructor_01h455vb4pex5vsknk084sn02q'],
    ['a double prefix', 'seat_seat_01h455vb4pex5vsknk084sn02q'],
    ['an upper-case prefix', 'SEAT_01h455vb4pex5vsknk084sn02q'],
    ['an upper-case digit', 'seat_01H455vb4pex5vsknk084sn02q'],
    ['a letter that base 32 lacks', 'seat_01h455vb4pex5vsknk084sn02l'],
    ['over 128 bits', 'seat_81h455vb4pex5vsknk084sn02q'],
    ['a digit too few', 'seat_01h455vb4pex5vsknk084sn02'],
    ['a digit too many', 'seat_01h455vb4pex5vsknk084sn02qq'],
    ['a blank before', ` ${SEAT}`],
    ['a line end behind', `${SEAT}\n`],
    ['a NUL behind', `${SEAT}\0`],
    ['bits that are no uuid', 'seat_00000000000000000000000001'],
    ['very long', `seat_${'0'.repeat(1_000_000)}`],
  ])('are nobody: %s', (_what, id) => {
    expect(kindOf(id)).toBeNull();
    for (const kind of ID_KINDS) expect(fromId(kind, id)).toBeNull();
  });

  it('have one spelling: whatever text is read is the one that is written', () => {
    const digits = fc.string({
      unit: fc.constantFrom(...'0123456789abcdefghijklmnopqrstuvwxyz_AZ'),
      minLength: 24,
      maxLength: 28,
    });
    fc.assert(
      fc.property(digits, (text) => {
        const uuid = fromId('seat', `seat_${text}`);
        if (uuid !== null) expect(toId('seat', uuid)).toBe(`seat_${text}`);
      }),
      { numRuns: 1000 },
    );
  });

  it('are made of uuids alone: anything else is a defect', () => {
    for (const text of ['', 'seat', SEAT, `${UUID} `, UUID.replaceAll('-', '')]) {
      expect(() => toId('seat', text)).toThrow(TypeError);
    }
  });
});
