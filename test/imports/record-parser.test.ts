import { CsvError } from 'csv-parse';
import { parse, type Options } from 'csv-parse/sync';
import fc from 'fast-check';
import { fieldsOfLine, RecordFault, RecordParser, recordsOfText } from '../../src/imports/record-parser.js';
import { RECORD_BYTES_MAX } from '../../src/imports/utf8-lines.js';

const RULES = { delimiter: ',', fieldsMax: 20_000, keepsStrayQuotes: true };

/** What was handed out, and what ended it. */
interface Outcome {
  readonly records: readonly (readonly string[])[];
  readonly fault: string | null;
}

function read(
  pieces: readonly string[],
  rules: ConstructorParameters<typeof RecordParser>[0] = RULES,
): Outcome {
  const parser = new RecordParser(rules);
  const records: string[][] = [];
  try {
    for (const piece of pieces) records.push(...collect(parser.read(Buffer.from(piece)), records));
    records.push(...parser.end());
    return { records, fault: null };
  } catch (error) {
    if (!(error instanceof RecordFault)) throw error;
    return { records, fault: error.kind };
  }
}

/** One by one into `records`, so that those before a fault are there. */
function collect(from: Iterable<string[]>, records: string[][]): string[][] {
  for (const record of from) records.push(record);
  return [];
}

const FAULTS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'QUOTE_OPEN',
  CSV_INVALID_CLOSING_QUOTE: 'STRAY_QUOTE',
  INVALID_OPENING_QUOTE: 'STRAY_QUOTE',
};

/** What a parser says that many others use, too. */
function readByAnother(text: string, options: Options): Outcome {
  const records: string[][] = [];
  const onRecord = (record: string[]) => void records.push(record);
  try {
    parse(text, { delimiter: ',', relax_column_count: true, on_record: onRecord, ...options });
    return { records, fault: null };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { records, fault: FAULTS[error.code] ?? error.code };
  }
}

const texts = fc
  .array(
    fc.constantFrom('a', 'é', '👋', ' ', '"', '"', '""', ',', ',', ';', '\n', '\n', '\r\n', '\r', '#', '\t'),
    {
      maxLength: 40,
    },
  )
  .map((parts) => parts.join(''));

/** A text in pieces, cut behind some of its line feeds. */
const pieces = fc.tuple(texts, fc.array(fc.boolean(), { maxLength: 40 })).map(([text, cuts]) => {
  const cut: string[] = [''];
  for (const [index, line] of text.split(/(?<=\n)/).entries()) {
    if (cuts[index]) cut.push(line);
    else cut.push((cut.pop() ?? '') + line);
  }
  return cut;
});

describe('records', () => {
  const ends = { record_delimiter: ['\r\n', '\n'] };

  it('are those that another parser finds, wherever the pieces end', () => {
    const property = fc.property(pieces, (cut) => {
      expect(read(cut)).toEqual(readByAnother(cut.join(''), { ...ends, relax_quotes: true }));
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('are the same where a stray quote is a fault, up to the fault', () => {
    const property = fc.property(pieces, (cut) => {
      expect(read(cut, { ...RULES, keepsStrayQuotes: false })).toEqual(readByAnother(cut.join(''), ends));
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('of a single line end as it first ends, be it by a carriage return', () => {
    const property = fc.property(texts, (line) => {
      const { records, fault } = readByAnother(line, { relax_quotes: true });
      if (fault === null) expect(fieldsOfLine(line, ',', 100)).toEqual(records[0] ?? []);
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('that are too wide or too long are refused, and those before them handed out', () => {
    const wide = `a,b\n${','.repeat(20_000)}\n`;
    expect(read([wide])).toEqual({ records: [['a', 'b']], fault: 'TOO_WIDE' });
    expect(() => fieldsOfLine(','.repeat(20_000), ',', 20_000)).toThrow(RecordFault);
    const piece = 'x\n'.repeat(RECORD_BYTES_MAX / 8);
    expect(read(['a,b\n', '"', piece, piece, piece, piece])).toEqual({
      records: [['a', 'b']],
      fault: 'TOO_LONG',
    });
    expect(read(['a,b\n', `"${piece}`, piece, piece, '"\n']).fault).toBeNull();
  });
});

describe('what a record costs', () => {
  it('is no error made for each that is blank, ragged or of carriage returns', () => {
    const made = jest.spyOn(Error, 'captureStackTrace');
    try {
      const count = 65_536;
      for (const unit of ['\n', 'a\n', ',,,,\n', '"a"b\n', '\r\n']) {
        expect([...recordsOfText(`a,b,c\n${unit.repeat(count)}`, RULES)]).toHaveLength(count + 1);
      }
      expect(fieldsOfLine(`a,b${'\r'.repeat(count)}`, ',', 100)).toEqual(['a', 'b']);
      expect(made).not.toHaveBeenCalled();
    } finally {
      made.mockRestore();
    }
  });

  it('is no copy of the longest that came before it, for each quote that is a letter', () => {
    const copied = jest.spyOn(Buffer.prototype, 'copy');
    try {
      const long = `${'x'.repeat(1_000_000)}\n`;
      expect([...recordsOfText(long + '"a"b,"a"b\n'.repeat(1_000), RULES)]).toHaveLength(1_001);
      const bytes = copied.mock.contexts.reduce<number>((sum, from) => sum + (from as Buffer).length, 0);
      expect(bytes).toBeLessThan(10_000_000);
    } finally {
      copied.mockRestore();
    }
  });

  it('is read when it is asked for: no more of a piece than whoever reads it takes', () => {
    const records = new RecordParser(RULES).read(Buffer.from(`a\n${','.repeat(30_000)}`));
    expect(records.next().value).toEqual(['a']);
    expect(() => records.next()).toThrow(RecordFault);
  });
});
