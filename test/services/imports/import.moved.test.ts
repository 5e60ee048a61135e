import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { INVITED_OFTEN_MAX } from '../../../src/ledger/invitations/invited-often.js';
import { toId } from '../../../src/schema/ids.js';
import { inAgency } from '../../../src/tenancy/door.js';
import {
  ALICE,
  BOB,
  CONNECTION_HEADER,
  INVITATION_HEADER,
  ME,
  message,
  MESSAGE_HEADER,
} from '../../imports/reading.js';
import { viewerAs, type SeededAgency } from '../../support/agency.js';
import type { Json } from '../../support/api.js';
import { SMALL_EXPORT, written, writtenUnzoned } from '../../support/exports.js';
import { ImportDesk, secondsAgo, sentTo } from '../../support/import-desk.js';
import { Outreach } from '../../support/outreach.js';

/** An archive of a seat that came from another client account: anybody can make one up. */
let desk: ImportDesk;
let agency: SeededAgency;
let other: string;

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

beforeAll(async () => {
  desk = await ImportDesk.open();
});
afterAll(() => desk.api.close());
beforeEach(async () => {
  agency = await desk.api.seed({ seat: { profileUrl: ME } });
  other = await new Outreach(desk.api, agency).addClientAccount();
  const limit = { actions: ['DIRECT_MESSAGE'], windowKind: 'ROLLING', windowSeconds: 604_800, max: 40 };
  for (const client of [agency.clientAccount.id, other])
    await change('setLimit', 'SetLimitInput', { scopeId: toId('client', client), limit });
});
afterEach(async () => {
  expect(await desk.drift(agency)).toEqual([]);
});

async function change(verb: string, type: string, input: object): Promise<void> {
  const query = `mutation ($input: ${type}!) { ${verb}(input: $input) { userErrors { code message } } }`;
  expect((await desk.api.data(agency.key, query, { input }))[verb].userErrors).toEqual([]);
}

const move = (clientAccountId: string): Promise<void> =>
  change('moveSeat', 'MoveSeatInput', {
    ...{ seatId: toId('seat', agency.seat.id), clientAccountId: toId('client', clientAccountId) },
  });

/** What both client accounts have used of their limit. */
async function used(): Promise<number[]> {
  const query = `query ($one: ID!, $other: ID!) {
    one: clientAccount(id: $one) { usage { used } } other: clientAccount(id: $other) { usage { used } } }`;
  const ids = { one: toId('client', agency.clientAccount.id), other: toId('client', other) };
  const told = await desk.api.data(agency.key, query, ids);
  return [told.one.usage[0].used, told.other.usage[0].used];
}

it('counts for whom a record of it would: the limits of the one that it left are not filled up by it', async () => {
  expect(await used()).toEqual([0, 0]);
  await move(other);
  const sent = [9, 8, 7, 6, 5].map((hours) => secondsAgo(hours * HOUR_SECONDS));
  const viewer = viewerAs(agency.owner, 'MANAGER', other);
  expect(await desk.try(agency, sentTo(...sent), { viewer })).toMatchObject({
    recorded: { DIRECT_MESSAGE: 5 },
  });
  expect(await used()).toEqual([0, 5]);
  // Whoever sees both tells of it for whom it was.
  const more = [4, 3].map((hours) => secondsAgo(hours * HOUR_SECONDS));
  await desk.take(agency, sentTo(...sent, ...more));
  expect(await used()).toEqual([2, 5]);
});

it('what was committed for the one that it left is not counted as missing for the one that has it', async () => {
  await desk.resolve('commit', agency, await desk.hold(agency));
  await desk.resolve('commit', agency, await desk.hold(agency));
  await move(other);
  await desk.resolve('commit', agency, await desk.hold(agency));
  // A date without a zone may lie on either side of the commits.
  const date = written(secondsAgo(0)).replace(' UTC', '');
  const toBob = (content: string) => ({
    'messages.csv': MESSAGE_HEADER + message({ date, toUrls: BOB, to: 'Bob Example', content }),
  });
  const viewer = viewerAs(agency.owner, 'MANAGER', other);
  expect(await desk.try(agency, toBob('one'), { viewer })).toMatchObject({ committedNotInArchive: 1 });
  // Whoever sees both is told of both.
  expect(await desk.take(agency, toBob('two'))).toMatchObject({ committedNotInArchive: 3 });
});

it('P10: tells the one that it left of its limits that it goes over, where it counts there', async () => {
  const limit = { actions: ['DIRECT_MESSAGE'], windowKind: 'ROLLING', windowSeconds: 86_400, max: 1 };
  const sent = [9, 8, 7].map((seconds) => secondsAgo(seconds));
  const clientKey = await desk.api.keyOf(agency, 'CLIENT', agency.clientAccount.id);
  const told = async (): Promise<string[]> => {
    const query = '{ alerts { nodes { kind usage { used limit { max } } } } }';
    const { nodes } = (await desk.api.data(clientKey, query)).alerts;
    return nodes.map((alert: Json) => `${alert.kind} ${alert.usage.used} of ${alert.usage.limit.max}`);
  };
  await change('setLimit', 'SetLimitInput', { scopeId: toId('client', agency.clientAccount.id), limit });
  await move(other);
  const viewer = viewerAs(agency.owner, 'MANAGER', other);
  await desk.try(agency, sentTo(...sent.slice(0, 1)), { viewer });
  expect(await told()).toEqual([]);
  await desk.take(agency, sentTo(...sent));
  expect(await told()).toEqual(['LIMIT_BREACHED 2 of 1']);
});

describe('of what the client account before had imported, or told', () => {
  const both = { INVITATION_ACCEPTED: 1, REPLIED: 1 };
  const none = { INVITATION_ACCEPTED: 0, REPLIED: 0 };
  const manager = () => ({ viewer: viewerAs(agency.owner, 'MANAGER', other) });

  it('an answer is each client account’s own, and a send counts once', async () => {
    expect((await desk.take(agency, SMALL_EXPORT)).engagements).toEqual(both);
    await move(other);
    expect(await desk.try(agency, SMALL_EXPORT, manager())).toMatchObject({
      ...{ engagements: both, alreadyKnown: 2, recorded: { DIRECT_MESSAGE: 0, CONNECTION_REQUEST: 0 } },
    });
    // Of their own they know them, and so does whoever sees both.
    expect(await desk.try(agency, SMALL_EXPORT, manager())).toMatchObject({ engagements: none });
    expect((await desk.take(agency, SMALL_EXPORT)).engagements).toEqual(none);
    await move(agency.clientAccount.id);
    const back = { viewer: viewerAs(agency.owner, 'MANAGER', agency.clientAccount.id) };
    expect(await desk.try(agency, SMALL_EXPORT, back)).toMatchObject({ engagements: none });
  });

  it('P14: the database takes a row of an archive for one charge alone', async () => {
    await desk.take(agency, SMALL_EXPORT);
    const again = inAgency(desk.api.dataSource, agency.owner, (manager) =>
      manager.query(
        `INSERT INTO archive_row SELECT agency_id, seat_id, fingerprint, fingerprint_version, ordinal, subject_kind,
           gen_random_uuid(), matched FROM archive_row WHERE agency_id = $1 AND subject_kind = 'CHARGE'`,
        [agency.agencyId],
      ),
    );
    await expect(again).rejects.toThrow('archive_row_of_one_charge');
  });

  it('who accepted for it, and on which day, does not show by a namesake', async () => {
    await desk.take(agency, SMALL_EXPORT);
    await move(other);
    const namesake = `${ALICE}-of-another-town`;
    const madeUp = {
      'Connections.csv': SMALL_EXPORT['Connections.csv'].replace(ALICE, namesake),
      'Invitations.csv': SMALL_EXPORT['Invitations.csv'].replace(ALICE, namesake),
    };
    expect(await desk.try(agency, madeUp, manager())).toMatchObject({
      engagements: { ...none, INVITATION_ACCEPTED: 1 },
    });
  });

  it('how often it invited somebody does not show in how many invitations may name them', async () => {
    const invitations = (first: number, count: number) => ({
      'Invitations.csv':
        INVITATION_HEADER +
        Array.from({ length: count }, (_, index) => {
          const date = writtenUnzoned(secondsAgo((first + index) * DAY_SECONDS));
          return `Me Example,X Example,"${date}",,OUTGOING,${ME},${ALICE}\n`;
        }).join(''),
    });
    await desk.take(agency, invitations(400, 3));
    await move(other);
    const most = await desk.try(agency, invitations(500, INVITED_OFTEN_MAX), manager());
    expect(most).toMatchObject({ recorded: { CONNECTION_REQUEST: INVITED_OFTEN_MAX } });
    expect(JSON.stringify(most)).not.toContain('without a name');
    // Their own bind them.
    expect(JSON.stringify(await desk.try(agency, invitations(700, 2), manager()))).toContain(
      '2 invitations counted without a name',
    );
  });
});

it('of a seat that goes while it is written nothing is kept', async () => {
  await move(other);
  const third = await new Outreach(desk.api, agency).addClientAccount();
  const reach = { clientAccountIds: [other, third], seatIds: [], seatAccountIds: [] };
  const viewer = { ...viewerAs(agency.owner, 'MANAGER'), reach };
  // Whoever holds this table keeps an import in its middle: its sends are written already, its connections not.
  const holder = new pg.Client({ connectionString: desk.database.ownerUrl });
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE connection IN SHARE MODE');
  const connections = `${CONNECTION_HEADER}Alice,Example,${ALICE},,Acme,CEO,01 Jan 2026\n`;
  const files = { ...sentTo(secondsAgo(9 * HOUR_SECONDS)), 'Connections.csv': connections };
  const importing = desk.try(agency, files, { viewer });
  const waiting = `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE d.datname = current_database() AND l.relation = 'connection'::regclass AND NOT l.granted`;
  while ((await holder.query(waiting)).rowCount === 0) await pause(5);
  await move(third);
  await holder.query('ROLLBACK');
  await holder.end();
  expect(await importing).toMatchObject({ code: 'WRONG_STATE' });
  expect(await used()).toEqual([0, 0]);
});

it('tells whom it named by that address, whatever the list of another client account joins with it', async () => {
  const lead = 'https://www.linkedin.com/sales/lead/ACwAAAabcDEF';
  const clientAccountId = toId('client', other);
  for (const profileUrl of [BOB, ALICE])
    await change('addProspects', 'AddProspectsInput', {
      ...{ clientAccountId, prospects: [{ profileUrl, salesNavigatorUrl: lead }] },
    });
  await desk.take(agency, sentTo(secondsAgo(HOUR_SECONDS)));
  const key = await desk.api.keyOf(agency, 'OPERATOR', agency.clientAccount.id);
  const { activities } = await desk.api.data(key, '{ activities { nodes { recipientProfileUrl } } }');
  expect(activities.nodes).toEqual([{ recipientProfileUrl: ALICE }]);
});
