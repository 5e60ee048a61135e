import { LongWork } from '../../../src/ledger/long-work.js';
import { AuditLog } from '../../../src/services/audit-log.js';
import { Changes } from '../../../src/services/changes.js';
import type { BusyWork } from '../../../src/services/busy-work.js';
import { EXPORT_LENGTH_MAX } from '../../../src/services/prospects/person.export.js';
import { PersonService } from '../../../src/services/prospects/person.service.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import { uuidAt } from '../../../src/tenancy/uuid.js';
import { systemViewer } from '../../../src/tenancy/viewer.js';
import { Api } from '../../support/api.js';
import { testDatabase } from '../../support/database.js';
import { Outreach } from '../../support/outreach.js';

const ADA = 'https://www.linkedin.com/in/ada';
const atOnce: Pick<BusyWork, 'run'> = { run: (_viewer, work) => work() };

let api: Api;
let fingerprints: Fingerprints;
beforeAll(async () => {
  api = await Api.start();
  // A person is found by those that are made with the server's secret.
  fingerprints = new Fingerprints((await testDatabase()).secret);
});
afterAll(() => api.close());

function personsWith(busy: Pick<BusyWork, 'run'>): PersonService {
  const parts = { changes: new Changes(api.dataSource), audit: new AuditLog(fingerprints), fingerprints };
  return new PersonService(api.dataSource, { ...parts, textVault: null, busy });
}

/** Somebody of whom the audit log has so many entries, all of one actor in their order. */
async function withEntries(entries: number) {
  const agency = await api.seed();
  await new Outreach(api, agency).send('PROFILE_VIEW', { profileUrl: ADA });
  await inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query(
      `INSERT INTO audit_entry (agency_id, id, actor, verb, subject_kind, subject_id, changes)
       SELECT $1, overlay($2 PLACING lpad(n::text, 12, '0') FROM 25)::uuid, 'sweep', 'entry' || n, 'PERSON', r.id, '{"v": 1}'
       FROM recipient r CROSS JOIN generate_series(1, $3::int4) AS n WHERE r.agency_id = $1`,
      [agency.agencyId, uuidAt(Date.now()), entries],
    ),
  );
  return systemViewer(agency.agencyId, 'sweep');
}

afterEach(() => jest.restoreAllMocks());

it('exports of an agency wait for each other', async () => {
  const { agencyId } = await api.seed();
  const waited: string[] = [];
  const persons = personsWith({
    run: (viewer, work) => {
      waited.push(viewer.agencyId);
      return work();
    },
  });
  const told = await persons.exportPerson(systemViewer(agencyId, 'sweep'), ADA, JSON.stringify);
  expect([told, waited]).toEqual([null, [agencyId]]);
});

it('an export is read and written some hundred rows at a time, behind which others may have turns', async () => {
  const viewer = await withEntries(3_000);
  let [inOneGo, longest] = [0, 0];
  const plainly: LongWork['goOn'] = Reflect.get(LongWork.prototype, 'goOn');
  jest.spyOn(LongWork.prototype, 'goOn').mockImplementation(function (this: LongWork) {
    inOneGo = 0;
    return plainly.call(this);
  });
  const told = await personsWith(atOnce).exportPerson(viewer, ADA, (row) => {
    longest = Math.max(longest, (inOneGo += 1));
    return JSON.stringify(row);
  });
  const { changes, leftOut } = JSON.parse(told!) as { changes: { verb: string }[]; leftOut: string[] };
  expect(changes.map(({ verb }) => verb)).toEqual(
    Array.from({ length: 3_000 }, (_, index) => `entry${index + 1}`),
  );
  expect(leftOut).toEqual([]);
  expect(longest).toBe(200);
});

it('of a part that is too long the beginning is told, all others whole, and that there is more of it', async () => {
  const viewer = await withEntries(300);
  const write = (row: object): string =>
    'entry' in row ? JSON.stringify({ ...row, filler: 'x'.repeat(9_800) }) : JSON.stringify(row);
  const told = await personsWith(atOnce).exportPerson(viewer, ADA, write);
  const { changes, leftOut, activities } = JSON.parse(told!) as Record<string, object[]>;
  expect(leftOut).toEqual(['changes']);
  expect(changes!.length).toBeGreaterThan(190);
  expect(changes!.length).toBeLessThan(210);
  expect(changes![0]).toMatchObject({ verb: 'entry1' });
  expect(activities).toHaveLength(1);
});

it('an export is so long at most, and says of which parts there is more', async () => {
  const viewer = await withEntries(1);
  const long = JSON.stringify('x'.repeat(1_900_000));
  const told = await personsWith(atOnce).exportPerson(viewer, ADA, () => long);
  expect(told!.length).toBeLessThan(EXPORT_LENGTH_MAX + 1_000);
  const { leftOut, ...parts } = JSON.parse(told!) as Record<string, string[]>;
  const isTold = (part: string): boolean => parts[part]!.length > 0;
  expect(Object.keys(parts).filter(isTold)).toHaveLength(4);
  expect(leftOut).toContain('changes');
  expect(leftOut!.some(isTold)).toBe(false);
});
