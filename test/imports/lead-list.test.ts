import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExportError } from '../../src/imports/export-error.js';
import {
  mappingOf,
  readLeads,
  readLeadsToAvoid,
  type Lead,
  type LeadToAvoid,
  type LeadVisitor,
} from '../../src/imports/lead-list.js';
import { findMapping, MappingError, readOverrides } from '../../src/imports/lead-mapping.js';
import { inTemporaryFolder } from '../support/archive.js';

const LISTS = 'test/fixtures/lead-lists';

interface Read<Row> {
  readonly rows: Row[];
  readonly rejected: string[];
  readonly count: number;
}

function visitorInto<Row>(read: Read<Row>): LeadVisitor<Row> {
  return {
    onRow: (row) => read.rows.push(row),
    onRejected: (line, reason) => read.rejected.push(`${line}: ${reason}`),
    onBlank: () => undefined,
    onBytes: () => undefined,
    onPiece: () => Promise.resolve(),
  };
}

async function readFile(path: string, overrides: readonly string[] = []): Promise<Read<Lead>> {
  const read: Read<Lead> = { rows: [], rejected: [], count: 0 };
  const mapping = await mappingOf(path, readOverrides(overrides), 'PEOPLE');
  const count = await readLeads(path, mapping, visitorInto(read));
  return { ...read, count };
}

function withFile<T>(text: string | Buffer, work: (path: string) => Promise<T>): Promise<T> {
  return inTemporaryFolder(async (folder) => {
    const path = join(folder, 'list.csv');
    await writeFile(path, text);
    return work(path);
  });
}

const readText = (text: string | Buffer, overrides: readonly string[] = []) =>
  withFile(text, (path) => readFile(path, overrides));
const slugsOf = ({ rows }: Read<Lead>) => rows.map(({ profileUrl }) => profileUrl?.replace(/.*\/in\//, ''));
const usesOf = (head: string, overrides: readonly string[] = []) =>
  Object.fromEntries(
    findMapping(head, readOverrides(overrides)).columns.map(({ heading, use }) => [heading, use]),
  );

describe('the lists of others', () => {
  it('PhantomBuster: 32 columns, what is of use is read, the row of another length rejected', async () => {
    const read = await readFile(`${LISTS}/phantombuster-32.csv`);
    expect(read.count).toBe(3);
    expect(read.rejected).toEqual(['4: has 29 fields, the header has 32']);
    expect(read.rows).toEqual([
      {
        line: 2,
        ...{ profileUrl: 'https://www.linkedin.com/in/test-user-1', salesNavigatorUrl: null },
        ...{ firstName: 'Test', lastName: 'User One', company: 'Test Company' },
        ...{
          companyDomain: 'https://testcompany.com',
          position: 'Software Engineer',
          industry: 'Technology',
        },
        ...{ location: 'Oslo, Norway', notes: null, tags: [], custom: {} },
      },
      expect.objectContaining({
        profileUrl: 'https://www.linkedin.com/in/test-user-2',
        location: 'Bergen, Norway',
      }),
    ]);
  });

  it('a company’s page, a duplicate by its query, and no address', async () => {
    const read = await readFile(`${LISTS}/generic-url-variants.csv`);
    expect(slugsOf(read)).toEqual(['janedoe', 'janedoe']);
    expect(read.rows.map(({ firstName, lastName }) => `${firstName} ${lastName}`)).toEqual([
      'Jane Doe',
      'Jane Again',
    ]);
    expect(read.rejected).toEqual([
      '2: "https://www.linkedin.com/company/acme" is the page of a company, not of a person',
      '5: has no profile address',
    ]);
  });

  it('columns of its own, addresses without scheme, a comma in a location', async () => {
    const read = await readFile(`${LISTS}/generic-custom-columns.csv`);
    expect(slugsOf(read)).toEqual(['janedoe', 'bobsmith']);
    expect(read.rows[0]).toMatchObject({
      location: 'New York, NY',
      custom: { custom_pain_point: 'cloud costs', Region: 'EMEA' },
    });
    expect(read.rows[1]?.custom).toEqual({});
  });

  it('comments and a blank line before the header; lines are those of the file', async () => {
    const read = await readFile(`${LISTS}/cybroutreach-leads.csv`);
    expect(slugsOf(read)).toEqual(['johnsmith', 'janedoe', 'sarahchen']);
    expect(read.rows[0]).toMatchObject({
      line: 15,
      firstName: 'John',
      lastName: 'Smith',
      position: 'CEO',
      custom: {},
    });
    expect(read.rejected).toEqual(['17: has no profile address', '19: has no profile address']);
  });

  it('no column for an address at all', async () => {
    await expect(readFile(`${LISTS}/bulk-personalizer-leads.csv`)).rejects.toThrow(
      /No line is a header .* "Email", "First name", "Last name", "Job title", "Company name", "Website"/,
    );
    const read = await readFile(`${LISTS}/bulk-personalizer-leads.csv`, ['Website=profileUrl']);
    expect(read.rejected).toHaveLength(3);
  });

  it.each(['constellation', 'job-swarm', 'kawsay', 'mba-mcp', 'people', 'people-sync', 'six-hops'])(
    'LinkedIn’s own Connections.csv, with its preamble: %s',
    async (name) => {
      const path = `test/fixtures/linkedin-export/${name}-Connections.csv`;
      const mapping = await mappingOf(path, new Map(), 'PEOPLE').catch((error: unknown) => error);
      // Those before mid-2023 have no addresses, and say so.
      if (mapping instanceof Error) return expect(mapping).toBeInstanceOf(MappingError);
      const read = await readFile(path);
      expect(read.rows.length + read.rejected.length).toBe(read.count);
      expect(read.rows.length).toBeGreaterThan(0);
      expect(
        read.rows.every(({ profileUrl }) => profileUrl?.startsWith('https://www.linkedin.com/in/')),
      ).toBe(true);
    },
  );
});

describe('a mapping', () => {
  it('knows Pronto’s and another exporter’s headings', () => {
    const pronto =
      'First Name,Last Name,Title,Location,Linkedin Id Url,Sales Navigator Profile Url,Linkedin Profile Url,Company Name,' +
      'Company Cleaned Name,Company Linkedin,Company Website,Company Domain,Employee Range,Connection Degree,Is Premium Linkedin';
    expect(usesOf(pronto)).toEqual({
      ...{ 'First Name': 'firstName', 'Last Name': 'lastName', Title: 'position', Location: 'location' },
      ...{ 'Linkedin Id Url': 'profileUrl', 'Sales Navigator Profile Url': 'profileUrl' },
      ...{
        'Linkedin Profile Url': 'profileUrl',
        'Company Name': 'ignore',
        'Company Cleaned Name': 'company',
      },
      ...{ 'Company Linkedin': 'ignore', 'Company Website': 'ignore', 'Company Domain': 'companyDomain' },
      ...{ 'Employee Range': 'ignore', 'Connection Degree': 'ignore', 'Is Premium Linkedin': 'ignore' },
    });
    expect(
      usesOf('Prospect Linkedin URL,Prospect Sales Navigator URL,Prospect Position,Prospect Location'),
    ).toEqual({
      ...{ 'Prospect Linkedin URL': 'profileUrl', 'Prospect Sales Navigator URL': 'profileUrl' },
      ...{ 'Prospect Position': 'position', 'Prospect Location': 'location' },
    });
  });

  it('is put right by whoever knows better, and says what it does not understand', () => {
    const head = 'Lien;Vorname;Region\n';
    expect(() => usesOf(head)).toThrow(/"Lien", "Vorname", "Region"/);
    expect(usesOf(head, ['lien=profileUrl', 'Region=ignore'])).toEqual({
      ...{ Lien: 'profileUrl', Vorname: 'firstName', Region: 'ignore' },
    });
    expect(() => usesOf(head, ['Lien=profileUrl', 'Ort=location'])).toThrow(/No column is called "Ort"/);
    for (const wrong of ['Lien', 'Lien=nothing', '=profileUrl']) {
      expect(() => readOverrides([wrong])).toThrow(/is no mapping/);
    }
  });

  it('has twenty columns of its own at most', () => {
    const uses = Object.values(
      usesOf(`url,${Array.from({ length: 25 }, (_, index) => `own ${index}`).join(',')}`),
    );
    expect(uses.filter((use) => use === 'custom')).toHaveLength(20);
    const said = Array.from({ length: 21 }, (_, index) => `own ${index}=custom`);
    expect(() => readOverrides(said)).toThrow('20 columns are custom fields at most, not 21.');
    expect(readOverrides(said.slice(1)).size).toBe(20);
  });
});

describe('a list', () => {
  it.each([
    ['semicolons', 'url;first name\nin/a;Ann\n'],
    ['tabs', 'url\tfirst name\nin/a\tAnn\n'],
    ['a byte order mark and CRLF', '\ufeffurl,first name\r\nin/a,Ann\r\n'],
    ['no line end at its end', 'url,first name\nin/a,Ann'],
  ])('is read with %s', async (_, text) => {
    expect((await readText(text)).rows).toMatchObject([{ line: 2, firstName: 'Ann' }]);
  });

  it('is read with addresses in a column of keys, and keys as the site writes them', async () => {
    const lead = 'https://www.linkedin.com/sales/lead/ACwAAABcdEF';
    for (const cell of [lead, 'ACwAAABcdEF', '"ACwAAABcdEF,NAME_SEARCH,x"', `"${lead},NAME_SEARCH,x"`]) {
      const { rows } = await readText(`url,Key\nin/a,${cell}\n`, ['Key=salesNavigatorKey']);
      expect(rows).toMatchObject([{ salesNavigatorUrl: lead }]);
    }
  });

  it('counts physical lines, line breaks within fields too', async () => {
    const read = await readText('url,notes\nin/a,"one\ntwo"\n\nin/b,x,y\n,\nin/c,z\n');
    expect(read.rows.map(({ line }) => line)).toEqual([2, 7]);
    expect(read.rejected).toEqual(['5: has 3 fields, the header has 2', '6: has no profile address']);
  });

  it('keeps slugs and keys apart, takes both of a row, and a name that was chosen before one made of a key', async () => {
    const key = 'ACwAAAbcDEFghiJKLmnoPQRstuVWXyz012345';
    const member = key.replace('ACw', 'ACo');
    const read = await readText(
      `profileUrl,defaultProfileUrl,vmid\n` +
        `"https://www.linkedin.com/sales/lead/${key},NAME_SEARCH,abcd",https://www.linkedin.com/in/${key},${key}\n` +
        `https://www.linkedin.com/in/${key}/,https://www.linkedin.com/in/Chosen-Name,\n` +
        `https://www.linkedin.com/in/${member}/,https://www.linkedin.com/in/Other-Name,\n` +
        `,,${key}\n,,TEST123\n`,
    );
    const lead = `https://www.linkedin.com/sales/lead/${key}`;
    expect(read.rows.map(({ profileUrl, salesNavigatorUrl }) => [profileUrl, salesNavigatorUrl])).toEqual([
      [null, lead],
      ['https://www.linkedin.com/in/chosen-name', lead],
      ['https://www.linkedin.com/in/other-name', null],
      [null, lead],
    ]);
    expect(read.rejected).toEqual(['6: has no profile address']);
  });

  it.each([
    ['Jane Doe, Ph.D.', 'Jane', 'Doe'],
    ['Cher', 'Cher', null],
    ['LinkedIn Member', null, null],
    ['  Ana  María  López ', 'Ana', 'María López'],
  ])('takes %j apart', async (name, firstName, lastName) => {
    expect((await readText(`url,name\nin/a,"${name}"\n`)).rows).toMatchObject([{ firstName, lastName }]);
  });

  it('is refused whole where it is no text, or cut off within a quote', async () => {
    const code = (text: string | Buffer) =>
      readText(text).then(
        () => null,
        (error: unknown) => (error instanceof ExportError ? error.code : error),
      );
    expect(await code('url,notes\nin/a,"never closed\n')).toBe('BROKEN');
    expect(await code('url,notes\nin/a,a\0b\n')).toBe('NUL_BYTE');
    expect(await code(Buffer.from('url,notes\nin/a,caf\xe9\n', 'latin1'))).toBe('WRONG_ENCODING');
  });

  it('is read no faster than what is read is taken', async () => {
    const rows = 20_000;
    const text = `url,name\n${Array.from({ length: rows }, (_, index) => `in/p${index},Name ${index}\n`).join('')}`;
    await withFile(text, async (path) => {
      let waiting = 0;
      let most = 0;
      const mapping = await mappingOf(path, new Map(), 'PEOPLE');
      const count = await readLeads(path, mapping, {
        onRow: () => (most = Math.max(most, (waiting += 1))),
        onRejected: () => undefined,
        onBlank: () => undefined,
        onBytes: () => undefined,
        onPiece: async () => {
          await new Promise(setImmediate);
          waiting = 0;
        },
      });
      expect(count).toBe(rows);
      expect(most).toBeLessThan(rows / 3);
    });
  });
});

describe('a list of whom to leave alone', () => {
  it('marks people by address, and companies where there is none', async () => {
    const text =
      'company,domain,linkedin\nAcme,acme.example,\nRival,,in/ann\n,,\nOther,,https://www.linkedin.com/company/x\nZeta,linkedin.com/company/zeta,\n,linkedin.com/company/zeta,\n';
    await withFile(text, async (path) => {
      const read: Read<LeadToAvoid> = { rows: [], rejected: [], count: 0 };
      const mapping = await mappingOf(path, new Map(), 'DO_NOT_CONTACT');
      await readLeadsToAvoid(path, mapping, visitorInto(read));
      expect(read.rows).toEqual([
        { line: 2, profileUrls: [], company: 'Acme', companyDomain: 'acme.example' },
        // Who is named is meant alone, not the company.
        { line: 3, profileUrls: ['https://www.linkedin.com/in/ann'], company: null, companyDomain: null },
        { line: 6, profileUrls: [], company: 'Zeta', companyDomain: null },
      ]);
      expect(read.rejected).toEqual([
        '4: names neither a person nor a company',
        expect.stringMatching(/^5: .*page of a company/),
        '7: names a page on LinkedIn, and no domain of the company',
      ]);
    });
  });
});
