import { ALICE, BOB, CONNECTION_HEADER, ME, PROFILE } from '../../imports/reading.js';
import { ImportDesk } from '../../support/import-desk.js';
import { Outreach } from '../../support/outreach.js';

let desk: ImportDesk;
beforeAll(async () => {
  desk = await ImportDesk.open();
});
afterAll(() => desk.api.close());

it('P13: an archive that tells of a company that is marked gives back what anybody holds for its people', async () => {
  const agency = await desk.api.seed({ seat: { profileUrl: ME } });
  const outreach = new Outreach(desk.api, agency);
  const seatId = await outreach.addSeat(await outreach.addClientAccount());
  const mark = `mutation ($input: DoNotContactInput!) { addDoNotContact(input: $input) { changed } }`;
  await desk.api.data(agency.key, mark, { input: { company: 'Zeta Ltd' } });
  const { reservation: theirs } = await outreach.reserve('FOLLOW', { profileUrl: ALICE }, { seatId });
  const { reservation: another } = await outreach.reserve('FOLLOW', { profileUrl: BOB }, { seatId });
  const rows = [
    `Alice,Example,${ALICE},,Zeta Ltd,CEO,02 Jan 2026`,
    `Bob,Example,${BOB},,Acme,CTO,02 Jan 2026`,
  ];
  await desk.take(agency, {
    'Profile.csv': PROFILE,
    'Connections.csv': `${CONNECTION_HEADER}${rows.join('\n')}\n`,
  });
  expect(await outreach.became(theirs.id)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
  expect(await outreach.became(another.id)).toEqual(['HELD', null]);
});
