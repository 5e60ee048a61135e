/** A table of seats to add, as agencies keep it in their spreadsheets: cells with the places where they stand. */
import { linesOfRecord, RecordFault, recordsOfText, type RecordFaultKind } from './record-parser.js';
import { RECORD_BYTES_MAX } from './utf8-lines.js';

/** The columns that there are, each with other headings that it may have; case, spaces, `_` and `-` don't matter. */
export const SEAT_COLUMNS = {
  clientAccount: ['client', 'account', 'client account id'],
  holderName: ['holder', 'name', 'full name', 'sender'],
  profileUrl: ['profile', 'url', 'linkedin', 'linkedin url', 'linkedin profile'],
  tier: ['subscription', 'linkedin tier', 'licence', 'license'],
  timeZone: ['tz', 'zone'],
  holderKind: ['kind'],
  holderAgreedOn: ['agreed', 'agreed on', 'agreement'],
  externalRef: ['reference', 'ref', 'external id', 'id'],
  workingHours: ['hours'],
  limitMode: ['mode'],
  history: [],
  openingUse: ['sent before'],
  openingPendingInvitations: ['pending', 'pending invitations'],
  warmUpStartedOn: ['warm up', 'warm up since'],
  openingCredits: ['credits', 'inmail credits'],
  creditsRenewOn: ['renewal', 'credits renewal'],
  creditsPerMonth: ['credits a month'],
} as const satisfies Record<string, readonly string[]>;

export type SeatColumn = keyof typeof SEAT_COLUMNS;

/** Without these there is nothing to add. */
const REQUIRED = ['holderName', 'profileUrl', 'tier', 'timeZone'] as const satisfies readonly SeatColumn[];

/** Seats that are added at once: all of them are written under the agency's book, which decisions wait for. */
export const SEATS_ADDED_MAX = 500;

/** What a table has at most: several times as many lines as seats are added at once, and more columns than there are. */
const RECORDS_MAX = 2_000;
const FIELDS_MAX = 200;

export interface SeatTableRow {
  /** The physical line that it starts on, from 1. */
  readonly line: number;
  /** Trimmed; a cell without a word is not among them. */
  readonly cells: ReadonlyMap<SeatColumn, string>;
}

export interface TableProblem {
  readonly line: number;
  /** As the file has it; null where it is of the whole line. */
  readonly column: string | null;
  readonly message: string;
}

export interface SeatTable {
  readonly rows: readonly SeatTableRow[];
  /** The heading of each column, as the file has it. */
  readonly headings: ReadonlyMap<SeatColumn, string>;
  /** All that is wrong with the form of it. */
  readonly problems: readonly TableProblem[];
}

interface RawRow {
  readonly fields: readonly string[];
  readonly line: number;
}

/** Reads a CSV between commas, semicolons or tabs, with a header; what is wrong is told, all of it, and never thrown. */
export function readSeatTable(text: string): SeatTable {
  const problems: TableProblem[] = [];
  const [header, ...rows] = recordsOf(text.replace(/^\ufeff/, ''), problems);
  const headings = new Map<SeatColumn, string>();
  if (!header) {
    if (problems.length === 0) problems.push({ line: 1, column: null, message: 'There is no header.' });
    return { rows: [], headings, problems };
  }
  const columns = header.fields.map((heading) => columnOf(heading, header.line, headings, problems));
  for (const column of REQUIRED.filter((required) => !headings.has(required))) {
    problems.push({ line: header.line, column, message: `The column ${column} is missing.` });
  }
  const read = rows.flatMap(({ fields, line }): SeatTableRow[] => {
    if (fields.every((field) => field.trim() === '')) return [];
    if (fields.length !== columns.length) {
      const message = `The line has ${fields.length} fields, the header has ${columns.length}.`;
      problems.push({ line, column: null, message });
      return [];
    }
    return [{ line, cells: cellsOf(fields, columns) }];
  });
  if (read.length === 0 && problems.length === 0) {
    problems.push({ line: header.line, column: null, message: 'There is no seat below the header.' });
  }
  return { rows: read, headings, problems };
}

/** What stands before a fault is read; a quote that is never closed leaves nothing to go on with. */
function recordsOf(text: string, problems: TableProblem[]): RawRow[] {
  const rows: RawRow[] = [];
  let line = 1;
  try {
    for (const fields of recordsOfText(text, { delimiter: delimiterOf(text), fieldsMax: FIELDS_MAX })) {
      if (rows.length > RECORDS_MAX) {
        problems.push({ line, column: null, message: `A table has ${RECORDS_MAX} lines at most.` });
        break;
      }
      rows.push({ fields, line });
      line += linesOfRecord(fields);
    }
  } catch (error) {
    if (!(error instanceof RecordFault)) throw error;
    problems.push({ line, column: null, message: FAULTS[error.kind] });
  }
  return rows;
}

const FAULTS: Readonly<Record<RecordFaultKind, string>> = {
  TOO_WIDE: `A line has ${FIELDS_MAX} fields at most.`,
  TOO_LONG: `A line has ${RECORD_BYTES_MAX} bytes at most.`,
  QUOTE_OPEN: 'A quote is opened here and never closed.',
  STRAY_QUOTE:
    'It is no CSV: a quote stands inside of a cell; put the cell into quotes, and write it twice there.',
};

/** Spreadsheets write whichever their country has: the one that the first line has most of. */
function delimiterOf(text: string): string {
  const [first = ''] = text.split('\n', 1);
  const counted = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: first.split(delimiter).length }));
  return counted.reduce((most, one) => (one.count > most.count ? one : most)).delimiter;
}

function columnOf(
  heading: string,
  line: number,
  headings: Map<SeatColumn, string>,
  problems: TableProblem[],
): SeatColumn | null {
  const column = BY_HEADING.get(fold(heading)) ?? null;
  if (column === null) {
    const message = `There is no column "${heading.trim()}": docs/seats.md has those that there are.`;
    problems.push({ line, column: heading.trim(), message });
  } else if (headings.has(column)) {
    problems.push({ line, column: heading.trim(), message: `The column ${column} is there twice.` });
  } else headings.set(column, heading.trim());
  return column;
}

function cellsOf(
  fields: readonly string[],
  columns: readonly (SeatColumn | null)[],
): ReadonlyMap<SeatColumn, string> {
  const cells = fields.flatMap((field, index): [SeatColumn, string][] => {
    const column = columns[index];
    return column && field.trim() !== '' ? [[column, field.trim()]] : [];
  });
  return new Map(cells);
}

function fold(heading: string): string {
  return heading.toLowerCase().replace(/[\s_-]+/gu, '');
}

const BY_HEADING: ReadonlyMap<string, SeatColumn> = new Map(
  (Object.keys(SEAT_COLUMNS) as SeatColumn[]).flatMap((column) =>
    [column, ...SEAT_COLUMNS[column]].map((heading): [string, SeatColumn] => [fold(heading), column]),
  ),
);
