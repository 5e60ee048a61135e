import { createHash } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { LedgerTransaction } from '../../src/ledger/books/connection.js';
import { readInMails } from '../../src/ledger/hindsight/hindsight-inmails.js';
import {
  engagementName,
  readEngagements,
  readHoldsOfPeople,
  type EngagementRef,
} from '../../src/ledger/people/engagement-facts.js';
import { readMarks } from '../../src/ledger/people/marks.js';
import { readPeople } from '../../src/ledger/people/people-facts.js';
import { DAY, HOUR, MINUTE } from '../../src/quota/window.js';
import { ENGAGEMENT_KINDS, type EngagementKind } from '../../src/quota/words.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { uuidAt, uuidRandom } from '../../src/tenancy/uuid.js';
import { ownDatabase, superuserUrl } from '../support/database.js';
import { accessesTo, ExplainingTransaction, rowsOf, type Access, type Planned } from './explain.js';
import { plainInMails } from './plain-inmails.js';

/** What is read of one person whom one seat sent thousands of messages, and who answered each of them. */

const MANY = 2_000;
/** Inputs of one request about the one person. */
const INPUTS = 50;
const now = Date.now();
const agencyId = uuidRandom();
const seatId = uuidRandom();
const clientAccountId = uuidRandom();

let client: pg.Client;
let superuser: pg.Client;

beforeAll(async () => {
  const { appUrl } = await ownDatabase();
  superuser = new pg.Client({ connectionString: await superuserUrl(appUrl) });
  await superuser.connect();
  // The seat, its client account and its people are nobody's: only what was sent and answered is looked at.
  await superuser.query("SET session_replication_role = 'replica'");
  client = new pg.Client({ connectionString: appUrl });
  await client.connect();
}, 120_000);
afterAll(() => Promise.all([client.end(), superuser.end()]));

const keyOf = (recipientId: string) => ({
  ...{ kind: 'PROFILE' as const, version: 1 },
  fingerprint: createHash('sha256').update(recipientId).digest(),
});

interface Sent {
  readonly at: number;
  readonly action?: string;
  readonly reservationId?: string | null;
  readonly isTakenOut?: boolean;
}

interface Answered {
  readonly at: number;
  readonly kind: EngagementKind;
  readonly earliestAt?: number;
  readonly reservationId?: string | null;
}

/** A person to whom some things were sent, and who answered. */
async function personWith(sent: readonly Sent[], answered: readonly Answered[]): Promise<string> {
  const recipientId = uuidRandom();
  await superuser.query('INSERT INTO recipient (agency_id, id, created_at) VALUES ($1, $2, 0)', [
    ...[agencyId, recipientId],
  ]);
  await superuser.query(
    `INSERT INTO recipient_key (agency_id, kind, key_version, fingerprint, recipient_id) VALUES ($1, 'PROFILE', 1, $2, $3)`,
    [agencyId, keyOf(recipientId).fingerprint, recipientId],
  );
  const charges = sent.map((one) => ({ ...one, id: uuidAt(one.at), voids: null as string | null }));
  const voids = charges
    .filter(({ isTakenOut }) => isTakenOut)
    .map((one) => ({ ...one, id: uuidAt(one.at), voids: one.id }));
  const all = [...charges, ...voids];
  await superuser.query(
    `INSERT INTO charge SELECT $1, at, id, $2, $3, NULL, action, false, CASE WHEN voids IS NULL THEN 1 ELSE -1 END,
       CASE WHEN voids IS NULL THEN 'RECORD' ELSE 'VOID' END, NULL, $4, reservation_id, voids, NULL, at, 'test'
     FROM unnest($5::int8[], $6::uuid[], $7::text[], $8::uuid[], $9::uuid[]) AS n (at, id, action, reservation_id, voids)`,
    [
      ...[agencyId, seatId, clientAccountId, recipientId],
      ...[all.map(({ at }) => at), all.map(({ id }) => id)],
      ...[all.map(({ action = 'INMAIL' }) => action), all.map(({ reservationId = null }) => reservationId)],
      all.map((one) => one.voids),
    ],
  );
  await superuser.query(
    `INSERT INTO engagement SELECT $1, id, $2, $3, $4, kind, 'REPORT', at, earliest_at, reservation_id, at, 'test'
     FROM unnest($5::uuid[], $6::text[], $7::int8[], $8::int8[], $9::uuid[]) AS n (id, kind, at, earliest_at, reservation_id)`,
    [
      ...[agencyId, seatId, clientAccountId, recipientId, answered.map(({ at }) => uuidAt(at))],
      ...[answered.map(({ kind }) => kind), answered.map(({ at }) => at)],
      answered.map(({ earliestAt = null }) => earliestAt),
      answered.map(({ reservationId = null }) => reservationId),
    ],
  );
  return recipientId;
}

async function asked<Read>(ask: (transaction: LedgerTransaction) => Promise<Read>): Promise<Read> {
  await client.query('BEGIN');
  try {
    await client.query(SEE_AGENCIES, [[agencyId]]);
    await client.query('SELECT see_clock()');
    return await ask(new LedgerTransaction(client));
  } finally {
    await client.query('ROLLBACK');
  }
}

function inputsOf(
  recipientId: string,
  told: readonly { readonly kind: EngagementKind; readonly occurredAt: number }[],
): EngagementRef[] {
  const person = { agencyId, seatId, key: keyOf(recipientId), employers: [], withPast: true, seen: null };
  return told.map((one) => ({ ...person, ...one }));
}

describe.each<Planned>(['force_custom_plan', 'force_generic_plan'])('of one person, with %s', (planned) => {
  let recipientId: string;

  beforeAll(async () => {
    const sent = Array.from({ length: MANY }, (_, index) => ({
      ...{ at: now - HOUR - index * MINUTE, action: 'DIRECT_MESSAGE' },
    }));
    const answers = sent.map(({ at }) => ({ at: at + 1, kind: 'REPLIED' as const }));
    recipientId = await personWith(sent, answers);
    await superuser.query('ANALYZE charge, engagement, recipient, recipient_key');
  });

  function accesses(ask: (transaction: LedgerTransaction) => Promise<unknown>): Promise<readonly Access[]> {
    return new ExplainingTransaction(client, planned).accessesFor(agencyId, async (transaction) => {
      await client.query('SELECT see_clock()');
      await ask(transaction);
    });
  }

  it('what answers are of is read once, and each answer is found near its instant', async () => {
    const told = Array.from({ length: INPUTS }, (_, index) => ({
      kind: ENGAGEMENT_KINDS[index % ENGAGEMENT_KINDS.length]!,
      occurredAt: now - index * 30 * MINUTE,
    }));
    const all = await accesses((transaction) => readEngagements(transaction, inputsOf(recipientId, told)));
    expect(rowsOf(all, 'charge')).toBeGreaterThanOrEqual(MANY);
    expect(rowsOf(all, 'charge')).toBeLessThan(MANY * 6);
    expect(rowsOf(all, 'engagement')).toBeLessThanOrEqual(INPUTS * 2);
  });

  it('a person whom a request names over and over is read once, with the newest answer of each kind', async () => {
    const told = Array.from({ length: INPUTS }, () => ({ kind: 'OPTED_OUT' as const, occurredAt: now }));
    const people = inputsOf(recipientId, told);
    const all = await accesses(async (transaction) => {
      await readPeople(transaction, people);
      await readMarks(transaction, people);
      await readHoldsOfPeople(transaction, people);
    });
    expect(rowsOf(all, 'charge')).toBeLessThan(MANY * 6);
    expect(rowsOf(all, 'engagement')).toBeLessThanOrEqual(ENGAGEMENT_KINDS.length);
    // Once with what is known of them, and once with what is under way to them.
    expect(accessesTo(all, 'recipient_key').reduce((sum, { rows }) => sum + rows, 0)).toBeLessThan(
      INPUTS / 2,
    );
  });

  it('what is between a seat and a person is read once for all InMails', async () => {
    const sent = Array.from({ length: MANY }, (_, index) => ({ at: now - HOUR - index * MINUTE }));
    await personWith(
      sent,
      sent.map(({ at }) => ({ at: at + 1, kind: 'REPLIED' as const })),
    );
    await superuser.query('ANALYZE charge, engagement');
    const all = await accesses((transaction) => readInMails(transaction, [purse(now - MANY * MINUTE, now)]));
    expect(rowsOf(all, 'engagement')).toBeLessThan(MANY * 5);
    await superuser.query(`DELETE FROM charge WHERE action = 'INMAIL'`);
  });
});

function purse(before: number, until: number) {
  const key = { kind: 'SEAT', id: seatId } as const;
  return { agencyId, key, terms: [{ seatId }], before, until };
}

it('what inputs are told together is what each is told by itself', async () => {
  const at = now - 10 * DAY;
  const recipientId = await personWith(
    [
      { at: at + 5, action: 'DIRECT_MESSAGE' },
      { at: at + 2, action: 'DIRECT_MESSAGE', isTakenOut: true },
      { at: at + 9, action: 'INMAIL' },
    ],
    [
      { at, kind: 'REPLIED' },
      // Of a day, of which nobody knows in which zone.
      { at: at + 50 * HOUR, earliestAt: at, kind: 'INMAIL_DECLINED' },
    ],
  );
  const told = (['REPLIED', 'INMAIL_DECLINED', 'OPTED_OUT'] as const).flatMap((kind) =>
    [-5 * MINUTE - 1, -5 * MINUTE, 0, 5 * MINUTE, 5 * MINUTE + 1].map((later) => ({
      ...{ kind, occurredAt: at + later },
    })),
  );
  const inputs = inputsOf(recipientId, told);
  const together = await asked((transaction) => readEngagements(transaction, inputs));
  const apart = await asked(async (transaction) => {
    const read = [];
    for (const input of inputs) read.push(await readEngagements(transaction, [input]));
    return read;
  });
  const ofActions = together.firstSends.map(({ action, at: sentAt }) => [action, sentAt - at]);
  expect(ofActions.toSorted()).toEqual([
    ['DIRECT_MESSAGE', 5],
    ['INMAIL', 9],
  ]);
  for (const { firstSends } of apart) expect(firstSends).toEqual(together.firstSends);
  expect(together.known).toEqual(apart.flatMap(({ known }) => known));
  const names = new Set(together.known.map(({ name }) => name));
  const found = told.filter((one) => names.has(engagementName({ seatId, ...one }, recipientId)));
  expect(found.map(({ kind, occurredAt }) => [kind, occurredAt - at])).toEqual([
    ...[-5 * MINUTE, 0, 5 * MINUTE].map((later) => ['REPLIED', later]),
    ...[-5 * MINUTE, 0, 5 * MINUTE, 5 * MINUTE + 1].map((later) => ['INMAIL_DECLINED', later]),
  ]);
});

it('InMails have the answers that a look through all of them for each InMail finds', async () => {
  const reservations = [null, null, uuidRandom(), uuidRandom()];
  const time = fc.integer({ min: 0, max: 12 });
  const reservation = fc.nat(reservations.length - 1);
  const inMails = fc.array(fc.tuple(time, reservation, fc.nat(4)), { maxLength: 8 });
  const answers = fc.array(
    fc.tuple(time, reservation, fc.constantFrom('REPLIED', 'INMAIL_ACCEPTED', 'OPTED_OUT')),
    { maxLength: 8 },
  );
  let from = now - 400 * DAY;
  await fc.assert(
    fc.asyncProperty(inMails, answers, time, async (drawn, told, until) => {
      from += DAY;
      const sent = drawn.map(([at, place, isTakenOut]) => ({
        ...{ at: from + at, reservationId: reservations[place]!, isTakenOut: isTakenOut === 0 },
      }));
      const answered = told.map(([at, place, kind]) => ({
        ...{ at: from + at, kind, reservationId: reservations[place]! },
      }));
      await personWith(sent, answered);
      const over = [purse(from, from + until), purse(from + 3, from + 12)];
      const [read, plain] = await asked(async (transaction) => [
        await readInMails(transaction, over),
        await plainInMails(transaction, over),
      ]);
      const inOrder = (all: typeof read) =>
        all.map((one) => one.toSorted((left, right) => (left.chargeId < right.chargeId ? -1 : 1)));
      expect(inOrder(read)).toEqual(inOrder(plain));
      await superuser.query(`DELETE FROM charge WHERE action = 'INMAIL'`);
    }),
    { numRuns: 60 },
  );
});
