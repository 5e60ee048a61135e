import { Parser } from 'csv-parse';
import { RECORD_BYTES_MAX } from './utf8-lines.js';

/**
 * Keeps the records of one piece, instead of passing them on through the stream: there they would be lost when a
 * fault follows, and the parser's own hook for records makes so many objects that memory doubles.
 */
export class RecordParser extends Parser {
  readonly batch: string[][] = [];

  constructor(delimiter: string) {
    super({
      delimiter,
      // Both at once: Excel writes CRLF behind the header alone.
      record_delimiter: ['\r\n', '\n'],
      // Records of another length, and quotes inside of fields, are ours to judge.
      relax_column_count: true,
      relax_quotes: true,
      max_record_size: RECORD_BYTES_MAX,
    });
    // Faults arrive by the callbacks of write and end; without a listener the event would end the process.
    this.on('error', () => undefined);
    this.resume();
  }

  override push(record: string[] | null): boolean {
    if (record === null) return super.push(null);
    this.batch.push(record);
    return true;
  }
}
