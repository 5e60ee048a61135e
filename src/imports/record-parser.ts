/**
 * CSV, split into records and fields: by hand, since whoever sends a file chooses what it costs. A record costs what its
 * bytes cost here, however many fields it has, wherever its quotes stand, and whatever came before it; and since each
 * is handed out by itself, whoever reads them can stop, or let others have their turn, after any of them.
 */
import { RECORD_BYTES_MAX } from './utf8-lines.js';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;

/** Behind the last byte of a piece that ends inside of quotes. */
const OPEN = -1;

/** QUOTE_OPEN: never closed. STRAY_QUOTE: inside of a field that isn't quoted, or behind the quotes of one. */
export type RecordFaultKind = 'QUOTE_OPEN' | 'STRAY_QUOTE' | 'TOO_LONG' | 'TOO_WIDE';

/** What makes a record, and all behind it, unreadable; those before it were handed out. */
export class RecordFault extends Error {
  constructor(readonly kind: RecordFaultKind) {
    super(`a record is ${kind}`);
  }
}

export interface RecordRules {
  /** One character of ASCII. */
  readonly delimiter: string;
  /** A record with more is TOO_WIDE, as soon as that is seen. */
  readonly fieldsMax: number;
  /** Whether a stray quote is a letter like others, and no fault. */
  readonly keepsStrayQuotes?: boolean;
  /** Whether a carriage return ends a record without a line feed, too, as on old Macs. */
  readonly endsAtReturn?: boolean;
}

/** Reads UTF-8 in pieces, each of which ends behind a line feed, but for the last one. */
export class RecordParser {
  private readonly delimiter: number;
  private fields: string[] = [];
  /** Of the record, in the pieces before this one. */
  private bytesBefore = 0;
  /** What the pieces before this one had of a field whose quotes are still open. */
  private opened: string | null = null;

  constructor(private readonly rules: RecordRules) {
    this.delimiter = rules.delimiter.charCodeAt(0);
  }

  /** The records that end in a piece. Throws RecordFault. */
  *read(piece: Buffer): Generator<string[], void> {
    let start = 0;
    for (let at = 0; at < piece.length;) {
      const end = this.readField(piece, at);
      this.refuseLong((end === OPEN ? piece.length : end) - start);
      if (end === OPEN) {
        this.bytesBefore += piece.length - start;
        return;
      }
      at = end + 1;
      if (piece[end] === this.delimiter) continue;
      if (isReturnBeforeFeed(piece, end)) at++;
      start = at;
      yield this.takeRecord();
    }
  }

  /** The record that nothing ends, where there is one. Throws RecordFault. */
  *end(): Generator<string[], void> {
    if (this.opened !== null) throw new RecordFault('QUOTE_OPEN');
    if (this.fields.length === 0) return;
    this.push('');
    yield this.takeRecord();
  }

  /** Reads on at a field, or inside of one; where it ends, or OPEN. */
  private readField(piece: Buffer, at: number): number {
    if (this.opened === null && piece[at] !== QUOTE) {
      const end = this.endOfField(piece, at);
      const field = piece.toString('utf8', at, end);
      if (field.includes('"')) this.refuseStray();
      this.push(field);
      return end;
    }
    const from = this.opened === null ? at + 1 : at;
    const close = closingQuote(piece, from);
    const text = (this.opened ?? '') + piece.toString('utf8', from, close === OPEN ? piece.length : close);
    this.opened = close === OPEN ? text : null;
    if (close === OPEN) return OPEN;
    const field = text.replaceAll('""', '"');
    const end = this.endOfField(piece, close + 1);
    if (end === close + 1) {
      this.push(field);
    } else {
      // No quotes of a field, then, but letters of it, as is all that comes behind them.
      this.refuseStray();
      this.push(`"${field}${piece.toString('utf8', close, end)}`);
    }
    return end;
  }

  private endOfField(piece: Buffer, from: number): number {
    for (let at = from; at < piece.length; at++) {
      const byte = piece[at];
      if (byte === this.delimiter || byte === LINE_FEED) return at;
      if (byte === CARRIAGE_RETURN && (this.rules.endsAtReturn || piece[at + 1] === LINE_FEED)) return at;
    }
    return piece.length;
  }

  private push(field: string): void {
    if (this.fields.length === this.rules.fieldsMax) throw new RecordFault('TOO_WIDE');
    this.fields.push(field);
  }

  private refuseStray(): void {
    if (!this.rules.keepsStrayQuotes) throw new RecordFault('STRAY_QUOTE');
  }

  private refuseLong(bytes: number): void {
    if (this.bytesBefore + bytes > RECORD_BYTES_MAX) throw new RecordFault('TOO_LONG');
  }

  private takeRecord(): string[] {
    const { fields } = this;
    this.fields = [];
    this.bytesBefore = 0;
    return fields;
  }
}

/** The records of a text that is there as a whole. Throws RecordFault, once those before it are handed out. */
export function* recordsOfText(text: string, rules: RecordRules): Generator<string[], void> {
  const parser = new RecordParser(rules);
  yield* parser.read(Buffer.from(text));
  yield* parser.end();
}

/** The fields of the first record of a line; none where it is empty or no CSV. Throws RecordFault TOO_WIDE. */
export function fieldsOfLine(line: string, delimiter: string, fieldsMax: number): string[] {
  try {
    const rules = { delimiter, fieldsMax, keepsStrayQuotes: true, endsAtReturn: true };
    for (const fields of recordsOfText(line, rules)) return fields;
  } catch (error) {
    if (!(error instanceof RecordFault) || error.kind === 'TOO_WIDE') throw error;
  }
  return [];
}

/** How many physical lines a record goes over, by the line feeds inside of its fields. */
export function linesOfRecord(fields: readonly string[]): number {
  return fields.reduce((sum, field) => sum + countLineFeeds(field), 1);
}

function countLineFeeds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function isReturnBeforeFeed(piece: Buffer, at: number): boolean {
  return piece[at] === CARRIAGE_RETURN && piece[at + 1] === LINE_FEED;
}

/** The first quote that isn't one of two in a row, which stand for one. */
function closingQuote(piece: Buffer, from: number): number {
  for (let at = from; at < piece.length; at++) {
    if (piece[at] !== QUOTE) continue;
    if (piece[at + 1] !== QUOTE) return at;
    at++;
  }
  return OPEN;
}
