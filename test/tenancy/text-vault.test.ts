import { Sealer } from '../../src/tenancy/sealed.js';
import { type TextOwner, textVaultOf, TextVault } from '../../src/tenancy/text-vault.js';

const KEY = 'the key of texts that is in force now';
const OLDER = 'the key of texts that was there before';
const OWNER: TextOwner = {
  ...{ agencyId: 'agency', reservationId: 'reservation', seatId: 'seat', clientAccountId: 'client' },
  ...{ recipientId: 'recipient', askedBy: 'key:1' },
};
const TEXT = { subject: 'About looms', body: 'Hi Ada, 👋 I read your post.' };

let damaged: TextOwner[] = [];
const vault = new TextVault([KEY], (owner) => damaged.push(owner));

beforeEach(() => {
  damaged = [];
});

it.each([
  TEXT,
  { subject: null, body: '' },
  { subject: '', body: 'x'.repeat(10_000) },
  { subject: '"', body: 'half of a pair: \ud83d, a NUL: \0' },
])('opens for whoever it was sealed for, as it was: %#', (text) => {
  expect(vault.open(OWNER, vault.sealing(text)(OWNER))).toEqual({ text });
  expect(damaged).toEqual([]);
});

it('keeps nothing of what was handed over besides', () => {
  const sealed = vault.sealing({ ...TEXT, variables: ['Ada'] } as typeof TEXT)(OWNER);
  expect(vault.open(OWNER, sealed)).toEqual({ text: TEXT });
});

it('shows nothing of a text, nor that two are the same', () => {
  const [one, other] = [vault.sealing(TEXT)(OWNER), vault.sealing(TEXT)(OWNER)];
  expect(one.sealed.equals(other.sealed)).toBe(false);
  for (const word of ['looms', 'Ada', 'post', 'body']) expect(one.sealed.includes(word)).toBe(false);
});

it.each(Object.keys(OWNER))('does not open for another %s', (field) => {
  const other = { ...OWNER, [field]: 'another' };
  expect(vault.open(other, vault.sealing(TEXT)(OWNER))).toEqual({ unreadable: 'DAMAGED' });
  expect(damaged).toEqual([other]);
});

it('does not take the end of one name for the beginning of the next', () => {
  const sealed = vault.sealing(TEXT)({ ...OWNER, seatId: 'ab', clientAccountId: 'c' });
  const other = { ...OWNER, seatId: 'a', clientAccountId: 'bc' };
  expect(vault.open(other, sealed)).toEqual({ unreadable: 'DAMAGED' });
});

it('does not open with a bit of it changed, whichever, or a byte of it gone', () => {
  const { keyVersion, sealed } = vault.sealing(TEXT)(OWNER);
  const altered = [...sealed.keys()].flatMap((place) =>
    [1, 128].map((bit) => {
      const copy = Buffer.from(sealed);
      copy[place]! ^= bit;
      return copy;
    }),
  );
  const cut = [sealed.subarray(1), sealed.subarray(0, -1), sealed.subarray(0, 10), Buffer.alloc(0)];
  for (const bytes of [...altered, ...cut]) {
    expect(vault.open(OWNER, { keyVersion, sealed: bytes })).toEqual({ unreadable: 'DAMAGED' });
  }
  expect(damaged).toHaveLength(2 * sealed.length + 4);
});

it('does not open what was sealed for something else under the same key', () => {
  const row = Object.values(OWNER);
  const sealed = new Sealer(KEY).seal('WEBHOOK_URL', row, JSON.stringify(TEXT));
  const { keyVersion } = vault.sealing(TEXT)(OWNER);
  expect(vault.open(OWNER, { keyVersion, sealed })).toEqual({ unreadable: 'DAMAGED' });
});

it('says that a key is missing, and reads under the one before while it is there', () => {
  const before = new TextVault([OLDER]).sealing(TEXT)(OWNER);
  expect(vault.open(OWNER, before)).toEqual({ unreadable: 'KEY_MISSING' });
  expect(damaged).toEqual([]);
  const both = new TextVault([KEY, OLDER]);
  expect(both.open(OWNER, before)).toEqual({ text: TEXT });
  const now = both.sealing(TEXT)(OWNER);
  expect(now.keyVersion).not.toBe(before.keyVersion);
  expect(vault.open(OWNER, now)).toEqual({ text: TEXT });
  expect(new TextVault([OLDER]).open(OWNER, now)).toEqual({ unreadable: 'KEY_MISSING' });
});

it('does not try another key than its own: what names the wrong one is damaged', () => {
  const both = new TextVault([KEY, OLDER]);
  const { sealed } = new TextVault([OLDER]).sealing(TEXT)(OWNER);
  const { keyVersion } = vault.sealing(TEXT)(OWNER);
  expect(both.open(OWNER, { keyVersion, sealed })).toEqual({ unreadable: 'DAMAGED' });
});

it('takes no key twice, and is none without one', () => {
  expect(() => new TextVault([KEY, KEY])).toThrow(RangeError);
  expect(textVaultOf([])).toBeNull();
  const made = textVaultOf([KEY, OLDER]);
  expect(made?.open(OWNER, vault.sealing(TEXT)(OWNER))).toEqual({ text: TEXT });
});
