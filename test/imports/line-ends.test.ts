import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mappingOf, readLeads, readLeadsToAvoid } from '../../src/imports/lead-list.js';
import { inTemporaryFolder } from '../support/archive.js';
import { CONNECTION_HEADER, failure, message, MESSAGE_HEADER, names, PROFILE, readFiles } from './reading.js';

const CONNECTION = 'Ada,Lovelace,https://www.linkedin.com/in/ada,,,,23 Nov 2026\n';

async function readList(text: string, kind: 'PEOPLE' | 'DO_NOT_CONTACT'): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  const visitor = {
    onRejected: (line: number, reason: string) => found.push(`${line}: ${reason}`),
    onBlank: () => undefined,
    onBytes: () => undefined,
    onPiece: () => Promise.resolve(),
  };
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'list.csv');
    await writeFile(path, text);
    const mapping = await mappingOf(path, new Map(), kind);
    if (kind === 'PEOPLE') {
      await readLeads(path, mapping, { ...visitor, onRow: ({ profileUrl }) => found.push(profileUrl) });
    } else {
      await readLeadsToAvoid(path, mapping, {
        ...visitor,
        onRow: ({ profileUrls }) => found.push(...profileUrls),
      });
    }
  });
  return found;
}

describe('a file whose lines end in carriage returns alone', () => {
  const old = (text: string): string => text.replaceAll('\n', '\r');
  const expected = { code: 'BROKEN', message: expect.stringContaining('carriage returns alone') };

  it.each([
    ['several columns', 'First Name,LinkedIn URL\nAda,in/ada\nBen,in/ben\n'],
    ['a single column', 'LinkedIn URL\nin/ada\nin/ben\n'],
    ['a note before the header', '# of us\r\nLinkedIn URL\nin/ada\n'],
    ['a line feed inside of a cell', 'LinkedIn URL,Notes\nin/ada,"one\r\ntwo"\n'],
    ['a single row without an end', 'LinkedIn URL\nin/ada'],
  ])('is refused as a list: %s', async (_, text) => {
    const list = text.replaceAll(/(?<!\r)\n/g, '\r');
    expect(await failure(readList(list, 'PEOPLE'))).toMatchObject(expected);
    expect(await failure(readList(list, 'DO_NOT_CONTACT'))).toMatchObject(expected);
  });

  it.each([
    ['Connections.csv', CONNECTION_HEADER + CONNECTION],
    ['messages.csv', MESSAGE_HEADER + message()],
    ['Profile.csv', PROFILE],
  ])('is refused in an archive, by its name: %s', async (name, text) => {
    const files = { 'Connections.csv': CONNECTION_HEADER, [name]: old(text) };
    expect(await failure(readFiles(files))).toMatchObject({ ...expected, file: name, line: 1 });
  });
});

describe('a file whose lines end in line feeds', () => {
  it.each([
    ['alone', '\n'],
    ['behind a carriage return', '\r\n'],
    ['behind two of them', '\r\r\n'],
  ])('%s is read', async (_, end) => {
    const list = 'First Name,LinkedIn URL\nAda,in/ada\n'.replaceAll('\n', end);
    const ada = ['https://www.linkedin.com/in/ada'];
    expect([await readList(list, 'PEOPLE'), await readList(list, 'DO_NOT_CONTACT')]).toEqual([ada, ada]);
    const files = { 'Connections.csv': (CONNECTION_HEADER + CONNECTION).replaceAll('\n', end) };
    expect(names(await readFiles(files))).toEqual(['Ada Lovelace']);
  });

  it('may have carriage returns in its cells, quoted ones in its header as well', async () => {
    const list = 'LinkedIn URL,"No\rtes"\nin/ada,"one\rtwo"\nin/ben,one\rtwo\n';
    expect(await readList(list, 'PEOPLE')).toEqual([
      'https://www.linkedin.com/in/ada',
      'https://www.linkedin.com/in/ben',
    ]);
  });
});
