import { join } from 'node:path';
import { toId } from '../../src/schema/ids.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { seedAgency, type SeededAgency } from '../support/agency.js';
import type { Json } from '../support/api.js';
import { inTemporaryFolder, writeArchive, type ArchiveForm } from '../support/archive.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { SMALL_EXPORT } from '../support/exports.js';
import { ME } from '../imports/reading.js';
import { run, settingsOf, type Ran } from './running.js';

let database: TestDatabase;
let agency: SeededAgency;

beforeAll(async () => {
  database = await ownDatabase();
  const dataSource = await openDataSource(database.appUrl);
  // Another agency comes first: the command finds the seat's by itself.
  await seedAgency(dataSource);
  agency = await seedAgency(dataSource, { seat: { profileUrl: ME, history: 'UNKNOWN' } });
  await dataSource.destroy();
});

/** `headroom import …` on the test's database. */
function importFrom(...words: string[]): Promise<Ran> {
  return run(settingsOf(database), 'import', ...words);
}

function importing(form: ArchiveForm, ...more: string[]): Promise<Ran> {
  return inTemporaryFolder(async (folder) => {
    const path = await writeArchive(join(folder, form === 'zip' ? 'e.zip' : 'e'), form, SMALL_EXPORT);
    return importFrom(path, '--seat', toId('seat', agency.seat.id), ...more);
  });
}

describe('headroom import', () => {
  it('takes a zip, and answers with --json in the shape of the endpoint', async () => {
    const { code, stdout } = await importing('zip', '--json');
    const report: Json = JSON.parse(stdout);
    expect([code, report]).toEqual([
      0,
      {
        seatId: toId('seat', agency.seat.id),
        owner: ME,
        rowsRead: 5,
        recorded: { DIRECT_MESSAGE: 1, CONNECTION_REQUEST: 1, INMAIL: 0 },
        notedInvitations: 1,
        engagements: { INVITATION_ACCEPTED: 1, REPLIED: 1 },
        connections: 1,
        alreadyKnown: 0,
        matched: 0,
        committedNotInArchive: 0,
        rejected: [{ file: 'messages.csv', line: 4, reason: expect.any(String) }],
        rejectedTotal: 1,
        warnings: [],
      },
    ]);
  });

  it('takes the folder as well, knows it again, and says so in words', async () => {
    const { code, stdout } = await importing('folder', '--agency', toId('agency', agency.agencyId));
    expect(code).toBe(0);
    expect(stdout).toContain(`5 rows read, of ${ME}.`);
    expect(stdout).toContain('2 sends were known');
    expect(stdout).toContain('messages.csv:4');
  });

  it.each([
    [
      'an archive that is not there',
      ['/nowhere/e.zip', '--seat', 'SEAT'],
      ['NOT_FOUND', 'There is no file or folder /nowhere/e.zip that can be read.'],
    ],
    ['a seat that is none', ['/nowhere/e.zip', '--seat', 'seat_x'], ['INVALID', expect.any(String)]],
    [
      'a seat that is nobody’s',
      ['/dev/null', '--seat', toId('seat', '00000000-0000-4000-8000-000000000000')],
      ['NOT_FOUND', expect.stringContaining('seat')],
    ],
  ])('%s: exit code 1, and why', async (_, words, [error, message]) => {
    const told = words.map((word) => (word === 'SEAT' ? toId('seat', agency.seat.id) : word));
    const { code, stdout, stderr } = await importFrom(...told, '--json');
    expect([code, JSON.parse(stdout)]).toEqual([1, { error, message }]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
