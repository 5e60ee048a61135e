import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { Refusal } from '../../../src/errors.js';
import { audit } from '../../../src/ledger/audit/audit.js';
import { AuditLog } from '../../../src/services/audit-log.js';
import { ArchiveRefused, type ImportReport } from '../../../src/services/imports/import.report.js';
import { ImportService } from '../../../src/services/imports/import.service.js';
import { openDataSource } from '../../../src/tenancy/data-source.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import { seedAgency, TEST_FINGERPRINTS, type SeededAgency } from '../../support/agency.js';
import { ERAS, writeExport, type Expected } from '../../support/archive.js';
import { OWNER } from '../../support/archive-story.js';
import { ownDatabase } from '../../support/database.js';

const DAY = 86_400_000;

let appUrl: string;
let dataSource: DataSource;
let folder: string;
let archive: Expected;
beforeAll(async () => {
  appUrl = (await ownDatabase()).appUrl;
  dataSource = await openDataSource(appUrl);
  folder = await mkdtemp(join(tmpdir(), 'import-service-'));
  const eras = {
    messages: Object.values(ERAS.messages)[2]!,
    invitations: Object.values(ERAS.invitations)[0]!,
    connections: Object.values(ERAS.connections)[0]!,
  };
  const story = { seed: 7, messages: 400, connections: 60, invitations: 40 };
  archive = await writeExport(join(folder, 'export'), 'folder', { ...story, eras });
});
afterAll(async () => {
  await dataSource.destroy();
  await rm(folder, { recursive: true });
});

async function importInto(
  { owner, seat }: SeededAgency,
  fingerprints: Fingerprints = TEST_FINGERPRINTS,
): Promise<ImportReport> {
  const service = new ImportService(dataSource, new AuditLog(fingerprints), fingerprints);
  const report = await service.importArchive(owner, { seatId: seat.id, path: join(folder, 'export') });
  if (report instanceof Refusal || report instanceof ArchiveRefused) throw new Error(report.message);
  return report;
}

function recorded({ recorded }: ImportReport): number {
  return Object.values(recorded).reduce((sum, count) => sum + count, 0);
}

function seeded(): Promise<SeededAgency> {
  return seedAgency(dataSource, { seat: { profileUrl: OWNER.url } });
}

it('P11: an archive goes into charges, hours, people, and the counters that are kept', async () => {
  const agency = await seeded();
  const from = Date.UTC(2021, 0);
  const counters = {
    '*@34560000': [0, from, null],
    'DIRECT_MESSAGE@CALENDAR_MONTH': [0, from, from + 31 * DAY],
  };
  await inAgency(dataSource, agency.owner, (manager) =>
    manager.query('INSERT INTO scope_state VALUES ($1, $2, $3, $4)', [
      ...[agency.agencyId, 'CLIENT_ACCOUNT', agency.clientAccount.id],
      JSON.stringify({ v: 1, counters }),
    ]),
  );
  expect(recorded(await importInto(agency))).toBe(archive.sends.length);
  const [books] = await inAgency(dataSource, agency.owner, (manager) =>
    manager.query<{ charges: number; hours: number; described: number; kept: object }[]>(
      `SELECT (SELECT count(*)::int FROM charge WHERE agency_id = $1) AS charges,
         (SELECT sum(recorded)::int FROM usage_hour WHERE agency_id = $1) AS hours,
         (SELECT count(*)::int FROM recipient WHERE agency_id = $1 AND name IS NOT NULL) AS described,
         (SELECT state -> 'counters' FROM scope_state WHERE agency_id = $1 AND scope_kind = 'CLIENT_ACCOUNT') AS kept`,
      [agency.agencyId],
    ),
  );
  expect(books?.charges).toBe(archive.sends.length);
  expect(books?.hours).toBe(archive.sends.length);
  expect(books?.described).toBeGreaterThan(archive.connections / 2);
  const ofMonth = archive.sends.filter(
    ({ action, latest }) => action === 'DIRECT_MESSAGE' && latest >= from && latest < from + 31 * DAY,
  );
  expect(ofMonth.length).toBeGreaterThan(0);
  expect(books?.kept).toMatchObject({
    '*@34560000': [archive.sends.length, from, expect.any(Number)],
    'DIRECT_MESSAGE@CALENDAR_MONTH': [ofMonth.length, from, from + 31 * DAY],
  });
});

it('takes each row in once, however often it is imported', async () => {
  const agency = await seeded();
  await importInto(agency);
  const again = await importInto(agency);
  expect(recorded(again)).toBe(0);
  expect(again.alreadyKnown).toBe(archive.sends.length);
  expect((await audit(appUrl)).drift.filter(({ agencyId }) => agencyId === agency.agencyId)).toEqual([]);
});

it('knows the rows and the people again after the secret was replaced', async () => {
  const agency = await seeded();
  await importInto(agency, new Fingerprints('the secret of before'));
  const people = () =>
    inAgency(dataSource, agency.owner, (manager) =>
      manager.query<object[]>('SELECT id FROM recipient WHERE agency_id = $1', [agency.agencyId]),
    );
  const before = (await people()).length;
  const again = await importInto(agency, new Fingerprints('the secret of now', 'the secret of before'));
  expect(recorded(again)).toBe(0);
  expect(again.engagements).toEqual({ INVITATION_ACCEPTED: 0, REPLIED: 0 });
  expect(await people()).toHaveLength(before);
});
