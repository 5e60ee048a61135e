import type { Payer } from '../../../src/http/bounds/cost-limit.js';
import { WaitingBytes } from '../../../src/http/bounds/waiting-bytes.js';

const MEGABYTE = 1_048_576;

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

it('those of a role wait with sixteen megabytes, those of another role or agency with their own', () => {
  const waiting = new WaitingBytes();
  expect([fill(waiting, 'a', { role: 'ANALYST' }), fill(waiting, 'b')]).toEqual([16, 16]);
  expect(fill(waiting, 'c', { agencyId: 'other' })).toBe(16);
});

it('those who see a part of it leave as much to those who see the whole, and those of one client account to those of the next', () => {
  const waiting = new WaitingBytes();
  const fillPart = (account: string, role: Payer['role']): number =>
    fill(waiting, `${account} ${role}`, {
      role,
      reach: { clientAccountIds: [account], seatIds: [], seatAccountIds: [] },
    });
  expect(fillPart('one', 'CLIENT')).toBe(8);
  expect([fillPart('two', 'CLIENT'), fillPart('three', 'CLIENT')]).toEqual([8, 0]);
  expect([fillPart('one', 'OPERATOR'), fill(waiting, 'whole')]).toEqual([8, 16]);
});

it('all of an agency wait with four times as much at most, so that those who look leave half of it to those who send', () => {
  const waiting = new WaitingBytes();
  const roles = ['ANALYST', 'OWNER', 'ADMIN', 'MANAGER', 'OPERATOR'] as const;
  expect(roles.map((role) => fill(waiting, role, { role }))).toEqual([16, 16, 16, 16, 0]);
});

it('those who show no key have room together', () => {
  const waiting = new WaitingBytes();
  const taken = Array.from({ length: 40 }, () => waiting.take(null, MEGABYTE));
  expect(taken.filter((one) => one !== null)).toHaveLength(32);
  expect(waiting.take(payer('key'), MEGABYTE)).not.toBeNull();
});

it('a key waits with eight, and with one more once one is read, however often that is said', () => {
  const waiting = new WaitingBytes();
  const take = () => Array.from({ length: 10 }, () => waiting.take(payer('key'), MEGABYTE));
  const first = take();
  expect(first.map((one) => one !== null)).toEqual([...Array(8).fill(true), false, false]);
  for (let times = 0; times < 5; times += 1) first[0]?.();
  expect(take().filter((one) => one !== null)).toHaveLength(1);
});
