import fc from 'fast-check';
import { GraphQLError, type GraphQLScalarType, Kind, parseValue as parseLiteral } from 'graphql';
import { DateScalar, DateTimeScalar, LocalTimeScalar, TimeZoneScalar } from '../../src/schema/scalars.js';

function read(scalar: GraphQLScalarType, value: unknown): unknown {
  return scalar.parseValue(value);
}

/** The error of a value that can't be read; fails where it can. */
function errorOf(scalar: GraphQLScalarType, value: unknown): GraphQLError {
  try {
    scalar.parseValue(value);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
  throw new Error(`${String(value)} was read as a ${scalar.name}.`);
}

describe('DateTime', () => {
  it.each([
    ['2026-11-24T09:30:00Z', '2026-11-24T09:30:00.000Z'],
    ['2026-11-24T09:30:00.5Z', '2026-11-24T09:30:00.500Z'],
    ['2026-11-24T09:30:00+01:00', '2026-11-24T08:30:00.000Z'],
    ['2026-11-24T00:15:00+05:45', '2026-11-23T18:30:00.000Z'],
    ['2026-12-31T23:59:59-00:30', '2027-01-01T00:29:59.000Z'],
    ['2026-11-24t09:30:00z', '2026-11-24T09:30:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('reads %s as %s', (text, utc) => {
    expect(DateTimeScalar.serialize(read(DateTimeScalar, text))).toBe(utc);
  });

  it('cuts finer fractions off, before 1970 too: an instant is never moved later', () => {
    expect(read(DateTimeScalar, '2026-11-24T09:30:00.123999Z')).toBe(Date.UTC(2026, 10, 24, 9, 30, 0, 123));
    expect(read(DateTimeScalar, '1969-12-31T23:59:59.999999999Z')).toBe(-1);
    expect(read(DateTimeScalar, '1969-12-31T23:59:59.9980001Z')).toBe(-2);
  });

  it.each([
    ['2026-11-24', 'written'],
    ['2026-11-24T09:30:00', 'written'],
    ['2026-11-24T09:30Z', 'written'],
    ['2026-11-24 09:30:00Z', 'written'],
    ['2026-11-24T24:00:00Z', 'written'],
    ['2026-11-24T09:60:00Z', 'written'],
    ['2026-11-24T09:30:60Z', 'written'],
    ['2026-11-24T09:30:00+24:00', 'written'],
    ['2026-11-24T09:30:00+0100', 'written'],
    ['2026-11-24T09:30:00.Z', 'written'],
    ['2026-11-24T09:30:00Z\n', 'written'],
    ['+002026-11-24T09:30:00Z', 'written'],
    ['1764000000000', 'written'],
    ['', 'written'],
    ['2026-02-29T09:30:00Z', '2026-02-29 is no day of the calendar'],
    ['2026-02-31T09:30:00Z', '2026-02-31 is no day of the calendar'],
    ['2026-13-01T09:30:00Z', '2026-13-01 is no day of the calendar'],
    ['0000-06-01T09:30:00Z', '0000-06-01 is no day of the calendar'],
    ['9999-12-31T23:59:59-01:00', 'outside of the years'],
    ['0001-01-01T00:00:00+01:00', 'outside of the years'],
    [`2026-11-24T09:30:00.${'0'.repeat(60)}Z`, 'too long'],
  ])('refuses %j and says why: %s', (text, why) => {
    const error = errorOf(DateTimeScalar, text);
    expect(error.message).toContain(why);
    expect(error.extensions['code']).toBe('BAD_USER_INPUT');
  });

  it.each([[1764000000000], [null], [true], [{}], [new Date(0)]])('refuses %j, which is no text', (value) => {
    expect(errorOf(DateTimeScalar, value).message).toContain('A DateTime is a text');
  });

  it('refuses to write what is no instant, as a defect of ours', () => {
    for (const value of [
      '2026-11-24T09:30:00Z',
      new Date(0),
      1.5,
      Number.NaN,
      Infinity,
      253402300800000,
      1n,
    ]) {
      expect(() => DateTimeScalar.serialize(value)).toThrow(TypeError);
    }
  });

  it('reads what it writes, for every instant, and under every offset', () => {
    const [min, max] = [Date.parse('0001-01-02T00:00:00Z'), Date.parse('9999-12-30T00:00:00Z')];
    const minutes = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    fc.assert(
      fc.property(fc.integer({ min, max }), minutes, (instant, offset) => {
        const utc = String(DateTimeScalar.serialize(instant));
        expect(utc).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(read(DateTimeScalar, utc)).toBe(instant);
        const local = new Date(instant + offset * 60_000).toISOString().slice(0, -1);
        const size = Math.abs(offset);
        const [hours, rest] = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0'));
        expect(read(DateTimeScalar, `${local}${offset < 0 ? '-' : '+'}${hours}:${rest}`)).toBe(instant);
      }),
      { numRuns: 500 },
    );
  });
});

describe('Date', () => {
  it.each(['2026-11-24', '2024-02-29', '0001-01-01', '9999-12-31', '2000-02-29'])('keeps %s', (text) => {
    expect(read(DateScalar, text)).toBe(text);
    expect(DateScalar.serialize(text)).toBe(text);
  });

  it.each([
    ['2026-02-29', 'no day of the calendar'],
    ['1900-02-29', 'no day of the calendar'],
    ['2026-04-31', 'no day of the calendar'],
    ['2026-00-10', 'no day of the calendar'],
    ['2026-10-00', 'no day of the calendar'],
    ['0000-01-01', 'no day of the calendar'],
    ['2026-1-2', 'written YYYY-MM-DD'],
    ['20261124', 'written YYYY-MM-DD'],
    ['24.11.2026', 'written YYYY-MM-DD'],
    ['2026-11-24T00:00:00Z', 'written YYYY-MM-DD'],
    ['２０２６-11-24', 'written YYYY-MM-DD'],
    [' 2026-11-24', 'written YYYY-MM-DD'],
  ])('refuses %j: %s', (text, why) => {
    expect(errorOf(DateScalar, text).message).toContain(why);
  });

  it('takes exactly the days there are', () => {
    const part = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(part(9999), part(13), part(32), (year, month, day) => {
        const text = [
          String(year).padStart(4, '0'),
          ...[month, day].map((n) => String(n).padStart(2, '0')),
        ].join('-');
        const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
        const length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
        if (year >= 1 && day >= 1 && day <= length) expect(read(DateScalar, text)).toBe(text);
        else expect(() => read(DateScalar, text)).toThrow('no day');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('TimeZone', () => {
  it('is looked up once, however many rows name it, in whichever letters', () => {
    const begun = process.cpuUsage();
    const spelled = (row: number): string =>
      [...'europe/madrid'].map((letter, at) => ((row >> at) & 1 ? letter.toUpperCase() : letter)).join('');
    for (let row = 0; row < 50_000; row += 1) TimeZoneScalar.parseValue(spelled(row));
    // Nine seconds, where each of them was looked up.
    expect(process.cpuUsage(begun).user).toBeLessThan(4_000_000);
  });

  it.each([
    ['Europe/Madrid', 'Europe/Madrid'],
    ['europe/madrid', 'Europe/Madrid'],
    ['AMERICA/ARGENTINA/BUENOS_AIRES', 'America/Argentina/Buenos_Aires'],
    ['america/port-au-prince', 'America/Port-au-Prince'],
    ['asia/kolkata', 'Asia/Kolkata'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['utc', 'UTC'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
  ])('reads %s as %s: the case is mended, a link is kept', (text, zone) => {
    expect(read(TimeZoneScalar, text)).toBe(zone);
  });

  it('keeps every zone that there is', () => {
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      expect(read(TimeZoneScalar, zone)).toBe(zone);
      expect(read(TimeZoneScalar, zone.toLowerCase())).toBe(zone);
    }
  });

  it.each([
    ['Europe/Atlantis', 'no IANA time zone'],
    ['Madrid', 'no IANA time zone'],
    ['Europe/Madrid ', 'no IANA time zone'],
    ['Z', 'no IANA time zone'],
    ['Asia/\u212Aolkata', 'no IANA time zone'],
    ['+01:00', 'not an offset'],
    ['-05:30', 'not an offset'],
    ['', 'not an offset'],
    ['../../etc/passwd', 'not an offset'],
    ['x'.repeat(65), 'too long'],
  ])('refuses %j: %s', (text, why) => {
    expect(errorOf(TimeZoneScalar, text).message).toContain(why);
  });
});

describe('LocalTime', () => {
  it.each(['00:00', '09:00', '23:59', '24:00'])('keeps %s', (text) => {
    expect(read(LocalTimeScalar, text)).toBe(text);
    expect(LocalTimeScalar.serialize(text)).toBe(text);
  });

  it.each(['24:01', '25:00', '9:00', '09:60', '09:00:00', '0900', '09.00', '-1:00', ''])(
    'refuses %j',
    (text) => {
      expect(errorOf(LocalTimeScalar, text).message).toContain('from 00:00 to 24:00');
    },
  );
});

describe('every scalar', () => {
  const examples: [GraphQLScalarType, string][] = [
    [DateTimeScalar, '2026-11-24T09:30:00.000Z'],
    [DateScalar, '2026-11-24'],
    [TimeZoneScalar, 'Europe/Madrid'],
    [LocalTimeScalar, '09:00'],
  ];

  it.each(examples)('%s reads a literal as it reads a variable', (scalar, text) => {
    const literal = scalar.parseLiteral({ kind: Kind.STRING, value: text });
    expect(literal).toEqual(scalar.parseValue(text));
  });

  it.each(examples)('%s refuses a literal of another kind, and says where', (scalar) => {
    for (const source of ['7', 'true', 'WORD', '["09:00"]', '{}', '"no"']) {
      const node = parseLiteral(source);
      expect(() => scalar.parseLiteral(node)).toThrow(
        expect.objectContaining({
          locations: [{ line: 1, column: 1 }],
          extensions: { code: 'BAD_USER_INPUT' },
        }),
      );
    }
  });

  it.each(examples)('%s repeats no more than 40 characters of what is wrong', (scalar) => {
    expect(errorOf(scalar, 'q'.repeat(1_000_000)).message.length).toBeLessThan(200);
  });

  it.each(examples)('%s never reads a text in two ways: what is read is read again as itself', (scalar) => {
    fc.assert(
      fc.property(fc.string({ maxLength: 70 }), (text) => {
        try {
          const written = scalar.serialize(scalar.parseValue(text));
          expect(scalar.serialize(scalar.parseValue(written))).toBe(written);
        } catch (error) {
          expect(error).toBeInstanceOf(GraphQLError);
        }
      }),
    );
  });
});
