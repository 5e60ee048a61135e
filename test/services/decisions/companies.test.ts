import { employerKey } from '../../../src/services/decisions/recipient-input.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';

const AGENCY = 'agency';
const fingerprints = new Fingerprints('a secret', 'the one before');

const keyOf = (name: string) => employerKey(fingerprints, AGENCY, 'COMPANY', name);

it.each([
  ['Straße GmbH', 'STRASSE  GMBH'],
  ['GROẞ AG', 'Gross AG'],
  ['ΟΔΟΣ ΑΕ', 'οδοσ αε'],
  ['Ϊ\u0301', 'ΐ'],
  ['ısparta', 'Isparta'],
  ['İSTANBUL', 'istanbul'],
])('%s is %s', (one, other) => {
  const [ones, others] = [keyOf(one), keyOf(other)];
  expect(ones).toMatchObject({ version: others!.version, fingerprint: others!.fingerprint });
});

it('of a name that is longer than any, as a list cuts it off, is what is left of it', () => {
  const [long, kept] = ['Acme '.repeat(2_000), 'Acme '.repeat(40)];
  expect(keyOf(long)).toEqual(keyOf(kept));
  expect(keyOf(long)).not.toEqual(keyOf('Acme '.repeat(39)));
});

it('is found by marks of before, when ß and ss were two, under every secret', () => {
  const before = 'straße gmbh';
  const kept = [
    { version: fingerprints.version, fingerprint: fingerprints.of('RECIPIENT', AGENCY, 'COMPANY', before) },
    ...fingerprints.olderOf('RECIPIENT', AGENCY, 'COMPANY', before),
  ];
  expect(keyOf('Straße GmbH')?.older).toEqual(expect.arrayContaining(kept));
  expect(keyOf('Strasse GmbH')?.older).toHaveLength(1);
});
