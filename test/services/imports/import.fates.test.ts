import type { Send } from '../../../src/imports/linkedin-export.js';
import { DAY, MINUTE } from '../../../src/quota/window.js';
import { FATE, Fates } from '../../../src/services/imports/import.fates.js';
import {
  CrowdedRows,
  groupSends,
  type BookedSend,
  type SendTo,
} from '../../../src/services/imports/import.matching.js';

const NOW = Date.UTC(2026, 0, 10);
const MANY = Array.from({ length: 100_000 }, (_, index) => index);

function row(at: number): Send {
  return {
    ...{ action: 'DIRECT_MESSAGE', noted: false, recipientUrl: null, recipientName: 'Alice' },
    ...{ at, earliest: at, latest: at },
    ...{ fingerprint: 'alike', ordinal: 1, file: 'messages.csv', line: 1 },
  };
}

function booked(at: number, id = `at ${at}`): BookedSend {
  return {
    ...{ id, at, earliest: null, action: 'DIRECT_MESSAGE', recipientId: 'alice' },
    ...{ origin: 'RECORD', clientAccountId: 'acme' },
  };
}

function fatesOf(sends: readonly Send[]): Fates {
  return new Fates(sends, () => 'alice', NOW);
}

/** A reservation for Alice. */
function heldFrom(earliest: number): Map<string, SendTo[]> {
  const held = { id: 'held', at: NOW, earliest, action: 'DIRECT_MESSAGE', recipientId: 'alice' };
  return groupSends([held]);
}

function late(sends: readonly BookedSend[]) {
  return { sends, voided: new Set<string>() };
}

it('P14: a conversation of a hundred thousand rows is matched row by row', async () => {
  const instants = MANY.map((index) => NOW - 2 * DAY - index * 3 * MINUTE);
  const fates = fatesOf(instants.map(row));
  await fates.settle(
    instants.map((at) => booked(at + 1_000)),
    new Map(),
    undefined,
  );
  expect(instants.filter((at, index) => fates.matchOf(index) !== `at ${at + 1_000}`)).toEqual([]);
});

it('says which rows are too many beside the sends of their minute', async () => {
  const at = NOW - 20 * DAY;
  const fates = fatesOf(MANY.map((index) => row(at + (index % MINUTE))));
  const sends = MANY.map((index) => booked(at + (index % MINUTE), `send ${index}`));
  const settled = fates.settle(sends, new Map(), undefined);
  await expect(settled).rejects.toBeInstanceOf(CrowdedRows);
  await expect(settled).rejects.toMatchObject({ action: 'DIRECT_MESSAGE', at: at + MINUTE - 1 });
});

it('says the same of recent rows, which are decided under the book', async () => {
  const fates = fatesOf(MANY.map(() => row(NOW)));
  await fates.settle([], heldFrom(NOW), undefined);
  const sends = MANY.map((index) => booked(NOW, `send ${index}`));
  await expect(fates.decideLive(late(sends), new Map(), undefined)).rejects.toBeInstanceOf(CrowdedRows);
});

it('looks at late sends near a row alone, however many there are', async () => {
  const at = NOW - 20 * DAY;
  const fates = fatesOf(MANY.map((index) => row(at - index)));
  await fates.settle([], new Map(), undefined);
  expect(MANY.every((index) => fates.of(index) === FATE.RECORDED)).toBe(true);
  const first = at - (MANY.length - 1);
  const after = MANY.map((index) => booked(at + 5 * MINUTE + 1 + index));
  const before = MANY.map((index) => booked(first - 5 * MINUTE - 1 - index));
  expect(fates.isOutdated(late([...after, ...before]), new Map())).toBe(false);
  expect(fates.isOutdated(late([...after, booked(at + 5 * MINUTE)]), new Map())).toBe(true);
  expect(fates.isOutdated(late([...before, booked(first - 5 * MINUTE)]), new Map())).toBe(true);
});

describe('recent rows', () => {
  const at = NOW - 60 * MINUTE;

  it('of people whom the books don’t know are settled before the book is taken', async () => {
    const fates = fatesOf([row(at)]);
    await fates.settle([], new Map(), undefined);
    expect([fates.of(0), fates.liveRows()]).toEqual([FATE.RECORDED, []]);
    expect(fates.isOutdated(late([]), new Map())).toBe(false);
  });

  it('are settled anew where something was recorded of them, or held for them, meanwhile', async () => {
    const fates = fatesOf([row(at)]);
    await fates.settle([], new Map(), undefined);
    expect(fates.isOutdated(late([booked(at + MINUTE)]), new Map())).toBe(true);
    expect(fates.isOutdated(late([]), heldFrom(at))).toBe(true);
    const old = fatesOf([row(NOW - 3 * DAY)]);
    await old.settle([], new Map(), undefined);
    expect(old.isOutdated(late([]), heldFrom(at))).toBe(false);
  });

  it('of whom the seat wrote to, or holds room for, are decided under the book', async () => {
    for (const [sends, held] of [
      [[booked(NOW - 30 * DAY)], new Map()],
      [[], heldFrom(at)],
    ] as const) {
      const fates = fatesOf([row(at)]);
      await fates.settle(sends, held, undefined);
      expect([fates.liveRows(), fates.isOutdated(late([]), heldFrom(at))]).toEqual([[0], false]);
      await fates.decideLive(late([]), heldFrom(at), undefined);
      expect(fates.of(0)).toBe(FATE.HELD);
    }
  });
});
