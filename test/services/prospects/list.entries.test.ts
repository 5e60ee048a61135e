import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { AuditLog } from '../../../src/services/audit-log.js';
import { Changes } from '../../../src/services/changes.js';
import { wireProspects } from '../../../src/services/prospects/prospects.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { done, seedAgency, type SeededAgency, TEST_FINGERPRINTS } from '../../support/agency.js';
import { testDatabase } from '../../support/database.js';

/** What a list wrote is in the audit log whatever becomes of whoever writes it. */

let appUrl: string;
let dataSource: DataSource;
let agency: SeededAgency;
let folder: string;

beforeAll(async () => {
  ({ appUrl } = await testDatabase());
  dataSource = await openDataSource(appUrl, { connectionsMax: 4 });
  folder = await mkdtemp(join(tmpdir(), 'headroom-entries-test-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await dataSource.destroy();
});
beforeEach(async () => {
  agency = await seedAgency(dataSource);
});

function servicesOn(source: DataSource) {
  const audit = new AuditLog(TEST_FINGERPRINTS);
  const changes = new Changes(source);
  const parts = { audit, changes, fingerprints: TEST_FINGERPRINTS, textVault: null };
  return wireProspects({ dataSource: source, ...parts });
}

async function listOf(people: number): Promise<string> {
  const path = join(folder, `${randomUUID()}.csv`);
  const rows = Array.from({ length: people }, () => `in/${randomUUID()}\n`);
  await writeFile(path, `url\n${rows.join('')}`);
  return path;
}

interface Input {
  readonly clientAccountId: string;
  readonly path: string;
  readonly onProgress?: (progress: { readonly done: number }) => void;
}

const LISTS = {
  importLeadList: {
    table: 'prospect',
    counted: 'added',
    read: (source: DataSource, input: Input) =>
      servicesOn(source).leadLists.importList(agency.owner, { ...input, replace: false }),
  },
  addDoNotContact: {
    table: 'do_not_contact',
    counted: 'people',
    read: (source: DataSource, input: Input) =>
      servicesOn(source).doNotContactLists.importList(agency.owner, input),
  },
} as const;

/** The entries of a verb, and the rows that were written in the transaction of each. */
function entriesOf(verb: string, table: string) {
  return inAgency(dataSource, agency.owner, (manager) =>
    manager.query<{ changes: object; rows: number }[]>(
      `SELECT a.changes - 'v' AS changes, (SELECT count(*)::int FROM ${table} t
         WHERE t.agency_id = $1 AND t.xmin = a.xmin) AS rows
       FROM audit_entry a WHERE a.agency_id = $1 AND a.verb = $2 ORDER BY a.id`,
      [agency.agencyId, verb],
    ),
  );
}

describe.each(['importLeadList', 'addDoNotContact'] as const)('a list, by %s', (verb) => {
  const { table, counted, read } = LISTS[verb];
  const now = (value: unknown) => ({ old: null, new: value });

  it('is told by its only piece, in the transaction of it', async () => {
    const input = { clientAccountId: agency.clientAccount.id, path: await listOf(3) };
    await read(dataSource, input);
    await read(dataSource, input);
    expect(await entriesOf(verb, table)).toEqual([{ changes: { [counted]: now(3) }, rows: 3 }]);
  });

  it('is begun by its first piece, and told as a whole at the end', async () => {
    await read(dataSource, { clientAccountId: agency.clientAccount.id, path: await listOf(1_200) });
    expect(await entriesOf(verb, table)).toEqual([
      { changes: { begun: now(true) }, rows: 500 },
      { changes: { [counted]: now(1_200) }, rows: 0 },
    ]);
  });

  it('was begun where its process does not live to tell the end of it', async () => {
    const dying = await openDataSource(appUrl, { connectionsMax: 4 });
    let isDead = false;
    const onProgress = (): void => {
      if (!isDead) void dying.destroy();
      isDead = true;
    };
    const path = await listOf(6_000);
    await expect(
      read(dying, { clientAccountId: agency.clientAccount.id, path, onProgress }),
    ).rejects.toThrow();
    expect(await entriesOf(verb, table)).toEqual([{ changes: { begun: now(true) }, rows: 500 }]);
  });
});

it('who was added is told in the transaction that lists them', async () => {
  const prospects = [1, 2].map(() => ({ profileUrl: `https://www.linkedin.com/in/${randomUUID()}` }));
  const input = { clientAccountId: agency.clientAccount.id, prospects };
  const { prospects: service } = servicesOn(dataSource);
  done(await service.addProspects(agency.owner, input));
  done(await service.addProspects(agency.owner, input));
  expect(await entriesOf('addProspects', 'prospect')).toEqual([
    { changes: { added: { old: null, new: 2 } }, rows: 2 },
  ]);
});
