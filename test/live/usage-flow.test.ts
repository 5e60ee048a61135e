import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { AgenciesReader } from '../../src/ledger/told/agencies-reader.js';
import { UsageReader } from '../../src/ledger/told/usage-reader.js';
import { AgencyUsage } from '../../src/live/agency-usage.js';
import { BookLinks } from '../../src/live/book-links.js';
import { GatheredMoves, movesIn } from '../../src/live/wake-words.js';
import { HOUR } from '../../src/quota/window.js';
import { done, newSeat } from '../support/agency.js';
import { testDatabase } from '../support/database.js';
import { hold, LiveStage, takenOf, type Process } from './usage-stage.js';

/** The seat's room lasts for them. */
const ROUNDS = 12;
const plainRead: UsageReader['read'] = Reflect.get(UsageReader.prototype, 'read');
let stage: LiveStage;
let one: Process;

beforeAll(async () => {
  stage = await LiveStage.open((await testDatabase()).appUrl);
  one = await stage.process();
});
afterEach(() => stage.tidy());
afterAll(() => stage.close());

it('tells a scope four times a second at most, and the last state always', async () => {
  const agency = await stage.seed();
  const { owner, seat } = agency;
  const heard = await stage.listen(one, owner, { seatId: seat.id });
  await heard.until(seat.id);
  const read = jest.spyOn(UsageReader.prototype, 'read');
  const readAt: number[] = [];
  read.mockImplementation(function (this: UsageReader, asked) {
    if (asked.some(({ scopes }) => scopes.some(({ id }) => id === seat.id))) readAt.push(performance.now());
    return plainRead.call(this, asked);
  });
  let held = 0;
  // Three at once, of which two at most are decided apart; and the next ones as soon as the last of them is told, so that each time it is.
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all([1, 2, 3].map(() => hold(one, agency)));
    held += 3;
    await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW')[0] === held);
  }
  const at = heard.of(seat.id).map(({ heardAt }) => heardAt);
  read.mockRestore();
  // A telling is dated when it is taken: a timer may be some milliseconds off. The books are read no more often than that.
  for (const times of [at, readAt]) {
    const fives = times.slice(4).map((time, index) => time - times[index]!);
    expect(Math.min(...fives)).toBeGreaterThan(990);
    expect(times.length).toBeGreaterThanOrEqual(ROUNDS);
    expect(times.length).toBeLessThan(held);
  }
});

it('keeps nothing for a reader who stalls but what it was last told, and tells it the newest when it comes back', async () => {
  const agency = await stage.seed();
  const { owner, seat } = agency;
  const stalled = await one.live.usage.subscribe(owner, { seatId: seat.id, clientAccountId: null });
  const first = await stalled.next();
  expect(takenOf(first.value!, 'FOLLOW')).toEqual([0, 0]);
  const heard = await stage.listen(one, owner, { seatId: seat.id });
  for (let held = 1; held <= 5; held += 1) {
    await hold(one, agency);
    await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW')[0] === held);
  }
  const next = await stalled.next();
  expect(takenOf(next.value!, 'FOLLOW')).toEqual([5, 0]);
  // However much happened meanwhile, one scope waits to be told, and not what became of it.
  expect(Reflect.get(stalled, 'ready').size).toBe(0);
  // What changed and changed back while nobody read is no news: what is told next is what came behind it.
  const reservationId = await hold(one, agency);
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW')[0] === 6);
  done(await one.services.releases.release(owner, { reservationId, because: 'NOT_SENT' }));
  await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW')[0] === 5);
  expect(Reflect.get(stalled, 'ready').size).toBe(1);
  const behind = stalled.next();
  await hold(one, agency);
  expect(takenOf((await behind).value!, 'FOLLOW')).toEqual([6, 0]);
  await stalled.return();
});

it('lets go of everything when the last one leaves: no watch, no timer, no agency', async () => {
  const { owner, seat } = await stage.seed();
  const process = await stage.process();
  const { usage, timekeeper, books } = process.live;
  const some = await Promise.all(
    [1, 2, 3].map(() => usage.subscribe(owner, { seatId: null, clientAccountId: null })),
  );
  await Promise.all(some.map((subscription) => subscription.next()));
  await hold(process, { owner, seat });
  await Promise.all(some.map((subscription) => subscription.next()));
  expect([usage.subscribers, timekeeper.size > 0]).toEqual([3, true]);
  const waiting = some[0]!.next().then(() => some[0]!.next());
  await Promise.all(some.map((subscription) => subscription.return()));
  expect((await waiting).done).toBe(true);
  expect([usage.subscribers, timekeeper.size]).toEqual([0, 0]);
  expect(Reflect.get(books, 'entries')).toEqual(new Map());
});

/** Until another process hears from the first one: what is told before is lost. */
async function connected({ live }: Process): Promise<void> {
  const hint = jest.spyOn(live.books, 'hint');
  for (; hint.mock.calls.length === 0; await pause(20)) one.live.moved(randomUUID(), null);
  hint.mockRestore();
}

/** However late the word of what was touched is, it is waited for: else all would be read anew. */
function neverGivingUp({ live: { timekeeper } }: Process): void {
  const later = timekeeper.later.bind(timekeeper);
  jest
    .spyOn(timekeeper, 'later')
    .mockImplementation((what, ms) => later(what, what instanceof AgencyUsage ? HOUR : ms));
}

it('two processes tell each other what they touched: nothing else is read', async () => {
  const agency = await stage.seed();
  const { owner, clientAccount, seat } = agency;
  const others = await Promise.all(
    [1, 2, 3].map(async () => done(await one.services.seatChanges.addSeat(owner, newSeat(clientAccount.id)))),
  );
  const there = await stage.process();
  const heard = await stage.listen(there, owner);
  for (const { id } of [seat, ...others]) await heard.until(id);
  await connected(there);
  neverGivingUp(there);
  const read = jest.spyOn(UsageReader.prototype, 'read');
  for (let held = 1; held <= 3; held += 1) {
    await hold(one, agency);
    await heard.until(seat.id, (event) => takenOf(event, 'FOLLOW')[0] === held);
  }
  const asked = read.mock.calls.flatMap(([agencies]) =>
    agencies.flatMap(({ scopes }) => scopes.map(({ id }) => id)),
  );
  read.mockRestore();
  expect(asked).toContain(seat.id);
  expect(others.filter(({ id }) => asked.includes(id))).toEqual([]);
});

/** The names of the statements that the usage of some seats is read with. */
async function statementsOf(agencyId: string, seatIds: readonly string[]): Promise<string[]> {
  const reader = new AgenciesReader((await testDatabase()).appUrl);
  const query = jest.spyOn(pg.Client.prototype, 'query');
  const scopes = seatIds.map((id) => ({ kind: 'SEAT', id }) as const);
  const read = await new UsageReader(reader).read([{ agencyId, scopes, knownRevision: null }]);
  const statements = query.mock.calls.flatMap(([asked]: readonly unknown[]) => nameOf(asked) ?? []);
  query.mockRestore();
  await reader.close();
  const found = read.agencies.get(agencyId);
  expect(found && 'readings' in found && found.readings.size).toBe(seatIds.length);
  return statements;
}

/** Undefined for what has none: it is of no reading, and what other processes are told and asked meanwhile is among it. */
function nameOf(asked: unknown): string | undefined {
  return typeof asked === 'object' && asked !== null && 'name' in asked ? String(asked.name) : undefined;
}

const COUNTING = ['read_sums_seat', 'read_invitations'];

it('counts nothing for the usage of a seat that somebody has asked about, whatever for', async () => {
  const agency = await stage.seed();
  const named = () => statementsOf(agency.agencyId, [agency.seat.id]);
  expect(await named()).toEqual(expect.arrayContaining(COUNTING));
  await hold(one, agency, { action: 'FOLLOW' });
  expect((await named()).filter((name) => COUNTING.includes(name))).toEqual([]);
});

it('reads a hundred seats with the statements that it reads one with', async () => {
  const { agencyId, owner, clientAccount, seat } = await stage.seed({ plan: { seatAllowance: 200 } });
  const ids = [seat.id];
  while (ids.length < 100) {
    ids.push(done(await one.services.seatChanges.addSeat(owner, newSeat(clientAccount.id))).id);
  }
  const many = await statementsOf(agencyId, ids);
  expect(many).toHaveLength((await statementsOf(agencyId, ids.slice(0, 1))).length);
});

describe('the links of a book', () => {
  const link = (from: number, to: number, ...ids: string[]) => {
    return { agencyId: 'a', revision: 1, from, to, scopeIds: new Set(ids) };
  };

  function chain() {
    const did: string[] = [];
    const links = new BookLinks(
      { revision: 1, turn: 10 },
      {
        touch: (ids) => did.push([...ids].join('+')),
        touchAll: (turn) => did.push(`all ${turn}`),
        wait: () => did.push('wait'),
      },
    );
    return { links, did };
  }

  it.each<[string, (links: BookLinks) => void, string[]]>([
    ['in order', (l) => [link(10, 11, 'x'), link(11, 12, 'y')].forEach((one) => l.add(one)), ['x', 'y']],
    ['twice', (l) => [link(10, 11, 'x'), link(10, 11, 'x')].forEach((one) => l.add(one)), ['x']],
    [
      'out of order',
      (l) => [link(11, 12, 'y'), link(10, 11, 'x')].forEach((one) => l.add(one)),
      ['wait', 'x', 'y'],
    ],
    [
      'gathered, with the first of them known',
      (l) => [link(10, 11, 'x'), link(10, 13, 'z')].forEach((one) => l.add(one)),
      ['x', 'z'],
    ],
    [
      'behind the book',
      (l) => [l.moved({ revision: 1, turn: 11 }), l.add(link(10, 11, 'x')), l.waited()],
      ['wait', 'x'],
    ],
    ['lost', (l) => [l.moved({ revision: 1, turn: 11 }), l.waited()], ['wait', 'all 11']],
    ['lost in between', (l) => [l.add(link(11, 12, 'y')), l.waited()], ['wait', 'all 12']],
    ['of another configuration', (l) => l.add({ ...link(11, 12, 'y'), revision: 2 }), ['all 12']],
    ['of a book that was changed', (l) => l.moved({ revision: 2, turn: 11 }), ['all 11']],
  ])('%s', (_name, say, expected) => {
    const { links, did } = chain();
    say(links);
    expect(did).toEqual(expected);
  });

  it('are told to others in few words, and join up where they follow each other', () => {
    const agencyId = '00000000-0000-4000-8000-00000000000a';
    const [x, y] = ['01a218c8-7bde-7056-b273-aefaf39faded', '01a218c8-7bde-7056-b273-aefaf39fadee'];
    const touched = { ...link(10, 11, x), agencyId };
    const moves = new GatheredMoves();
    moves.add({ agencyId, touched });
    moves.add({ agencyId, touched: { ...link(11, 12, y), agencyId } });
    expect(movesIn(moves.take())).toEqual([
      { agencyId, touched: { agencyId, revision: 1, from: 10, to: 12, scopeIds: new Set([x, y]) } },
    ]);
    moves.add({ agencyId, touched });
    moves.add({ agencyId, touched: { ...link(14, 15, y), agencyId } });
    expect(movesIn(moves.take())).toEqual([{ agencyId, touched: null }]);
    expect([moves.size, movesIn('nonsense,x:y')]).toEqual([0, []]);
  });
});
