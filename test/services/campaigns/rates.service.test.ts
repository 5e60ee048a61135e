import pg from 'pg';
import { Failure } from '../../../src/errors.js';
import { LedgerTransaction } from '../../../src/ledger/books/connection.js';
import type { LedgerReader } from '../../../src/ledger/told/reader.js';
import { DAY } from '../../../src/quota/window.js';
import { RatesService } from '../../../src/services/campaigns/rates.service.js';
import { systemViewer } from '../../../src/tenancy/viewer.js';

const VIEWER = systemViewer('01890a5d-ac96-774b-bcce-b302099a8057', 'system:test');
const ALL = {
  ...{ clientAccountId: null, seatId: null, campaignId: null, segmentId: null },
  ...{ from: null, until: null },
};
const NOW = Date.UTC(2026, 10, 30, 12);
const PAGE = { rows: 10, after: null };
const NO_SEGMENTS = { byIds: () => Promise.resolve(new Map()) };

afterEach(() => jest.restoreAllMocks());

it('says of a long time in which too much was sent that it is too long, and of nothing else that goes wrong', async () => {
  const ending = (code: string, days: number) => {
    const error = Object.assign(new Error('ended'), { code });
    jest.spyOn(LedgerTransaction.prototype, 'query').mockRejectedValue(error);
    const read: LedgerReader['read'] = (_viewer, work) => work(new LedgerTransaction(new pg.Client()), NOW);
    const asked = { ...ALL, from: NOW - days * DAY, until: NOW };
    return new RatesService({ read }, NO_SEGMENTS)
      .rates(VIEWER, 'SEAT', asked, PAGE)
      .catch((thrown: unknown) => thrown);
  };
  const told = await ending('57014', 90);
  expect(told).toBeInstanceOf(Failure);
  expect(told).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('shorter time') });
  expect(await ending('57014', 1)).toMatchObject({ message: 'ended' });
  expect(await ending('42601', 90)).toMatchObject({ message: 'ended' });
});

it('counts two of an agency at once', async () => {
  const [underWay, ends]: [{ now: number; most: number }, (() => void)[]] = [{ now: 0, most: 0 }, []];
  const reader = {
    read: async () => {
      underWay.now += 1;
      underWay.most = Math.max(underWay.most, underWay.now);
      await new Promise<void>((end) => ends.push(end));
      underWay.now -= 1;
      return [] as never;
    },
  };
  const service = new RatesService(reader, NO_SEGMENTS);
  const all = Promise.all(Array.from({ length: 6 }, () => service.rates(VIEWER, 'SEAT', ALL, PAGE)));
  const rounds = async (count: number): Promise<void> => {
    for (let round = 0; round < count; round += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  for (let ended = 0; ended < 6; ended += ends.splice(0).map((end) => end()).length) {
    while (ends.length < 2 && ended + ends.length < 6) await rounds(1);
    // For any more that would come.
    await rounds(50);
  }
  await all;
  expect(underWay.most).toBe(2);
});
