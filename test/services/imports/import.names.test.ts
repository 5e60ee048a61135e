import { inAgency } from '../../../src/tenancy/door.js';
import { ALICE, CONNECTION_HEADER, ME } from '../../imports/reading.js';
import type { SeededAgency } from '../../support/agency.js';
import { writtenUnzoned } from '../../support/exports.js';
import { ImportDesk, secondsAgo } from '../../support/import-desk.js';

/** Somebody whom an archive of before the addresses names, and nothing else of it. */
const NAME = 'Zebulonia Quixworth';
const INVITATIONS = `From,To,Sent At,Message,Direction\nMe Example,${NAME},"${writtenUnzoned(secondsAgo(864_000))}",,OUTGOING\n`;
const HIDDEN = `${CONNECTION_HEADER}Zebulonia,Quixworth,,,Secretname Ltd,CTO,01 Jan 2024\n`;
const KNOWN = `Alice,Example,${ALICE},,Acme,CTO,02 Jan 2024\n`;

let desk: ImportDesk;
let agency: SeededAgency;

beforeAll(async () => {
  desk = await ImportDesk.open();
});
afterAll(() => desk.api.close());
beforeEach(async () => {
  agency = await desk.api.seed({ seat: { profileUrl: ME, history: 'UNKNOWN' } });
});

const select = <Row>(sql: string) =>
  inAgency(desk.api.dataSource, agency.owner, (manager) => manager.query<Row[]>(sql, [agency.agencyId]));
const described = () =>
  select(`SELECT profile_url, name, company FROM recipient
    WHERE agency_id = $1 AND (profile_url IS NOT NULL OR name IS NOT NULL OR company IS NOT NULL)`);
const invited = async () =>
  (
    await select<{ recipient_id: string }>(`SELECT DISTINCT recipient_id FROM charge WHERE agency_id = $1`)
  ).map((row) => row.recipient_id);

it('keeps no name of somebody without an address, and finds them by it again', async () => {
  const files = { 'Invitations.csv': INVITATIONS, 'Connections.csv': HIDDEN + KNOWN };
  await desk.take(agency, files);
  expect(await described()).toEqual([{ profile_url: ALICE, name: 'Alice Example', company: 'Acme' }]);
  const [person, ...more] = await invited();
  expect(more).toEqual([]);
  expect(await desk.take(agency, files)).toMatchObject({ recorded: {} });
  expect(await invited()).toEqual([person]);
  const keys = await select(
    `SELECT kind FROM recipient_key WHERE agency_id = $1 AND recipient_id = '${person}'`,
  );
  expect(keys).toEqual([{ kind: 'NAME' }]);
  expect(await described()).toHaveLength(1);
});
