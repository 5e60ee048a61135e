/** A list of people as a CSV, of whichever tool: read as a stream, row by row. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { foldHeading, readTable, type TableLayout, type TableRow } from './csv-table.js';
import { ExportError, messageOf, quoted } from './export-error.js';
import type { LeadField } from './lead-columns.js';
import { findMapping, type ColumnUse, type LeadMapping, type MappingOverrides } from './lead-mapping.js';
import { isPageOnLinkedIn } from './linkedin-page.js';
import { isOneName, personName } from './people.js';
import { normalizeProfileUrl } from './profile-url.js';
import { normalized, withSingleSpaces } from '../unicode.js';

/** As much of a file as the header is looked for in. */
const HEAD_BYTES_MAX = 65_536;
const TAG_SEPARATORS = /[,;|]/u;
/** As much of a cell as anything is made of: several times what is kept of the longest. */
const CELL_LENGTH_MAX = 10_000;
/** Cells of a row that are looked at for an address: a mapping may take any number of columns for it. */
const ADDRESSES_OF_ROW_MAX = 20;
/** Tags of a row that are looked at: several times as many as a person has. */
const TAGS_OF_ROW_MAX = 200;

/** A person as a row tells of them. */
export interface Lead {
  /** The physical line that it starts on, from 1. */
  readonly line: number;
  /** Normalised; null where the row does not tell it. At least one of the two is there. */
  readonly profileUrl: string | null;
  readonly salesNavigatorUrl: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly company: string | null;
  /** As it is told, an address of a site perhaps. */
  readonly companyDomain: string | null;
  readonly position: string | null;
  readonly industry: string | null;
  readonly location: string | null;
  readonly notes: string | null;
  readonly tags: readonly string[];
  readonly custom: Readonly<Record<string, string>>;
}

/** Whom a row asks to leave alone: a person, or a company by what is told of it. */
export interface LeadToAvoid {
  readonly line: number;
  readonly profileUrls: readonly string[];
  readonly company: string | null;
  readonly companyDomain: string | null;
}

type Addresses = Pick<Lead, 'profileUrl' | 'salesNavigatorUrl'>;

export interface LeadVisitor<Row> {
  onRow(row: Row): void;
  onRejected(line: number, reason: string): void;
  /** A line that says nothing. */
  onBlank(): void;
  onBytes(count: number): void;
  /** Between two pieces of the file: the next is read once it is done. */
  onPiece(): Promise<void>;
}

/** The beginning of a file, for its header. Throws ExportError UNREADABLE. */
async function readHead(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES_MAX), 0, HEAD_BYTES_MAX, 0);
      return buffer.subarray(0, bytesRead).toString('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new ExportError('UNREADABLE', `the file can't be read: ${messageOf(error)}`, {}, { cause: error });
  }
}

/** What the mapping of a file is, as it stands or as it is put right. Throws MappingError, ExportError. */
export async function mappingOf(
  path: string,
  overrides: MappingOverrides,
  kind: 'PEOPLE' | 'DO_NOT_CONTACT',
): Promise<LeadMapping> {
  return findMapping(await readHead(path), overrides, kind);
}

/** Reads the people of a list. Answers how many rows there are below the header. Throws ExportError. */
export function readLeads(
  path: string,
  mapping: LeadMapping,
  visitor: LeadVisitor<Lead>,
  signal?: AbortSignal,
): Promise<number> {
  const columns = new ListColumns(mapping);
  return readRows(path, mapping, visitor, signal, (row) => {
    const lead = leadOf(new Cells(row, columns));
    if (typeof lead === 'string') visitor.onRejected(row.line, lead);
    else visitor.onRow(lead);
  });
}

/** The same of a list of whom to leave alone. */
export function readLeadsToAvoid(
  path: string,
  mapping: LeadMapping,
  visitor: LeadVisitor<LeadToAvoid>,
  signal?: AbortSignal,
): Promise<number> {
  const columns = new ListColumns(mapping);
  return readRows(path, mapping, visitor, signal, (row) => {
    const cells = new Cells(row, columns);
    const { profileUrl, salesNavigatorUrl } = cells.addresses();
    const profileUrls = [profileUrl, salesNavigatorUrl].filter((url) => url !== null);
    const [company, companyDomain] = [cells.text('company'), cells.domain()];
    // Who is named by address is meant alone: their company is none of it.
    if (profileUrls.length > 0) {
      visitor.onRow({ line: row.line, profileUrls, company: null, companyDomain: null });
    } else if (cells.problem() !== null && cells.told('profileUrl').length > 0) {
      visitor.onRejected(row.line, cells.problem() ?? '');
    } else if (company !== null || companyDomain !== null) {
      visitor.onRow({ line: row.line, profileUrls, company, companyDomain });
    } else if (cells.told('companyDomain').length > 0) {
      visitor.onRejected(row.line, 'names a page on LinkedIn, and no domain of the company');
    } else {
      visitor.onRejected(row.line, 'names neither a person nor a company');
    }
  });
}

async function readRows<Row>(
  path: string,
  mapping: LeadMapping,
  visitor: LeadVisitor<Row>,
  signal: AbortSignal | undefined,
  take: (row: TableRow<string>) => void,
): Promise<number> {
  const file = {
    name: 'the list',
    crc32: null,
    open: () => createReadStream(path) as AsyncIterable<Uint8Array>,
  };
  const { rows } = await readTable(
    file,
    layoutOf(mapping),
    {
      onRow: take,
      onRejected: (line, reason) => visitor.onRejected(line, reason),
      onBlank: () => visitor.onBlank(),
      onBytes: (count) => visitor.onBytes(count),
      onPiece: () => visitor.onPiece(),
    },
    signal,
  );
  return rows;
}

/** Columns by their place: headings may be twice in a file, and the header is the line that has all of them. */
function layoutOf({ columns, delimiter }: LeadMapping): TableLayout<string> {
  const folded = [...new Set(columns.map(({ heading }) => foldHeading(heading)))];
  return {
    headings: Object.fromEntries(folded.map((heading) => [heading, [heading]])),
    required: folded,
    delimiter,
  };
}

/** The person of a row; or why it is none. */
function leadOf(cells: Cells): Lead | string {
  const problem = cells.problem();
  if (problem !== null) return problem;
  return {
    line: cells.row.line,
    ...cells.addresses(),
    ...cells.names(),
    company: cells.text('company'),
    companyDomain: cells.domain(),
    position: cells.text('position'),
    industry: cells.text('industry'),
    location: cells.text('location'),
    notes: cells.text('notes'),
    tags: cells.tags(),
    custom: cells.custom(),
  };
}

/**
 * The columns by what they are taken for: looked through once, not for each row, which may be a single comma under a header
 * of twenty thousand. Of those that are headed alike the first one is read, once.
 */
class ListColumns {
  readonly custom: readonly { readonly heading: string; readonly folded: string }[];
  private readonly fields = new Map<ColumnUse, Set<string>>();

  constructor({ columns }: LeadMapping) {
    const folded = columns.map(({ heading, use }) => ({ heading, use, folded: foldHeading(heading) }));
    this.custom = folded.filter(({ use }) => use === 'custom');
    for (const { use, folded: heading } of folded) {
      this.fields.set(use, (this.fields.get(use) ?? new Set()).add(heading));
    }
  }

  /** Their headings, folded. */
  of(field: LeadField): readonly string[] {
    return [...(this.fields.get(field) ?? [])];
  }
}

/** The cells of a row by what their columns are taken for. */
class Cells {
  private found: Addresses | null = null;

  constructor(
    readonly row: TableRow<string>,
    private readonly columns: ListColumns,
  ) {}

  /** What the columns of a field say, without those that say nothing. */
  told(field: LeadField): string[] {
    return this.columns
      .of(field)
      .map((heading) => this.row.get(heading).slice(0, CELL_LENGTH_MAX))
      .filter((cell) => cell !== '');
  }

  text(field: LeadField): string | null {
    return tidied(this.told(field)[0]);
  }

  /** In the columns that some exporters have for a company's site stands its page on LinkedIn. */
  domain(): string | null {
    return tidied(this.told('companyDomain').find((cell) => !isPageOnLinkedIn(cell)));
  }

  addresses(): Addresses {
    return (this.found ??= this.findAddresses());
  }

  private findAddresses(): Addresses {
    const urls = this.told('profileUrl').slice(0, ADDRESSES_OF_ROW_MAX);
    const keys = this.told('salesNavigatorKey').slice(0, ADDRESSES_OF_ROW_MAX);
    const told = [...urls, ...keys.map(leadAddressOf)];
    const found = told.flatMap((one) => normalizeProfileUrl(one) ?? []);
    const slugs = found.filter((url) => url.includes('/in/'));
    return {
      // `/in/ACo…` is made of a member's key, where whoever exports doesn't know the name that the person chose.
      profileUrl: slugs.find((url) => !isMadeOfKey(url)) ?? slugs[0] ?? null,
      salesNavigatorUrl: found.find((url) => url.includes('/sales/lead/')) ?? null,
    };
  }

  /** Why the row names nobody; null where it does. */
  problem(): string | null {
    const { profileUrl, salesNavigatorUrl } = this.addresses();
    if (profileUrl !== null || salesNavigatorUrl !== null) return null;
    const [told] = this.told('profileUrl');
    if (told === undefined) return 'has no profile address';
    const page = /linkedin\.com\/(company|school|showcase)\//iu.exec(told)?.[1]?.toLowerCase();
    if (page !== undefined) return `${quoted(told)} is the page of a ${page}, not of a person`;
    return `${quoted(told)} is no address of a LinkedIn profile`;
  }

  tags(): string[] {
    const ofCells = this.told('tags').map((tags) => tags.split(TAG_SEPARATORS, TAGS_OF_ROW_MAX));
    return ofCells.flat().slice(0, TAGS_OF_ROW_MAX);
  }

  names(): { firstName: string | null; lastName: string | null } {
    const firstName = personName(this.text('firstName') ?? '');
    const lastName = personName(this.text('lastName') ?? '');
    if (firstName !== null || lastName !== null) return { firstName, lastName };
    const whole = personName(this.text('fullName') ?? '');
    if (whole === null) return { firstName: null, lastName: null };
    const name = isOneName(whole, () => false) ? (whole.split(',')[0] ?? whole) : whole;
    const [first = '', ...rest] = name.trim().split(' ');
    return { firstName: first, lastName: rest.join(' ') || null };
  }

  custom(): Record<string, string> {
    const told = this.columns.custom
      .map(({ heading, folded }) => [heading, this.row.get(folded).slice(0, CELL_LENGTH_MAX)] as const)
      .filter(([, cell]) => cell !== '');
    return Object.fromEntries(told);
  }
}

/** A column of keys may hold the leads' addresses. */
function leadAddressOf(key: string): string {
  return key.includes('/') ? key : `linkedin.com/sales/lead/${key}`;
}

function tidied(cell: string | undefined): string | null {
  return cell === undefined ? null : withSingleSpaces(normalized(cell, 'NFC'));
}

function isMadeOfKey(url: string): boolean {
  return /\/in\/acoaa[a-z0-9_-]{20,}$/iu.test(url);
}
