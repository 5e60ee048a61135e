import fc from 'fast-check';
import { calendarBounds, dayOf, dayStart, zoneInForce } from '../../src/quota/calendar.js';
import { HOUR } from '../../src/quota/window.js';
import { at } from './make.js';
import { spanAt, zoneAt, type CalendarKind } from '../../src/ledger/audit/plain-calendar.js';

const KINDS: readonly CalendarKind[] = ['CALENDAR_DAY', 'CALENDAR_WEEK', 'CALENDAR_MONTH'];
const always = (timeZone: string) => [{ from: 0, timeZone }];

type Row = [
  what: string,
  kind: string,
  timeZone: string,
  at: string,
  start: string,
  end: string,
  hours: string,
];

/** A table that is written as one: a case a line. */
function rowsOf(table: string): Row[] {
  const lines = table.trim().split('\n');
  return lines.map((line) => line.split('|').map((cell) => cell.trim()) as Row);
}

function kindOf(word: string): CalendarKind {
  return KINDS.find((kind) => kind === `CALENDAR_${word}`)!;
}

describe('P12: days, weeks and months of a zone', () => {
  it.each(
    rowsOf(`
    a day in UTC                      | DAY   | UTC                 | 2026-11-24T13:00Z        | 2026-11-24T00:00Z | 2026-11-25T00:00Z | 24
    its first instant                 | DAY   | UTC                 | 2026-11-24T00:00Z        | 2026-11-24T00:00Z | 2026-11-25T00:00Z | 24
    its last one                      | DAY   | UTC                 | 2026-11-24T23:59:59.999Z | 2026-11-24T00:00Z | 2026-11-25T00:00Z | 24
    23 hours                          | DAY   | America/New_York    | 2026-03-08T12:00Z        | 2026-03-08T05:00Z | 2026-03-09T04:00Z | 23
    25 hours                          | DAY   | America/New_York    | 2026-11-01T12:00Z        | 2026-11-01T04:00Z | 2026-11-02T05:00Z | 25
    the hour that comes twice         | DAY   | America/New_York    | 2026-11-01T06:30Z        | 2026-11-01T04:00Z | 2026-11-02T05:00Z | 25
    23 and a half hours               | DAY   | Australia/Lord_Howe | 2026-10-03T20:00Z        | 2026-10-03T13:30Z | 2026-10-04T13:00Z | 23.5
    24 and a half hours               | DAY   | Australia/Lord_Howe | 2026-04-05T00:00Z        | 2026-04-04T13:00Z | 2026-04-05T13:30Z | 24.5
    an offset of 5:45                 | DAY   | Asia/Kathmandu      | 2026-11-24T00:00Z        | 2026-11-23T18:15Z | 2026-11-24T18:15Z | 24
    a missing midnight                | DAY   | America/Santiago    | 2026-09-06T12:00Z        | 2026-09-06T04:00Z | 2026-09-07T03:00Z | 23
    the day before it                 | DAY   | America/Santiago    | 2026-09-06T03:59:59.999Z | 2026-09-05T04:00Z | 2026-09-06T04:00Z | 24
    23:00 that comes twice            | DAY   | America/Santiago    | 2026-04-05T03:30Z        | 2026-04-04T03:00Z | 2026-04-05T04:00Z | 25
    a midnight that comes twice       | DAY   | America/Havana      | 2026-11-01T05:30Z        | 2026-11-01T04:00Z | 2026-11-02T05:00Z | 25
    the old date again after midnight | DAY   | America/St_Johns    | 2010-11-07T03:00Z        | 2010-11-07T02:30Z | 2010-11-08T03:30Z | 25
    the day before a skipped one      | DAY   | Pacific/Apia        | 2011-12-30T09:59:59.999Z | 2011-12-29T10:00Z | 2011-12-30T10:00Z | 24
    the day after it                  | DAY   | Pacific/Apia        | 2011-12-30T10:00Z        | 2011-12-30T10:00Z | 2011-12-31T10:00Z | 24
    a week of six days                | WEEK  | Pacific/Apia        | 2011-12-28T00:00Z        | 2011-12-26T10:00Z | 2012-01-01T10:00Z | 144
    a December of 30 days             | MONTH | Pacific/Apia        | 2011-12-28T00:00Z        | 2011-12-01T10:00Z | 2011-12-31T10:00Z | 720
    a week from Monday                | WEEK  | UTC                 | 2026-11-24T13:00Z        | 2026-11-23T00:00Z | 2026-11-30T00:00Z | 168
    a Sunday                          | WEEK  | UTC                 | 2026-11-29T23:59:59.999Z | 2026-11-23T00:00Z | 2026-11-30T00:00Z | 168
    a Monday                          | WEEK  | UTC                 | 2026-11-30T00:00Z        | 2026-11-30T00:00Z | 2026-12-07T00:00Z | 168
    a week over a year’s end          | WEEK  | UTC                 | 2027-01-01T00:00Z        | 2026-12-28T00:00Z | 2027-01-04T00:00Z | 168
    a week that lost an hour          | WEEK  | America/New_York    | 2026-03-07T12:00Z        | 2026-03-02T05:00Z | 2026-03-09T04:00Z | 167
    a February                        | MONTH | UTC                 | 2026-02-28T23:00Z        | 2026-02-01T00:00Z | 2026-03-01T00:00Z | 672
    a leap year’s                     | MONTH | UTC                 | 2028-02-29T23:00Z        | 2028-02-01T00:00Z | 2028-03-01T00:00Z | 696
    a 31st                            | MONTH | UTC                 | 2026-01-31T12:00Z        | 2026-01-01T00:00Z | 2026-02-01T00:00Z | 744
    a December                        | MONTH | UTC                 | 2026-12-31T23:59:59.999Z | 2026-12-01T00:00Z | 2027-01-01T00:00Z | 744
    a month that gained an hour       | MONTH | America/New_York    | 2026-11-15T12:00Z        | 2026-11-01T04:00Z | 2026-12-01T05:00Z | 721
    a month’s last evening elsewhere  | MONTH | America/New_York    | 2026-12-01T04:59:59.999Z | 2026-11-01T04:00Z | 2026-12-01T05:00Z | 721
  `),
  )('%s', (_, kind, timeZone, instant, start, end, hours) => {
    const bounds = calendarBounds(kindOf(kind), always(timeZone), at(instant));
    expect(bounds).toEqual({ start: at(start), end: at(end) });
    expect((bounds.end - bounds.start) / HOUR).toBe(Number(hours));
  });

  const instants = fc.integer({ min: at('2005-01-01T00:00Z'), max: at('2037-12-31T00:00Z') });
  const zones = fc.constantFrom(
    ...[
      'UTC',
      'America/New_York',
      'America/Santiago',
      'America/St_Johns',
      'America/Havana',
      'Asia/Kathmandu',
    ],
    ...[
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Pacific/Kiritimati',
      'Pacific/Pago_Pago',
      'Africa/Casablanca',
    ],
    ...[
      'Asia/Tehran',
      'Asia/Gaza',
      'Europe/Dublin',
      'Atlantic/Azores',
      'America/Sao_Paulo',
      'Antarctica/Troll',
    ],
  );

  it('P12: any instant lies in one window, which ends where the next begins, as a clock on the wall has it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), zones, instants, (kind, timeZone, instant) => {
        const window = calendarBounds(kind, always(timeZone), instant);
        expect(window.start).toBeLessThanOrEqual(instant);
        expect(window.end).toBeGreaterThan(instant);
        expect(calendarBounds(kind, always(timeZone), window.end).start).toBe(window.end);
        expect(calendarBounds(kind, always(timeZone), window.end - 1)).toEqual(window);
        expect(window).toEqual(spanAt(kind, always(timeZone), instant));
      }),
      { numRuns: 500 },
    );
  });

  it('P12: changes of zone take effect as a plain list of them says', () => {
    const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 * 24 * HOUR }), zones), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        ...[fc.constantFrom(...KINDS), instants, changes, fc.nat(60 * 24 * HOUR)],
        (kind, base, list, after) => {
          const sorted = list.toSorted(([one], [other]) => one - other);
          const froms = sorted.map(([offset, timeZone]) => ({ from: base + offset, timeZone }));
          expect(zoneInForce(kind, froms, base + after)).toBe(zoneAt(kind, froms, base + after));
          expect(calendarBounds(kind, froms, base + after)).toEqual(spanAt(kind, froms, base + after));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('P12: a change of zone', () => {
  // New York's 24 November lasts from 05:00 to 05:00 UTC, Kathmandu's from 18:15 on the day before.
  const change = (from: string, timeZone: string) => ({ from: at(from), timeZone });
  const utc = change('2026-01-01T00:00Z', 'UTC');
  const toNewYork = change('2026-11-24T12:00Z', 'America/New_York');
  const backToUtc = change('2026-11-24T13:00Z', 'UTC');
  const onToKathmandu = change('2026-11-24T13:00Z', 'Asia/Kathmandu');
  const atItsStart = change('2026-11-24T00:00Z', 'America/New_York');
  const asItTookEffect = change('2026-11-25T00:00Z', 'Asia/Kathmandu');

  it.each([
    ['not before the old zone’s next boundary', [utc, toNewYork], '24T23:59:59.999Z', '24T00:00Z'],
    ['from there with its whole window', [utc, toNewYork], '25T00:00Z', '24T05:00Z'],
    ['of two before the boundary, the last', [utc, toNewYork, onToKathmandu], '25T00:00Z', '24T18:15Z'],
    ['taken back before the boundary, not at all', [utc, toNewYork, backToUtc], '25T00:00Z', '25T00:00Z'],
    ['at the very boundary, a day later', [utc, atItsStart], '24T12:00Z', '24T00:00Z'],
    ['as another took effect, not yet', [utc, toNewYork, asItTookEffect], '25T04:59:59.999Z', '24T05:00Z'],
    ['but after that one’s day', [utc, toNewYork, asItTookEffect], '25T05:00Z', '24T18:15Z'],
    ['the first zone holds for all before it', [toNewYork], '01T12:00Z', '01T04:00Z'],
  ])('%s', (_, zones, instant, start) => {
    const bounds = calendarBounds('CALENDAR_DAY', zones, at(`2026-11-${instant}`));
    expect(bounds.start).toBe(at(`2026-11-${start}`));
  });

  it('waits for the boundary of each kind of window', () => {
    const zones = [utc, toNewYork];
    const zoneAtNoonOf = (kind: CalendarKind, day: string) => zoneInForce(kind, zones, at(`${day}T12:00Z`));
    expect(zoneAtNoonOf('CALENDAR_DAY', '2026-11-25')).toBe('America/New_York');
    expect(zoneAtNoonOf('CALENDAR_WEEK', '2026-11-29')).toBe('UTC');
    expect(zoneAtNoonOf('CALENDAR_WEEK', '2026-11-30')).toBe('America/New_York');
    expect(zoneAtNoonOf('CALENDAR_MONTH', '2026-11-30')).toBe('UTC');
    expect(zoneAtNoonOf('CALENDAR_MONTH', '2026-12-01')).toBe('America/New_York');
  });

  it('is looked up once, however many instants are asked for', () => {
    const changes = Array.from({ length: 400 }, (_, day) =>
      change('2026-01-02T12:00Z', day % 2 ? 'UTC' : 'Asia/Tokyo'),
    );
    const list = [utc, ...changes.map((one, day) => ({ ...one, from: one.from + day * 24 * HOUR }))];
    let looks = 0;
    const zones = new Proxy(list, {
      get: (target, name) => {
        looks += 1;
        return Reflect.get(target, name);
      },
    });
    const asked = Array.from({ length: 10_000 }, (_, hour) => utc.from + hour * HOUR);
    for (const instant of asked) zoneInForce('CALENDAR_DAY', zones, instant);
    expect(looks).toBeLessThan(10 * list.length);
    expect(asked.map((instant) => zoneInForce('CALENDAR_DAY', zones, instant))).toEqual(
      asked.map((instant) => zoneAt('CALENDAR_DAY', list, instant)),
    );
  });

  it('needs a zone', () => {
    expect(() => calendarBounds('CALENDAR_DAY', [], 0)).toThrow('A scope has at least one zone.');
  });
});

describe('days as they are written', () => {
  it.each([
    ['2026-11-24T04:59:59.999Z', 'America/New_York', '2026-11-23'],
    ['2026-11-24T05:00Z', 'America/New_York', '2026-11-24'],
    ['2011-12-30T10:00Z', 'Pacific/Apia', '2011-12-31'],
  ])('%s in %s is %s', (instant, timeZone, day) => {
    expect(dayOf(at(instant), timeZone)).toBe(day);
  });

  it.each([
    ['2026-11-24', 'America/New_York', '2026-11-24T05:00Z'],
    ['2026-09-06', 'America/Santiago', '2026-09-06T04:00Z'],
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00Z'],
    ['2010-11-07', 'America/St_Johns', '2010-11-07T02:30Z'],
  ])('%s in %s starts at %s', (day, timeZone, instant) => {
    expect(dayStart(day, timeZone)).toBe(at(instant));
  });
});
