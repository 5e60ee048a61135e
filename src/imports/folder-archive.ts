/** An export that was unpacked already. */
import { constants } from 'node:fs';
import { open, opendir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ExportError, messageOf, quoted } from './export-error.js';
import { chooseFiles, ENTRIES_MAX, knownName, type ExportArchive, type ExportEntry } from './export-files.js';

/** As small as zlib's pieces: while a piece is parsed, nothing else gets a turn. */
const READ_BYTES = 16 * 1024;

/**
 * Finds LinkedIn's files in a folder, or in a folder of it.
 *
 * @throws ExportError UNREADABLE, NOT_AN_EXPORT, AMBIGUOUS, TOO_LARGE, UNSAFE_NAME (a link in place of a file:
 *   links are not followed, and a file that is silently left out would be sends that nobody counts)
 */
export async function openFolder(path: string): Promise<ExportArchive> {
  const entries: ExportEntry[] = [];
  const seen = { entries: 0 };
  for (const folder of await listFolder(path, '', entries, seen)) {
    await listFolder(path, folder, entries, seen);
  }
  return { files: chooseFiles(entries), close: () => Promise.resolve() };
}

/** Adds the known files of one folder to `entries`; returns the names of its folders. */
async function listFolder(
  root: string,
  folder: string,
  entries: ExportEntry[],
  seen: { entries: number },
): Promise<string[]> {
  const folders: string[] = [];
  for await (const item of await unlessUnreadable(() => opendir(join(root, folder)), folder)) {
    if (++seen.entries > ENTRIES_MAX) {
      throw new ExportError('TOO_LARGE', `the folder holds over ${ENTRIES_MAX} entries: is it an export?`);
    }
    if (item.isDirectory()) folders.push(item.name);
    if (item.isDirectory() || knownName(item.name) === null) continue;
    if (!item.isFile()) throw new ExportError('UNSAFE_NAME', 'is a link or a device', { file: item.name });
    entries.push(await folderEntry(root, folder, item.name));
  }
  return folders;
}

async function folderEntry(root: string, folder: string, name: string): Promise<ExportEntry> {
  const path = join(root, folder, name);
  const file = await openFile(path, name);
  const { size } = await file.stat().finally(() => file.close());
  return {
    path: folder === '' ? name : `${folder}/${name}`,
    bytes: size,
    crc32: null,
    open: () => readFile(path, name),
  };
}

async function* readFile(path: string, name: string): AsyncGenerator<Uint8Array> {
  const file = await openFile(path, name);
  try {
    for (;;) {
      // A new buffer each time: what was handed out may be looked at until the next is asked for.
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function openFile(path: string, name: string): Promise<FileHandle> {
  // O_NOFOLLOW too: a link may have been put there since the folder was listed. Windows knows no such flag.
  const noFollow = constants.O_NOFOLLOW ?? 0;
  return unlessUnreadable(() => open(path, constants.O_RDONLY | noFollow), name);
}

async function unlessUnreadable<T>(work: () => Promise<T>, name: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const what = name === '' ? 'the folder' : quoted(name);
    throw new ExportError('UNREADABLE', `${what} can't be read: ${messageOf(error)}`, {}, { cause: error });
  }
}
