import type { DataSource } from 'typeorm';
import { prospects } from '../../src/cli/lists.js';
import { person as command } from '../../src/cli/person.js';
import { toId } from '../../src/schema/ids.js';
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
  [agency, other] = [await seedAgency(dataSource), await seedAgency(dataSource)];
});
afterAll(() => dataSource.destroy());

const CSV = 'profile url,first name,company\nin/ada-person,Ada,Secretname Ltd\n';
const ADA = 'linkedin.com/in/ada-person';

function person(verb: 'export' | 'erase', { agencyId }: SeededAgency, ...words: string[]): Promise<Ran> {
  return here(verb, ADA, '--agency', toId('agency', agencyId), ...words);
}

const here = (...words: string[]): Promise<Ran> => runHere(settingsOf(database), command(), ...words);

const listIn = ({ clientAccount }: SeededAgency): Promise<Json> =>
  withFile(CSV, async (file) => {
    const account = ['--client-account', toId('client', clientAccount.id)];
    const ran = await runHere(settingsOf(database), prospects(), 'import', file, ...account, '--json');
    return JSON.parse(ran.stdout);
  });

it('tells all that one agency knows of a person, and erases them there alone, for good', async () => {
  for (const one of [agency, other]) expect((await listIn(one)).added).toBe(1);
  const known = await person('export', agency);
  expect([known.code, known.stdout]).toEqual([0, expect.stringContaining('Secretname Ltd')]);
  expect(known.stdout).toContain(toId('client', agency.clientAccount.id));
  // Ids as the API has them, and nothing of the other agency.
  expect(known.stdout).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  expect(known.stdout).not.toContain(toId('client', other.clientAccount.id));
  const erased = await run(
    settingsOf(database),
    'person',
    'erase',
    ADA,
    '--agency',
    toId('agency', agency.agencyId),
  );
  expect([erased.code, erased.stdout]).toEqual([
    0,
    'The person is erased, and off 1 list. Given back: 0 holds.\n',
  ]);
  expect((await person('export', agency, '--json')).stdout).not.toContain('Secretname');
  expect((await person('export', other)).stdout).toContain('Secretname Ltd');
  // Nobody brings them back by a list.
  expect(await listIn(agency)).toMatchObject({ added: 0, erased: 1 });
}, 60_000);

it('says in one line that nobody is known, that an address is none, and that there is no such agency', async () => {
  const id = toId('agency', agency.agencyId);
  const nobody = await here('export', 'linkedin.com/in/nobody-cli', '--agency', id, '--json');
  expect([nobody.code, JSON.parse(nobody.stdout)]).toEqual([
    1,
    { error: 'NOT_FOUND', message: 'Nobody is known by this address.' },
  ]);
  const wrong = await here('erase', 'example.com', '--agency', id);
  expect([wrong.code, wrong.stdout]).toEqual([1, '']);
  expect(wrong.stderr).toMatch(/^[^\n]*profileUrl[^\n]*\n$/);
  const nowhere = await here('export', ADA, '--agency', toId('agency', agency.seat.id));
  expect([nowhere.code, nowhere.stdout]).toEqual([1, '']);
  expect(nowhere.stderr).toMatch(/^[^\n]*agency[^\n]*\n$/);
}, 60_000);
