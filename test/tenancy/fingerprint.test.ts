import fc from 'fast-check';
import { FINGERPRINT_PURPOSES, Fingerprints } from '../../src/tenancy/fingerprint.js';

const fingerprints = new Fingerprints('a secret');
const AGENCY = '00000000-0000-0000-0000-00000000000a';

describe('Fingerprints', () => {
  it('are the same for the same texts in every process with the secret', () => {
    const again = new Fingerprints(Buffer.from('a secret'));
    expect(again.of('RECIPIENT', AGENCY, 'x')).toEqual(fingerprints.of('RECIPIENT', AGENCY, 'x'));
  });

  it('never change: kept ones would find nobody any more', () => {
    expect(fingerprints.version).toBe(5614);
    expect(fingerprints.of('RECIPIENT', AGENCY, 'https://www.linkedin.com/in/ana').toString('hex')).toBe(
      '1d4e362d9149c9144f0728c3b373d8a044e7aa08b9ec457f0d3bc458c6bf0966',
    );
  });

  it('are made under the newest secret, and under older ones to find what was kept', () => {
    const replaced = new Fingerprints('a newer secret', 'a secret');
    expect(replaced.version).toBe(new Fingerprints('a newer secret').version);
    expect(replaced.of('RECIPIENT', AGENCY, 'x')).not.toEqual(fingerprints.of('RECIPIENT', AGENCY, 'x'));
    expect(replaced.olderOf('RECIPIENT', AGENCY, 'x')).toEqual([
      { version: fingerprints.version, fingerprint: fingerprints.of('RECIPIENT', AGENCY, 'x') },
    ]);
    expect(fingerprints.olderOf('RECIPIENT', AGENCY, 'x')).toEqual([]);
    expect(() => new Fingerprints('a secret', 'a secret')).toThrow(RangeError);
  });

  it('are 32 bytes, and differ by secret, purpose and agency', () => {
    const made = [
      ...FINGERPRINT_PURPOSES.map((purpose) => fingerprints.of(purpose, AGENCY, 'x')),
      new Fingerprints('another secret').of('RECIPIENT', AGENCY, 'x'),
      fingerprints.of('RECIPIENT', '00000000-0000-0000-0000-00000000000b', 'x'),
    ];
    expect(new Set(made.map((fingerprint) => fingerprint.toString('hex'))).size).toBe(made.length);
    expect(made.every((fingerprint) => fingerprint.length === 32)).toBe(true);
  });

  it('differ whenever the parts do, wherever one ends and the next begins', () => {
    const part = fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), fc.integer(), fc.constant(null));
    const parts = fc.array(part, { maxLength: 3 });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const same =
          one.length === other.length && one.every((value, index) => Object.is(value, other[index]));
        const equal = fingerprints
          .of('REQUEST', AGENCY, ...one)
          .equals(fingerprints.of('REQUEST', AGENCY, ...other));
        return equal === same;
      }),
      {
        numRuns: 2_000,
        examples: [
          [
            ['ab', 'c'],
            ['a', 'bc'],
          ],
          [[null], ['null']],
          [['1'], [1]],
          [[], ['']],
        ],
      },
    );
  });

  it('need a secret', () => {
    expect(() => new Fingerprints('')).toThrow(RangeError);
  });
});
