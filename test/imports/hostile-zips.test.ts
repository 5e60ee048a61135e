import { createWriteStream } from 'node:fs';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { ENTRIES_MAX, UNPACKED_BYTES_MAX } from '../../src/imports/export-files.js';
import { readLinkedInExport, type ExportError } from '../../src/imports/linkedin-export.js';
import { EXPANSION_FREE_BYTES, PACKED_BYTES_MAX } from '../../src/imports/zip-archive.js';
import { inTemporaryFolder, writeArchive, type ArchiveFiles } from '../support/archive.js';
import {
  CONNECTION_HEADER,
  failure,
  message,
  MESSAGE_HEADER,
  OPTIONS,
  PROFILE,
  readFiles,
} from './reading.js';

const MESSAGES = MESSAGE_HEADER + message().repeat(50);
const FILES = { 'messages.csv': MESSAGES, 'Profile.csv': PROFILE };

// Fields of the zip format that the tests damage, from the start of their record.
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL = {
  flags: 8,
  method: 10,
  crc32: 16,
  packedBytes: 20,
  unpackedBytes: 24,
  attributes: 38,
  name: 46,
};
const END_BYTES = 22;
const END_ENTRY_COUNT = 10;
const FLAG_ENCRYPTED = 1;
const FLAG_STRONG_ENCRYPTION = 0x40;
const METHOD_LZMA = 14;

/** Reads a zip that was changed byte by byte before. */
function failureOfChanged(
  change: (zip: Buffer) => Buffer | void,
  files: ArchiveFiles = FILES,
): Promise<ExportError> {
  return inTemporaryFolder(async (folder) => {
    const path = await writeArchive(join(folder, 'export.zip'), 'zip', files);
    const zip = await readFile(path);
    await writeFile(path, change(zip) ?? zip);
    return failure(readLinkedInExport(path, OPTIONS));
  });
}

/** Where the central directory's record of the first entry starts. */
function central(zip: Buffer): number {
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(CENTRAL_SIGNATURE);
  return zip.indexOf(signature);
}

/** Puts another name of the same length wherever the zip holds `messages.csv`. */
function rename(name: string): (zip: Buffer) => void {
  expect(name).toHaveLength('messages.csv'.length);
  return (zip) => {
    for (let at = zip.indexOf('messages.csv'); at >= 0; at = zip.indexOf('messages.csv', at + 1)) {
      zip.write(name, at, 'latin1');
    }
  };
}

describe('a zip', () => {
  it('without damage is read by the way that the tests damage it', async () => {
    await expect(failureOfChanged(() => undefined)).rejects.toThrow('It was read.');
  });

  it.each([1, 10, 22, 100, 300])('that lacks its last %d bytes is broken', async (bytes) => {
    const error = await failureOfChanged((zip) => zip.subarray(0, zip.length - bytes));
    expect([error.code, error.message]).toEqual(['BROKEN', expect.stringContaining('cut off or damaged')]);
  });

  it('that lacks its middle is broken', async () => {
    const error = await failureOfChanged((zip) => Buffer.concat([zip.subarray(0, 200), zip.subarray(260)]));
    expect(error.code).toBe('BROKEN');
  });

  it('with a wrong checksum is broken, and says which file', async () => {
    const error = await failureOfChanged((zip) => void zip.writeUInt32LE(1, central(zip) + CENTRAL.crc32));
    expect([error.code, error.file]).toEqual(['BROKEN', 'messages.csv']);
    expect(error.message).toContain('checksum');
  });

  it('with damaged content is broken, and says which file', async () => {
    const error = await failureOfChanged((zip) => void zip.fill(0xff, 60, 90));
    expect([error.code, error.file]).toEqual(['BROKEN', 'messages.csv']);
  });

  it('that unpacks to more than it says is broken', async () => {
    const error = await failureOfChanged(
      (zip) => void zip.writeUInt32LE(100, central(zip) + CENTRAL.unpackedBytes),
    );
    expect([error.code, error.file]).toEqual(['BROKEN', 'messages.csv']);
  });

  it.each([
    ['encrypted', FLAG_ENCRYPTED],
    ['strongly encrypted', FLAG_STRONG_ENCRYPTION],
  ])('that is %s is refused', async (_, flag) => {
    const error = await failureOfChanged((zip) => {
      const at = central(zip) + CENTRAL.flags;
      zip.writeUInt16LE(zip.readUInt16LE(at) | flag, at);
    });
    expect([error.code, error.message]).toEqual(['ENCRYPTED', expect.stringContaining('encrypted')]);
  });

  it('packed by another method is refused', async () => {
    const error = await failureOfChanged(
      (zip) => void zip.writeUInt16LE(METHOD_LZMA, central(zip) + CENTRAL.method),
    );
    expect([error.code, error.file, error.message]).toEqual([
      'UNSUPPORTED',
      'messages.csv',
      expect.stringContaining('method 14'),
    ]);
  });

  it.each([
    ['a way out', '../sages.csv'],
    ['a way out further down', 'me/../es.csv'],
    ['an absolute path', '/essages.csv'],
    ['a drive', 'C:/sages.csv'],
    ['a backslash', '..\\sages.csv'],
    ['a NUL byte', 'messag\0s.csv'],
    ['a line break', 'messag\ns.csv'],
  ])('with %s in a name is refused, and nothing of it is read', async (_, name) => {
    const error = await failureOfChanged(rename(name));
    expect(error.code).toBe('UNSAFE_NAME');
    // One line, whatever the name holds.
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });

  it('with a link in place of a file is refused', async () => {
    const error = await failureOfChanged(
      (zip) => void zip.writeUInt32LE((0o120777 << 16) >>> 0, central(zip) + CENTRAL.attributes),
    );
    expect([error.code, error.file]).toEqual(['UNSAFE_NAME', 'messages.csv']);
  });

  it('that says it expands as no export does is refused before it is unpacked', async () => {
    const error = await failureOfChanged((zip) => {
      zip.writeUInt32LE(EXPANSION_FREE_BYTES + 1, central(zip) + CENTRAL.unpackedBytes);
    });
    expect([error.code, error.file]).toEqual(['TOO_LARGE', 'messages.csv']);
  });

  it('that expands as no export does is refused', async () => {
    const line = message({ content: 'x'.repeat(1_000) });
    const lines = function* (): Generator<string> {
      yield MESSAGE_HEADER;
      for (let bytes = 0; bytes <= EXPANSION_FREE_BYTES; bytes += line.length * 100) yield line.repeat(100);
    };
    const error = await failure(readFiles({ 'messages.csv': lines() }, {}, 'zip'));
    expect([error.code, error.file]).toEqual(['TOO_LARGE', 'messages.csv']);
  });

  it('whose files are too large together is refused', async () => {
    const error = await failureOfChanged(
      (zip) => {
        // Both of the two entries; packed as large as half of it, so that it isn't the expansion.
        for (let at = central(zip); at >= 0 && zip.readUInt32LE(at) === CENTRAL_SIGNATURE;) {
          zip.writeUInt32LE(UNPACKED_BYTES_MAX / 2 + 1, at + CENTRAL.unpackedBytes);
          zip.writeUInt32LE(UNPACKED_BYTES_MAX / 2, at + CENTRAL.packedBytes);
          at +=
            CENTRAL.name + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
        }
      },
      { 'messages.csv': MESSAGES, 'Connections.csv': CONNECTION_HEADER },
    );
    expect([error.code, error.message]).toEqual(['TOO_LARGE', expect.stringContaining('at most 2147483648')]);
  });

  it('that says it has too many entries is refused', async () => {
    const error = await failureOfChanged((zip) => {
      zip.writeUInt16LE(ENTRIES_MAX + 1, zip.length - END_BYTES + END_ENTRY_COUNT);
    });
    expect(error.code).toBe('TOO_LARGE');
  });

  it('that is too large itself is refused unread', async () => {
    const error = await inTemporaryFolder(async (folder) => {
      const path = await writeArchive(join(folder, 'export.zip'), 'zip', FILES);
      await truncate(path, PACKED_BYTES_MAX + 1);
      return failure(readLinkedInExport(path, OPTIONS));
    });
    expect(error.code).toBe('TOO_LARGE');
  });

  it.each([
    ['zip64', { forceZip64Format: true }],
    ['without compression', { compress: false }],
  ])('may be %s', async (_, options) => {
    await inTemporaryFolder(async (folder) => {
      const zip = new ZipFile();
      zip.addBuffer(Buffer.from(MESSAGES), 'messages.csv', options);
      zip.addBuffer(Buffer.from(PROFILE), 'Profile.csv', options);
      zip.end({ forceZip64Format: 'forceZip64Format' in options, comment: '' });
      const path = join(folder, 'export.zip');
      await pipeline(zip.outputStream, createWriteStream(path));
      expect((await readLinkedInExport(path, OPTIONS)).sends).toHaveLength(50);
    });
  });
});
