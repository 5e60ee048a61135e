import { Refusal } from '../../../src/errors.js';
import type { SeatColumn } from '../../../src/imports/seat-table.js';
import { inTime } from '../../../src/outreach/in-time.js';
import { readSeatRow } from '../../../src/services/seats/seat.cells.js';

function read(column: SeatColumn, cell: string): unknown {
  const { seat, refusals } = readSeatRow({ line: 2, cells: new Map([[column, cell]]) });
  return refusals[0] ?? new Map<string, unknown>(Object.entries(seat)).get(column);
}

describe('cells of a table of seats', () => {
  it('may have more blanks than one', () => {
    expect(read('workingHours', 'Mon,  Wed-Fri   09:00  -  18:00')).toEqual({
      ...{ days: [1, 3, 4, 5], from: '09:00', to: '18:00' },
    });
    expect(read('openingUse', '80   CONNECTION  REQUESTS   in  7   days ; 1 PROFILE_VIEW in 1 day')).toEqual([
      { action: 'CONNECTION_REQUEST', count: 80, days: 7 },
      { action: 'PROFILE_VIEW', count: 1, days: 1 },
    ]);
  });

  it('of a zone have its usual spelling, as a list has it', () => {
    expect(read('timeZone', 'europe/MADRID')).toBe('Europe/Madrid');
    expect(read('timeZone', 'Mars/Olympus')).toBe('Mars/Olympus');
  });

  const MANY = 300_000;
  it.each<[SeatColumn, string, string]>([
    ['workingHours', 'blanks', `Mon${' '.repeat(MANY)}x`],
    ['workingHours', 'blanks of several kinds', `Mon${' \t'.repeat(MANY)}x`],
    ['openingUse', 'blanks', `1 PROFILE_VIEW${' '.repeat(MANY)}x`],
    ['openingUse', 'words', `1${' in'.repeat(MANY)} x`],
  ])('%s of hundreds of thousands of %s is refused in no time', (column, _, cell) => {
    const told: unknown[] = [];
    expect(inTime(2_000, () => told.push(read(column, cell)))).toBe(true);
    expect(told[0]).toBeInstanceOf(Refusal);
  });
});
