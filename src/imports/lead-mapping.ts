/** Which column of a lead list tells what: found from its header, and put right by whoever knows better. */
import { COLUMNS_MAX, foldHeading } from './csv-table.js';
import { quoted } from './export-error.js';
import { LEAD_FIELDS, LEAD_HEADINGS, LEFT_OUT_HEADINGS, type LeadField } from './lead-columns.js';
import { fieldsOfLine, RecordFault } from './record-parser.js';

/** Comments and blank lines before the header. */
const PREAMBLE_LINES_MAX = 50;
/** Columns that are named where none is the right one. */
const NAMES_TOLD_MAX = 20;
/** Columns that are read as custom fields. */
const CUSTOM_FIELDS_MAX = 20;
const CUSTOM_NAME_LENGTH_MAX = 60;

const DELIMITERS = [',', ';', '\t'] as const;

/** What a column is taken for: a field, a custom field of its own name, or nothing. */
export type ColumnUse = LeadField | 'custom' | 'ignore';

export interface LeadColumn {
  /** As the file has it, or as somebody wrote it. */
  readonly heading: string;
  readonly use: ColumnUse;
}

export interface LeadMapping {
  /** The physical line of the header, from 1. */
  readonly line: number;
  readonly delimiter: string;
  /** In the order of the file. */
  readonly columns: readonly LeadColumn[];
}

/** Uses by folded heading, as somebody says them: they count more than what is known of headings. */
export type MappingOverrides = ReadonlyMap<string, LeadColumn>;

/** A list that can't be read by any mapping that is known. The message says what to do. */
export class MappingError extends Error {
  constructor(
    /** `BAD_USER_INPUT` where what was said of the columns is wrong. */
    readonly code: 'NO_HEADER' | 'BAD_USER_INPUT',
    message: string,
  ) {
    super(message);
  }
}

/** Which field has to be there for a line to be the header. */
const PEOPLE: readonly ColumnUse[] = ['profileUrl', 'salesNavigatorKey'];
/** Those of a list of whom to leave alone: it may name companies alone. */
const ANYBODY: readonly ColumnUse[] = [...PEOPLE, 'company', 'companyDomain'];

/** Reads `Heading=field`, or `Heading=custom`, or `Heading=ignore`. Throws MappingError. */
export function readOverrides(texts: readonly string[]): MappingOverrides {
  const overrides = new Map<string, LeadColumn>();
  for (const text of texts) {
    const at = text.lastIndexOf('=');
    const use = useOf(text.slice(at + 1).trim());
    const heading = text.slice(0, Math.max(0, at)).trim();
    if (heading === '' || use === null) {
      const fields = [...LEAD_FIELDS, 'custom', 'ignore'].join(', ');
      throw new MappingError(
        'BAD_USER_INPUT',
        `${quoted(text)} is no mapping: write HEADING=FIELD, the field one of ${fields}.`,
      );
    }
    overrides.set(foldHeading(heading), { heading, use });
  }
  const custom = [...overrides.values()].filter(({ use }) => use === 'custom').length;
  if (custom > CUSTOM_FIELDS_MAX) {
    const message = `${CUSTOM_FIELDS_MAX} columns are custom fields at most, not ${custom}.`;
    throw new MappingError('BAD_USER_INPUT', message);
  }
  return overrides;
}

function useOf(text: string): ColumnUse | null {
  if (text === 'custom' || text === 'ignore') return text;
  return LEAD_FIELDS.find((field) => field === text) ?? null;
}

/**
 * Finds the header among the first lines, whatever they are, and says what each column is taken for. Throws MappingError
 * where no line is a header, or where an override names a heading that the file has not.
 */
export function findMapping(
  head: string,
  overrides: MappingOverrides = new Map(),
  kind: 'PEOPLE' | 'DO_NOT_CONTACT' = 'PEOPLE',
): LeadMapping {
  const needed = kind === 'PEOPLE' ? PEOPLE : ANYBODY;
  let closest: readonly string[] = [];
  const lines = head.replace(/^\ufeff/u, '').split('\n', PREAMBLE_LINES_MAX);
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const { delimiter, headings } = headingsOf(line);
    const columns = columnsOf(headings, overrides);
    if (columns.some(({ use }) => needed.includes(use))) {
      refuseUnknown(columns, overrides);
      return { line: index + 1, delimiter, columns };
    }
    if (headings.length > closest.length) closest = headings;
  }
  throw noHeader(closest, kind);
}

function headingsOf(line: string): { delimiter: string; headings: readonly string[] } {
  const read = DELIMITERS.map((delimiter) => ({ delimiter, headings: fieldsOf(line, delimiter) }));
  return read.reduce((most, one) => (one.headings.length > most.headings.length ? one : most));
}

function fieldsOf(line: string, delimiter: string): string[] {
  try {
    return fieldsOfLine(line, delimiter, COLUMNS_MAX).map((field) => field.trim());
  } catch (error) {
    if (!(error instanceof RecordFault)) throw error;
    throw new MappingError('NO_HEADER', `A line has over ${COLUMNS_MAX} columns.`);
  }
}

/** Each field is told by one column, the best known; addresses by all that hold them. */
function columnsOf(headings: readonly string[], overrides: MappingOverrides): LeadColumn[] {
  const folded = headings.map(foldHeading);
  const said = folded.map((heading) => overrides.get(heading)?.use ?? null);
  const best = new Map<LeadField, number>();
  for (const field of LEAD_FIELDS) {
    if (said.includes(field)) continue;
    const known = LEAD_HEADINGS[field].map(foldHeading);
    const found = known.map((heading) => folded.indexOf(heading)).find((at) => at >= 0 && said[at] === null);
    if (found !== undefined) best.set(field, found);
  }
  let custom = said.filter((use) => use === 'custom').length;
  return headings.map((heading, index): LeadColumn => {
    const use = said[index] ?? knownUse(folded[index] ?? '', index, best);
    if (use !== 'custom' || said[index] === 'custom') return { heading, use };
    custom += 1;
    return { heading, use: custom <= CUSTOM_FIELDS_MAX ? use : 'ignore' };
  });
}

function knownUse(folded: string, index: number, best: ReadonlyMap<LeadField, number>): ColumnUse {
  if (folded === '' || LEFT_OUT.has(folded)) return 'ignore';
  if (PROFILE_HEADINGS.has(folded)) return 'profileUrl';
  const field = [...best].find(([, at]) => at === index)?.[0];
  if (field !== undefined) return field;
  // A second column for the same thing says the same, or something that nobody can tell apart from it.
  if (KNOWN.has(folded) || folded.length > CUSTOM_NAME_LENGTH_MAX) return 'ignore';
  return 'custom';
}

function refuseUnknown(columns: readonly LeadColumn[], overrides: MappingOverrides): void {
  const folded = new Set(columns.map(({ heading }) => foldHeading(heading)));
  const unknown = [...overrides].filter(([heading]) => !folded.has(heading));
  if (unknown.length === 0) return;
  const names = columns.map(({ heading }) => quoted(heading)).join(', ');
  throw new MappingError(
    'BAD_USER_INPUT',
    `No column is called ${unknown.map(([, { heading }]) => quoted(heading)).join(', ')}. There are ${names}.`,
  );
}

function noHeader(closest: readonly string[], kind: 'PEOPLE' | 'DO_NOT_CONTACT'): MappingError {
  const needed =
    kind === 'PEOPLE'
      ? 'LinkedIn addresses of people'
      : 'LinkedIn addresses of people, names or domains of companies';
  const names = closest.slice(0, NAMES_TOLD_MAX).map(quoted).join(', ');
  const found = closest.length > 0 ? ` The columns seem to be ${names}.` : '';
  return new MappingError(
    'NO_HEADER',
    `No line is a header with a column for ${needed}.${found} Say which one it is: HEADING=profileUrl.`,
  );
}

const PROFILE_HEADINGS: ReadonlySet<string> = new Set(LEAD_HEADINGS.profileUrl.map(foldHeading));
const LEFT_OUT: ReadonlySet<string> = new Set(LEFT_OUT_HEADINGS.map(foldHeading));
const KNOWN: ReadonlySet<string> = new Set(Object.values(LEAD_HEADINGS).flat().map(foldHeading));
