/** An export as LinkedIn sends it. Nothing is unpacked to disk, and only the files that are read are opened. */
import { open } from 'node:fs/promises';
import yauzl from 'yauzl';
import { ExportError, messageOf, quoted } from './export-error.js';
import {
  chooseFiles,
  ENTRIES_MAX,
  knownName,
  UNPACKED_BYTES_MAX,
  type ExportArchive,
  type ExportEntry,
} from './export-files.js';

/** A full export without media is some ten MB. */
export const PACKED_BYTES_MAX = 1024 ** 3;
/** Real exports unpack to 3 to 10 times their size; deflate reaches 1,030 times, on input made to expand. */
const EXPANSION_MAX = 250;
/** Below this, expansion does no harm: a few thousand messages of one text expand far, too. */
export const EXPANSION_FREE_BYTES = 64 * 1024 ** 2;

const STORED = 0;
const DEFLATED = 8;

/** The kind of file is in the upper half of the attributes, for archives made on Unix. */
const FILE_TYPE_MASK = 0o170000;
const FILE_TYPE_LINK = 0o120000;

const LOCAL_HEADER = Buffer.from('PK\x03\x04', 'latin1');
const EMPTY_ARCHIVE = Buffer.from('PK\x05\x06', 'latin1');

/**
 * Opens a zip, zip64 included, and finds LinkedIn's files in it.
 *
 * @throws ExportError any code but NUL_BYTE and WRONG_ENCODING
 */
export async function openZip(path: string): Promise<ExportArchive> {
  await refuseOtherFiles(path);
  const zip = await openDirectory(path);
  try {
    const entries = await listEntries(zip);
    return { files: chooseFiles(entries), close: () => closeZip(zip) };
  } catch (error) {
    await closeZip(zip);
    throw error;
  }
}

/** What isn't a zip is told so before a zip's directory is looked for in it. */
async function refuseOtherFiles(path: string): Promise<void> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new ExportError('UNREADABLE', `can't be read: ${messageOf(error)}`, {}, { cause: error });
  });
  try {
    const { size } = await file.stat();
    if (size > PACKED_BYTES_MAX) {
      throw new ExportError('TOO_LARGE', `has ${size} bytes; at most ${PACKED_BYTES_MAX} are read`);
    }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const start = buffer.subarray(0, bytesRead);
    if (!start.equals(LOCAL_HEADER) && !start.equals(EMPTY_ARCHIVE)) {
      const what = size === 0 ? 'the file is empty' : 'the file is no zip';
      throw new ExportError('NOT_AN_EXPORT', `${what}: give LinkedIn's .zip, or the folder it unpacks to`);
    }
  } finally {
    await file.close();
  }
}

async function openDirectory(path: string): Promise<yauzl.ZipFile> {
  try {
    // Names are decoded by us, so that an unsafe one is told from a broken archive.
    return await yauzl.openPromise(path, { autoClose: false, decodeStrings: false });
  } catch (error) {
    throw broken(error);
  }
}

async function listEntries(zip: yauzl.ZipFile): Promise<ExportEntry[]> {
  if (zip.entryCount > ENTRIES_MAX) {
    throw new ExportError('TOO_LARGE', `holds ${zip.entryCount} entries; at most ${ENTRIES_MAX} are read`);
  }
  const entries: ExportEntry[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      const path = safePath(entry);
      if (path.endsWith('/')) continue;
      if (entry.isEncrypted()) throw encrypted(path);
      if (knownName(path.split('/').at(-1) ?? '') === null) continue;
      refuseUnreadable(entry, path);
      entries.push({
        path,
        bytes: entry.uncompressedSize,
        crc32: entry.crc32,
        open: () => readEntry(zip, entry, path),
      });
    }
  } catch (error) {
    throw broken(error);
  }
  return entries;
}

/** The entry's name; one that points out of the archive is an attack, and the archive is refused for it. */
function safePath(entry: yauzl.Entry): string {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  // Strict: a backslash stays one, and is refused by the next line.
  const path = yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
  const problem = yauzl.validateFileName(path);
  if (problem !== null)
    throw new ExportError('UNSAFE_NAME', `holds an entry with an unsafe name: ${quoted(path)}`);
  if (/\p{Cc}/u.test(path)) {
    throw new ExportError(
      'UNSAFE_NAME',
      `holds an entry with a control character in its name: ${quoted(path)}`,
    );
  }
  return path;
}

function refuseUnreadable(entry: yauzl.Entry, file: string): void {
  if (((entry.externalFileAttributes >>> 16) & FILE_TYPE_MASK) === FILE_TYPE_LINK) {
    throw new ExportError('UNSAFE_NAME', 'is a link, not a file', { file });
  }
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    const problem = `is packed by method ${entry.compressionMethod}, which is not read; unpack it and give the folder`;
    throw new ExportError('UNSUPPORTED', problem, { file });
  }
  const { compressedSize, uncompressedSize } = entry;
  const expands =
    uncompressedSize > EXPANSION_FREE_BYTES && uncompressedSize > compressedSize * EXPANSION_MAX;
  if (expands || uncompressedSize > UNPACKED_BYTES_MAX) {
    const problem = `unpacks from ${compressedSize} to ${uncompressedSize} bytes, which no export does`;
    throw new ExportError('TOO_LARGE', problem, { file });
  }
}

/** yauzl ends the stream with an error where it has more or fewer bytes than the archive says. */
async function* readEntry(zip: yauzl.ZipFile, entry: yauzl.Entry, file: string): AsyncGenerator<Uint8Array> {
  try {
    const stream: AsyncIterable<Uint8Array> = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) yield chunk;
  } catch (error) {
    throw broken(error, file);
  }
}

function encrypted(file: string): ExportError {
  return new ExportError('ENCRYPTED', "is encrypted; LinkedIn's own exports are not", { file });
}

function broken(error: unknown, file?: string): ExportError {
  if (error instanceof ExportError) return error;
  const problem = messageOf(error);
  if (/encrypt/i.test(problem)) return new ExportError('ENCRYPTED', 'the archive is encrypted', { file });
  return new ExportError('BROKEN', `the zip is cut off or damaged (${problem})`, { file }, { cause: error });
}

function closeZip(zip: yauzl.ZipFile): Promise<void> {
  return new Promise((resolve) => {
    zip.once('close', resolve);
    zip.close();
  });
}
