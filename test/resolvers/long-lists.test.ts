import { randomUUID } from 'node:crypto';
import { listLoaders } from '../../src/resolvers/loaders.js';
import { showListedSeat } from '../../src/resolvers/show.js';
import { counterOf } from '../../src/quota/counter.js';
import { Limit } from '../../src/schema/limit.schema.js';
import { SeatOperator } from '../../src/schema/seat-operators.schema.js';
import type { SeatOperator as Operator } from '../../src/services/seats/seat.operators.js';
import { PAGE_ROWS_MAX } from '../../src/schema/connection.js';
import type { SeatEntity } from '../../src/entities/seat.entity.js';
import type { Viewer } from '../../src/tenancy/viewer.js';

const viewer = { agencyId: 'a' } as Viewer;
const SEATS = Array.from({ length: 250 }, () => randomUUID());
const [FIRST = ''] = SEATS;
const CAMPAIGNS = ['one', 'two', 'three'];

const INVITATIONS = counterOf(['CONNECTION_REQUEST'], false, { kind: 'ROLLING', seconds: 3_600 });
const operatorOf = (seatId: string): Operator => ({
  ...{ seatId, id: seatId, kind: 'API_KEY', name: 'K', role: 'OPERATOR', reach: 'AGENCY' },
});

/** Loaders of an operation, and how many seats were asked for at a time. All campaigns and members have all seats, of which `gone` are there no more. */
function loadersOf(gone: readonly string[] = []) {
  const asked: number[] = [];
  const answer =
    <Value>(value: (id: string) => Value) =>
    (_: Viewer, ids: readonly string[]) => {
      asked.push(ids.length);
      const found = ids.filter((id) => !gone.includes(id));
      return Promise.resolve(new Map(found.map((id) => [id, value(id)])));
    };
  const seats = {
    byIds: answer((id) => ({ id, workingHours: null }) as SeatEntity),
    daysOffBySeatIds: answer(() => ['2026-12-24']),
    operatorsBySeatIds: answer((id) => [operatorOf(id)]),
  };
  const shares = SEATS.map((seatId) => ({ seatId, weight: 1 }));
  const campaignReader = {
    shares: (_: Viewer, ids: readonly string[]) => Promise.resolve(new Map(ids.map((id) => [id, shares]))),
  };
  const members = {
    reachesByIds: (_: Viewer, ids: readonly string[]) =>
      Promise.resolve(new Map(ids.map((id) => [id, { seatIds: SEATS, clientAccountIds: [] }]))),
  };
  const clientAccounts = { byIds: () => Promise.resolve(new Map()) };
  const limits = {
    limitsOfScopes: (_: Viewer, __: unknown, ids: readonly string[]) =>
      Promise.resolve(new Map(ids.map((id) => [id, [{ id, counter: INVITATIONS, max: 5 }]]))),
  };
  const readers = { seats, campaignReader, members, clientAccounts, limits };
  return { loaders: listLoaders(readers, viewer), asked };
}

it.each(['daysOffOfSeat', 'operatorsOfSeat'] as const)('%s is read a page at a time', async (name) => {
  const { loaders, asked } = loadersOf();
  expect(await loaders[name].loadMany(SEATS)).toHaveLength(SEATS.length);
  expect(asked).toEqual([PAGE_ROWS_MAX, PAGE_ROWS_MAX, SEATS.length - 2 * PAGE_ROWS_MAX]);
});

it.each(['sharesOfCampaign', 'seatsOfMember'] as const)(
  '%s: each seat is read once, however many have it, a page at a time',
  async (name) => {
    const { loaders, asked } = loadersOf();
    const lists = await loaders[name].loadMany(CAMPAIGNS);
    expect(lists).toMatchObject(CAMPAIGNS.map(() => ({ length: SEATS.length })));
    expect(asked).toEqual([PAGE_ROWS_MAX, PAGE_ROWS_MAX, SEATS.length - 2 * PAGE_ROWS_MAX]);
  },
);

it('and shown once', async () => {
  const { loaders } = loadersOf();
  const [one, two] = await Promise.all(['one', 'two'].map((id) => loaders.seatsOfMember.load(id)));
  expect(showListedSeat(one![7]!)).toBe(showListedSeat(two![7]!));
  expect(showListedSeat(one![7]!)).not.toBe(showListedSeat(one![8]!));
});

it('whoever is gone between two statements is left out', async () => {
  const { loaders } = loadersOf([FIRST]);
  const shares = await loaders.sharesOfCampaign.load('one');
  expect(shares!.map(({ seat }) => seat.id)).toEqual(SEATS.slice(1));
});

it.each([
  ['limitsOfPlan', Limit],
  ['operatorsOfSeat', SeatOperator],
] as const)('%s come shown, once for all names that they are asked for under', async (name, type) => {
  const { loaders } = loadersOf();
  const lists = await Promise.all([FIRST, FIRST].map((id) => loaders[name].load(id)));
  expect(lists[0]).toEqual([expect.any(type)]);
  expect(lists[1]).toBe(lists[0]);
});
