import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { done, newSeat, servicesOn } from '../support/agency.js';
import type { Json } from '../support/api.js';
import { PeopleStage } from './webhook-people.support.js';

/** A member's key, which is compared in lower case: each client account is told it as it told it. */
let stage: PeopleStage;
beforeAll(async () => {
  stage = await PeopleStage.set();
});
afterAll(() => stage.close());

const LOOK = `{ activities { nodes { recipientProfileUrl } } decisions { nodes { recipientProfileUrl } }
  reservations { nodes { recipientProfileUrl } } }`;

async function seenBy(key: string): Promise<string[]> {
  const { activities, decisions, reservations } = await stage.api.data(key, LOOK);
  const nodes = [activities, decisions, reservations].flatMap((list: Json) => list.nodes);
  return [...new Set(nodes.map(({ recipientProfileUrl }: Json) => recipientProfileUrl))] as string[];
}

it('is told to another client account, and its endpoint, in no spelling but its own, on its list or off it', async () => {
  const agency = await stage.api.seed();
  const { key, owner, plan, seat, clientAccount } = agency;
  const { clientAccounts, seats } = servicesOn(stage.api.dataSource);
  const terms = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
  const other = done(await clientAccounts.createClientAccount(owner, terms));
  const theirs = done(await seats.addSeat(owner, newSeat(other.id)));
  const crm = await stage.endpoint(key, { clientAccountId: toId('client', other.id) });
  const [ours, others] = await Promise.all(
    [clientAccount.id, other.id].map((id) => stage.api.keyOf(agency, 'MANAGER', id)),
  );
  const proper = `https://www.linkedin.com/in/ACoAA${randomUUID().toUpperCase()}`;
  const lower = proper.toLowerCase();
  const act = async (caller: string, seatId: string, profileUrl: string): Promise<void> => {
    const who = { seatId: toId('seat', seatId), recipient: { profileUrl } };
    const view = { ...who, action: 'PROFILE_VIEW', occurredAt: new Date(stage.at).toISOString() };
    const record = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }`;
    await stage.api.data(caller, record, { inputs: [{ ...view, idempotencyKey: randomUUID() }] });
    const follow = { ...who, action: 'FOLLOW', idempotencyKey: randomUUID() };
    await stage.mutate(caller, 'reserve', follow, 'decision { outcome }');
    await stage.pass(3_600_000);
  };
  await act(ours!, seat.id, proper);
  await act(others!, theirs.id, lower);
  const slug = lower.split('/in/')[1]!;
  await stage.engage({ key: others!, seat: theirs }, slug);
  await crm.receiver.has(1);
  expect(crm.receiver.received[0]!.json.data.engagement.person.profileUrl).toBe(lower);
  expect(await seenBy(others!)).toEqual([lower]);
  expect(await seenBy(ours!)).toEqual([proper]);
  expect(await seenBy(key)).toEqual([proper]);
  const exported = await stage.api.data(key, `{ exportPerson(profileUrl: "${lower}") }`);
  expect(JSON.parse(exported.exportPerson).people).toMatchObject([
    { profileUrl: proper, spelledAs: [lower] },
  ]);
  await act(others!, theirs.id, proper);
  expect(await seenBy(others!)).toEqual([proper]);

  const listed = `https://www.linkedin.com/in/ACoAA${randomUUID().toUpperCase()}`;
  await act(ours!, seat.id, listed);
  const prospects = [{ profileUrl: listed.toLowerCase() }];
  const list = { clientAccountId: toId('client', other.id), prospects };
  await stage.mutate(others!, 'addProspects', list, 'added');
  const kept = `SELECT told_as FROM recipient WHERE agency_id = '${agency.agencyId}' AND profile_url = '${listed}'`;
  expect(await stage.rows(kept)).toEqual([{ told_as: { v: '1', [other.id]: listed.toLowerCase() } }]);

  await stage.mutate(key, 'erasePerson', { profileUrl: lower }, 'prospects');
  expect(await seenBy(others!)).toEqual([null]);
  await act(others!, theirs.id, lower);
  const erased = `SELECT told_as FROM recipient WHERE agency_id = '${agency.agencyId}' AND erased_at IS NOT NULL`;
  expect(await stage.rows(erased)).toEqual([{ told_as: null }]);
});
