import { toId } from '../../src/schema/ids.js';
import { Api, type Json } from '../support/api.js';
import { askAs, invite, member, type Person } from '../support/members.js';
import { SeatDesk } from './seat-moves.support.js';

let api: Api;
let desk: SeatDesk;
let holder: Person;

const SEES = 'query ($seat: ID!) { seat(id: $seat) { id } }';

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = await SeatDesk.open(api);
  const email = `ada@${desk.agency.agencyId}.example`;
  holder = await member(api, desk.agency, email, 'OPERATOR', { seatIds: [desk.seat] });
});

const seesSeat = async (person: Person): Promise<boolean> => {
  const { data, errors } = await askAs(api, person, SEES, { seat: desk.seat });
  expect(errors).toBeUndefined();
  return data.seat !== null;
};

it('a seat that was given alone is given no more once it is moved to another client account', async () => {
  expect(await seesSeat(holder)).toBe(true);
  await desk.move();
  expect(await seesSeat(holder)).toBe(false);
  // And not when it comes back either: whoever moves it says who works with it.
  await desk.move(toId('client', desk.agency.clientAccount.id));
  expect(await seesSeat(holder)).toBe(false);
});

it('it is put down whose it was, and an invitation that is open gives it no more', async () => {
  const invited = await invite(api, desk.agency, `ben@${desk.agency.agencyId}.example`, 'OPERATOR', {
    seatIds: [desk.seat],
  });
  await desk.move();
  const log = '{ auditLog(first: 1) { nodes { verb changes { field old new } } } }';
  const [entry] = (await api.data(desk.agency.key, log)).auditLog.nodes;
  const change = entry.changes.find(({ field }: Json) => field === 'memberIds');
  expect([entry.verb, new Set(JSON.parse(change.old)), change.new]).toEqual([
    'moveSeat',
    new Set([holder.memberId, invited.memberId]),
    '[]',
  ]);
  const given = '{ members { nodes { id seats { id } } } }';
  const { members } = await api.data(desk.agency.key, given);
  expect(members.nodes.map(({ seats }: Json) => seats)).toEqual(members.nodes.map(() => []));
});

it('to whom the new client account was given, the seat is there by that', async () => {
  const email = `eve@${desk.agency.agencyId}.example`;
  const whole = await member(api, desk.agency, email, 'MANAGER', { clientAccountIds: [desk.other] });
  expect(await seesSeat(whole)).toBe(false);
  await desk.move();
  expect(await seesSeat(whole)).toBe(true);
});
