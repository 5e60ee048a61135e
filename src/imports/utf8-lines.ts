/** The bytes of a file, checked to be text, in pieces that end where a line ends. */
import { isUtf8 } from 'node:buffer';
import { ExportError } from './export-error.js';

/** A line, or a record over several lines. The longest real one is a message of some 8,000 characters. */
export const RECORD_BYTES_MAX = 1024 ** 2;

const LINE_FEED = 0x0a;
const BOM_UTF8 = Buffer.from([0xef, 0xbb, 0xbf]);
const BOM_UTF16_LITTLE = Buffer.from([0xff, 0xfe]);
const BOM_UTF16_BIG = Buffer.from([0xfe, 0xff]);

/** `Ã` and a sign of U+0080 to U+00BF: what an accented letter becomes when UTF-8 is read as Latin-1. */
const MOJIBAKE = Buffer.from([0xc3, 0x83, 0xc2]);

/** What was noticed on the way, besides what is refused. */
export interface TextNotes {
  /** The first line with letters that were once wrongly decoded, or null. */
  mojibakeLine: number | null;
}

/**
 * Passes a file's bytes through, without byte order mark, cut after line feeds (the last piece may lack one).
 *
 * @throws ExportError NUL_BYTE, WRONG_ENCODING (anything but UTF-8), TOO_LARGE (a line without end)
 */
export async function* utf8Lines(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  notes: TextNotes,
): AsyncGenerator<Buffer> {
  let pending: Buffer = Buffer.alloc(0);
  let line = 1;
  let isStart = true;
  for await (const chunk of chunks) {
    pending = pending.length === 0 ? asBuffer(chunk) : Buffer.concat([pending, chunk]);
    if (isStart && pending.length < BOM_UTF8.length) continue;
    if (isStart) pending = withoutBom(pending, file);
    isStart = false;
    const end = pending.lastIndexOf(LINE_FEED) + 1;
    if (pending.length - end > RECORD_BYTES_MAX) throw endlessLine(file, line + countLines(pending));
    if (end === 0) continue;
    const piece = pending.subarray(0, end);
    checkText(piece, file, line, notes);
    line += countLines(piece);
    pending = pending.subarray(end);
    yield piece;
  }
  if (isStart) pending = withoutBom(pending, file);
  if (pending.length === 0) return;
  checkText(pending, file, line, notes);
  yield pending;
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function withoutBom(start: Buffer, file: string): Buffer {
  if (startsWith(start, BOM_UTF16_LITTLE) || startsWith(start, BOM_UTF16_BIG)) {
    throw new ExportError('WRONG_ENCODING', 'is in UTF-16; save it as UTF-8', { file, line: 1 });
  }
  return startsWith(start, BOM_UTF8) ? start.subarray(BOM_UTF8.length) : start;
}

function startsWith(start: Buffer, bytes: Buffer): boolean {
  return start.subarray(0, bytes.length).equals(bytes);
}

function checkText(piece: Buffer, file: string, firstLine: number, notes: TextNotes): void {
  const nul = piece.indexOf(0);
  if (nul >= 0) {
    const line = firstLine + countLines(piece.subarray(0, nul));
    throw new ExportError('NUL_BYTE', 'holds a NUL byte: it is no text, or text in UTF-16', { file, line });
  }
  if (!isUtf8(piece)) {
    const line = firstLine + firstInvalidLine(piece);
    throw new ExportError(
      'WRONG_ENCODING',
      'is not UTF-8; save it as UTF-8, or take the file of the original archive',
      { file, line },
    );
  }
  const mojibake = notes.mojibakeLine === null ? piece.indexOf(MOJIBAKE) : -1;
  if (mojibake >= 0) notes.mojibakeLine = firstLine + countLines(piece.subarray(0, mojibake));
}

/** How many line feeds come before the first line that is not UTF-8. */
function firstInvalidLine(piece: Buffer): number {
  let start = 0;
  for (let line = 0; ; line++) {
    const next = piece.indexOf(LINE_FEED, start) + 1;
    if (next === 0 || !isUtf8(piece.subarray(start, next))) return line;
    start = next;
  }
}

function countLines(piece: Buffer): number {
  let count = 0;
  for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}

function endlessLine(file: string, line: number): ExportError {
  return new ExportError('TOO_LARGE', `a line has over ${RECORD_BYTES_MAX} bytes`, { file, line });
}
