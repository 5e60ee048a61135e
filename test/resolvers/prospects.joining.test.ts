import { setTimeout } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { normalizeProfileUrl } from '../../src/imports/profile-url.js';
import { ledgerOn } from '../../src/ledger/books/manager-rows.js';
import { readProfileUrls } from '../../src/ledger/told/profile-urls.js';
import { toId } from '../../src/schema/ids.js';
import { lockList } from '../../src/services/prospects/prospect.locks.js';
import { ListedPeople } from '../../src/services/prospects/prospect.people.js';
import { inAgency } from '../../src/tenancy/door.js';
import { Fingerprints } from '../../src/tenancy/fingerprint.js';
import { Api, type Json } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { lead, ProspectDesk, url } from './prospect-desk.js';

let api: Api;
let desk: ProspectDesk;
let database: TestDatabase;

beforeAll(async () => {
  database = await ownDatabase();
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' }, database);
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = new ProspectDesk(api, await api.seed());
});

const ADA = url('ada');

it('two who are one are made one, also where the first try was rolled back', async () => {
  const { owner, agencyId, clientAccount } = desk.agency;
  await desk.add([{ profileUrl: ADA }, { profileUrl: lead(1) }]);
  const people = new ListedPeople(new Fingerprints(database.secret), agencyId);
  const make = (then: () => void) =>
    inAgency(api.dataSource, owner, async (manager) => {
      const addresses = {
        profileUrl: normalizeProfileUrl(ADA),
        salesNavigatorUrl: normalizeProfileUrl(lead(1)),
      };
      const making = { clientAccountId: clientAccount.id, at: Date.now(), by: owner.actor };
      const found = await people.make(manager, [addresses], making);
      then();
      return found;
    });
  const failing = make(() => {
    throw new Error('As a deadlock does.');
  });
  await expect(failing).rejects.toThrow('As a deadlock does.');
  const found = await make(() => undefined);
  expect([found.apart, found.judged.length, await desk.keys()]).toEqual([0, 2, [2]]);
  people.note(found);
  expect((await make(() => undefined)).judged).toEqual([]);
});

/** What is done of the list once somebody who adds to it waits for it. */
async function whileWaiting(
  addition: () => Promise<Json>,
  work: (manager: EntityManager) => Promise<unknown>,
): Promise<Json> {
  const { owner, agencyId, clientAccount } = desk.agency;
  const added = await inAgency(api.dataSource, owner, async (manager) => {
    await lockList(manager, agencyId, clientAccount.id);
    const waiting = addition();
    const waits =
      "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while ((await manager.query<unknown[]>(waits)).length === 0) await setTimeout(5);
    await work(manager);
    return { waiting };
  });
  return added.waiting;
}

it('loses no edit that is made while a list tells who is one', async () => {
  await desk.add([{ profileUrl: ADA }, { profileUrl: lead(1) }]);
  const added = await whileWaiting(
    () => desk.add([{ profileUrl: ADA, salesNavigatorUrl: lead(1) }]),
    (manager) =>
      manager.query(
        `UPDATE prospect SET notes = 'Met in May', edited = '{notes}'
         WHERE agency_id = $1 AND profile_url LIKE '%/sales/lead/%'`,
        [desk.agency.agencyId],
      ),
  );
  expect(added.results).toMatchObject([{ outcome: 'UPDATED' }]);
  const { totalCount, nodes } = await desk.list();
  expect([totalCount, nodes[0].notes]).toEqual([1, 'Met in May']);
});

it('lists whoever was made one with somebody while the list waited as who they are since', async () => {
  const { owner, agencyId, clientAccount } = desk.agency;
  await desk.add([{ profileUrl: ADA }, { profileUrl: lead(1) }]);
  const people = new ListedPeople(new Fingerprints(database.secret), agencyId);
  const both = { profileUrl: normalizeProfileUrl(ADA), salesNavigatorUrl: normalizeProfileUrl(lead(1)) };
  const making = { clientAccountId: clientAccount.id, at: Date.now(), by: owner.actor };
  const added = await whileWaiting(
    () => desk.add([{ profileUrl: lead(1), firstName: 'Ada' }]),
    (manager) => people.make(manager, [both], making),
  );
  expect(added.results).toMatchObject([{ outcome: 'UPDATED', prospect: { profileUrl: ADA } }]);
  const { totalCount, nodes } = await desk.list();
  expect([totalCount, nodes[0].firstName]).toEqual([1, 'Ada']);
});

it('shows a client account the address that its own list has for somebody, also where its row was given up', async () => {
  const { owner, agencyId, clientAccount } = desk.agency;
  const other = toId('client', await desk.addClientAccount());
  const OTHERS = url('told-by-the-other-one');
  const { results } = await desk.add([{ profileUrl: OTHERS, salesNavigatorUrl: lead(1) }], {
    clientAccountId: other,
  });
  await desk.add([{ profileUrl: ADA }, { profileUrl: lead(1) }]);
  await desk.mutate(
    'removeProspects',
    'RemoveProspectsInput',
    { prospectIds: [results[0].prospect.id] },
    'changed',
  );
  await desk.add([{ profileUrl: ADA, salesNavigatorUrl: lead(1) }]);
  const reach = { clientAccountIds: [clientAccount.id], seatAccountIds: [], seatIds: [] };
  const told = await inAgency(api.dataSource, owner, async (manager) => {
    const rows = await manager.query<{ id: string }[]>('SELECT id FROM recipient WHERE agency_id = $1', [
      agencyId,
    ]);
    const transaction = await ledgerOn(manager);
    return readProfileUrls(
      transaction,
      { ...owner, reach },
      rows.map(({ id }) => ({ recipientId: id, clientAccountId: clientAccount.id })),
    );
  });
  expect(told).toEqual([ADA, ADA]);
});
