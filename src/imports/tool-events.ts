import { eventNameOf } from './event-name.js';
import { isDay } from './export-dates.js';
import { type Json, parseAsWritten } from './json-as-written.js';
import { isTooMuchJson } from './json-bounds.js';
import { normalizeProfileUrl } from './profile-url.js';
import type { Condition, Meaning, Path, PersonChange, Reading, ToolShape } from './tool-shape.js';

/** What came in by a tool's webhook: bytes in, records out. Nothing of a text that somebody wrote is taken over. */

/** Why an event could not be read. */
export type Unreadable =
  'NOT_JSON' | 'NO_TYPE' | 'UNKNOWN_TYPE' | 'NO_PERSON' | 'PERSON_UNREADABLE' | 'TIME_UNREADABLE';

/** An event as it counts. */
export interface ToolEvent {
  /** The tool's own name of it; where it does not look like one, a word for all of those. */
  readonly type: string | null;
  /** Of one event always the same, of two never: to be kept as a fingerprint alone. */
  readonly key: string;
  readonly read:
    | { readonly kind: 'IGNORED' }
    | { readonly kind: 'UNREADABLE'; readonly why: Unreadable }
    | ReadEvent
    | PersonEvent;
  /** What stands in it, without any value: for whoever has to find out why it could not be read. */
  readonly outline: readonly string[];
}

export interface ReadEvent {
  readonly kind: 'READ';
  readonly means: Exclude<Meaning, { kind: 'IGNORED' | 'PERSON' }>;
  /** Normalised. */
  readonly profileUrl: string;
  /** Epoch milliseconds; null where the tool tells no time. */
  readonly at: number | null;
  readonly senderId: string | null;
  /** Normalised; null where it is none. */
  readonly senderUrl: string | null;
}

/** Who somebody is, or that they are to be left alone. */
export interface PersonEvent {
  readonly kind: 'PERSON';
  readonly change: PersonChange;
  /** Normalised. */
  readonly profileUrl: string;
  /** By the names of fields; what is not told is not among them. */
  readonly fields: Readonly<Record<string, string>>;
  readonly customFields: Readonly<Record<string, string>>;
}

/** Events of one request, where a tool sends several. */
const EVENTS_MAX = 100;
/** Longest name of a type that is told. */
const TYPE = /^[A-Za-z][\w.:-]{0,99}$/;
const ID_LENGTH_MAX = 300;
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/;
/** Seconds since 1970 up to then; milliseconds beyond. */
const SECONDS_MAX = 100_000_000_000;

/** The events of a body. Null where it holds more of them than are taken at once. */
export function readToolEvents(body: Buffer, shape: ToolShape): readonly ToolEvent[] | null {
  const text = body.toString('utf8');
  const json = isTooMuchJson(body) ? undefined : parseAsWritten(text);
  if (json === undefined) {
    return [{ type: null, key: text, read: { kind: 'UNREADABLE', why: 'NOT_JSON' }, outline: [] }];
  }
  const listed = (shape.list === undefined ? undefined : valueAt(json, shape.list)) ?? json;
  const events = Array.isArray(listed) ? (listed as readonly Json[]) : [listed];
  return events.length > EVENTS_MAX ? null : events.map((event) => readToolEvent(event, shape));
}

/** Whether a body is a list of events, however many: then what came of each is told. */
export function isListOfEvents(body: Buffer, { list }: ToolShape): boolean {
  return list !== undefined || body.toString('utf8').trimStart().startsWith('[');
}

function readToolEvent(event: Json, shape: ToolShape): ToolEvent {
  const named = shape.typeOfAll ?? firstText(event, shape.type);
  const type = named !== null && TYPE.test(named) ? named : null;
  const id = firstText(event, shape.id);
  const key = id === null ? JSON.stringify(event) : JSON.stringify([type, id.slice(0, ID_LENGTH_MAX)]);
  return {
    type: shownType(type, shape),
    key,
    read: meaningOf(event, type, shape),
    outline: outlineOf(event),
  };
}

/** A type that is known is the tool's own, or what the agency calls it. */
function shownType(type: string | null, { events }: ToolShape): string | null {
  if (type === null || Object.hasOwn(events, type.toUpperCase())) return type;
  return eventNameOf(type);
}

function meaningOf(event: Json, type: string | null, shape: ToolShape): ToolEvent['read'] {
  if (type === null) return unreadable('NO_TYPE');
  const name = type.toUpperCase();
  const readings = Object.hasOwn(shape.events, name) ? (shape.events[name] ?? []) : [];
  const reading = readings.find(({ when = [] }) => when.every((condition) => holds(event, condition)));
  if (!reading) return unreadable('UNKNOWN_TYPE');
  if (reading.means.kind === 'IGNORED') return { kind: 'IGNORED' };
  const person = firstText(event, reading.person ?? shape.person);
  if (person === null) return unreadable('NO_PERSON');
  const profileUrl = normalizeProfileUrl(person);
  if (profileUrl === null) return unreadable('PERSON_UNREADABLE');
  if (reading.means.kind === 'PERSON') return readPerson(event, reading.means.change, profileUrl, shape);
  return readAs(event, reading, { means: reading.means, profileUrl }, shape);
}

function readPerson(
  event: Json,
  change: PersonChange,
  profileUrl: string,
  { fields = [] }: ToolShape,
): PersonEvent {
  const told = (isCustom: boolean): Record<string, string> =>
    Object.fromEntries(
      fields.flatMap((one): [string, string][] => {
        const value = one.isCustom === isCustom ? first(event, [one.path]) : null;
        return value === null ? [] : [[one.field, String(value)]];
      }),
    );
  return { kind: 'PERSON', change, profileUrl, fields: told(false), customFields: told(true) };
}

function readAs(
  event: Json,
  reading: Reading,
  { means, profileUrl }: Pick<ReadEvent, 'means' | 'profileUrl'>,
  shape: ToolShape,
): ToolEvent['read'] {
  const told = first(event, reading.at ?? shape.at);
  const at = told === null ? null : instantOf(told);
  if (Number.isNaN(at)) return unreadable('TIME_UNREADABLE');
  const senderUrl = firstText(event, shape.senderUrl);
  return {
    ...{ kind: 'READ', means, profileUrl, at, senderId: senderIdOf(event, shape) },
    senderUrl: senderUrl === null ? null : normalizeProfileUrl(senderUrl),
  };
}

/** Nothing that is kept has a NUL: no seat is called so, and no table takes it. */
function senderIdOf(event: Json, shape: ToolShape): string | null {
  const told = firstText(event, shape.senderId);
  return told?.includes('\0') ? null : told;
}

function unreadable(why: Unreadable): ToolEvent['read'] {
  return { kind: 'UNREADABLE', why };
}

/** Not a number for what is no instant. A text without a zone is none: nobody knows which is meant. 24:00 is the end of a day. */
function instantOf(told: string | number | boolean): number {
  if (typeof told === 'boolean') return Number.NaN;
  const number = typeof told === 'number' ? told : /^\d{9,14}$/.test(told) ? Number(told) : null;
  if (number !== null) return Math.floor(number < SECONDS_MAX ? number * 1_000 : number);
  const [, year, month, day] = INSTANT.exec(String(told)) ?? [];
  return isDay(Number(year), Number(month), Number(day)) ? Date.parse(String(told)) : Number.NaN;
}

function holds(event: Json, condition: Condition): boolean {
  const value = valueAt(event, condition.path);
  const isNegated = condition.not ?? false;
  if ('is' in condition) return isPlain(value) && condition.is.includes(String(value)) !== isNegated;
  const other = valueAt(event, condition.sameAs);
  // What isn't told is neither the same nor another.
  if (!isPlain(value) || !isPlain(other)) return false;
  return (value === other) !== isNegated;
}

function first(event: Json, paths: readonly Path[]): string | number | boolean | null {
  for (const path of paths) {
    const value = valueAt(event, path);
    if (isPlain(value) && value !== '') return value;
  }
  return null;
}

function firstText(event: Json, paths: readonly Path[]): string | null {
  const value = first(event, paths);
  return value === null || typeof value === 'boolean' ? null : String(value);
}

function valueAt(event: Json, path: Path): Json | undefined {
  let value: Json | undefined = event;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string, Json>>)[step];
  }
  return value;
}

function isPlain(value: Json | undefined): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** Names of fields that are told: those that a program gave, and no person's data. */
const FIELD = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/;
const OUTLINE_MAX = 60;
const DEPTH_MAX = 6;

/** `lead.profile_url: string`, and so on: which fields there are, and of what kind; of a list the first entry. */
function outlineOf(event: Json): string[] {
  const lines: string[] = [];
  const walk = (value: Json, path: string, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth === DEPTH_MAX) {
      lines.push(`${path || '.'}: ${value === null ? 'null' : typeof value}`);
      return;
    }
    const fields = Object.entries(Array.isArray(value) ? value.slice(0, 1) : value);
    for (const [name, below] of fields as [string, Json][]) {
      if (lines.length >= OUTLINE_MAX) return;
      const isNumber = Array.isArray(value);
      walk(below, [path, isNumber || FIELD.test(name) ? name : '…'].filter(Boolean).join('.'), depth + 1);
    }
  };
  walk(event, '', 0);
  return lines;
}
