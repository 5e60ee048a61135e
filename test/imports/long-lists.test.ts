import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TAKEN_AT_ONCE } from '../../src/imports/csv-table.js';
import { mappingOf, readLeads, type Lead, type LeadVisitor } from '../../src/imports/lead-list.js';
import { readOverrides } from '../../src/imports/lead-mapping.js';
import { inTemporaryFolder } from '../support/archive.js';
import { busy } from '../support/busy.js';
import { mostBetweenTurns } from '../support/turns.js';

const NOTHING: LeadVisitor<Lead> = {
  onRow: () => undefined,
  onRejected: () => undefined,
  onBlank: () => undefined,
  onBytes: () => undefined,
  onPiece: () => Promise.resolve(),
};

function withFile<T>(text: string, work: (path: string) => Promise<T>): Promise<T> {
  return inTemporaryFolder(async (folder) => {
    const path = join(folder, 'list.csv');
    await writeFile(path, text);
    return work(path);
  });
}

describe('a list of many short lines', () => {
  const LINES = 60_000;

  it.each([
    ['blank ones', '\n', [0, 0, LINES]],
    ['ragged ones', 'a\n', [0, LINES, 0]],
    ['hidden ones', ',,,\n', [0, LINES, 0]],
    ['whole ones', 'in/a,b\n', [LINES, 0, 0]],
  ])('%s are read in small pieces, between which others have their turn', async (_, line, expected) => {
    const counts = [0, 0, 0];
    await withFile(`url,name\n${line.repeat(LINES)}`, async (path) => {
      const mapping = await mappingOf(path, new Map(), 'PEOPLE');
      const most = await mostBetweenTurns((took) => {
        const count = (index: number) => (): void => {
          counts[index]! += 1;
          took();
        };
        const visitor = { onRow: count(0), onRejected: count(1), onBlank: count(2) };
        return readLeads(path, mapping, { ...NOTHING, ...visitor });
      });
      expect(counts).toEqual(expected);
      expect(most).toBeLessThanOrEqual(2 * TAKEN_AT_ONCE);
    });
  });

  it('looks through its columns once, however many rows there are', async () => {
    const columns = Array.from({ length: 5_000 }, (_, index) => `c${index}`).join(',');
    const looks = (rows: number): Promise<number> =>
      withFile(`url,${columns}\n${',\n'.repeat(rows)}`, async (path) => {
        const mapping = await mappingOf(path, new Map(), 'PEOPLE');
        const looked = jest.fn(() => mapping.columns);
        let rejected = 0;
        const watched = Object.defineProperty({ ...mapping }, 'columns', { get: looked });
        await readLeads(path, watched, { ...NOTHING, onRejected: () => (rejected += 1) });
        expect(rejected).toBe(rows);
        return looked.mock.calls.length;
      });
    expect(await looks(1_000)).toBe(await looks(1));
  });
});

it('a list of thousands of columns keeps nobody waiting', async () => {
  const columns = Array.from({ length: 12_000 }, (_, index) => index.toString(36)).join(',');
  const leads: Lead[] = [];
  const begunAt = process.cpuUsage();
  await withFile(`url,${columns}\nin/a,${columns}\n`, async (path) => {
    const mapping = await mappingOf(path, new Map(), 'PEOPLE');
    await readLeads(path, mapping, { ...NOTHING, onRow: (lead) => leads.push(lead) });
  });
  expect(leads).toMatchObject([{ profileUrl: 'https://www.linkedin.com/in/a' }]);
  expect(process.cpuUsage(begunAt).user).toBeLessThan(5_000_000);
});

describe('a list of rows that take long', () => {
  it('is read a few at a time, between which others have their turn', async () => {
    await withFile(`url,name\n${'in/a,b\n'.repeat(100)}`, async (path) => {
      const mapping = await mappingOf(path, new Map(), 'PEOPLE');
      const most = await mostBetweenTurns((took) => {
        const onRow = (): void => {
          busy(3);
          took();
        };
        return readLeads(path, mapping, { ...NOTHING, onRow });
      });
      expect(most).toBeLessThanOrEqual(4);
    });
  });

  it('is looked at for an address in twenty of its columns', async () => {
    const columns = Array.from({ length: 30 }, (_, index) => `h${index}`);
    const overrides = readOverrides(columns.map((heading) => `${heading}=profileUrl`));
    const leads: Lead[] = [];
    const row = (place: number): string =>
      columns.map((_, index) => (index === place ? 'in/a' : 'none')).join(',');
    await withFile([columns.join(','), row(19), row(20)].join('\n'), async (path) => {
      const mapping = await mappingOf(path, overrides, 'PEOPLE');
      await readLeads(path, mapping, { ...NOTHING, onRow: (lead) => leads.push(lead) });
    });
    expect(leads.map(({ line }) => line)).toEqual([2]);
  });
});

describe('a list of huge cells', () => {
  it('is read as far as anything is made of them', async () => {
    const [long, tags] = ['word '.repeat(20_000), 'a,'.repeat(20_000)];
    const leads: Lead[] = [];
    const more = readOverrides(['tags=tags', 'more=tags']);
    await withFile(`url,notes,tags,more,mine\nin/a,${long},"${tags}","${tags}",${long}\n`, async (path) => {
      const mapping = await mappingOf(path, more, 'PEOPLE');
      await readLeads(path, mapping, { ...NOTHING, onRow: (lead) => leads.push(lead) });
    });
    const [{ notes, tags: told, custom }] = leads as [Lead];
    expect(notes!.length).toBeLessThanOrEqual(10_000);
    expect(told.length).toBe(200);
    expect(Object.values(custom).map(({ length }) => length)).toEqual([10_000]);
  });
});
