import { hash, verify } from '@node-rs/argon2';
import { Passwords } from '../../src/tenancy/passwords.js';

const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** As macOS and telephones write it, and as Windows' Vietnamese keyboard does. */
const [COMPOSED, APART] = (['NFC', 'NFD'] as const).map((form) => 'Nguyễn thích cà phê 77'.normalize(form));
const OTHER = 'Nguyễn thích cà phê 78';

let compared = 0;
const passwords = new Passwords((kept, password) => {
  compared += 1;
  return verify(kept, password);
});

async function ask(kept: string | null, password: string): Promise<[boolean, number]> {
  compared = 0;
  return [await passwords.matches(kept, password), compared];
}

it.each([
  ['composed', COMPOSED!],
  ['with its marks apart', APART!],
  ['in full width', 'Ｎguyễn thích cà phê ７７'],
])('a password is the same one %s, whichever way it was set', async (_, written) => {
  for (const set of [COMPOSED!, APART!]) {
    const kept = await passwords.hash(set);
    expect(await passwords.matches(kept, written)).toBe(true);
    expect(await passwords.isOutdated(kept, written)).toBe(false);
    expect(await passwords.matches(kept, OTHER)).toBe(false);
  }
});

it('one that was kept as it was typed goes on as that, and is to be kept anew', async () => {
  const kept = await hash(APART!, COST);
  expect(await passwords.matches(kept, APART!)).toBe(true);
  expect(await passwords.isOutdated(kept, APART!)).toBe(true);
  expect(await passwords.matches(kept, COMPOSED!)).toBe(false);
  const composed = await hash(COMPOSED!, COST);
  expect(await passwords.matches(composed, APART!)).toBe(true);
  expect(await passwords.isOutdated(composed, APART!)).toBe(false);
});

it('where nobody has a password as much is compared as where somebody has another one', async () => {
  const kept = await passwords.hash(OTHER);
  for (const [password, times] of [
    [COMPOSED!, 1],
    [APART!, 2],
  ] as const) {
    expect(await ask(kept, password)).toEqual([false, times]);
    expect(await ask(null, password)).toEqual([false, times]);
  }
});

it('one with very many marks on a letter takes no longer to put in order', async () => {
  const long = `a${'\u0301\u0316'.repeat(100_000)}`;
  const begun = performance.now();
  expect(await passwords.matches(null, long)).toBe(false);
  expect(performance.now() - begun).toBeLessThan(5_000);
});
