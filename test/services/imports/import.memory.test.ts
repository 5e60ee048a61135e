import { ImportMemory, importMemory } from '../../../src/services/imports/import.memory.js';
import { SMALL_EXPORT } from '../../support/exports.js';
import { ImportDesk } from '../../support/import-desk.js';
import { CONNECTION_HEADER, ME } from '../../imports/reading.js';

describe('what a large import leaves behind', () => {
  it('is collected once in ten minutes, however many there are, and nothing is of small ones', () => {
    let now = 0;
    const collectedAt: number[] = [];
    const memory = new ImportMemory(
      () => collectedAt.push(now),
      () => now,
    );
    for (; now < 30 * 60_000; now += 10_000) {
      memory.giveBack(99_999);
      memory.giveBack(1_000_000);
    }
    expect(collectedAt).toEqual([0, 600_000, 1_200_000]);
  });
});

describe('an import', () => {
  let desk: ImportDesk;
  beforeAll(async () => {
    desk = await ImportDesk.open();
  });
  afterAll(() => desk.api.close());
  afterEach(() => jest.restoreAllMocks());

  it('is as large as what was kept of it, not as its rows are many', async () => {
    const agency = await desk.api.seed({ seat: { profileUrl: ME } });
    const giveBack = jest.spyOn(importMemory, 'giveBack');
    const rejected = await desk.take(agency, {
      'Connections.csv': `${CONNECTION_HEADER}${'a,,,,,,x\n'.repeat(20_010)}`,
    });
    expect(rejected).toMatchObject({ rowsRead: 20_010, rejectedTotal: 20_010 });
    await desk.take(agency, SMALL_EXPORT);
    // Two sends, what came of them, and a connection.
    expect(giveBack.mock.calls).toEqual([[0], [5]]);
  });
});
