import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromId, toId } from '../../src/schema/ids.js';
import { ActivityService } from '../../src/services/decisions/activity.service.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { done, seedAgency, TEST_FINGERPRINTS, type SeededAgency } from '../support/agency.js';
import type { Json } from '../support/api.js';
import { inTemporaryFolder } from '../support/archive.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { headroom } from './running.js';

let database: TestDatabase;
let agency: SeededAgency;

const FILE = {
  source: 'A letter of LinkedIn',
  confidence: 'HIGH',
  checkedOn: '2026-11-20',
  changes: [{ actions: ['FOLLOW'], windowKind: 'ROLLING', windowSeconds: 86400, recommended: 2, ceiling: 3 }],
};

beforeAll(async () => {
  database = await ownDatabase();
  const dataSource = await openDataSource(database.appUrl);
  await seedAgency(dataSource);
  agency = await seedAgency(dataSource, { timeZone: 'Europe/Madrid' });
  await dataSource.destroy();
});

/** `headroom … --json` on the test's database; what it answers, though it fails. */
async function run(...words: string[]): Promise<Json> {
  const environment = {
    DATABASE_URL: database.appUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
    HEADROOM_SECRET: database.secret.toString('base64'),
  };
  return headroom(environment, ...words).catch((error: { stdout: string }) => JSON.parse(error.stdout));
}

function withFile(content: unknown, ...words: string[]): Promise<Json> {
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'policy.json');
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return run(...words.map((word) => (word === 'FILE' ? file : word)));
  });
}

it('shows ids and instants as the API does', async () => {
  const [shown, list] = await Promise.all([
    headroom({}, 'policy', 'show', '2026-11'),
    headroom({}, 'policy', 'list'),
  ]);
  expect(fromId('policy', shown.id)).not.toBeNull();
  expect(shown).toMatchObject({
    version: '2026-11',
    effectiveFrom: '2026-11-01T00:00:00.000Z',
    builtIn: true,
  });
  expect(shown.rules.length).toBeGreaterThan(10);
  const { id, version, effectiveFrom, builtIn } = shown;
  expect(list).toContainEqual({ id, version, effectiveFrom, builtIn });
});

describe('policy publish', () => {
  const publishing = (content: unknown, ...more: string[]) =>
    withFile(content, 'policy', 'publish', 'FILE', '--agency', toId('agency', agency.agencyId), ...more);

  it('tries a file out, publishes it from an instant on, and lists it', async () => {
    const seatId = toId('seat', agency.seat.id);
    expect(await publishing(FILE, '--dry-run')).toMatchObject({
      published: false,
      policy: { version: '2026-11.1' },
      effect: { seats: 1, changes: [{ seatId, action: 'FOLLOW', roomNow: 50, roomThen: 3 }] },
    });
    const effective = '2027-06-01T00:00Z';
    expect(await publishing(FILE, '--effective', effective)).toMatchObject({
      published: true,
      policy: { version: '2026-11.1', effectiveFrom: '2027-06-01T00:00:00.000Z', basedOn: '2026-11' },
      effect: null,
    });
    const list = await run('policy', 'list', '--agency', toId('agency', agency.agencyId));
    expect(list.map(({ version }: Json) => version)).toEqual(['2026-11.1', '2026-11']);
    const shown = await run('policy', 'show', '2026-11.1', '--agency', toId('agency', agency.agencyId));
    expect(shown.rules).toContainEqual(
      expect.objectContaining({ actions: ['FOLLOW'], ceiling: 3, confidence: 'HIGH' }),
    );
  }, 60_000);

  it.each<[string, unknown, string]>([
    ['no JSON', '{', 'is no JSON'],
    ['a list', [], 'the file is an object.'],
    ['no source', { changes: [] }, 'source of the file is missing.'],
    ['a name of none', { ...FILE, ceiling: 3 }, 'the file has no ceiling; there are basedOn,'],
    [
      'an action of none',
      { ...FILE, changes: [{ actions: ['POKE'] }] },
      'changes.0.actions.0 is one of CONNECTION_',
    ],
    ['a text for a number', { ...FILE, changes: [{ ceiling: '3' }] }, 'changes.0.ceiling is a whole number.'],
    ['no tier', { ...FILE, creditChanges: [{ keep: 1 }] }, 'tier of creditChanges.0 is missing.'],
    ['no instant', { ...FILE, effectiveFrom: '2027-01-01' }, 'effectiveFrom is an instant'],
    [
      'an instant that is none',
      { ...FILE, effectiveFrom: '2027-02-30T00:00Z' },
      'effectiveFrom is an instant',
    ],
    ['a day that is none', { ...FILE, checkedOn: '2026-02-30' }, 'checkedOn is a day, 2026-11-24.'],
    [
      'nonsense',
      { ...FILE, changes: [{ ...FILE.changes[0], ceiling: 1 }] },
      'recommended (2) is over the ceiling',
    ],
  ])('refuses a file with %s', async (_, content, message) => {
    expect(await publishing(content)).toMatchObject({
      error: 'INVALID',
      message: expect.stringContaining(message),
    });
  });
});

describe('backtest', () => {
  it('tells from when on a policy would have refused, in the seat’s zone', async () => {
    const ledger = new Ledger(database.appUrl);
    const reader = new LedgerReader(database.appUrl);
    const activities = new ActivityService(ledger, reader, TEST_FINGERPRINTS, {
      behind: (work) => work,
    });
    const inputs = ['2026-11-10T11:00Z', '2026-11-10T12:00Z', '2026-11-10T13:02Z', '2026-11-10T14:00Z'].map(
      (at) => ({
        seatId: agency.seat.id,
        action: 'FOLLOW' as const,
        occurredAt: Date.parse(at),
        idempotencyKey: at,
      }),
    );
    done(await activities.record(agency.owner, inputs));
    await Promise.all([ledger.close(), reader.close()]);
    const seat = toId('seat', agency.seat.id);
    const tried = await withFile(
      { ...FILE, changes: [{ ...FILE.changes[0], ceiling: 2 }] },
      ...['backtest', '--seat', seat, '--policy', 'FILE'],
    );
    expect(tried).toMatchObject({
      seatId: seat,
      sends: 4,
      refused: 2,
      overruns: [
        {
          actions: ['FOLLOW'],
          window: '86400',
          ...{ max: 2, most: 4, refused: 2, timeZone: 'Europe/Madrid' },
          refusedFrom: '2026-11-10T13:02:00.000Z',
          refusedUntil: '2026-11-10T14:00:00.000Z',
        },
      ],
    });
    expect(await run('backtest', '--seat', seat, '--policy', '2026-11')).toMatchObject({
      refused: 0,
      overruns: [],
    });
    expect(await run('backtest', '--seat', seat, '--policy', '2020-01')).toMatchObject({
      error: 'NOT_FOUND',
    });
  }, 60_000);
});
