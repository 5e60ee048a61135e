import { readOperators } from '../../src/services/seats/seat.operators.js';
import { ledgerOn } from '../../src/ledger/books/manager-rows.js';
import { listActivities, listDecisions, listReservations } from '../../src/ledger/told/history.js';
import { campaignsSeen, clientAccountsSeen, limitsSeen, seatsSeen } from '../../src/services/visible.js';
import { inAgency } from '../../src/tenancy/door.js';
import type { Viewer } from '../../src/tenancy/viewer.js';
import { viewerAs } from '../support/agency.js';
import { Api } from '../support/api.js';
import { member } from '../support/members.js';
import { someone } from '../support/outreach.js';
import { SeatDesk } from '../resolvers/seat-moves.support.js';

/** Who was given a single seat is looked up as they ask: where it moves before all is answered, it is given to nobody by then. */
let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const EVERYTHING = {
  ...{ seatId: null, clientAccountId: null, from: null, until: null, afterId: null, rows: 100 },
  ...{ campaignId: null, recipientIds: null, action: null, outcome: null, reason: null, statuses: null },
};

/** How much of each kind the viewer sees of what isn’t the client account’s that the seat was given with. */
function seenElsewhere(viewer: Viewer, clientAccountId: string): Promise<Record<string, number>> {
  return inAgency(api.dataSource, viewer, async (manager) => {
    const books = await ledgerOn(manager);
    const accounts = await clientAccountsSeen(manager, viewer).getMany();
    const rows = {
      decisions: await listDecisions(books, viewer, EVERYTHING),
      reservations: await listReservations(books, viewer, EVERYTHING, Date.now()),
      activities: await listActivities(books, viewer, EVERYTHING),
      seats: await seatsSeen(manager, viewer).getMany(),
      campaigns: await campaignsSeen(manager, viewer).getMany(),
      accounts: accounts.filter(({ id }) => id !== clientAccountId),
      limits: await limitsSeen(manager, viewer).getMany(),
      operators: [...(await readOperators(manager, viewer, viewer.reach?.seatIds ?? [])).keys()],
    };
    return Object.fromEntries(Object.entries(rows).map(([kind, { length }]) => [kind, length]));
  });
}

it('a single seat that moves while something is asked shows nothing of where it went', async () => {
  const desk = await SeatDesk.open(api);
  const { agency } = desk;
  const given = (clientAccountId: string): Viewer => ({
    ...viewerAs(agency.owner, 'OPERATOR'),
    reach: { clientAccountIds: [], seatIds: [agency.seat.id], seatAccountIds: [clientAccountId] },
  });
  await desk.move();
  await member(api, agency, `eve@${agency.agencyId}.example`, 'OPERATOR', { clientAccountIds: [desk.other] });
  await desk.send('FOLLOW', someone());
  const { profileUrl } = someone();
  const view = { action: 'PROFILE_VIEW', recipient: { profileUrl }, occurredAt: new Date().toISOString() };
  expect((await desk.record(view)).recorded).toBe(1);
  const create =
    'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { userErrors { code } } }';
  const input = { clientAccountId: desk.other, name: 'Theirs', seatIds: [desk.seat] };
  expect((await api.data(agency.key, create, { input })).createCampaign.userErrors).toEqual([]);
  const limit = { actions: ['FOLLOW'], windowKind: 'ROLLING', windowSeconds: 3_600, max: 2 };
  const set = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
  for (const scopeId of [desk.other, desk.seat])
    expect((await api.data(agency.key, set, { input: { scopeId, limit } })).setLimit.userErrors).toEqual([]);
  expect(await seenElsewhere(given(desk.otherUuid), agency.clientAccount.id)).toEqual({
    ...{
      decisions: 1,
      reservations: 1,
      activities: 1,
      seats: 1,
      campaigns: 1,
      accounts: 1,
      limits: 2,
      operators: 1,
    },
  });
  expect(await seenElsewhere(given(agency.clientAccount.id), agency.clientAccount.id)).toEqual({
    ...{
      decisions: 0,
      reservations: 0,
      activities: 0,
      seats: 0,
      campaigns: 0,
      accounts: 0,
      limits: 0,
      operators: 0,
    },
  });
});
