import { MappingError, type LeadColumn } from '../../imports/lead-mapping.js';
import { ExportError, type ExportErrorCode } from '../../imports/export-error.js';

/** A row that names nobody, or somebody by too many addresses, and why. */
export interface RejectedRow {
  /** The physical line that it starts on, from 1. */
  readonly line: number;
  readonly reason: string;
}

/** What a list of either kind tells of itself. */
export interface ListRead {
  readonly dryRun: boolean;
  /** What each column was taken for, in the order of the file. */
  readonly mapping: readonly LeadColumn[];
  readonly rowsRead: number;
  /** The first ones. */
  readonly rejected: readonly RejectedRow[];
  readonly rejectedTotal: number;
  readonly warnings: readonly string[];
}

export interface LeadListReport extends ListRead {
  readonly clientAccountId: string;
  /** Different people; in a dry run, by their addresses as the list has them: who is there already it doesn't look up. */
  readonly people: number;
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Rows of people who came up before in the list. */
  readonly duplicates: number;
  /** Of those who are on the list now, who may not be contacted. */
  readonly doNotContact: number;
  /** Rows of people who were erased, who stay so. */
  readonly erased: number;
}

export interface DoNotContactReport extends ListRead {
  readonly clientAccountId: string | null;
  /** Marks that are new, by what they are on. */
  readonly marked: { readonly people: number; readonly companies: number; readonly domains: number };
  /** Those that were there already. */
  readonly alreadyMarked: number;
  /** What was held for these people, and was given back. */
  readonly released: number;
}

/** A list that can't be read at all: nothing of it was taken. */
export class ListRefused {
  constructor(
    readonly code: MappingError['code'] | ExportErrorCode,
    readonly message: string,
  ) {}
}

export interface ListProgress {
  /** Bytes. */
  readonly done: number;
  readonly total: number;
}

/** Why a list can't be read, where that is what went wrong; throws everything else. */
export function refusedList(error: unknown): ListRefused {
  if (error instanceof MappingError) return new ListRefused(error.code, error.message);
  if (error instanceof ExportError) return new ListRefused(error.code, error.message);
  throw error;
}

const REJECTED_TOLD_MAX = 100;

/** The rows of a list that are not taken: all are counted, the first are told. */
export class Rejections {
  readonly first: RejectedRow[] = [];
  total = 0;

  add(line: number, reason: string): void {
    this.total += 1;
    if (this.first.length < REJECTED_TOLD_MAX) this.first.push({ line, reason });
  }
}
