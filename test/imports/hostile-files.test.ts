import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readLinkedInExport, ROWS_MAX } from '../../src/imports/linkedin-export.js';
import { RECORD_BYTES_MAX } from '../../src/imports/utf8-lines.js';
import { inTemporaryFolder, writeArchive, type ArchiveFiles } from '../support/archive.js';
import {
  CONNECTION_HEADER,
  failure,
  INVITATION_HEADER,
  message,
  MESSAGE_HEADER,
  OPTIONS,
  PROFILE,
  readFiles,
} from './reading.js';

const MESSAGES = MESSAGE_HEADER + message().repeat(50);
const FILES = { 'messages.csv': MESSAGES, 'Profile.csv': PROFILE };

/** What an archive of these files fails with, as a zip and as a folder alike. */
async function failureOf(files: ArchiveFiles): Promise<[string, string | null, number | null]> {
  const errors = [await failure(readFiles(files, {}, 'zip')), await failure(readFiles(files, {}, 'folder'))];
  const [zip, folder] = errors.map(
    ({ code, file, line }) => [code, file, line] as [string, string | null, number | null],
  );
  expect(zip).toEqual(folder);
  return zip ?? ['', null, null];
}

describe('what is no export', () => {
  it.each([
    ['a text', 'hello'],
    ['an empty file', ''],
    ['a gzip', '\x1f\x8b\x08\x00\x00\x00\x00\x00'],
    ['the table alone', MESSAGES],
  ])('%s is told so', async (_, content) => {
    const error = await inTemporaryFolder(async (folder) => {
      const path = join(folder, 'export.zip');
      await writeFile(path, content, 'latin1');
      return failure(readLinkedInExport(path, OPTIONS));
    });
    expect([error.code, error.message]).toEqual([
      'NOT_AN_EXPORT',
      expect.stringContaining('folder it unpacks to'),
    ]);
  });

  it.each([
    ['nothing', {}],
    ['other files', { 'users.csv': 'a,b\n', 'mail/inbox.mbox': 'From' }],
    ['a profile alone', { 'Profile.csv': PROFILE }],
    ['files too deep', { 'a/b/messages.csv': MESSAGES }],
  ])('an archive of %s is told so', async (_, files) => {
    expect(await failureOf(files)).toEqual(['NOT_AN_EXPORT', null, null]);
  });

  it.each([
    ['other headings', 'id,text\n1,hello\n'],
    ['semicolons', MESSAGES.replaceAll('","', '";"').replaceAll(',', ';')],
    ['a header too far down', '\n'.repeat(60) + MESSAGES],
  ])('a table with %s is told so', async (_, content) => {
    expect(await failureOf({ 'messages.csv': content })).toEqual(['NOT_AN_EXPORT', 'messages.csv', null]);
  });

  it('a path that leads nowhere is told so', async () => {
    const error = await failure(readLinkedInExport('/nowhere/export.zip', OPTIONS));
    expect([error.code, error.message]).toEqual(['UNREADABLE', expect.stringContaining('ENOENT')]);
  });

  it('a device is told so', async () => {
    expect((await failure(readLinkedInExport('/dev/null', OPTIONS))).code).toBe('NOT_AN_EXPORT');
  });

  it('one file twice is told so', async () => {
    const spellings = { 'messages.csv': MESSAGES, 'Messages.csv': MESSAGES };
    expect(await failureOf(spellings)).toEqual(['AMBIGUOUS', null, null]);
    const copies = { 'messages.csv': MESSAGES, 'messages_1.csv': MESSAGES };
    expect(await failureOf(copies)).toEqual(['AMBIGUOUS', 'messages_1.csv', null]);
    const folders = { 'old/messages.csv': MESSAGES, 'new/messages.csv': MESSAGES };
    expect(await failureOf(folders)).toEqual(['AMBIGUOUS', null, null]);
  });
});

describe('a file', () => {
  const bytes = (...parts: (string | number)[]): Buffer =>
    Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))));

  it.each([
    ['a NUL byte', bytes(MESSAGES, message({ content: 'a\0b' })), 'NUL_BYTE', 52],
    ['UTF-16 without a mark', Buffer.from(MESSAGES, 'utf16le'), 'NUL_BYTE', 1],
    ['UTF-16, little end first', Buffer.from(`\ufeff${MESSAGES}`, 'utf16le'), 'WRONG_ENCODING', 1],
    ['UTF-16, big end first', Buffer.from(`\ufeff${MESSAGES}`, 'utf16le').swap16(), 'WRONG_ENCODING', 1],
    ['Latin-1', bytes(MESSAGES, 'Jos', 0xe9, '\n', MESSAGES), 'WRONG_ENCODING', 52],
    ['a letter cut off at its end', bytes(MESSAGES, 'Jos', 0xc3), 'WRONG_ENCODING', 52],
    ['half of a surrogate pair', bytes(MESSAGES, 0xed, 0xa0, 0x80, '\n'), 'WRONG_ENCODING', 52],
    ['a letter in too many bytes', bytes('\n', 0xc0, 0xaf, '\n', MESSAGES), 'WRONG_ENCODING', 2],
    [
      'a quote that is never closed',
      bytes(MESSAGES, 'c1,"Hi\n\n', MESSAGES.slice(0, 300).replaceAll('"', '')),
      'BROKEN',
      52,
    ],
    ['a record without end', bytes(MESSAGES, '"', 'x\n'.repeat(RECORD_BYTES_MAX)), 'TOO_LARGE', 52],
    ['more columns than any tool writes', bytes(MESSAGES, ','.repeat(20_000), '\n'), 'TOO_LARGE', 52],
    ['a heading of as many', bytes(','.repeat(20_000), '\n', MESSAGES), 'TOO_LARGE', 1],
    ['a line without end', bytes(MESSAGES, 'x'.repeat(2 * RECORD_BYTES_MAX)), 'TOO_LARGE', 52],
  ])('with %s is refused, by its line', async (_, content, code, line) => {
    expect(await failureOf({ 'messages.csv': content })).toEqual([code, 'messages.csv', line]);
  });

  it('with letters of several bytes across every border between pieces is read', async () => {
    const content = message({ content: 'é陽👋'.repeat(20_000) });
    for (const prefix of ['', 'a', 'ab', 'abc']) {
      const { sends, rejected } = await readFiles({
        'messages.csv': MESSAGE_HEADER + message({ content: prefix }) + content,
        'Profile.csv': PROFILE,
      });
      expect([sends.length, rejected.total]).toEqual([2, 0]);
    }
  });

  it('with stray quotes costs only the rows it spoils', async () => {
    const rows = `a,"b"c,d\n${message()}he said "hi",x\n${message()}`;
    const { sends, rejected } = await readFiles({
      'messages.csv': MESSAGE_HEADER + rows,
      'Profile.csv': PROFILE,
    });
    expect([sends.map(({ line }) => line), rejected.first.map(({ line }) => line)]).toEqual([
      [3, 5],
      [2, 4],
    ]);
  });

  it('with too many rows is refused', async () => {
    const lines = function* (): Generator<string> {
      yield CONNECTION_HEADER;
      for (let count = 0; count <= ROWS_MAX; count += 1_000) yield ',,,,,,\n'.repeat(1_000);
    };
    const error = await failure(readFiles({ 'Connections.csv': lines() }));
    expect([error.code, error.file]).toEqual(['TOO_LARGE', 'Connections.csv']);
  }, 180_000);

  // None of these is a row; a zip of them has 60 KB.
  it.each([
    ['line feeds', 'Invitations.csv', INVITATION_HEADER, '\n'],
    ['blanks', 'Connections.csv', CONNECTION_HEADER, ' \r\n'],
    ['names', 'Profile.csv', PROFILE, 'Me,Example,\n'],
  ])(
    'with 60 MiB of %s is refused',
    async (_, name, header, line) => {
      const lines = function* (): Generator<string> {
        yield header;
        const piece = line.repeat(65_536);
        for (let bytes = 0; bytes < 60 * 1024 ** 2; bytes += piece.length) yield piece;
      };
      const files = { 'Invitations.csv': INVITATION_HEADER, [name]: lines() };
      const error = await failure(readFiles(files, {}, 'zip'));
      expect([error.code, error.file]).toEqual(['TOO_LARGE', name]);
      expect(error.message).toContain(`has over ${2 * ROWS_MAX} lines`);
    },
    180_000,
  );

  it('with ragged rows by the thousands tells of each', async () => {
    const rows = 20_000;
    const { rejected } = await readFiles({ 'Connections.csv': CONNECTION_HEADER + 'a\n'.repeat(rows) });
    expect([rejected.total, rejected.first[0]?.line, rejected.first[999]?.line]).toEqual([rows, 2, 1_001]);
    expect(rejected.first[0]?.reason).toBe('has 1 fields, the header has 7');
  });
});

describe('a folder', () => {
  it('with a link in place of a file is refused, and the link not followed', async () => {
    await inTemporaryFolder(async (folder) => {
      const path = join(folder, 'export');
      await writeArchive(path, 'folder', { 'Connections.csv': CONNECTION_HEADER });
      await writeFile(join(folder, 'secret.csv'), MESSAGES);
      await symlink(join(folder, 'secret.csv'), join(path, 'messages.csv'));
      const error = await failure(readLinkedInExport(path, OPTIONS));
      expect([error.code, error.file]).toEqual(['UNSAFE_NAME', 'messages.csv']);
    });
  });

  it('with a link to a folder does not follow it', async () => {
    await inTemporaryFolder(async (folder) => {
      await writeArchive(join(folder, 'elsewhere'), 'folder', FILES);
      await mkdir(join(folder, 'export'));
      await symlink(join(folder, 'elsewhere'), join(folder, 'export', 'inside'));
      expect((await failure(readLinkedInExport(join(folder, 'export'), OPTIONS))).code).toBe('NOT_AN_EXPORT');
    });
  });

  it('with a pipe in place of a file is refused, and nobody waits for it', async () => {
    await inTemporaryFolder(async (folder) => {
      execFileSync('mkfifo', [join(folder, 'messages.csv')]);
      expect((await failure(readLinkedInExport(folder, OPTIONS))).code).toBe('UNSAFE_NAME');
    });
  });

  it('with a folder in place of a file holds none', async () => {
    await inTemporaryFolder(async (folder) => {
      await mkdir(join(folder, 'messages.csv'));
      expect((await failure(readLinkedInExport(folder, OPTIONS))).code).toBe('NOT_AN_EXPORT');
    });
  });

  it('that is a link itself is what the caller gave', async () => {
    await inTemporaryFolder(async (folder) => {
      await writeArchive(join(folder, 'export'), 'folder', FILES);
      await symlink(join(folder, 'export'), join(folder, 'link'));
      expect((await readLinkedInExport(join(folder, 'link'), OPTIONS)).sends).toHaveLength(50);
    });
  });
});

describe('rows of very many characters', () => {
  it('are rejected one by one, and too much where they are too many', async () => {
    const row = (characters: number) => `${'x'.repeat(characters)},Lovelace,,,,,23 Nov 2026\n`;
    const read = await readFiles({ 'Connections.csv': CONNECTION_HEADER + row(60_000) + row(10) }, {});
    expect([read.connections.length, read.rejected.total]).toEqual([1, 1]);
    expect(read.rejected.first[0]!.reason).toMatch(/^has \d+ characters besides its texts$/);
    // Blanks are kept with what stands between them.
    const padded = CONNECTION_HEADER + row(10).replace('Lovelace', `${' '.repeat(60_000)}Lovelace`);
    expect((await readFiles({ 'Connections.csv': padded }, {})).rejected.total).toBe(1);
    const many = { 'Connections.csv': CONNECTION_HEADER + row(49_000).repeat(5_200) };
    expect(await failure(readFiles(many, {}))).toMatchObject({ code: 'TOO_LARGE' });
  }, 60_000);
});
