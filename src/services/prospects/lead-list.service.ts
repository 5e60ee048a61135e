import { stat } from 'node:fs/promises';
import type { DataSource } from 'typeorm';
import { refuse, type Refusal } from '../../errors.js';
import { EMPLOYERS_MAX } from '../../ledger/books/people-tables.js';
import { ExportError } from '../../imports/export-error.js';
import { mappingOf, readLeads, type Lead } from '../../imports/lead-list.js';
import { readOverrides, type LeadMapping } from '../../imports/lead-mapping.js';
import { LongWork } from '../../ledger/long-work.js';
import { inAgency } from '../../tenancy/door.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import { findClientAccount } from '../agency/client-account.service.js';
import { importMemory } from '../imports/import.memory.js';
import {
  Rejections,
  refusedList,
  type LeadListReport,
  type ListProgress,
  type ListRefused,
} from './lead-list.report.js';
import { ListEntry } from './list.entry.js';
import { toldOf } from './prospect.checks.js';
import { ADDRESSES_MAX, TOO_MANY_ADDRESSES } from './prospect.keys.js';
import { type ListedAs, type Listing, type ProspectWriter } from './prospect.writer.js';

/** People of one transaction: while those who are new are made, the agency's book is held. */
const WRITTEN_AT_ONCE = 500;
/** Bytes of a list after which those that were read are written, however few they are. */
const BYTES_AT_ONCE = 2_097_152;
/** Rows of one list. Who came up before in it is remembered. */
const LEAD_ROWS_MAX = 250_000;
/** Rows, and lines that say nothing. */
const LEAD_LINES_MAX = 2 * LEAD_ROWS_MAX;
const LIST_BYTES_MAX = 256 * 1024 ** 2;

export interface ImportLeadList {
  readonly clientAccountId: string;
  readonly path: string;
  /** `HEADING=field`, each put right by somebody who knows better. */
  readonly mapping?: readonly string[] | undefined;
  /** Tells what would be read, and writes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Lets what the list tells take the place of what other lists told. */
  readonly replace?: boolean | undefined;
  /** Ends the import; what is on the list by then stays. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ListProgress) => void) | undefined;
}

type Counts = {
  -readonly [Key in 'added' | 'updated' | 'unchanged' | 'duplicates' | 'doNotContact' | 'erased']: number;
};

/** Puts the people of CSV files on the lists of client accounts. */
export class LeadListService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writer: ProspectWriter,
    private readonly audit: AuditLog,
  ) {}

  /** Why no list at all would be taken; null where one would be read. */
  async refusalOf(viewer: Viewer, clientAccountId: string): Promise<Refusal | null> {
    const refusal = forbidden(viewer, 'importLeadList');
    if (refusal) return refusal;
    const found = await inAgency(this.dataSource, viewer, (manager) =>
      findClientAccount(manager, viewer, clientAccountId),
    );
    return found ? null : refuse('NOT_FOUND', 'There is no such client account.', 'clientAccountId');
  }

  /**
   * Reads a list as a stream and puts its people on the client account's list, some hundred at a time. It is no unit: what
   * was written when it breaks off stays, and the same file again goes on from there, because it changes nothing twice.
   * Refuses with FORBIDDEN_FOR_ROLE and NOT_FOUND; with ListRefused what can't be read.
   */
  async importList(viewer: Viewer, input: ImportLeadList): Promise<LeadListReport | Refusal | ListRefused> {
    const refusal = await this.refusalOf(viewer, input.clientAccountId);
    if (refusal) return refusal;
    try {
      const mapping = await mappingOf(input.path, readOverrides(input.mapping ?? []), 'PEOPLE');
      const report = await this.read(viewer, input, mapping);
      importMemory.giveBack(report.people);
      return report;
    } catch (error) {
      return refusedList(error);
    }
  }

  private async read(viewer: Viewer, input: ImportLeadList, mapping: LeadMapping): Promise<LeadListReport> {
    const { clientAccountId, dryRun = false, replace = false } = input;
    const counts: Counts = { added: 0, updated: 0, unchanged: 0, duplicates: 0, doNotContact: 0, erased: 0 };
    const subject = {
      verb: 'importLeadList',
      subjectKind: 'CLIENT_ACCOUNT',
      subjectId: clientAccountId,
    } as const;
    const entry = new ListEntry(this.audit, viewer, subject);
    const listing: Listing = { clientAccountId, replaces: replace, seen: new Set(), entry };
    const rejections = new Rejections();
    const addresses = new Set<string>();
    const warnings: string[] = [];
    let apart = 0;
    let leftOut = 0;
    let unbound = 0;
    const write = async (leads: readonly Lead[], isLast: boolean): Promise<void> => {
      const told = await new LongWork(viewer.agencyId).each(leads, toldOf);
      const listed = await this.writer.list(viewer, told, listing, isLast);
      for (const [index, { as }] of listed.rows.entries()) {
        if (as === 'REFUSED') rejections.add(leads[index]?.line ?? 0, TOO_MANY_ADDRESSES);
        else counts[COUNTED[as]] += 1;
      }
      counts.doNotContact += listed.doNotContact;
      apart += listed.apart;
      leftOut += listed.leftOut;
      unbound += listed.unbound;
    };
    const dry = (leads: readonly Lead[]): Promise<void> => {
      const before = addresses.size;
      for (const lead of leads) addresses.add(lead.profileUrl ?? lead.salesNavigatorUrl ?? '');
      counts.duplicates += leads.length - (addresses.size - before);
      return Promise.resolve();
    };
    const told = new Pieces<Lead>(input, rejections, dryRun ? dry : write);
    try {
      const rowsRead = await readLeads(input.path, mapping, await told.opened(), input.signal);
      await told.end();
      if (apart > 0) warnings.push(inWords(apart));
      if (leftOut > 0) warnings.push(withoutAddress(leftOut));
      // What is kept of somebody goes by all lists: whoever doesn’t see them would learn from it who is on another one.
      if (unbound > 0 && viewer.reach === null) warnings.push(withoutEmployer(unbound));
      const people = dryRun ? addresses.size : listing.seen.size;
      return {
        ...{ clientAccountId, dryRun, mapping: mapping.columns, rowsRead, people, ...counts },
        ...{ rejected: rejections.first, rejectedTotal: rejections.total, warnings },
      };
    } finally {
      // What was written stays, so it is told as well.
      await entry.end(this.dataSource);
    }
  }
}

const COUNTED: Readonly<Record<Exclude<ListedAs, 'REFUSED'>, keyof Counts>> = {
  ADDED: 'added',
  UPDATED: 'updated',
  UNCHANGED: 'unchanged',
  DUPLICATE: 'duplicates',
  ERASED: 'erased',
};

/** What is read of a list, handed on in pieces; no more is read before a piece is done. */
export class Pieces<Row> {
  private readonly pending: Row[] = [];
  private rows = 0;
  private lines = 0;
  private bytes = 0;
  private bytesTaken = 0;
  private total = 0;

  constructor(
    private readonly input: Pick<ImportLeadList, 'path' | 'onProgress' | 'signal'>,
    private readonly rejections: Rejections,
    private readonly take: (rows: readonly Row[], isLast: boolean) => Promise<void>,
  ) {}

  async opened(): Promise<this> {
    this.total = await stat(this.input.path).then(
      ({ size }) => size,
      () => 0,
    );
    if (this.total > LIST_BYTES_MAX) {
      throw new ExportError('TOO_LARGE', `a list has ${LIST_BYTES_MAX} bytes at most`);
    }
    return this;
  }

  onRow(row: Row): void {
    this.count();
    this.pending.push(row);
  }

  onRejected(line: number, reason: string): void {
    this.count();
    this.rejections.add(line, reason);
  }

  onBlank(): void {
    this.countLine();
  }

  onBytes(count: number): void {
    this.bytes += count;
  }

  async onPiece(): Promise<void> {
    const areLong = this.bytes - this.bytesTaken >= BYTES_AT_ONCE;
    while (this.pending.length >= (areLong ? 1 : WRITTEN_AT_ONCE)) {
      this.input.signal?.throwIfAborted();
      await this.take(this.pending.splice(0, WRITTEN_AT_ONCE), false);
      this.bytesTaken = this.bytes;
    }
    this.input.onProgress?.({ done: this.bytes, total: this.total });
  }

  /** The last rows. */
  async end(): Promise<void> {
    if (this.pending.length > 0) await this.take(this.pending.splice(0), true);
  }

  private count(): void {
    this.countLine();
    this.rows += 1;
    if (this.rows > LEAD_ROWS_MAX) {
      throw new ExportError('TOO_LARGE', `a list has ${LEAD_ROWS_MAX} rows at most; cut it in two`);
    }
  }

  private countLine(): void {
    this.lines += 1;
    if (this.lines > LEAD_LINES_MAX) {
      throw new ExportError(
        'TOO_LARGE',
        `a list has ${LEAD_LINES_MAX} lines at most; take out those that say nothing`,
      );
    }
  }
}

function inWords(apart: number): string {
  return `${apart} people are known under two addresses, each with a history of its own: they are one person, and stay two on the list.`;
}

function withoutAddress(rows: number): string {
  return `${rows} rows were taken without one of their addresses: a person is known by ${ADDRESSES_MAX} at most.`;
}

function withoutEmployer(people: number): string {
  return `Of ${people} people ${EMPLOYERS_MAX} companies or domains are known already: marks on what this list tells of don’t bind them.`;
}
