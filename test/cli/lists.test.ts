import type { Command } from 'commander';
import type { DataSource } from 'typeorm';
import { doNotContact, prospects } from '../../src/cli/lists.js';
import { toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { seedAgency, type SeededAgency } from '../support/agency.js';
import type { Json } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { run, runHere, settingsOf, withFile, type Ran } from './running.js';

let database: TestDatabase;
let dataSource: DataSource;
let agency: SeededAgency;
let other: SeededAgency;

beforeAll(async () => {
  database = await ownDatabase();
  dataSource = await openDataSource(database.appUrl);
  // Another agency comes first: a client account's agency is found by itself.
  other = await seedAgency(dataSource);
  agency = await seedAgency(dataSource);
});
afterAll(() => dataSource.destroy());

const account = ({ clientAccount }: SeededAgency): string[] => [
  '--client-account',
  toId('client', clientAccount.id),
];

const importPeople = (csv: string, ...words: string[]): Promise<Ran> =>
  withFile(csv, (file) => here(prospects(), file, ...account(agency), ...words));

const importMarks = (csv: string, ...words: string[]): Promise<Ran> =>
  withFile(csv, (file) => here(doNotContact(), file, ...words));

const here = (command: Command, ...words: string[]): Promise<Ran> =>
  runHere(settingsOf(database), command, 'import', ...words);

async function countOf(table: string, { owner }: SeededAgency): Promise<number> {
  const [row] = await inAgency(dataSource, owner, (manager) =>
    manager.query<{ count: string }[]>(`SELECT count(*) FROM ${table} WHERE agency_id = $1`, [
      owner.agencyId,
    ]),
  );
  return Number(row?.count);
}

const PEOPLE = `Profil,Vorname,Firma
linkedin.com/in/ada-cli,Ada,Analytical Ltd
linkedin.com/in/ada-cli/?x=1,Ada,Analytical Ltd
linkedin.com/company/analytical,,
`;

describe('headroom prospects import', () => {
  it.each([prospects, doNotContact])('a file that is not there is told by its name', async (command) => {
    const { code, stderr } = await here(command(), '/nowhere/list.csv', ...account(agency));
    expect([code, stderr.trim()]).toEqual([1, 'There is no file /nowhere/list.csv that can be read.']);
  });

  it('says what each column is taken for, and writes nothing in a dry run', async () => {
    const { code, stdout } = await importPeople(PEOPLE, '--mapping', 'Profil=profileUrl', '--dry-run');
    // A row that names nobody is an exit code of 1.
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'The columns are taken for:',
      '  Profil: profileUrl',
      '  Vorname: firstName',
      '  Firma: custom',
      '3 rows read, 1 rejected.',
      expect.stringMatching(/^ {2}line 4: .*is the page of a company, not of a person$/),
      '1 person would be listed. Nothing is written.',
      '',
    ]);
    expect(await countOf('prospect', agency)).toBe(0);
  });

  it('tells what is wrong with a hundred rows once', async () => {
    const short = 'linkedin.com/in/short-cli\n'.repeat(60);
    const list = `${PEOPLE}${short}linkedin.com/in/whole-cli,Whole,\n${short}`;
    const { stdout } = await importPeople(list, '--mapping', 'Profil=profileUrl', '--dry-run');
    expect(stdout.split('\n').slice(4, -2)).toEqual([
      '124 rows read, 121 rejected.',
      expect.stringMatching(/^ {2}line 4: /),
      '  line 5 to 104 (99 rows): has 1 fields, the header has 3',
      '  and 21 more',
    ]);
  });

  it('puts the people on the list of the client account, whose agency it finds, each once', async () => {
    const { code, stdout } = await importPeople(PEOPLE, '--mapping', 'Profil=profileUrl', '--json');
    const report: Json = JSON.parse(stdout);
    expect([code, report]).toMatchObject([
      1,
      {
        ...{ dryRun: false, clientAccountId: toId('client', agency.clientAccount.id) },
        ...{ rowsRead: 3, people: 1, added: 1, updated: 0, duplicates: 1, rejectedTotal: 1 },
      },
    ]);
    expect([await countOf('prospect', agency), await countOf('prospect', other)]).toEqual([1, 0]);
    const again = await withFile('profile url,first name\nin/ada-cli,Ada\n', (file) =>
      run(settingsOf(database), 'prospects', 'import', file, ...account(agency)),
    );
    expect([again.code, again.stdout]).toEqual([
      0,
      expect.stringContaining('0 people added; of 0 more is known now, 1 as before.'),
    ]);
  });

  it('says in one line what is wrong, and nothing else with --json', async () => {
    const unmapped = await importPeople('Eins,Zwei\n1,2\n', '--json');
    expect([unmapped.code, JSON.parse(unmapped.stdout)]).toEqual([
      1,
      { error: 'NO_HEADER', message: expect.stringMatching(/"Eins", "Zwei"/) },
    ]);
    const misspelt = await importPeople(PEOPLE, '--mapping', 'Profile-Link=profileUrl', 'Profil=profileUrl');
    expect([misspelt.code, misspelt.stdout, misspelt.stderr]).toEqual([
      1,
      '',
      expect.stringMatching(/^No column is called "Profile-Link". There are "Profil", .*\n$/),
    ]);
    const nobodys = toId('client', other.agencyId);
    const missing = await here(prospects(), '/dev/null', '--client-account', nobodys);
    expect([missing.code, missing.stderr]).toEqual([1, 'There is no such client account.\n']);
    const misread = await here(prospects(), '/dev/null', '--client-account', 'seat_x');
    expect([misread.code, misread.stderr]).toEqual([1, expect.stringMatching(/^"seat_x" is no id such as/)]);
    const none = await here(prospects(), '/nowhere.csv', ...account(agency));
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('/nowhere.csv')]);
  });

  it('keeps to the agency that is named', async () => {
    const elsewhere = ['--agency', toId('agency', other.agencyId)];
    const { code, stderr } = await importPeople(PEOPLE, '--mapping', 'Profil=profileUrl', ...elsewhere);
    expect([code, stderr]).toEqual([1, 'There is no such client account.\n']);
  });
});

const MARKS = 'profile url,company,domain\nin/bea-cli,,\n,Globex,\n,,initech.example\n';

describe('headroom do-not-contact import', () => {
  it('marks people, companies and domains, and tells of those that were', async () => {
    const ids = ['--agency', toId('agency', agency.agencyId)];
    const dry = await importMarks(MARKS, ...ids, '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([
      0,
      expect.stringMatching(/3 rows read, 0 rejected\.\nNothing is marked\.\n$/),
    ]);
    expect(await countOf('do_not_contact', agency)).toBe(0);
    const { code, stdout } = await withFile(MARKS, (file) =>
      run(settingsOf(database), 'do-not-contact', 'import', file, ...ids),
    );
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/\nMarked: 1 person, 1 company and 1 domain\. Before: 0\.\n$/),
    ]);
    expect([await countOf('do_not_contact', agency), await countOf('do_not_contact', other)]).toEqual([3, 0]);
    const again: Json = JSON.parse((await importMarks(MARKS, ...ids, '--json')).stdout);
    const marked = { people: 0, companies: 0, domains: 0 };
    expect(again).toMatchObject({ clientAccountId: null, marked, alreadyMarked: 3, released: 0 });
  });

  it('is of one client account where it is named, and of nobody without an agency', async () => {
    const own: Json = JSON.parse((await importMarks(MARKS, ...account(other), '--json')).stdout);
    expect([own.clientAccountId, own.alreadyMarked]).toEqual([toId('client', other.clientAccount.id), 0]);
    expect(await countOf('do_not_contact', other)).toBe(3);
    const { code, stderr } = await importMarks(MARKS);
    expect([code, stderr]).toEqual([1, 'Say --agency, or --client-account.\n']);
  });
});
