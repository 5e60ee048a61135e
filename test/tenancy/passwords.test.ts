import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { Passwords, type Typing } from '../../src/tenancy/passwords.js';

const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** As macOS and telephones write it, and as Windows' Vietnamese keyboard does. */
const [COMPOSED, APART] = (['NFC', 'NFD'] as const).map((form) => 'Nguyễn thích cà phê 77'.normalize(form));
const OTHER = 'Nguyễn thích cà phê 78';

const HERE = { place: '192.0.2.1', isKnown: false };

let compared = 0;
const passwords = new Passwords((kept, password) => {
  compared += 1;
  return verify(kept, password);
});

async function ask(kept: string | null, password: string): Promise<[boolean, number]> {
  compared = 0;
  return [await passwords.matches(kept, password, HERE), compared];
}

it.each([
  ['composed', COMPOSED!],
  ['with its marks apart', APART!],
  ['in full width', 'Ｎguyễn thích cà phê ７７'],
])('a password is the same one %s, whichever way it was set', async (_, written) => {
  for (const set of [COMPOSED!, APART!]) {
    const kept = await passwords.hash(set, HERE.place);
    expect(await passwords.matches(kept, written, HERE)).toBe(true);
    expect(await passwords.isOutdated(kept, written, HERE.place)).toBe(false);
    expect(await passwords.matches(kept, OTHER, HERE)).toBe(false);
  }
});

it('one that was kept as it was typed goes on as that, and is to be kept anew', async () => {
  const kept = await hash(APART!, COST);
  expect(await passwords.matches(kept, APART!, HERE)).toBe(true);
  expect(await passwords.isOutdated(kept, APART!, HERE.place)).toBe(true);
  expect(await passwords.matches(kept, COMPOSED!, HERE)).toBe(false);
  const composed = await hash(COMPOSED!, COST);
  expect(await passwords.matches(composed, APART!, HERE)).toBe(true);
  expect(await passwords.isOutdated(composed, APART!, HERE.place)).toBe(false);
});

it('where nobody has a password as much is compared as where somebody has another one', async () => {
  const kept = await passwords.hash(OTHER, HERE.place);
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
  const begun = process.cpuUsage();
  expect(await passwords.matches(null, long, HERE)).toBe(false);
  expect(process.cpuUsage(begun).user).toBeLessThan(5_000_000);
});

describe('many who sign in at once', () => {
  /** By what was typed: in which order it is compared, and how many at once. */
  function desk() {
    const told = { order: [] as string[], atOnceMax: 0 };
    let atOnce = 0;
    const judge = new Passwords(async (_kept, typed) => {
      told.order.push(typed);
      told.atOnceMax = Math.max(told.atOnceMax, (atOnce += 1));
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      return false;
    });
    const type = (typed: string, by: Typing): Promise<boolean> => judge.matches('kept', typed, by);
    return { told, type };
  }
  const stranger = (place: string): Typing => ({ place, isKnown: false });
  const elsewhere = { place: '198.51.100.1', isKnown: true };
  const AT_ONCE = Math.max(1, Math.min(4, availableParallelism() - 1));

  it('leave a core to all else', async () => {
    const { told, type } = desk();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => type(`${index}`, stranger(`192.0.2.${index}`))),
    );
    expect(told.atOnceMax).toBe(AT_ONCE);
  });

  it('come one of a customer’s network after one of another', async () => {
    const { told, type } = desk();
    const many = Array.from({ length: 40 }, (_, index) => type('many', stranger(`2001:db8:1:${index}::1`)));
    await Promise.all([...many, type('other', stranger('198.51.100.1'))]);
    expect(told.order).toHaveLength(41);
    expect(told.order.indexOf('other')).toBeLessThanOrEqual(AT_ONCE + 1);
  });

  it('keep nobody waiting who is known, from however many networks they come, nor have them sent away', async () => {
    const { told, type } = desk();
    const networks = Array.from({ length: 400 + AT_ONCE }, (_, at) => `10.0.${at >> 8}.${at & 255}`);
    const many = networks.map((place) => type('many', stranger(place)));
    await expect(type('one more', stranger('198.51.100.2'))).rejects.toThrow('Too many sign in at once');
    await Promise.all([...many, type('known', elsewhere)]);
    expect(told.order.indexOf('known')).toBeLessThanOrEqual(AT_ONCE + 1);
  });
});
