/** What an export says, as records: instants in epoch milliseconds, people by address and name, no texts. */
import type { InstantRange } from './export-dates.js';

export interface ExportOptions {
  /** Epoch milliseconds. No row counts later than this; a row that can only be later is rejected. */
  readonly importedAt: number;
  /**
   * A keyed fingerprint of some texts, by which a row is known again in a newer archive. It must keep
   * `['ab', 'c']` and `['a', 'bc']` apart. The texts go nowhere else.
   */
  fingerprint(parts: readonly string[]): string;
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: ExportProgress): void;
  /** The address that the caller knows the owner by, normalised: used where the archive doesn't tell. */
  readonly seatProfileUrl?: string | undefined;
  /** The name that the caller knows the owner by: marks sent rows that lack the sender's address. */
  readonly holderName?: string | undefined;
}

/** Unpacked bytes, of all files that are read. */
export interface ExportProgress {
  readonly file: string;
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

/** Something that the owner sent: one row of the archive. */
export interface Send extends InstantRange {
  readonly action: 'CONNECTION_REQUEST' | 'DIRECT_MESSAGE' | 'INMAIL';
  /** A connection request with a note. */
  readonly noted: boolean;
  /** Normalised. Null where it isn't known, and for a message to several people. */
  readonly recipientUrl: string | null;
  /** Null where it isn't known or hidden, and for a message to several people. */
  readonly recipientName: string | null;
  /** Of what doesn't change from archive to archive; see `ordinal`. */
  readonly fingerprint: string;
  /** 1 for the first row of this archive with this fingerprint, 2 for the second … */
  readonly ordinal: number;
  readonly file: string;
  readonly line: number;
}

/** What a person did in answer. */
export interface Engagement extends InstantRange {
  readonly kind: 'INVITATION_ACCEPTED' | 'REPLIED';
  readonly recipientUrl: string | null;
  readonly recipientName: string | null;
  readonly fingerprint: string;
  readonly ordinal: number;
}

/** A person in the owner's network, and when they connected (to the day). */
export interface Connection extends InstantRange {
  readonly profileUrl: string | null;
  readonly name: string | null;
  /** Of today, not of the day they connected. */
  readonly company: string | null;
}

/** A row that is no record; only this row is left out. */
export interface RejectedRow {
  readonly file: string;
  /** The physical line that the row starts on, from 1, everything before the header included. */
  readonly line: number;
  readonly reason: string;
}

/** How many rejected rows are listed; all are counted. */
export const REJECTED_LISTED_MAX = 1_000;

export interface LinkedInExport {
  /** The normalised address of the archive's owner; null where nothing in it tells. */
  readonly owner: string | null;
  /** Rows of the messages, invitations and connections, hidden and rejected ones included, headers not. */
  readonly rowsRead: number;
  /** Invitations in the order of the archive, then messages, conversation by conversation. */
  readonly sends: readonly Send[];
  readonly engagements: readonly Engagement[];
  /** Different people, each once. */
  readonly connections: readonly Connection[];
  readonly notedInvitations: number;
  readonly rejected: { readonly total: number; readonly first: readonly RejectedRow[] };
  /** For a person to read. */
  readonly warnings: readonly string[];
}

/** Numbers rows alike in all that is known again in other archives: they are told apart by their number. */
export class Ordinals {
  private readonly counts = new Map<string, number>();

  next(fingerprint: string): number {
    const ordinal = (this.counts.get(fingerprint) ?? 0) + 1;
    this.counts.set(fingerprint, ordinal);
    return ordinal;
  }
}

/** What the readers of the single files share: the options that decide, and where rows are rejected to. */
export interface Reading {
  readonly importedAt: number;
  fingerprint(parts: readonly string[]): string;
  reject(file: string, line: number, reason: string): void;
}
