import { LedgerTransaction } from '../../../src/ledger/books/connection.js';
import {
  readInvitationNeeds,
  readInvitedByHolds,
  type InvitationsRead,
} from '../../../src/ledger/invitations/invitation-reading.js';
import { READ_OF_PERSON_MAX } from '../../../src/ledger/invitations/invited-often.js';
import type { SentToNobody } from '../../../src/ledger/invitations/nobodys-invitations.js';
import { Ledger, LEDGER_DEFAULTS } from '../../../src/ledger/ledger.js';
import type { PersonRead } from '../../../src/ledger/people/people-facts.js';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { DAY, HOUR } from '../../../src/quota/window.js';
import { uuidAt } from '../../../src/tenancy/uuid.js';
import { clockedDatabase, type ClockedDatabase } from '../fake-clock.js';
import {
  decisionOf,
  openOffice,
  person,
  recordInput,
  reserveRequest,
  seeing,
  type Office,
} from '../support.js';

/** Books of before there was a bound: more than it of one person, an hour apart, each declined but the last. */
const OLD = 400;
const NOW = Date.parse('2026-11-24T09:00Z');
const FIRST = NOW - 60 * DAY;
const LAST = FIRST + (OLD - 1) * HOUR;

let database: ClockedDatabase;
let ledger: Ledger;
let reader: LedgerReader;
let office: Office;

beforeAll(async () => {
  database = await clockedDatabase();
  ledger = new Ledger(database.appUrl, { ...LEDGER_DEFAULTS, lanes: 1 });
  reader = new LedgerReader(database.appUrl);
  await database.setClock(NOW);
  office = await openOffice(database.appUrl, { history: 'DECLARED' });
});
afterAll(async () => {
  await Promise.all([ledger.close(), reader.close()]);
  await database.close();
});

function recorded(
  action: 'CONNECTION_REQUEST' | 'INVITATION_WITHDRAWAL',
  at: number,
  recipient = person('old'),
) {
  const inputs = [recordInput(office, action, at, { recipient })];
  return ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
}

/** The person's id. */
async function written(): Promise<string> {
  await recorded('CONNECTION_REQUEST', FIRST);
  const { agencyId, clientAccountId, seatIds } = office;
  const instants = Array.from({ length: OLD - 1 }, (_, index) => FIRST + (index + 1) * HOUR);
  return seeing(database.appUrl, [agencyId], async (client) => {
    const { rows } = await client.query<{ id: string }>(
      'SELECT recipient_id AS id FROM charge WHERE agency_id = $1',
      [agencyId],
    );
    const values = [agencyId, seatIds[0], clientAccountId, rows[0]!.id, instants, instants.map(uuidAt)];
    await client.query(
      `INSERT INTO charge (agency_id, effective_at, id, seat_id, client_account_id, action, noted, count, origin,
         recipient_id, recorded_at, recorded_by)
       SELECT $1, t.at, t.id, $2, $3, 'CONNECTION_REQUEST', false, 1, 'RECORD', $4, t.at, 'test'
       FROM unnest($5::int8[], $6::uuid[]) AS t (at, id)`,
      values,
    );
    await client.query(
      `INSERT INTO engagement (agency_id, id, seat_id, client_account_id, recipient_id, kind, origin, occurred_at,
         recorded_at, recorded_by)
       SELECT $1, t.id, $2, $3, $4, 'INVITATION_DECLINED', 'REPORT', t.at - 60000, t.at, 'test'
       FROM unnest($5::int8[], $6::uuid[]) AS t (at, id)`,
      values,
    );
    return rows[0]!.id;
  });
}

async function pending(): Promise<number> {
  const [seatId] = office.seatIds;
  return (await reader.pendingOfSeats(office.viewer, [seatId!])).get(seatId!)!;
}

it('one person is read no further than the newest of each kind, and what is pending follows these', async () => {
  const recipientId = await written();
  const { agencyId, seatIds } = office;
  const read = {
    invited: new Map<string, PersonRead>(),
    invitations: new Map<string, InvitationsRead>(),
    sentToNobody: new Map<string, SentToNobody>(),
  };
  await seeing(database.appUrl, [agencyId], async (client) => {
    await client.query(`SELECT set_config('headroom.now', $1, true)`, [String(NOW)]);
    // As each input of a request about the person asks.
    const people = Array.from({ length: 3 }, () => ({ agencyId, seatId: seatIds[0]!, recipientId }));
    await readInvitationNeeds(new LedgerTransaction(client), [{ people, seats: [] }], () => read);
  });
  const [found] = [...read.invited.values()];
  const newest = Array.from({ length: READ_OF_PERSON_MAX }, (_, index) => LAST - index * HOUR);
  expect(found!.sends.map(({ at }) => at)).toEqual(newest);
  expect(found!.ends.map(({ at }) => at)).toEqual(newest.map((at) => at - 60_000));
  expect(await pending()).toBe(1);
  expect(await recorded('INVITATION_WITHDRAWAL', LAST + HOUR)).toMatchObject({ recorded: 1 });
  expect(await pending()).toBe(0);
  expect(await recorded('CONNECTION_REQUEST', NOW)).toMatchObject({ code: 'INVALID' });
});

it('whoever several holds are for is read once', async () => {
  const { agencyId } = office;
  const recipient = person();
  await recorded('CONNECTION_REQUEST', NOW - HOUR, recipient);
  const request = reserveRequest(office, 'INVITATION_WITHDRAWAL', { recipient });
  const { id, outcome } = decisionOf(await ledger.ask(request));
  expect(outcome).toBe('ALLOWED');
  const held = { agencyId, id };
  const read = await seeing(database.appUrl, [agencyId], async (client) => {
    await client.query(`SELECT set_config('headroom.now', $1, true)`, [String(NOW)]);
    return readInvitedByHolds(new LedgerTransaction(client), [held, held]);
  });
  expect(read.map((one) => one.read.sends.map(({ at }) => at))).toEqual([[NOW - HOUR]]);
});
