/** LinkedIn's own data export, `.zip` or folder, of every era: bytes in, records out. */
import { stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { CONNECTIONS, Network } from './connections.js';
import { ConversationJudge, JUDGED_AT_ONCE, JUDGED_MS } from './conversations.js';
import { readTable, type TableLayout, type TableRow } from './csv-table.js';
import { ExportError, messageOf } from './export-error.js';
import type { ExportArchive, ExportFile, ExportFileKind } from './export-files.js';
import {
  REJECTED_LISTED_MAX,
  type ExportOptions,
  type LinkedInExport,
  type Reading,
  type RejectedRow,
} from './export-records.js';
import { openFolder } from './folder-archive.js';
import { INVITATIONS, InvitationReader } from './invitations.js';
import { MESSAGES, MessageReader, type Conversation } from './messages.js';
import { OwnerEvidence, type Owner } from './owner.js';
import { personName } from './people.js';
import { normalizeProfileUrl } from './profile-url.js';
import { openZip } from './zip-archive.js';

export { ExportError, type ExportErrorCode } from './export-error.js';
export type * from './export-records.js';

/**
 * Rows of all files together; the busiest members have 200,000. Of each that was sent up to a kilobyte is kept, so that a process of a
 * gigabyte reads as many.
 */
export const ROWS_MAX = 500_000;

/** Rows, and lines that are none: those that say nothing, and those of the profile. As many again as rows. */
const LINES_MAX = 2 * ROWS_MAX;

/** Names, addresses and ids of all rows together, in characters: of as many rows 250 each. They are kept until the end. */
const CHARACTERS_MAX = 250 * ROWS_MAX;
/** Of one row: more than a message to everybody in a group has. */
const CHARACTERS_OF_ROW_MAX = 50_000;
/** Columns that are looked at, and let go. */
const TEXTS: ReadonlySet<string> = new Set(['content', 'subject', 'message']);

const PROFILE: TableLayout<'firstName' | 'lastName'> = {
  headings: { firstName: ['First Name', 'Vorname'], lastName: ['Last Name', 'Nachname'] },
  required: ['firstName', 'lastName'],
};

/**
 * Reads an export and tells what its owner sent, to whom, and what came of it.
 *
 * Counts: sent messages, outgoing invitations, acceptances (invited and now connected), conversations with a reply
 * after the owner's first message, and different people connected. Drafts, received and campaign mail, and rows
 * of hidden members count nothing. A message to several people is one send without a recipient. A sent message
 * that opens a conversation, with a subject, to one person who wasn't connected then, is an INMAIL: the archive
 * doesn't mark them. A date in UTC with seconds is that second's start; one without a zone may be any zone's.
 *
 * @param path a `.zip`, or the folder it unpacks to
 * @throws ExportError where the archive as a whole can't be read; nothing of it may then be recorded
 */
export async function readLinkedInExport(path: string, options: ExportOptions): Promise<LinkedInExport> {
  options.signal?.throwIfAborted();
  const archive = await openArchive(path);
  try {
    return await new ExportReader(archive, options).read();
  } finally {
    await archive.close();
  }
}

async function openArchive(path: string): Promise<ExportArchive> {
  const info = await stat(path).catch((error: unknown) => {
    throw new ExportError('UNREADABLE', `can't be read: ${messageOf(error)}`, {}, { cause: error });
  });
  if (info.isDirectory()) return openFolder(path);
  if (info.isFile()) return openZip(path);
  throw new ExportError('NOT_AN_EXPORT', 'is neither a file nor a folder');
}

/** One reading of one archive. */
class ExportReader implements Reading {
  readonly importedAt: number;
  private readonly network = new Network();
  private readonly evidence: OwnerEvidence;
  private readonly invitations: InvitationReader;
  private readonly messages: MessageReader;
  private readonly rejected: { total: number; first: RejectedRow[] } = { total: 0, first: [] };
  private readonly warnings: string[] = [];
  private readonly bytesTotal: number;
  private bytesRead = 0;
  private rowsRead = 0;
  private linesRead = 0;
  private charactersRead = 0;

  constructor(
    private readonly archive: ExportArchive,
    private readonly options: ExportOptions,
  ) {
    this.importedAt = options.importedAt;
    this.evidence = new OwnerEvidence(
      normalizeProfileUrl(options.seatProfileUrl ?? ''),
      personName(options.holderName ?? ''),
    );
    this.invitations = new InvitationReader(this.network, this.evidence, this);
    this.messages = new MessageReader(this.evidence, this);
    this.bytesTotal = archive.files.reduce((sum, file) => sum + file.bytes, 0);
  }

  fingerprint(parts: readonly string[]): string {
    return this.options.fingerprint(parts);
  }

  reject(file: string, line: number, reason: string): void {
    this.rejected.total++;
    if (this.rejected.first.length < REJECTED_LISTED_MAX) this.rejected.first.push({ file, line, reason });
  }

  async read(): Promise<LinkedInExport> {
    const contents = new Map<string, ExportFile>();
    for (const file of this.archive.files) await this.readFile(file, contents);
    const owner = this.evidence.settle();
    const judge = new ConversationJudge(owner, this.network, this);
    const conversations = this.messages.takeConversations();
    await this.judgeAll(judge, conversations);
    this.warn(owner, conversations.length > 0 && judge.sends.length === 0);
    const { sends, engagements } = this.invitations;
    return {
      owner: owner.url,
      rowsRead: this.rowsRead,
      sends: sends.concat(judge.sends),
      engagements: engagements.concat(judge.engagements),
      connections: this.network.connections,
      notedInvitations: sends.filter((send) => send.noted).length,
      rejected: this.rejected,
      warnings: this.warnings,
    };
  }

  private async judgeAll(judge: ConversationJudge, conversations: readonly Conversation[]): Promise<void> {
    const { signal } = this.options;
    let [judged, since] = [0, performance.now()];
    for (const conversation of conversations) {
      for (const messages of judge.judge(conversation)) {
        judged += messages;
        if (judged < JUDGED_AT_ONCE && performance.now() - since < JUDGED_MS) continue;
        await setImmediate(undefined, { signal });
        [judged, since] = [0, performance.now()];
      }
      // Judged conversations are let go at once: the records take their place in memory.
      conversation.last = null;
    }
  }

  private async readFile(file: ExportFile, contents: Map<string, ExportFile>): Promise<void> {
    switch (file.kind) {
      case 'profile':
        return this.readRows(file, PROFILE, contents, (row) =>
          this.evidence.noteName(personName(`${row.get('firstName')} ${row.get('lastName')}`)),
        );
      case 'connections':
        return this.readRows(file, CONNECTIONS, contents, (row) =>
          this.network.takeRow(row, file.name, this),
        );
      case 'invitations':
        return this.readRows(file, INVITATIONS, contents, (row) => this.invitations.takeRow(row, file.name));
      case 'messages':
        return this.readRows(file, MESSAGES, contents, (row) => this.messages.takeRow(row, file.name));
    }
  }

  private async readRows<Column extends string>(
    file: ExportFile,
    layout: TableLayout<Column>,
    contents: Map<string, ExportFile>,
    take: (row: TableRow<Column>) => void,
  ): Promise<void> {
    const kept = (Object.keys(layout.headings) as Column[]).filter((column) => !TEXTS.has(column));
    const visitor = {
      onRow: (row: TableRow<Column>) => {
        this.countRow(file);
        const characters = row.lengthOf(kept);
        if (characters > CHARACTERS_OF_ROW_MAX) {
          return this.reject(file.name, row.line, `has ${characters} characters besides its texts`);
        }
        this.countCharacters(file, characters);
        take(row);
      },
      onRejected: (line: number, reason: string) => {
        this.countRow(file);
        this.reject(file.name, line, reason);
      },
      onBlank: () => this.countLine(file),
      onBytes: (count: number) => this.advance(file, count),
    };
    const { rows, crc32, mojibakeLine } = await readTable(file, layout, visitor, this.options.signal);
    if (rows > 0) refuseCopy(file, crc32, contents);
    if (mojibakeLine !== null) {
      this.warnings.push(
        `${file.name}, line ${mojibakeLine}: letters like "Ã©" show that the file was saved in a wrong encoding; ` +
          'names of it may not match. The file of the original archive would be better.',
      );
    }
  }

  private countRow(file: ExportFile): void {
    this.countLine(file);
    if (file.kind === 'profile') return;
    if (++this.rowsRead > ROWS_MAX) {
      throw new ExportError('TOO_LARGE', `the archive has over ${ROWS_MAX} rows`, { file: file.name });
    }
  }

  private countCharacters(file: ExportFile, characters: number): void {
    this.charactersRead += characters;
    if (this.charactersRead > CHARACTERS_MAX) {
      const problem = `the archive has over ${CHARACTERS_MAX} characters of names and addresses`;
      throw new ExportError('TOO_LARGE', problem, { file: file.name });
    }
  }

  private countLine(file: ExportFile): void {
    if (++this.linesRead > LINES_MAX) {
      throw new ExportError('TOO_LARGE', `the archive has over ${LINES_MAX} lines`, { file: file.name });
    }
  }

  private advance(file: ExportFile, count: number): void {
    this.bytesRead += count;
    const { bytesRead, bytesTotal } = this;
    this.options.onProgress?.({ file: file.name, bytesRead, bytesTotal });
  }

  private warn(owner: Owner, sentNothing: boolean): void {
    const kinds = new Set<ExportFileKind>(this.archive.files.map((file) => file.kind));
    if (owner.url === null) {
      this.warnings.push("The archive doesn't tell whose it is: check that it is this seat's.");
    }
    if (sentNothing) {
      this.warnings.push('As far as the archive tells, its owner sent none of the messages: none counts.');
    }
    if (!kinds.has('messages')) this.warnings.push('The archive holds no messages.csv: no messages count.');
    if (!kinds.has('invitations')) {
      this.warnings.push('The archive holds no Invitations.csv: no connection requests count.');
    }
    if (!kinds.has('connections')) {
      this.warnings.push(
        'The archive holds no Connections.csv: no acceptances count, and every message that opens a conversation ' +
          'with a subject counts as an InMail.',
      );
    }
  }
}

/** A numbered part that says the same as another is a copy, which would be counted twice. */
function refuseCopy(file: ExportFile, crc32: number, contents: Map<string, ExportFile>): void {
  const content = `${file.kind} ${file.bytes} ${crc32}`;
  const other = contents.get(content);
  if (other !== undefined) {
    throw new ExportError('AMBIGUOUS', `is a copy of ${other.name}; take one of them out`, {
      file: file.name,
    });
  }
  contents.set(content, file);
}
