import type { Payer } from '../../../src/http/bounds/cost-limit.js';
import { WaitingBytes } from '../../../src/http/bounds/waiting-bytes.js';

const MEGABYTE = 1_048_576;
const PART = { clientAccountIds: ['one'], seatIds: [], seatAccountIds: [] };

const payer = (id: string, more: Partial<Payer> = {}): Payer => ({
  ...{ agencyId: 'agency', role: 'OPERATOR', credential: { kind: 'KEY', id, rights: 0 } },
  ...more,
});

/** How many megabytes find room, by keys of which each waits with five. */
function fill(waiting: WaitingBytes, name: string, more: Partial<Payer> = {}): number {
  const taken = Array.from({ length: 20 * 5 }, (_, index) =>
    waiting.take(payer(`${name}${Math.floor(index / 5)}`, more), MEGABYTE),
  );
  return taken.filter((one) => one !== null).length;
}

it('an agency waits with thirty-two megabytes, each with its own', () => {
  const waiting = new WaitingBytes();
  expect(fill(waiting, 'a')).toBe(32);
  expect(waiting.take(payer('other', { agencyId: 'other' }), MEGABYTE)).not.toBeNull();
});

it('those who see a part of it, in whatever role, leave as much to those who see the whole', () => {
  const waiting = new WaitingBytes();
  expect(fill(waiting, 'a', { reach: PART }) + fill(waiting, 'b', { role: 'CLIENT', reach: PART })).toBe(16);
  expect(fill(waiting, 'c')).toBe(16);
});

it('a key waits with eight, and with one more once one is read, however often that is said', () => {
  const waiting = new WaitingBytes();
  const take = () => Array.from({ length: 10 }, () => waiting.take(payer('key'), MEGABYTE));
  const first = take();
  expect(first.map((one) => one !== null)).toEqual([...Array(8).fill(true), false, false]);
  for (let times = 0; times < 5; times += 1) first[0]?.();
  expect(take().filter((one) => one !== null)).toHaveLength(1);
});
