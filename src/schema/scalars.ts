import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { zoneNamed } from '../quota/zone-names.js';

/**
 * The scalars of the contract. Inside, an instant is a number (epoch milliseconds, as in the ledger), the others
 * are strings in their one canonical form. What can't be read is BAD_USER_INPUT, and the message says why.
 *
 * graphql-scalars has none that fits: its DateTime is a Date inside and has no fixed form outside, its Date and
 * LocalTime have other names, its TimeZone keeps any case and takes what isn't a string.
 */

/** RFC 3339. A fraction of any length is taken, and floored to the millisecond. */
const DATE_TIME =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const LOCAL_TIME = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** PostgreSQL and four-digit years hold these and no other instants. */
const INSTANT_MIN = Date.parse('0001-01-01T00:00:00.000Z');
const INSTANT_MAX = Date.parse('9999-12-31T23:59:59.999Z');

/** Longest input that is looked at; nothing that can be read is longer. */
const INPUT_LENGTH_MAX = 64;
/** How much of a wrong value an error repeats. */
const QUOTED_LENGTH_MAX = 40;

/** An instant: RFC 3339 with any offset in, UTC with three decimals out, epoch milliseconds inside. */
export const DateTimeScalar = scalar({
  name: 'DateTime',
  description:
    'An instant, UTC with milliseconds: 2026-11-24T09:30:00.000Z. As input any RFC 3339 offset is taken, and finer fractions are cut off at the millisecond.',
  example: '2026-11-24T09:30:00.000Z',
  parse: parseDateTime,
  serialize: serializeDateTime,
});

/** A day of the calendar, years 0001 to 9999. */
export const DateScalar = scalar({
  name: 'Date',
  description: 'A day of the calendar, 2026-11-24.',
  example: '2026-11-24',
  parse: (text) => {
    if (!DATE.test(text)) throw new Error('it is written YYYY-MM-DD');
    checkDay(text);
    return text;
  },
  serialize: serializeText,
});

/** An IANA time zone by its usual spelling. */
export const TimeZoneScalar = scalar({
  name: 'TimeZone',
  description: 'An IANA time zone, Europe/Madrid.',
  example: 'Europe/Madrid',
  parse: parseTimeZone,
  serialize: serializeText,
});

/** A local time of day to the minute, 00:00 to 24:00. Whether 24:00 makes sense is for the field to say. */
export const LocalTimeScalar = scalar({
  name: 'LocalTime',
  description: 'A local time of day, 09:00. As an end it is exclusive, and 24:00 is allowed.',
  example: '09:00',
  parse: (text) => {
    if (!LOCAL_TIME.test(text)) throw new Error('it is written HH:MM, from 00:00 to 24:00');
    return text;
  },
  serialize: serializeText,
});

function parseDateTime(text: string): number {
  const day = DATE_TIME.exec(text)?.[1];
  if (day === undefined)
    throw new Error('it is written YYYY-MM-DDTHH:MM:SS, with a fraction or without, and then Z or an offset');
  checkDay(day);
  const instant = Date.parse(text.toUpperCase());
  if (!isInstant(instant)) throw new Error('in UTC it is outside of the years 0001 to 9999');
  return instant;
}

function serializeDateTime(value: unknown): string {
  if (typeof value !== 'number' || !isInstant(value)) {
    throw new TypeError(`A DateTime is a whole number of epoch milliseconds, not ${String(value)}.`);
  }
  return new Date(value).toISOString();
}

function isInstant(value: number): boolean {
  return Number.isInteger(value) && value >= INSTANT_MIN && value <= INSTANT_MAX;
}

/** Throws where a YYYY-MM-DD is no day: V8 reads February 30 as March 2, and PostgreSQL has no year 0000. */
function checkDay(day: string): void {
  const midnight = new Date(`${day}T00:00:00.000Z`);
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(`${day}T`);
  if (!isDay || day.startsWith('0000')) throw new Error(`${day} is no day of the calendar`);
}

function parseTimeZone(text: string): string {
  // Temporal also takes offsets as zones; ours are named, because calendars need their rules.
  if (!/^[A-Za-z]/.test(text)) throw new Error('it is a name, not an offset');
  const zone = zoneNamed(text);
  if (zone === null) throw new Error('there is no IANA time zone of that name');
  return zone;
}

function serializeText(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`A text was expected, not ${String(value)}.`);
  return value;
}

/** What makes a scalar: `parse` reads a text into the value used inside, and throws an Error that says what is wrong. */
interface ScalarParts<Inside> {
  name: string;
  description: string;
  /** One right value, for the error about something that isn't even a text. */
  example: string;
  parse: (text: string) => Inside;
  serialize: (value: unknown) => string;
}

function scalar<Inside>(parts: ScalarParts<Inside>): GraphQLScalarType<Inside, string> {
  const { name, description, example, parse, serialize } = parts;
  const read = (value: unknown, node?: ValueNode): Inside => {
    if (typeof value !== 'string') throw unreadable(`A ${name} is a text, "${example}".`, node);
    try {
      if (value.length > INPUT_LENGTH_MAX) throw new Error('it is too long');
      return parse(value);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw unreadable(`"${shorten(value)}" is no ${name}: ${why}.`, node);
    }
  };
  return new GraphQLScalarType({
    name,
    description,
    serialize,
    parseValue: (value) => read(value),
    parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined, node),
  });
}

function unreadable(message: string, node: ValueNode | undefined): GraphQLError {
  return new GraphQLError(message, { nodes: node ?? null, extensions: { code: 'BAD_USER_INPUT' } });
}

function shorten(text: string): string {
  return text.length > QUOTED_LENGTH_MAX ? `${text.slice(0, QUOTED_LENGTH_MAX)}…` : text;
}
