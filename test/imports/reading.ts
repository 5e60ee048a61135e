/** Shared by the tests of the export: reads files written down in a test. */
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import {
  ExportError,
  readLinkedInExport,
  type ExportOptions,
  type LinkedInExport,
} from '../../src/imports/linkedin-export.js';
import { inTemporaryFolder, writeArchive, type ArchiveFiles, type ArchiveForm } from '../support/archive.js';

export const IMPORTED_AT = Date.UTC(2027, 0, 1);

export const OPTIONS: ExportOptions = {
  importedAt: IMPORTED_AT,
  fingerprint: (parts) => createHmac('sha256', 'test').update(JSON.stringify(parts)).digest('base64url'),
};

/** Reads an archive of these files. */
export function readFiles(
  files: ArchiveFiles,
  options: Partial<ExportOptions> = {},
  form: ArchiveForm = 'folder',
): Promise<LinkedInExport> {
  return inTemporaryFolder(async (folder) => {
    const path = await writeArchive(join(folder, form === 'zip' ? 'export.zip' : 'export'), form, files);
    return readLinkedInExport(path, { ...OPTIONS, ...options });
  });
}

export const MESSAGE_HEADER =
  'CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,' +
  'FOLDER,ATTACHMENTS,IS MESSAGE DRAFT,IS CONVERSATION DRAFT\n';
export const CONNECTION_HEADER = 'First Name,Last Name,URL,Email Address,Company,Position,Connected On\n';
export const INVITATION_HEADER = 'From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl\n';
export const PROFILE = 'First Name,Last Name,Maiden Name\nMe,Example,\n';

export const ME = 'https://www.linkedin.com/in/me-example';
export const ALICE = 'https://www.linkedin.com/in/alice';
export const BOB = 'https://www.linkedin.com/in/bob';

interface MessageCells {
  conversation?: string;
  from?: string;
  fromUrl?: string;
  to?: string;
  toUrls?: string;
  date?: string;
  subject?: string;
  content?: string;
  folder?: string;
  draft?: string;
  conversationDraft?: string;
}

/** A line of `messages.csv` under MESSAGE_HEADER: the owner writes to Alice, unless told otherwise. */
export function message(cells: MessageCells = {}): string {
  const fields = [
    cells.conversation ?? 'c1',
    '',
    cells.from ?? 'Me Example',
    cells.fromUrl ?? ME,
    cells.to ?? 'Alice Example',
    cells.toUrls ?? ALICE,
    cells.date ?? '2026-01-10 09:00:00 UTC',
    cells.subject ?? '',
    cells.content ?? 'Hello',
    cells.folder ?? 'INBOX',
    '',
    cells.draft ?? 'No',
    cells.conversationDraft ?? 'No',
  ];
  return `${fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')}\n`;
}

/** The same line as the other side would send it to the owner. */
export function answer(cells: MessageCells = {}): string {
  return message({ from: 'Alice Example', fromUrl: ALICE, to: 'Me Example', toUrls: ME, ...cells });
}

export function actions(read: LinkedInExport): string[] {
  return read.sends.map(({ action }) => action);
}

export function recipients(read: LinkedInExport): (string | null)[][] {
  return read.sends.map(({ recipientUrl, recipientName }) => [recipientUrl, recipientName]);
}

export function names(read: LinkedInExport): (string | null)[] {
  return read.connections.map(({ name }) => name);
}

/** What reading fails with; reading that succeeds, or fails with anything else, fails the test. */
export async function failure(reading: Promise<unknown>): Promise<ExportError> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof ExportError) return error;
    throw error;
  }
  throw new Error('It was read.');
}
