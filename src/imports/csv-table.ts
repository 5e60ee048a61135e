/** The rows of one CSV file of the export, found by the names of their columns, with the lines they start on. */
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { ExportError, quoted } from './export-error.js';
import type { ExportFile } from './export-files.js';
import { fieldsOfLine, linesOfRecord, RecordFault, RecordParser } from './record-parser.js';
import { RECORD_BYTES_MAX, utf8Lines, type TextNotes } from './utf8-lines.js';

/** Lines before the header: LinkedIn's notes take three. */
const PREAMBLE_LINES_MAX = 50;

/** Columns of a table, more than any tool writes: a record of nothing but commas would take as long as a million of them. */
export const COLUMNS_MAX = 20_000;

/** Records that are taken before others get a turn: a piece of a file may have 65,536 that say nothing. */
export const TAKEN_AT_ONCE = 1_000;
/** And for how long, of records that take long. */
const TAKEN_MS = 10;

/** The columns that are read, each with every heading that it has had, folded (see `foldHeading`). */
export interface TableLayout<Column extends string> {
  readonly headings: Readonly<Record<Column, readonly string[]>>;
  /** Without these no row is taken for the header. */
  readonly required: readonly Column[];
  /** A comma, as LinkedIn writes it, unless told otherwise. */
  readonly delimiter?: string;
}

/** A row that has as many fields as the header, or nothing in any field. */
export class TableRow<Column extends string> {
  constructor(
    /** The physical line that the row starts on, from 1. */
    readonly line: number,
    private readonly fields: readonly string[],
    private readonly positions: ReadonlyMap<Column, number>,
  ) {}

  /** The field under a heading, trimmed; empty where the file lacks the column. */
  get(column: Column): string {
    return this.asWritten(column).trim();
  }

  /** Characters of some columns together, with the blanks around them: whoever keeps a part of a field keeps all of it. */
  lengthOf(columns: readonly Column[]): number {
    return columns.reduce((sum, column) => sum + this.asWritten(column).length, 0);
  }

  private asWritten(column: Column): string {
    const position = this.positions.get(column);
    return position === undefined ? '' : (this.fields[position] ?? '');
  }

  /** Whether nothing but this column says anything: so LinkedIn writes rows of hidden members. */
  isEmptyBut(column: Column): boolean {
    const position = this.positions.get(column);
    return this.fields.every((field, index) => index === position || field.trim() === '');
  }
}

/** What of a file has to be known to read it as a table. */
type TableFile = Pick<ExportFile, 'name' | 'crc32' | 'open'>;

/** What reading a table reports on the way. */
export interface TableVisitor<Column extends string> {
  onRow(row: TableRow<Column>): void;
  onRejected(line: number, reason: string): void;
  /** A line below the header that says nothing: it is no row, and yet it was read. */
  onBlank(): void;
  /** More bytes were read. */
  onBytes(count: number): void;
  /** Between two pieces of the file: the next is read once it is done. */
  onPiece?(): Promise<void>;
}

export interface TableSummary extends TextNotes {
  /** Rows below the header that aren't blank, rejected ones included. */
  rows: number;
  crc32: number;
}

/**
 * Reads a file to its end and hands out its rows. Lines before the header are skipped, whatever they say.
 *
 * @throws ExportError NOT_AN_EXPORT (no header), BROKEN (a quote that isn't closed, a wrong checksum), TOO_LARGE
 *   (a record, or its columns), NUL_BYTE, WRONG_ENCODING; AbortError by `signal`
 */
export async function readTable<Column extends string>(
  file: TableFile,
  layout: TableLayout<Column>,
  visitor: TableVisitor<Column>,
  signal?: AbortSignal,
): Promise<TableSummary> {
  const summary: TableSummary = { rows: 0, crc32: 0, mojibakeLine: null };
  const rows = new RowReader(file, layout, visitor, summary);
  const chunks = counted(file, visitor, summary, signal);
  const lines = utf8Lines(chunks, file.name, summary);
  await takeRecords(lines, rows, signal);
  if (file.crc32 !== null && file.crc32 !== summary.crc32) {
    throw new ExportError('BROKEN', 'is damaged: its checksum is wrong', { file: file.name });
  }
  rows.finish();
  return summary;
}

async function* counted(
  file: TableFile,
  visitor: TableVisitor<string>,
  summary: TableSummary,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of file.open()) {
    signal?.throwIfAborted();
    summary.crc32 = crc32(chunk, summary.crc32);
    visitor.onBytes(chunk.length);
    yield chunk;
  }
}

/** Takes lines until the header is found, then records; counts physical lines all the way. */
class RowReader<Column extends string> {
  private line = 1;
  private firstText: string | null = null;
  private positions: ReadonlyMap<Column, number> | null = null;
  private header: readonly string[] = [];
  private isHeaderTaken = false;

  constructor(
    private readonly file: TableFile,
    private readonly layout: TableLayout<Column>,
    private readonly visitor: TableVisitor<Column>,
    private readonly summary: TableSummary,
  ) {}

  get delimiter(): string {
    return this.layout.delimiter ?? ',';
  }

  /** What the visitor still has to do before more is read. */
  async settle(): Promise<void> {
    await this.visitor.onPiece?.();
  }

  /** What comes before the header needn't be CSV, so it is looked at line by line. Whether the line is the header. */
  isHeader(text: string): boolean {
    const fields = fieldsOfLine(text, this.delimiter, COLUMNS_MAX);
    this.positions = findColumns(fields, this.layout);
    if (this.positions !== null) {
      this.header = fields;
      return true;
    }
    if (text.trim() !== '') this.firstText ??= text;
    if (++this.line > PREAMBLE_LINES_MAX) throw this.noHeader();
    return false;
  }

  /** Takes a record; the first one is the header again. */
  take(fields: readonly string[]): void {
    const line = this.line;
    this.line += linesOfRecord(fields);
    if (!this.isHeaderTaken) this.takeHeader(fields, line);
    else if (fields.length === 1 && fields[0]?.trim() === '') this.visitor.onBlank();
    else this.takeRow(fields, line);
  }

  /** What is told of the record that comes next, where it is none. */
  faultOf({ kind }: RecordFault): ExportError {
    const place = { file: this.file.name, line: this.line };
    switch (kind) {
      case 'TOO_LONG':
        return new ExportError('TOO_LARGE', `a record has over ${RECORD_BYTES_MAX} bytes`, place);
      case 'TOO_WIDE':
        return new ExportError('TOO_LARGE', `a line has over ${COLUMNS_MAX} columns`, place);
      case 'QUOTE_OPEN':
        return new ExportError(
          'BROKEN',
          'a quote is opened here and never closed: the file is cut off or damaged',
          place,
        );
      case 'STRAY_QUOTE':
        return new ExportError('BROKEN', 'is no CSV: a quote stands inside of a field', place);
    }
  }

  /** A file without a word holds nothing; one with words but no header is something else. */
  finish(): void {
    if (this.positions === null && this.firstText !== null) throw this.noHeader();
  }

  /** It ends at the first carriage return, and as a record at a line feed alone: what lies between them would be lost. */
  private takeHeader(fields: readonly string[], line: number): void {
    this.isHeaderTaken = true;
    const isSame =
      fields.length === this.header.length && fields.at(-1)?.trim() === this.header.at(-1)?.trim();
    if (isSame) return;
    const problem = 'the lines end in carriage returns alone; save the file as CSV UTF-8';
    throw new ExportError('BROKEN', problem, { file: this.file.name, line });
  }

  private takeRow(fields: readonly string[], line: number): void {
    this.summary.rows++;
    // A row of nothing but commas is a hidden member's, however many commas a re-save left of it.
    const isHidden = fields.every((field) => field.trim() === '');
    const { length } = this.header;
    if (fields.length !== length && !isHidden) {
      this.visitor.onRejected(line, `has ${fields.length} fields, the header has ${length}`);
    } else {
      this.visitor.onRow(new TableRow(line, fields, this.positions ?? new Map<Column, number>()));
    }
  }

  private noHeader(): ExportError {
    const columns = this.layout.required.map((column) => this.layout.headings[column][0]).join(', ');
    const start = quoted(this.firstText ?? '');
    const problem = `no line holds the headings ${columns} between commas; the file starts with ${start}`;
    return new ExportError('NOT_AN_EXPORT', problem, { file: this.file.name });
  }
}

/** Case, spaces, underscores and hyphens in a heading change from era to era and with every re-save. */
export function foldHeading(heading: string): string {
  return heading.toLowerCase().replace(/[\s_-]+/gu, '');
}

function findColumns<Column extends string>(
  fields: readonly string[],
  { headings, required }: TableLayout<Column>,
): ReadonlyMap<Column, number> | null {
  // By heading: a header of thousands of columns is looked through once, not once for each of them.
  const firsts = new Map<string, number>();
  for (const [position, field] of fields.entries()) {
    const heading = foldHeading(field);
    if (!firsts.has(heading)) firsts.set(heading, position);
  }
  const placesOf = (column: Column): number[] =>
    headings[column].flatMap((known) => firsts.get(foldHeading(known)) ?? []);
  // First: a line before the header is no header, and not to be looked through for thousands of columns.
  if (!required.every((column) => placesOf(column).length > 0)) return null;
  const positions = new Map<Column, number>();
  for (const column in headings) {
    const found = placesOf(column);
    if (found.length > 0) positions.set(column, Math.min(...found));
  }
  return positions;
}

/** Every record before a fault is taken before the fault is thrown, so its line is known. */
async function takeRecords<Column extends string>(
  lines: AsyncIterable<Buffer>,
  rows: RowReader<Column>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const parser = new RecordParser({
    delimiter: rows.delimiter,
    fieldsMax: COLUMNS_MAX,
    keepsStrayQuotes: true,
  });
  let isTable = false;
  try {
    for await (const piece of lines) {
      const start: number | null = isTable ? 0 : findHeader(piece, rows);
      isTable = start !== null;
      if (start === null) continue;
      await takeInTurns(parser.read(piece.subarray(start)), rows, signal);
      await rows.settle();
    }
    await takeInTurns(parser.end(), rows, signal);
    await rows.settle();
  } catch (error) {
    throw error instanceof RecordFault ? rows.faultOf(error) : error;
  }
}

async function takeInTurns<Column extends string>(
  records: Iterable<readonly string[]>,
  rows: RowReader<Column>,
  signal: AbortSignal | undefined,
): Promise<void> {
  let [taken, since] = [0, performance.now()];
  for (const record of records) {
    rows.take(record);
    taken += 1;
    if (taken < TAKEN_AT_ONCE && performance.now() - since < TAKEN_MS) continue;
    await setImmediate(undefined, { signal });
    [taken, since] = [0, performance.now()];
  }
}

/** Where the header starts in a piece of whole lines; null where it isn't among them. */
function findHeader<Column extends string>(piece: Buffer, rows: RowReader<Column>): number | null {
  for (let start = 0; start < piece.length;) {
    const lineFeed = piece.indexOf('\n', start);
    const end = lineFeed < 0 ? piece.length : lineFeed + 1;
    if (rows.isHeader(piece.toString('utf8', start, end))) return start;
    start = end;
  }
  return null;
}
