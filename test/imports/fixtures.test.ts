import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportOptions, LinkedInExport } from '../../src/imports/linkedin-export.js';
import { actions, ME, names, readFiles, recipients } from './reading.js';

const FIXTURES = 'test/fixtures/linkedin-export';

/** A fixture under the name that LinkedIn gives the file. */
async function readFixture(fixture: string, options: Partial<ExportOptions> = {}): Promise<LinkedInExport> {
  const name = fixture.split('-').at(-1) ?? '';
  return readFiles({ [name]: await readFile(join(FIXTURES, fixture)) }, options);
}

describe('files that others took for an export', () => {
  it.each([
    ['people-sync-Connections.csv', 3, ['Test Person', 'Jane Sample']],
    [
      'people-Connections.csv',
      7,
      ['Alice Example', 'Bob Sample', 'Carol Test', 'Dana Dup', 'Dana Dup', 'Élodie Accent', 'Nobody Nourl'],
    ],
    ['six-hops-Connections.csv', 5, ['Priya Sharma', 'Rahul Iyer', 'Priya Sharma', 'Anita Rao']],
    ['kawsay-Connections.csv', 2, ['José García', 'Æsop Fontaine']],
    ['mba-mcp-Connections.csv', 5, ['Priya Raman', 'Tom Okafor', 'Dana Whitfield', null]],
    ['job-swarm-Connections.csv', 3, ['Jamie Example', 'Alex Sample', 'Taylor Demo']],
    ['constellation-Connections.csv', 2, ['Jerry Mathis', 'Alex Johnson']],
  ])('%s: its people', async (fixture, rowsRead, expected) => {
    const read = await readFixture(fixture);
    expect(read.rowsRead).toBe(rowsRead);
    expect(names(read)).toEqual(expected);
    expect([read.owner, read.sends, read.engagements]).toEqual([null, [], []]);
  });

  it('people-Connections.csv: addresses in any case, with slash and query', async () => {
    const { connections } = await readFixture('people-Connections.csv');
    const urls = connections.map(({ profileUrl }) => profileUrl?.split('/').at(-1) ?? null);
    expect(urls).toEqual([
      'alice-example',
      'bob-sample',
      'carol-test',
      'dana-dup-1',
      'dana-dup-2',
      'elodie-accent',
      null,
    ]);
  });

  it('mba-mcp-Connections.csv: the row with a date that could be two is rejected, by its line', async () => {
    const { rejected } = await readFixture('mba-mcp-Connections.csv');
    const reason = 'Connected On "05/14/23" is no date that LinkedIn writes';
    expect(rejected).toEqual({ total: 1, first: [{ file: 'Connections.csv', line: 8, reason }] });
  });

  it('people-messages.csv: a message, one to a group, two answered, one rejected', async () => {
    const read = await readFixture('people-messages.csv', { seatProfileUrl: ME });
    expect(actions(read)).toEqual(['DIRECT_MESSAGE', 'DIRECT_MESSAGE']);
    expect(recipients(read)).toEqual([
      ['https://www.linkedin.com/in/alice-example', 'Alice Example'],
      [null, null],
    ]);
    expect(read.sends.map(({ at }) => at)).toEqual([Date.UTC(2026, 0, 11, 10), Date.UTC(2025, 5, 1, 12)]);
    expect(read.engagements.map(({ kind, recipientName }) => [kind, recipientName])).toEqual([
      ['REPLIED', 'Alice Example'],
      ['REPLIED', 'Bob Sample'],
    ]);
    const reason = 'DATE "not-a-date" is no date that LinkedIn writes';
    expect(read.rejected).toEqual({ total: 1, first: [{ file: 'messages.csv', line: 9, reason }] });
    expect([read.owner, read.rowsRead]).toEqual([null, 8]);
  });

  it('people-messages.csv: without a word of who the owner is, nothing is sent', async () => {
    const read = await readFixture('people-messages.csv');
    expect([read.owner, read.sends]).toEqual([null, []]);
    expect(read.warnings.join(' ')).toContain("doesn't tell whose it is");
    expect(read.warnings.join(' ')).toContain('sent none of the messages');
  });

  it('network-intelligence-Messages.csv: sent rows told by the name alone', async () => {
    const read = await readFixture('network-intelligence-Messages.csv', { holderName: 'Test User' });
    expect(actions(read)).toEqual(Array(5).fill('DIRECT_MESSAGE'));
    expect(read.sends.map(({ line }) => line)).toEqual([3, 5, 7, 9, 11]);
    expect(recipients(read)).toEqual([
      ['https://www.linkedin.com/in/alicejohnson', 'Alice Johnson'],
      ['https://www.linkedin.com/in/alicejohnson', 'Alice Johnson'],
      ['https://www.linkedin.com/in/bobwilliams', 'Bob Williams'],
      ['https://www.linkedin.com/in/caroldavis', 'Carol Davis'],
      ['https://www.linkedin.com/in/evewilson', 'Eve Wilson'],
    ]);
    // Bob wrote first and was answered; he never wrote again.
    const replied = read.engagements.map(({ recipientName }) => recipientName);
    expect(replied).toEqual(['Alice Johnson', 'Carol Davis', 'Eve Wilson']);
    expect([read.owner, read.rowsRead]).toEqual([null, 11]);
  });

  it('digital-synapse-messages.csv: headings in title case, a date without a zone', async () => {
    const read = await readFixture('digital-synapse-messages.csv', { holderName: 'me' });
    expect(recipients(read)).toEqual([['https://www.linkedin.com/in/alice-smith', 'Alice Smith']]);
    expect(read.sends[0]).toMatchObject({
      earliest: Date.UTC(2024, 0, 19, 20, 5),
      latest: Date.UTC(2024, 0, 20, 22, 5, 0, 999),
    });
    expect([read.owner, read.rowsRead, read.engagements]).toEqual([null, 2, []]);
  });
});
