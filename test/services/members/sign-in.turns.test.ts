import { setImmediate as turn } from 'node:timers/promises';
import { isRight } from '../../../src/services/members/sign-in.js';
import { SignInTurns } from '../../../src/services/members/sign-in.turns.js';

let turns: SignInTurns;
let begun: string[];
let ends: Map<string, () => void>;
beforeEach(() => {
  turns = new SignInTurns();
  begun = [];
  ends = new Map();
});

/** Asks for a turn that goes on until it is told to end. */
function ask(name: string, account: string, place: string, device?: string): Promise<void> {
  return turns.run({ account, place, device }, () => {
    begun.push(name);
    return new Promise((end) => ends.set(name, end));
  });
}

async function end(name: string): Promise<void> {
  ends.get(name)?.();
  for (let passed = 0; passed < 3; passed += 1) await turn();
}

const HERE = '192.0.2.1';
const ELSEWHERE = '198.51.100.1';

it('whoever asks very often waits behind themselves, and nobody of another network does', async () => {
  for (let index = 0; index < 20; index += 1) void ask(`a${index}`, 'a@example.com', HERE);
  void ask('b', 'b@example.com', HERE);
  void ask('c', 'c@example.com', HERE);
  void ask('d', 'd@example.com', ELSEWHERE);
  await turn();
  expect(begun).toEqual(['a0', 'b', 'd']);
  await end('a0');
  // The other one of the network comes before the second of whoever asked twenty times.
  expect(begun).toEqual(['a0', 'b', 'd', 'c']);
  await end('b');
  expect(begun.slice(4)).toEqual(['a1']);
});

it('an address is the same however it is written, and so are all networks of one customer of IPv6', async () => {
  void ask('a', 'Ada@example.com', HERE);
  void ask('a again', ' ada@EXAMPLE.com', `${HERE}:4711`);
  for (const net of ['1', '2', '3']) void ask(`six ${net}`, `${net}@example.com`, `2001:db8:7:${net}::1`);
  await turn();
  expect(begun).toEqual(['a', 'six 1', 'six 2']);
});

it('whoever asks for somebody’s address keeps the browser that they came in with from nothing', async () => {
  const strangers = Array.from({ length: 21 }, (_, index) => ask(`s${index}`, 'a@example.com', HERE));
  await turn();
  await expect(ask('s', 'a@example.com', HERE)).rejects.toMatchObject({
    code: 'THROTTLED',
    message: 'Too many sign in by this address at once; ask again later.',
    retryAfterMs: 1_000,
  });
  void ask('owner', 'a@example.com', HERE, 'their cookie');
  void ask('owner elsewhere', 'a@example.com', ELSEWHERE);
  await turn();
  expect(begun).toEqual(['s0', 'owner', 'owner elsewhere']);
  for (let index = 0; index < 21; index += 1) await end(`s${index}`);
  await Promise.all(strangers);
});

it('a network of which two hundred wait is sent away, and no other one is', async () => {
  for (let index = 0; index < 202; index += 1) void ask(`a${index}`, `${index}@example.com`, HERE);
  await turn();
  await expect(ask('a', 'a@example.com', HERE)).rejects.toThrow('Too many sign in from this network at once');
  void ask('b', 'b@example.com', ELSEWHERE);
  await turn();
  expect(begun).toEqual(['a0', 'a1', 'b']);
});

it.each([true, false])('whether somebody is known goes along with their password: %s', async (isKnown) => {
  const looked: unknown[] = [];
  const done = (): Promise<void> => Promise.resolve();
  const limits = { count: async () => isKnown, countRight: done, giveBack: done, forget: done };
  const passwords = {
    matches: async (...asked: unknown[]): Promise<boolean> => looked.push(asked) > 0,
  };
  const shown = { tried: { account: 'a@example.com', place: HERE }, kept: 'kept', shown: 'typed' };
  expect(await isRight({ limits, passwords } as never, shown)).toBe(true);
  expect(looked).toEqual([['kept', 'typed', { place: HERE, isKnown }]]);
});
