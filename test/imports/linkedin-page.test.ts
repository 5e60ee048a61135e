import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mappingOf, readLeads } from '../../src/imports/lead-list.js';
import { isPageOnLinkedIn } from '../../src/imports/linkedin-page.js';
import { inTemporaryFolder } from '../support/archive.js';

it.each([
  ['https://www.linkedin.com/company/1234/', true],
  [' //LinkedIn.com/Company/acme?trk=x', true],
  ['de.linkedin.com/school/mit', true],
  ['linkedin.com/showcase/acme-cloud', true],
  ['https://www.linkedin.com/sales/company/1234', true],
  ['https://www.linkedin.com/in/ada', true],
  ['linkedin.com', false],
  ['https://www.linkedin.com/', false],
  ['https://about.linkedin.com/companyinfo', false],
  ['https://acme.example/linkedin.com/company/acme', false],
  ['notlinkedin.com/company/acme', false],
  ['linkedin.com.example/company/acme', false],
])('%j is a page on LinkedIn: %j', (text, expected) => expect(isPageOnLinkedIn(text)).toBe(expected));

it.each(['regularCompanyUrl', 'Website', 'Company Domain'])(
  'a list tells no domain by one: %s',
  async (heading) => {
    const domains = await inTemporaryFolder(async (folder) => {
      const path = join(folder, 'list.csv');
      const cells = ['https://www.linkedin.com/company/1234/', 'https://acme.example', 'linkedin.com'];
      await writeFile(
        path,
        [`profileUrl,${heading}`, ...cells.map((cell, place) => `in/p${place},${cell}`)].join('\n'),
      );
      const read: (string | null)[] = [];
      await readLeads(path, await mappingOf(path, new Map(), 'PEOPLE'), {
        onRow: ({ companyDomain }) => read.push(companyDomain),
        onRejected: (line, reason) => expect([line, reason]).toBeNull(),
        onBlank: () => undefined,
        onBytes: () => undefined,
        onPiece: () => Promise.resolve(),
      });
      return read;
    });
    expect(domains).toEqual([null, 'https://acme.example', 'linkedin.com']);
  },
);
