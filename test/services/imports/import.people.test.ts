import { randomUUID } from 'node:crypto';
import { toId } from '../../../src/schema/ids.js';
import { ArchivePeople } from '../../../src/services/imports/import.people.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import { testDatabase } from '../../support/database.js';
import { Api } from '../../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const LEAD = 'https://www.linkedin.com/in/secret-lead';
const CONNECTED = { at: 0, earliest: 0, latest: 0 };
const CONNECTION = { profileUrl: LEAD, name: 'Secret Lead', company: 'Acme', ...CONNECTED };

const VIEW = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { recipientProfileUrl } } }`;

it('whom an archive named that was refused is told by the address, to whoever writes to them', async () => {
  const agency = await api.seed();
  const { secret } = await testDatabase();
  const people = new ArchivePeople(new Fingerprints(secret), agency.owner, {
    ...{ id: agency.seat.id, clientAccountId: agency.clientAccount.id },
  });
  const archive = {
    ...{ owner: null, rowsRead: 1, connections: [CONNECTION], sends: [], engagements: [] },
    ...{ notedInvitations: 0, rejected: { total: 0, first: [] }, warnings: [] },
  };
  await people.collect(archive, undefined);
  // What it would have told of them is never written.
  await people.makeKnown(api.dataSource, Date.now(), undefined);
  const input = {
    ...{ seatId: toId('seat', agency.seat.id), action: 'PROFILE_VIEW', idempotencyKey: randomUUID() },
    recipient: { profileUrl: LEAD },
  };
  const { reserve } = await api.data(agency.key, VIEW, { input });
  expect(reserve.decision).toEqual({ recipientProfileUrl: LEAD });
  const [{ name, company }] = await inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query(`SELECT name, company FROM recipient WHERE agency_id = $1 AND profile_url = $2`, [
      ...[agency.agencyId, LEAD],
    ]),
  );
  expect([name, company]).toEqual([null, null]);
});
