import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { done, newSeat, servicesOn, type SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

/** Withdrawals that are told by one address of a person, of an invitation to another one. */
const SITE = 'https://www.linkedin.com/in/withdrawn-0';
const LEAD = 'https://www.linkedin.com/sales/lead/ACwAAAwithdrawn';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

async function mutate({ key }: SeededAgency, name: string, type: string, input: object): Promise<void> {
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { message } } }`;
  expect((await api.data(key, query, { input }))[name].userErrors).toEqual([]);
}

async function record(
  { key }: SeededAgency,
  seatId: string,
  action: string,
  profileUrl: string,
): Promise<void> {
  const query = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }`;
  const what = { action, recipient: { profileUrl }, occurredAt: new Date().toISOString() };
  const inputs = [{ seatId: toId('seat', seatId), ...what, idempotencyKey: randomUUID() }];
  expect((await api.data(key, query, { inputs })).recordActivities.recorded).toBe(1);
}

it('are told with that address, whoever knew the other one, and end the invitation', async () => {
  const agency = await api.seed();
  const { seat, owner, plan, clientAccount } = agency;
  const { clientAccounts, seats } = servicesOn(api.dataSource);
  const terms = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
  const other = done(await clientAccounts.createClientAccount(owner, terms));
  const theirs = done(await seats.addSeat(owner, newSeat(other.id)));
  await record(agency, seat.id, 'CONNECTION_REQUEST', LEAD);
  await record(agency, theirs.id, 'PROFILE_VIEW', SITE);
  const prospects = [{ profileUrl: SITE, salesNavigatorUrl: LEAD }];
  const clientAccountId = toId('client', clientAccount.id);
  await mutate(agency, 'addProspects', 'AddProspectsInput', { clientAccountId, prospects });
  const move = { seatId: toId('seat', seat.id), clientAccountId: toId('client', other.id) };
  await mutate(agency, 'moveSeat', 'MoveSeatInput', move);
  const viewer = await api.keyOf(agency, 'OPERATOR', other.id);
  const asked = `query ($id: ID!) { seat(id: $id) { pendingInvitations } activities(seatId: $id) { nodes {
    id action recipientProfileUrl } } }`;
  const look = (): Promise<Json> => api.data(viewer, asked, { id: move.seatId });
  expect((await look()).seat.pendingInvitations).toBe(1);
  await record(agency, seat.id, 'INVITATION_WITHDRAWAL', SITE);
  const { seat: after, activities } = await look();
  expect(activities.nodes).toEqual([
    { id: expect.any(String), action: 'INVITATION_WITHDRAWAL', recipientProfileUrl: SITE },
  ]);
  expect(after.pendingInvitations).toBe(0);
  const node = '{ node(id: "ID") { ... on Activity { recipientProfileUrl } } }';
  const one = await api.data(viewer, node.replace('ID', activities.nodes[0].id));
  expect(one.node.recipientProfileUrl).toBe(SITE);
});
