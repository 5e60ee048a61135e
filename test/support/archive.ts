/** Makes exports like LinkedIn's for tests and benches: any files as zip or folder, or a made-up life in any era. */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { connectionLines, invitationLines, messageLines, profileLines, type Eras } from './archive-eras.js';
import { expectedOf, type Expected } from './archive-expected.js';
import { tellStory, type Story, type StoryOptions } from './archive-story.js';

export { ERAS, type Eras } from './archive-eras.js';
export { type Expected } from './archive-expected.js';

/** Contents by path inside of the archive; an iterable is written piece by piece, for large files. */
export type ArchiveFiles = Readonly<Record<string, string | Buffer | Iterable<string>>>;

export type ArchiveForm = 'zip' | 'folder';

/** Writes files as an archive; for a folder, `path` is the folder. */
export async function writeArchive(path: string, form: ArchiveForm, files: ArchiveFiles): Promise<string> {
  if (form === 'folder') {
    await mkdir(path, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), inPieces(content));
    }
    return path;
  }
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) {
    zip.addReadStreamLazy(name, (done) => done(null, Readable.from(inPieces(content))));
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

function inPieces(content: string | Buffer | Iterable<string>): Iterable<string | Buffer> {
  return typeof content === 'string' || Buffer.isBuffer(content) ? [content] : content;
}

/** How LinkedIn's file names are spelled, or any others. */
export interface FileNames {
  readonly profile: string;
  readonly connections: string;
  readonly invitations: string;
  readonly messages: string;
}

const FILE_NAMES: FileNames = {
  profile: 'Profile.csv',
  connections: 'Connections.csv',
  invitations: 'Invitations.csv',
  messages: 'messages.csv',
};

export interface ExportArchiveOptions extends StoryOptions {
  readonly eras: Eras;
  readonly names?: FileNames;
  /** Put before every name: a folder inside of the zip. */
  readonly folder?: string;
}

/**
 * Writes an export of a made-up member, the same for the same options, and tells what a reader must find in it.
 * Memory grows with the number of messages, by some 100 bytes for each.
 */
export async function writeExport(
  path: string,
  form: ArchiveForm,
  options: ExportArchiveOptions,
): Promise<Expected> {
  const story = tellStory(options);
  const files = exportFiles(story, options);
  await writeArchive(path, form, files);
  return expectedOf(story, options.eras);
}

function exportFiles(story: Story, { eras, names = FILE_NAMES, folder }: ExportArchiveOptions): ArchiveFiles {
  const prefix = folder === undefined ? '' : `${folder}/`;
  return {
    [`${prefix}${names.messages}`]: messageLines(story, eras.messages),
    [`${prefix}${names.connections}`]: connectionLines(story, eras.connections),
    [`${prefix}${names.invitations}`]: invitationLines(story, eras.invitations),
    [`${prefix}${names.profile}`]: profileLines(story),
    [`${prefix}guide_messages.csv`]: 'CONVERSATION ID,CONVERSATION TITLE,FROM,TO,DATE,CONTENT\n',
    [`${prefix}Comments_1.csv`]: 'Date,Link,Message\n2026-01-01 00:00:00,https://www.linkedin.com/feed,Hi\n',
  };
}

/** Runs `work` with a folder of its own, which is gone afterwards. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'headroom-archive-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
