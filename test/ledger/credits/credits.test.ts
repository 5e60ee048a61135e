import { audit } from '../../../src/ledger/audit/audit.js';
import { creditsReturnedBy } from '../../../src/ledger/credits/credit-requests.js';
import { LedgerConnection, LedgerTransaction } from '../../../src/ledger/books/connection.js';
import { sendCredits } from '../../../src/ledger/credits/credit-loading.js';
import type { DecisionRecord } from '../../../src/ledger/decision-record.js';
import { Ledger, LEDGER_DEFAULTS } from '../../../src/ledger/ledger.js';
import { StandingCache } from '../../../src/ledger/reading/cache.js';
import { Loading } from '../../../src/ledger/reading/loading.js';
import { openToDecide } from '../../../src/ledger/books/opening.js';
import { untilComplete } from '../../../src/ledger/passes.js';
import { LedgerReader } from '../../../src/ledger/told/reader.js';
import { DAY, HOUR, SECOND } from '../../../src/quota/window.js';
import { clockedDatabase, type ClockedDatabase } from '../fake-clock.js';
import { recordsAt } from '../plain-invitations.js';
import {
  decisionOf,
  engageInput,
  openOffice,
  person,
  recordInput,
  reserveRequest,
  seeing,
  type Office,
  type OfficeOptions,
} from '../support.js';

const at = (text: string): number => Date.parse(text);
const ADDED = at('2026-11-10T09:00Z');

let database: ClockedDatabase;
let ledger: Ledger;
let reader: LedgerReader;
let connection: LedgerConnection;

beforeAll(async () => {
  database = await clockedDatabase();
  ledger = new Ledger(database.appUrl, { ...LEDGER_DEFAULTS, lanes: 1 });
  reader = new LedgerReader(database.appUrl);
  connection = new LedgerConnection(database.appUrl);
});
afterAll(async () => {
  await Promise.all([ledger.close(), reader.close(), connection.end()]);
  expect((await audit(database.appUrl)).drift).toEqual([]);
  await database.close();
});

function open(options: OfficeOptions = {}): Promise<Office> {
  return openOffice(database.appUrl, { tier: 'PREMIUM_CAREER', addedAt: ADDED, ...options });
}

async function ask(office: Office, when: number, seat = 0): Promise<DecisionRecord> {
  await database.setClock(when);
  return decisionOf(await ledger.ask(reserveRequest(office, 'INMAIL', { seatId: office.seatIds[seat]! })));
}

const codes = ({ reasons }: DecisionRecord): string[] => reasons.map(({ code }) => code);

function commit({ viewer }: Office, { id }: DecisionRecord) {
  return ledger.ask({ kind: 'COMMIT', viewer, reservationId: id, sentAt: null });
}

async function creditsOf(office: Office, seat = 0) {
  const seatId = office.seatIds[seat]!;
  return (await reader.creditsOfSeats(office.viewer, [seatId])).get(seatId)!;
}

/** What recordEngagement will do: the return, on a desk, under the agency's book. */
async function answered(office: Office, answer: Parameters<typeof creditsReturnedBy>[1]): Promise<number> {
  const transaction = new LedgerTransaction(await connection.get());
  const { books, clock } = await openToDecide(transaction, [office.agencyId], 'WAIT');
  const loading = new Loading(transaction, new StandingCache());
  const reading = loading.of(office.agencyId);
  const { lastAt } = books[0]!;
  reading.openAt(Math.max(clock, lastAt), lastAt);
  const [passed] = await untilComplete(loading, [
    { reading, work: (desk, missing) => missing.unless(() => creditsReturnedBy(desk, answer)) },
  ]);
  if (!passed || 'failure' in passed) throw passed?.failure ?? new Error('Nothing was passed.');
  sendCredits(transaction, [passed.desk.credits]);
  await transaction.commit();
  return passed.result!;
}

describe('an InMail', () => {
  it('P6: is refused for want of credits, 1 ms before the next grant too, and allowed at retryAt', async () => {
    const office = await open({ creditsRenewOn: '2026-12-05' });
    const denied = await ask(office, at('2026-11-20T10:00Z'));
    expect(codes(denied)).toEqual(['NO_CREDITS']);
    expect(denied.reasons[0]).toMatchObject({ facts: { available: 0, held: 0 } });
    expect([denied.retryAt, denied.certainAt]).toEqual([at('2026-12-05T00:00Z'), at('2026-12-05T00:00Z')]);
    expect(codes(await ask(office, at('2026-12-05T00:00Z') - 1))).toEqual(['NO_CREDITS']);
    expect((await ask(office, at('2026-12-05T00:00Z'))).outcome).toBe('ALLOWED');
  });

  it('holds its credit, takes it at the commit, and gives it back by a release', async () => {
    const office = await open({ openingCredits: 2 });
    const [first, second] = [await ask(office, ADDED), await ask(office, ADDED)];
    expect(await creditsOf(office)).toMatchObject({ available: 0, held: 2, cap: 15 });
    const third = await ask(office, ADDED + SECOND);
    expect(codes(third)).toEqual(['NO_CREDITS']);
    // The holds lapse after 900 s; committed, nothing comes back before the next grant.
    expect([third.retryAt, third.certainAt]).toEqual([ADDED + 900 * SECOND, at('2026-12-10T00:00Z')]);
    await commit(office, first);
    await ledger.ask({
      kind: 'RELEASE',
      viewer: office.viewer,
      reservationId: second.id,
      because: 'NOT_SENT',
    });
    expect(await creditsOf(office)).toMatchObject({
      available: 1,
      held: 0,
      lots: [{ amount: 2, remaining: 1 }],
    });
  });

  it('gives the credits of many back at once, for answers and for records that are taken out', async () => {
    const office = await open({ tier: 'RECRUITER_LITE', openingCredits: 30 });
    const when = ADDED + DAY;
    await database.setClock(when + HOUR);
    const slugs = Array.from({ length: 24 }, (_, index) => `many-${index}`);
    const inputs = slugs.map((slug, index) =>
      recordInput(office, 'INMAIL', when + index, { recipient: person(slug) }),
    );
    await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
    expect(await creditsOf(office)).toMatchObject({ available: 6 });
    const answers = slugs.slice(0, 12).map((slug) => engageInput(office, 'REPLIED', slug, when + SECOND));
    await ledger.ask({ kind: 'ENGAGE', viewer: office.viewer, inputs: answers });
    expect(await creditsOf(office)).toMatchObject({ available: 18 });
    const activityIds = (
      await Promise.all(
        slugs.slice(12).map((_, index) => recordsAt(database.appUrl, office, 'INMAIL', when + 12 + index)),
      )
    ).flat();
    await ledger.ask({ kind: 'VOID', viewer: office.viewer, activityIds, reasonFingerprint: 'test' });
    expect(await creditsOf(office)).toMatchObject({ available: 30 });
  });

  it('P1: of many at once, as many are allowed as there are credits', async () => {
    const office = await open({ openingCredits: 3 });
    await database.setClock(ADDED);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ledger.ask(reserveRequest(office, 'INMAIL'))),
    );
    const allowed = answers.map(decisionOf).filter(({ outcome }) => outcome === 'ALLOWED');
    expect(allowed).toHaveLength(3);
    const committed = await Promise.all(allowed.map((decision) => commit(office, decision)));
    expect(committed).toMatchObject(allowed.map(() => ({ resolution: { status: 'COMMITTED' } })));
    expect(await creditsOf(office)).toMatchObject({ available: 0, held: 0, lots: [] });
  });

  it('to an open profile costs none', async () => {
    const office = await open();
    await database.setClock(ADDED);
    const free = reserveRequest(office, 'OPEN_PROFILE_MESSAGE', { openProfile: true });
    expect(codes(decisionOf(await ledger.ask(free)))).not.toContain('NO_CREDITS');
  });

  it('that is recorded takes a credit if it was sent after the opening, and its void gives it back', async () => {
    const office = await open({ openingCredits: 5 });
    await database.setClock(ADDED + DAY);
    const inputs = [-HOUR, 0, HOUR].map((later) =>
      recordInput(office, 'INMAIL', ADDED + later, { recipient: person() }),
    );
    await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
    expect(await creditsOf(office)).toMatchObject({ available: 4 });
    const ids = await seeing(database.appUrl, [office.agencyId], async (client) => {
      const { rows } = await client.query<{ id: string }>('SELECT id FROM charge WHERE agency_id = $1', [
        office.agencyId,
      ]);
      return rows.map(({ id }) => id);
    });
    const request = {
      kind: 'VOID',
      viewer: office.viewer,
      activityIds: ids,
      reasonFingerprint: 'x',
    } as const;
    expect(await ledger.ask(request)).toEqual({ voided: 3 });
    expect(await ledger.ask(request)).toEqual({ voided: 0 });
    expect(await creditsOf(office)).toMatchObject({ available: 5 });
  });
});

describe('an answer', () => {
  it.each([
    ['a reply', 'REPLIED', 90 * DAY, 1],
    ['an acceptance', 'INMAIL_ACCEPTED', DAY, 1],
    ['a declination', 'INMAIL_DECLINED', DAY, 1],
    ['a reply after more than 90 days', 'REPLIED', 90 * DAY + 1, 0],
    ['an accepted invitation', 'INVITATION_ACCEPTED', DAY, 0],
  ])('gives the credit back: %s', async (_, kind, after, returned) => {
    const office = await open({ openingCredits: 1 });
    const decision = await ask(office, ADDED);
    await commit(office, decision);
    await database.setClock(ADDED + 2 * DAY);
    const answer = { send: { reservationId: decision.id }, kind, occurredAt: ADDED + after };
    expect(await answered(office, answer)).toBe(returned);
    expect(await answered(office, answer)).toBe(0);
    expect(await creditsOf(office)).toMatchObject({ available: returned });
  });

  it('gives none to a lot that has expired', async () => {
    const office = await open({ openingCredits: 1 });
    const decision = await ask(office, ADDED);
    await commit(office, decision);
    await database.setClock(ADDED + 90 * DAY);
    const answer = { send: { reservationId: decision.id }, kind: 'REPLIED', occurredAt: ADDED + DAY };
    expect(await answered(office, answer)).toBe(0);
  });
});

describe('a pool', () => {
  it('is one purse for the seats of a client account, with what each of them holds', async () => {
    const office = await open({ tier: 'RECRUITER_CORPORATE', seats: 2, openingCredits: 1 });
    const [mine, theirs] = [await ask(office, ADDED, 0), await ask(office, ADDED, 0)];
    expect([mine.outcome, theirs.outcome]).toEqual(['ALLOWED', 'ALLOWED']);
    expect(codes(await ask(office, ADDED, 1))).toEqual(['NO_CREDITS']);
    expect(await creditsOf(office, 1)).toMatchObject({
      ...{ available: 0, held: 2, cap: 1_200 },
      ...{ nextGrantAt: at('2026-12-10T00:00Z'), nextGrantAmount: 300 },
    });
    await commit(office, mine);
    await commit(office, theirs);
    expect(await creditsOf(office, 1)).toMatchObject({ available: 0, held: 0 });
  });
});

describe('the history of a balance', () => {
  it('tells what was written, and before it what time alone made since', async () => {
    const office = await open({ openingCredits: 1 });
    await commit(office, await ask(office, ADDED));
    await database.setClock(at('2027-01-10T00:00Z'));
    const seatId = office.seatIds[0]!;
    const read = (before: number, rows: number) =>
      reader.creditHistory(office.viewer, seatId, { before, rows });
    const all = await read(Infinity, 10);
    expect(all.map(({ number, kind, amount, balance }) => [number, kind, amount, balance])).toEqual([
      [4, 'GRANT', 5, 10],
      [3, 'GRANT', 5, 5],
      [2, 'TAKE', 1, 0],
      [1, 'OPENING', 1, 1],
    ]);
    expect([await read(Infinity, 2), await read(3, 2)]).toEqual([all.slice(0, 2), all.slice(2)]);
  });
});

describe('P11: the audit', () => {
  it.each([
    [
      'a lot that was changed',
      `UPDATE credit_purse SET state = jsonb_set(state, '{lots,0,remaining}', '4')`,
      'the lots of a purse',
    ],
    [
      'a lot that was lost',
      `UPDATE credit_purse SET state = jsonb_set(state, '{lots}', '[]')`,
      'the lots of a purse',
    ],
    [
      'a balance that was changed',
      `UPDATE credit_event SET balance = 9 WHERE number = 1`,
      'a balance is the one',
    ],
    ['an event that was lost', `DELETE FROM credit_event WHERE kind = 'TAKE'`, 'took a credit'],
    [
      'a credit that was taken for nothing',
      `UPDATE credit_event SET charge_id = gen_random_uuid() WHERE kind = 'TAKE'`,
      'is of an InMail',
    ],
    [
      'a credit that came back and was not taken',
      `UPDATE credit_event SET kind = 'RETURN' WHERE kind = 'TAKE'`,
      'what comes back was taken',
    ],
    [
      'a lot that outlived its expiry',
      `UPDATE credit_event SET expires_at = at - 1 WHERE kind = 'OPENING'`,
      'no lot outlives',
    ],
  ])('sees %s', async (_, damage, what) => {
    const copy = await clockedDatabase();
    const own = new Ledger(copy.appUrl, { ...LEDGER_DEFAULTS, lanes: 1 });
    await copy.setClock(ADDED + DAY);
    const office = await openOffice(copy.appUrl, {
      tier: 'PREMIUM_CAREER',
      addedAt: ADDED,
      openingCredits: 3,
    });
    const { id } = decisionOf(await own.ask(reserveRequest(office, 'INMAIL')));
    await own.ask({ kind: 'COMMIT', viewer: office.viewer, reservationId: id, sentAt: null });
    await own.close();
    expect((await audit(copy.appUrl)).drift).toEqual([]);
    await seeing(copy.ownerUrl, [office.agencyId], (client) => client.query(damage));
    const { drift } = await audit(copy.appUrl);
    expect(drift.map((found) => found.what)).toContainEqual(expect.stringContaining(what));
    await copy.close();
  });
});
