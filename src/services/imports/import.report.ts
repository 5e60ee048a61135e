import type { ExportErrorCode, RejectedRow } from '../../imports/linkedin-export.js';

/** What an archive of LinkedIn's can tell of a seat's sends. */
export const IMPORTED_ACTIONS = ['DIRECT_MESSAGE', 'CONNECTION_REQUEST', 'INMAIL'] as const;
export type ImportedAction = (typeof IMPORTED_ACTIONS)[number];

export const IMPORTED_ENGAGEMENTS = ['INVITATION_ACCEPTED', 'REPLIED'] as const;
export type ImportedEngagement = (typeof IMPORTED_ENGAGEMENTS)[number];

/** What became of an archive. Rows that an earlier import took in count as `alreadyKnown` and nowhere else. */
export interface ImportReport {
  /** A uuid; whoever answers with it writes the TypeID. */
  readonly seatId: string;
  /** The profile that the archive is of; null where it doesn't tell. */
  readonly owner: string | null;
  /** Rows of messages, invitations and connections, whatever became of them. */
  readonly rowsRead: number;
  /** Sends that are new in the books. */
  readonly recorded: Readonly<Record<ImportedAction, number>>;
  /** Of the recorded invitations those with a note. */
  readonly notedInvitations: number;
  readonly engagements: Readonly<Record<ImportedEngagement, number>>;
  /** Different people that the archive lists as connected. */
  readonly connections: number;
  /** Sends that an earlier archive told of. */
  readonly alreadyKnown: number;
  /** Sends that were committed or recorded here before, or that a live reservation holds the room of. */
  readonly matched: number;
  /** Sends that were committed here in the time that the archive covers, that it doesn't tell of, and that whoever asks sees. */
  readonly committedNotInArchive: number;
  /** The first of them; all are counted. */
  readonly rejected: readonly RejectedRow[];
  readonly rejectedTotal: number;
  readonly warnings: readonly string[];
}

/** An archive that is not taken: what is wrong with it, and where. Nothing of it was kept. */
export class ArchiveRefused {
  constructor(
    readonly code: ExportErrorCode | 'WRONG_OWNER',
    readonly message: string,
  ) {}
}

/** How far an import is: bytes of the archive while it is read, then rows while they are written. */
export interface ImportProgress {
  readonly stage: 'READING' | 'WRITING';
  readonly done: number;
  readonly total: number;
}
