import { audit } from '../../src/ledger/audit/audit.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { readSeatsToSweep } from '../../src/ledger/alerts/seats-to-sweep.js';
import { LedgerConnection, LedgerTransaction } from '../../src/ledger/books/connection.js';
import { DAY, HOUR, MINUTE } from '../../src/quota/window.js';
import type { Action } from '../../src/quota/words.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { alertsOf, toldOf } from './alerts-told.js';
import { clockedDatabase, type ClockedDatabase } from './fake-clock.js';
import {
  decisionOf,
  openOffice,
  recordInput,
  reserveRequest,
  seeing,
  type Office,
  type OfficeOptions,
} from './support.js';

const BEGIN = Date.UTC(2026, 10, 2, 9);

let database: ClockedDatabase;
let ledger: Ledger;
let connection: LedgerConnection;

beforeAll(async () => {
  database = await clockedDatabase();
  ledger = new Ledger(database.appUrl);
  connection = new LedgerConnection(database.appUrl);
});
afterAll(async () => {
  await Promise.all([ledger.close(), connection.end()]);
  const { drift } = await audit(database.appUrl);
  await database.close();
  expect(drift).toEqual([]);
});
beforeEach(() => database.setClock(BEGIN));

function open(options: OfficeOptions = {}): Promise<Office> {
  return openOffice(database.appUrl, { addedAt: BEGIN, ...options });
}

async function hold(office: Office, action: Action = 'FOLLOW'): Promise<string> {
  return decisionOf(await ledger.ask(reserveRequest(office, action))).id;
}

async function holdInMails(office: Office, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await hold(office, 'INMAIL'));
  return ids;
}

function record(office: Office, count: number, at: number, action: Action = 'FOLLOW') {
  return ledger.ask({
    kind: 'RECORD',
    viewer: office.viewer,
    inputs: [recordInput(office, action, at, { count })],
  });
}

function sweep({ viewer, seatIds }: Office) {
  return ledger.ask({ kind: 'SWEEP', viewer, seatIds });
}

const told = (office: Office) => toldOf(database.appUrl, office);

/** Whom a sweep would look at. */
async function toSweep({ agencyId }: Office): Promise<string[]> {
  const transaction = new LedgerTransaction(await connection.get());
  transaction.begin();
  void transaction.query({ name: 'see', text: SEE_AGENCIES }, [[agencyId]]);
  const seats = await readSeatsToSweep(transaction, agencyId);
  await transaction.rollback();
  return seats;
}

describe('P10: a seat that does nothing for seven days', () => {
  it('is told once by a sweep, dated when it happened; again only after it did something', async () => {
    const office = await open();
    await record(office, 1, BEGIN + 1);
    await database.setClock(BEGIN + HOUR);
    await record(office, 1, BEGIN + HOUR);
    await database.setClock(BEGIN + HOUR + 7 * DAY - 1);
    await sweep(office);
    expect(await told(office)).toEqual([]);
    await database.setClock(BEGIN + 9 * DAY);
    expect(await toSweep(office)).toEqual(office.seatIds);
    await sweep(office);
    await sweep(office);
    expect(await told(office)).toEqual([['SEAT_IDLE', BEGIN + HOUR + 7 * DAY]]);
    expect(await toSweep(office)).toEqual([]);
    await record(office, 1, BEGIN + 9 * DAY);
    await database.setClock(BEGIN + 20 * DAY);
    await sweep(office);
    expect(await told(office)).toEqual([
      ['SEAT_IDLE', BEGIN + HOUR + 7 * DAY],
      ['SEAT_IDLE', BEGIN + 16 * DAY],
    ]);
  });

  it('is told by the next write as well, without any sweep; from when it was added on where it never did anything', async () => {
    const office = await open();
    await database.setClock(BEGIN + 30 * DAY);
    await hold(office);
    await hold(office);
    expect(await told(office)).toEqual([['SEAT_IDLE', BEGIN + 7 * DAY]]);
    // Its counters were looked at meanwhile, but it still did nothing.
    await database.setClock(BEGIN + 45 * DAY);
    await sweep(office);
    expect(await told(office)).toHaveLength(1);
  });

  it('is told of very many at once, by one sweep or by one batch of requests', async () => {
    const [swept, asking] = [await open({ seats: 12 }), await open({ seats: 12 })];
    await database.setClock(BEGIN + 8 * DAY);
    await sweep(swept);
    const asked = asking.seatIds.map((id) =>
      ledger.ask(reserveRequest({ ...asking, seatIds: [id] }, 'FOLLOW')),
    );
    await Promise.all(asked);
    for (const office of [swept, asking]) expect(await told(office)).toHaveLength(12);
    expect(ledger.metrics().every(({ retried }) => retried === 0)).toBe(true);
  });

  it('is not told of one whose late record says that it did something in between, nor of a paused one', async () => {
    const [office, paused] = [await open(), await open()];
    await seeing(database.appUrl, [paused.agencyId], (client) =>
      client.query(`UPDATE seat SET status = 'PAUSED' WHERE agency_id = $1`, [paused.agencyId]),
    );
    await database.setClock(BEGIN + 8 * DAY);
    await record(office, 1, BEGIN + 5 * DAY);
    expect(await told(office)).toEqual([]);
    await sweep(paused);
    expect(await told(paused)).toEqual([]);
    expect(await toSweep(paused)).toEqual([]);
  });
});

describe('P10: InMail credits', () => {
  // 50 a month: low at 10, armed again at 13.
  const seller = { tier: 'SALES_NAVIGATOR', openingCredits: 21 };

  it('are low at 20 % of a month’s grant, held ones not counted; once, and again 5 points above', async () => {
    const office = await open(seller);
    const held = await holdInMails(office, 10);
    expect(await told(office)).toEqual([]);
    held.push(...(await holdInMails(office, 1)));
    expect(await told(office)).toEqual([['CREDITS_LOW', BEGIN]]);
    const [alert] = await alertsOf(database.appUrl, office);
    expect(alert).toMatchObject({
      seat_id: office.seatIds[0],
      client_account_id: office.clientAccountId,
      detail: { facts: { available: 10, monthly: 50 } },
    });
    // 12 of 50 is not yet five points above.
    for (const reservationId of held.splice(0, 2)) {
      await ledger.ask({ kind: 'RELEASE', viewer: office.viewer, reservationId, because: 'NOT_SENT' });
    }
    await holdInMails(office, 2);
    expect(await told(office)).toHaveLength(1);
    for (const reservationId of held.splice(0, 3)) {
      await ledger.ask({ kind: 'RELEASE', viewer: office.viewer, reservationId, because: 'NOT_SENT' });
    }
    await holdInMails(office, 3);
    expect(await told(office)).toHaveLength(2);
  });

  it('of a seat that never had any are not told: there was no crossing', async () => {
    const office = await open({ tier: 'SALES_NAVIGATOR' });
    await hold(office, 'INMAIL');
    await sweep(office);
    expect(await told(office)).toEqual([]);
  });

  it('that expire are told seven days before, and that they are few when they are gone', async () => {
    // Granted by day of its own far ahead, so that nothing but the expiry happens.
    const office = await open({ tier: 'PREMIUM_CAREER', openingCredits: 5, creditsRenewOn: '2027-06-01' });
    const expiry = BEGIN + 90 * DAY;
    await database.setClock(expiry - 7 * DAY - 1);
    await sweep(office);
    const idle = ['SEAT_IDLE', BEGIN + 7 * DAY];
    expect(await told(office)).toEqual([idle]);
    await database.setClock(expiry - 6 * DAY);
    expect(await toSweep(office)).toEqual(office.seatIds);
    await sweep(office);
    await sweep(office);
    expect(await told(office)).toEqual([idle, ['CREDITS_EXPIRING', expiry - 7 * DAY]]);
    await database.setClock(expiry + HOUR);
    await sweep(office);
    await sweep(office);
    expect(await told(office)).toEqual([
      idle,
      ['CREDITS_EXPIRING', expiry - 7 * DAY],
      ['CREDITS_LOW', expiry],
    ]);
  });
});

describe('P10: what time alone causes', () => {
  it('a day of outside use that begins is told by a sweep, dated when it began', async () => {
    const office = await open();
    const day = Date.UTC(2026, 10, 3);
    await seeing(database.appUrl, [office.agencyId], async (client) => {
      await client.query('INSERT INTO outside_use VALUES ($1, $2, gen_random_uuid(), $3, $4, $5, NULL, $6)', [
        ...[office.agencyId, office.seatIds[0], 'COMMENT', 10, '2026-11-03', BEGIN],
      ]);
    });
    // 3 of 15 comments are held; 10 more are above 80 %.
    await record(office, 3, BEGIN, 'COMMENT');
    expect(await told(office)).toEqual([]);
    await database.setClock(day + 2 * HOUR);
    expect(await toSweep(office)).toEqual(office.seatIds);
    await sweep(office);
    await sweep(office);
    expect(await told(office)).toEqual([['LIMIT_WARNING', day]]);
  });

  it('holds that lapsed are told by a sweep, without any other write', async () => {
    const office = await open({ seats: 1 });
    const asked = Array.from({ length: 50 }, () => ledger.ask(reserveRequest(office, 'PROFILE_VIEW')));
    const held = (await Promise.all(asked)).map((answer) => decisionOf(answer).id);
    for (const reservationId of held.slice(2)) {
      await ledger.ask({ kind: 'RELEASE', viewer: office.viewer, reservationId, because: 'NOT_SENT' });
    }
    await database.setClock(BEGIN + HOUR);
    expect(await toSweep(office)).toEqual(office.seatIds);
    await sweep(office);
    await sweep(office);
    expect(await told(office)).toEqual([['HOLDS_EXPIRED', BEGIN + 15 * MINUTE]]);
  });
});
