import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { audit } from '../../src/ledger/audit/audit.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { releaseHoldsOfSeat } from '../../src/ledger/release-holds.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import { DAY, MINUTE } from '../../src/quota/window.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { inAgency, SEE_AGENCIES } from '../../src/tenancy/door.js';
import { ListedPeople } from '../../src/services/prospects/prospect.people.js';
import type { Decided } from '../../src/services/decisions/decided.js';
import { ReservationService } from '../../src/services/decisions/reservation.service.js';
import { done, TEST_FINGERPRINTS } from '../support/agency.js';
import { toldOf } from './alerts-told.js';
import { clockedDatabase, type ClockedDatabase } from './fake-clock.js';
import { openOffice, recordInput, seeing, type Office } from './support.js';

const BEGIN = Date.UTC(2026, 10, 2, 9);
const WINDOW = 30 * DAY;
/** Fifteen messages in ten minutes are the most. */
const STEP = MINUTE;
const HOLD_SECONDS = 900;
const LEAD = 'https://www.linkedin.com/sales/lead/ACwAAA1abcDEF';

let database: ClockedDatabase;
let ledger: Ledger;
let reader: LedgerReader;
let service: ReservationService;
let office: Office;

beforeAll(async () => {
  database = await clockedDatabase();
  ledger = new Ledger(database.appUrl);
  reader = new LedgerReader(database.appUrl);
  service = new ReservationService(ledger, reader, TEST_FINGERPRINTS, { previewCap: null, textVault: null });
});
afterAll(async () => {
  await ledger.close();
  await reader.close();
  await database.close();
});
beforeEach(async () => {
  await database.setClock(BEGIN);
  office = await openOffice(database.appUrl, { seats: 2, tier: 'SALES_NAVIGATOR', addedAt: BEGIN });
});

const bodyFor = (name: string): string =>
  `Hi ${name}, I saw your talk on packaging in Rotterdam and would like to ask you two questions about it.`;

function terms(name: string, more: object = {}) {
  return {
    seatId: office.seatIds[0]!,
    action: 'DIRECT_MESSAGE' as const,
    recipient: { profileUrl: `linkedin.com/in/${name}`, degree: 'FIRST' as const },
    message: { body: bodyFor(name), variables: [name] },
    ...more,
  };
}

async function ask(name: string, more: object = {}): Promise<Decided['decision']> {
  return (await service.preview(office.viewer, terms(name, more))).decision;
}

async function reserve(name: string, more: object = {}): Promise<Decided['decision']> {
  const asked = { ...terms(name, more), idempotencyKey: randomUUID(), holdSeconds: HOLD_SECONDS };
  return done(await service.reserve(office.viewer, asked)).decision;
}

/** When the text went to a person: a minute after the one before. */
const sentAt = (person: number): number => BEGIN + person * STEP;

/** Sends the text to the people of these numbers, the last one not included. */
async function sendTo(count: number, from = 0): Promise<void> {
  for (let person = from; person < count; person += 1) {
    await database.setClock(sentAt(person));
    const { id, reasons } = await reserve(`Person${person}`);
    expect(reasons).toEqual([]);
    done(await service.commit(office.viewer, { reservationId: id }));
  }
}

const repetition = ({ reasons, warnings }: Decided['decision']) =>
  [...reasons, ...warnings].filter(({ code }) => code === 'REPEATED_TEXT');

it('P10: with the tenth that is told, once, whatever is released and held again', async () => {
  const told = () => toldOf(database.appUrl, office);
  await sendTo(9);
  expect(await told()).toEqual([]);
  const { id } = await reserve('Tenth');
  expect(await told()).toEqual([['REPEATED_TEXT', sentAt(8)]]);
  await ledger.ask({ kind: 'RELEASE', viewer: office.viewer, reservationId: id, because: 'NOT_SENT' });
  await reserve('Other');
  await reserve('Eleventh');
  expect(await told()).toHaveLength(1);
});

it('whoever has it has it by every address that they are known by', async () => {
  await sendTo(8);
  const lead = { profileUrl: LEAD, degree: 'FIRST' as const };
  await reserve('Person8', { action: 'PROFILE_VIEW', message: undefined, recipient: lead });
  await sendTo(9, 8);
  expect(repetition(await ask('Person8', { recipient: lead }))).toHaveLength(1);
  const dataSource = await openDataSource(database.appUrl);
  const making = { clientAccountId: office.clientAccountId, at: BEGIN, by: office.viewer.actor };
  const both = { profileUrl: 'https://www.linkedin.com/in/person8', salesNavigatorUrl: LEAD };
  await inAgency(dataSource, office.viewer, (manager) =>
    new ListedPeople(TEST_FINGERPRINTS, office.agencyId).make(manager, [both], making),
  );
  await dataSource.destroy();
  expect(repetition(await ask('Person8', { recipient: lead }))).toEqual([]);
});

it('nine people have it and nobody hears of it, the tenth is a warning, the 26th is refused until the first is out', async () => {
  await sendTo(8);
  expect(repetition(await ask('Ninth'))).toEqual([]);
  await sendTo(9, 8);
  expect(repetition(await ask('Tenth'))).toMatchObject([{ facts: { after: 10, most: 25 } }]);
  await sendTo(25, 9);
  const refused = await reserve('Person25');
  const retryAt = sentAt(0) + WINDOW;
  expect(refused).toMatchObject({
    outcome: 'DENIED',
    reasons: [{ code: 'REPEATED_TEXT', facts: { people: 25, most: 25 }, retryAt }],
    retryAt,
    certainAt: retryAt,
  });
  expect(repetition(await ask('Person25'))).toEqual(refused.reasons);
  // Whoever has it may have it again; an answer is not refused; another text neither, nor another seat.
  expect((await ask('Person3')).outcome).toBe('ALLOWED');
  expect((await ask('Person25', { isReply: true })).outcome).toBe('ALLOWED');
  const other = { body: 'Thank you for last week. The slides that you asked for are on their way to you.' };
  expect(repetition(await ask('Person25', { message: other }))).toEqual([]);
  expect(repetition(await ask('Person25', { seatId: office.seatIds[1] }))).toEqual([]);

  await database.setClock(retryAt - 1);
  expect((await reserve('Person25')).outcome).toBe('DENIED');
  await database.setClock(retryAt);
  expect((await reserve('Person25')).outcome).toBe('ALLOWED');
  // The hold to that one lasts longer than the next one counts.
  expect((await reserve('Person26')).retryAt).toBe(sentAt(1) + WINDOW);
  expect((await audit(database.appUrl)).drift).toEqual([]);
}, 120_000);

/** Texts of the agency, and bands of theirs, that are kept. */
async function kept(): Promise<{ texts: number; bands: number }> {
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(SEE_AGENCIES, [[office.viewer.agencyId]]);
    const { rows } = await client.query<{ texts: number; bands: number }>(
      'SELECT (SELECT count(*)::int4 FROM text_sketch) AS texts, (SELECT count(*)::int4 FROM text_band) AS bands',
    );
    return rows[0]!;
  } finally {
    await client.end();
  }
}

it('keeps nothing of a text that was only tried, and all of one that went to somebody', async () => {
  const release = (reservationId: string) =>
    ledger.ask({ kind: 'RELEASE', viewer: office.viewer, reservationId, because: 'NOT_SENT' });
  const { id: tried } = await reserve('Tried');
  const { id: again } = await reserve('Again');
  expect((await kept()).texts).toBe(1);
  await release(tried);
  expect((await kept()).texts).toBe(1);
  await release(again);
  expect(await kept()).toEqual({ texts: 0, bands: 0 });
  await sendTo(24);
  await database.setClock(sentAt(24));
  const { id: last } = await reserve('Last');
  const all = await kept();
  expect(all.texts).toBe(1);
  await release(last);
  expect(await kept()).toEqual(all);
  expect((await reserve('Person24')).outcome).toBe('ALLOWED');
  expect(repetition(await ask('Person25'))).toMatchObject([{ facts: { people: 25, most: 25 } }]);
});

it('so it does where the holds of a seat are given back by what was changed', async () => {
  const dataSource = await openDataSource(database.appUrl);
  try {
    await sendTo(1);
    const all = await kept();
    await database.setClock(sentAt(1));
    await reserve('Tried');
    await reserve('Other', { message: { body: 'Good morning. Do you have a minute for us some day soon?' } });
    expect((await kept()).texts).toBe(2);
    const [agencyId, at] = [office.agencyId, sentAt(1)];
    const seat = { agencyId, id: office.seatIds[0]! };
    const released = await inAgency(dataSource, office.viewer, (manager) =>
      releaseHoldsOfSeat(manager, seat, { because: 'SEAT_PAUSED', at, by: office.viewer.actor }),
    );
    expect(released).toBe(2);
    expect(await kept()).toEqual(all);
    expect(repetition(await ask('Person1'))).toEqual([]);
  } finally {
    await dataSource.destroy();
  }
});

it('counts holds until they are released or lapse, and what has lapsed once it is recorded', async () => {
  await sendTo(24);
  const at = BEGIN + 24 * STEP;
  await database.setClock(at);
  const held = await reserve('Held');
  expect(held.outcome).toBe('ALLOWED');
  const expiresAt = at + HOLD_SECONDS * 1_000;
  const refused = await reserve('Next');
  expect(refused).toMatchObject({ outcome: 'DENIED', retryAt: expiresAt, certainAt: BEGIN + WINDOW });
  const because = 'NOT_SENT';
  await ledger.ask({ kind: 'RELEASE', viewer: office.viewer, reservationId: held.id, because });
  const again = await reserve('Next');
  expect(again.outcome).toBe('ALLOWED');
  expect((await ask('Third')).retryAt).toBe(expiresAt);
  await database.setClock(expiresAt);
  expect((await ask('Third')).outcome).toBe('ALLOWED');
  const record = recordInput(office, 'DIRECT_MESSAGE', expiresAt, { reservationId: again.id });
  await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs: [record] });
  expect(repetition(await ask('Third'))).toMatchObject([{ retryAt: BEGIN + WINDOW }]);
  const [{ id: chargeId }] = (await rows<{ id: string }>('charge', `origin = 'RECORD'`)) as [{ id: string }];
  await ledger.ask({
    kind: 'VOID',
    viewer: office.viewer,
    activityIds: [chargeId],
    reasonFingerprint: 'x',
  });
  expect((await ask('Third')).outcome).toBe('ALLOWED');
}, 120_000);

it('holds within a batch: of twelve that ask at once, five are allowed behind twenty', async () => {
  await sendTo(20);
  await database.setClock(BEGIN + DAY);
  const many = Array.from({ length: 12 }, (_, index) => ({
    ...terms(`Crowd${index}`),
    idempotencyKey: randomUUID(),
  }));
  const answers = await service.reserveMany(office.viewer, many);
  const outcomes = answers.map((answer) => done(answer).decision.outcome);
  expect(outcomes).toEqual([...Array(5).fill('ALLOWED'), ...Array(7).fill('DENIED')]);
}, 120_000);

it('is of an agency alone, and goes some days after it has stopped to count', async () => {
  await sendTo(3);
  const first = office;
  office = await openOffice(database.appUrl, { tier: 'SALES_NAVIGATOR' });
  await sendTo(1);
  expect(await rows('text_sketch')).toHaveLength(1);
  expect(await rows('text_send')).toHaveLength(1);
  office = first;
  expect(await rows('text_sketch')).toHaveLength(1);
  expect(await rows('text_send')).toHaveLength(3);
  await database.setClock(BEGIN + WINDOW + 10 * DAY);
  const another = { message: { body: 'Something else entirely, to somebody who has never heard of it.' } };
  const { id } = await reserve('Late', another);
  expect(await rows<{ id: string }>('text_send')).toMatchObject([{ id }]);
  expect(await rows('text_sketch')).toHaveLength(1);
  expect((await rows('text_band')).length).toBeLessThanOrEqual(16);
}, 120_000);

it('keeps no text in any table, and tells none to anybody but the caller', async () => {
  const canary = 'Zanzibarquagga';
  const message = {
    subject: `${canary} subject`,
    body: `Hello ${canary}, here is something of a ${canary}. {{${canary}}}`,
    variables: [`${canary} variable`],
  };
  await reserve('Canary', { message: { ...message, body: `Hello ${canary}, here is something.` } });
  const denied = await reserve('Canary', { message });
  expect(denied.outcome).toBe('DENIED');
  expect(JSON.stringify(denied)).not.toContain(canary);
  const found = await seeing(database.appUrl, [office.agencyId], async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
         AND NOT c.relispartition AND has_table_privilege(c.oid, 'SELECT')`,
    );
    expect(tables.length).toBeGreaterThan(25);
    const hits: string[] = [];
    for (const { name } of tables) {
      const { rows: kept } = await client.query(`SELECT 1 FROM ${name} t WHERE t::text ILIKE '%${canary}%'`);
      if (kept.length > 0) hits.push(name);
    }
    return hits;
  });
  expect(found).toEqual([]);
});

function rows<Row>(table: string, where = 'true'): Promise<Row[]> {
  return seeing(database.appUrl, [office.agencyId], async (client) => {
    const { rows: found } = await client.query(`SELECT * FROM ${table} WHERE agency_id = $1 AND ${where}`, [
      office.agencyId,
    ]);
    return found as Row[];
  });
}
