import fc from 'fast-check';
import { parseExportDate, rangeOf } from '../../src/imports/export-dates.js';

const IMPORTED_AT = Date.UTC(2027, 0, 1);
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function range(
  text: string,
  importedAt = IMPORTED_AT,
): { at: number; earliest: number; latest: number } | null {
  const date = parseExportDate(text);
  return date === null ? null : rangeOf(date, importedAt);
}

describe('parseExportDate', () => {
  it.each([
    ['a message', '2025-06-01 14:03:22 UTC', '2025-06-01T14:03:22.000Z', 0],
    ['a message without seconds', '2026-06-01 10:00 UTC', '2026-06-01T10:00:00.000Z', MINUTE - 1],
    ['a search', '2024/02/01 15:02:55 UTC', '2024-02-01T15:02:55.000Z', 0],
    ['ISO 8601', '2025-06-01T14:03:22Z', '2025-06-01T14:03:22.000Z', 0],
    ['ISO 8601 with milliseconds', '2025-06-01T14:03:22.123Z', '2025-06-01T14:03:22.123Z', 0],
    ['ISO 8601 with microseconds', '2025-06-01T14:03:22.123456+00:00', '2025-06-01T14:03:22.123Z', 0],
    ['a day in UTC', '2025-06-01 UTC', '2025-06-01T00:00:00.000Z', DAY - 1],
    ['a leap day', '2024-02-29 00:00:00 UTC', '2024-02-29T00:00:00.000Z', 0],
  ])('reads a date with a zone: %s', (_, text, earliest, length) => {
    const start = Date.parse(earliest);
    expect(range(text)).toEqual({ at: start + length, earliest: start, latest: start + length });
  });

  it.each([
    ['an invitation', '1/29/26, 2:37 PM', '2026-01-29T14:37:00.000Z', MINUTE],
    ['an invitation with a narrow space', '1/29/26, 2:37\u202fPM', '2026-01-29T14:37:00.000Z', MINUTE],
    ['an invitation at midnight', '1/29/26, 12:00 AM', '2026-01-29T00:00:00.000Z', MINUTE],
    ['an invitation at noon', '1/29/26, 12:05 pm', '2026-01-29T12:05:00.000Z', MINUTE],
    ['an invitation with a long year', '11/9/2026, 9:07 AM', '2026-11-09T09:07:00.000Z', MINUTE],
    ['an invitation as Excel shows it', '1/29/2026 14:37', '2026-01-29T14:37:00.000Z', MINUTE],
    ['an invitation with seconds', '1/29/26, 2:37:11 PM', '2026-01-29T14:37:11.000Z', SECOND],
    ['a message', '2024-05-15 10:30:00', '2024-05-15T10:30:00.000Z', SECOND],
    ['a message without seconds', '2024-05-15 10:30', '2024-05-15T10:30:00.000Z', MINUTE],
    ['a connection', '08 Feb 2026', '2026-02-08T00:00:00.000Z', DAY],
    ['a connection as Excel writes it', '4-Apr-21', '2021-04-04T00:00:00.000Z', DAY],
    ['a connection with a long month', '8 September 2025', '2025-09-08T00:00:00.000Z', DAY],
    ['a connection in German', '08. Mär. 2026', '2026-03-08T00:00:00.000Z', DAY],
    ['a day', '2025-06-01', '2025-06-01T00:00:00.000Z', DAY],
  ])('reads a date without a zone as any zone from UTC-12 to UTC+14: %s', (_, text, wall, precision) => {
    const earliest = Date.parse(wall) - 14 * HOUR;
    const latest = Date.parse(wall) + 12 * HOUR + precision - 1;
    expect(range(text)).toEqual({ at: latest, earliest, latest });
  });

  it.each([
    ['nothing', ''],
    ['a word', 'not-a-date'],
    ['a day that may be a month', '05/14/23'],
    ['a 30 February', '2025-02-30 10:00:00 UTC'],
    ['a 29 February of no leap year', '29 Feb 2025'],
    ['a month 13', '13/29/26, 2:37 PM'],
    ['an unknown month', '08 Foo 2026'],
    ['an hour 24', '2025-06-01 24:00:00 UTC'],
    ['a minute 60', '2025-06-01 10:60:00 UTC'],
    ['a second 60', '2025-06-01 10:00:60 UTC'],
    ['13 PM', '1/29/26, 13:37 PM'],
    ['0 AM', '1/29/26, 0:37 AM'],
    ['a year before LinkedIn', '1999-01-01 10:00:00 UTC'],
    ['a number', '1700000000'],
    ['another zone', '2025-06-01 14:03:22 PST'],
    ['text behind it', '2025-06-01 14:03:22 UTC or so'],
    ['a long text', '2025-06-01 14:03:22 UTC'.padEnd(10_000)],
  ])('takes no date from %s', (_, text) => {
    expect(parseExportDate(text)).toBeNull();
  });

  it('counts at the latest possible instant that is not after the import', () => {
    const importedAt = Date.UTC(2026, 0, 29, 15, 0);
    expect(range('1/29/26, 2:37 PM', importedAt)).toEqual({
      at: importedAt,
      earliest: Date.UTC(2026, 0, 29, 0, 37),
      latest: Date.UTC(2026, 0, 30, 2, 37, 59, 999),
    });
  });

  it('gives no range to a date that can only be after the import', () => {
    expect(range('2026-01-29 15:00:01 UTC', Date.UTC(2026, 0, 29, 15, 0))).toBeNull();
    expect(range('1/30/26, 5:01 AM', Date.UTC(2026, 0, 29, 15, 0))).toBeNull();
    expect(range('1/30/26, 5:00 AM', Date.UTC(2026, 0, 29, 15, 0))?.at).toBe(Date.UTC(2026, 0, 29, 15, 0));
  });

  it('holds the true instant in the range of what any zone would have written', () => {
    const zone = fc.integer({ min: -12 * 60, max: 14 * 60 });
    const instant = fc.integer({ min: Date.UTC(2004, 0, 1), max: Date.UTC(2026, 11, 1) });
    fc.assert(
      fc.property(instant, zone, (at, offset) => {
        const wall = new Date(at + offset * MINUTE);
        const iso = wall.toISOString();
        const [hour, half] = [wall.getUTCHours() % 12 || 12, wall.getUTCHours() < 12 ? 'AM' : 'PM'];
        const written = [
          iso.slice(0, 10),
          iso.slice(0, 16).replace('T', ' '),
          iso.slice(0, 19).replace('T', ' '),
          `${wall.getUTCMonth() + 1}/${wall.getUTCDate()}/${iso.slice(2, 4)}, ${hour}:${iso.slice(14, 16)} ${half}`,
        ];
        for (const text of written) {
          const { earliest, latest } = range(text, Infinity) ?? { earliest: NaN, latest: NaN };
          expect(earliest).toBeLessThanOrEqual(at);
          expect(latest).toBeGreaterThanOrEqual(at);
        }
      }),
    );
  });
});
