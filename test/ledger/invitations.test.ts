import fc from 'fast-check';
import { audit } from '../../src/ledger/audit.js';
import type { DecisionRecord } from '../../src/ledger/decision-record.js';
import { Ledger, LEDGER_DEFAULTS } from '../../src/ledger/ledger.js';
import { LedgerReader } from '../../src/ledger/reader.js';
import { DAY, HOUR } from '../../src/quota/window.js';
import type { Action, EngagementKind } from '../../src/quota/words.js';
import { clockedDatabase, type ClockedDatabase } from './fake-clock.js';
import { LAPSE, pastInvitations, PlainInvitations, recordsAt, STEP, type Step } from './plain-invitations.js';
import {
  decisionOf,
  engageInput,
  openOffice,
  person,
  recordInput,
  reserveRequest,
  type Office,
} from './support.js';

const NOW = Date.parse('2026-11-24T09:00Z');

let database: ClockedDatabase;
let ledger: Ledger;
let reader: LedgerReader;
let office: Office;

beforeAll(async () => {
  database = await clockedDatabase();
  ledger = new Ledger(database.appUrl, { ...LEDGER_DEFAULTS, lanes: 1 });
  reader = new LedgerReader(database.appUrl);
});
afterAll(async () => {
  await Promise.all([ledger.close(), reader.close()]);
  await database.close();
});
beforeEach(async () => {
  office = await openOffice(database.appUrl, { tier: 'SALES_NAVIGATOR', history: 'DECLARED' });
  await database.setClock(NOW);
});
afterEach(async () => {
  expect((await audit(database.appUrl)).drift).toEqual([]);
});

async function pending(at: number): Promise<number> {
  await database.setClock(at);
  const [seatId] = office.seatIds;
  return (await reader.pendingOfSeats(office.viewer, [seatId!])).get(seatId!)!;
}

async function invite(at: number, slug?: string): Promise<DecisionRecord> {
  await database.setClock(at);
  const recipient = slug === undefined ? person() : person(slug);
  return decisionOf(await ledger.ask(reserveRequest(office, 'CONNECTION_REQUEST', { recipient })));
}

/** Sends told of a seat's past: so many invitations to nobody in particular, or one to somebody. */
async function record(at: number, told: { slug?: string; count?: number; action?: 'INVITATION_WITHDRAWAL' }) {
  const { slug, count = 1, action = 'CONNECTION_REQUEST' } = told;
  const recipient = slug === undefined ? null : person(slug);
  const inputs = [recordInput(office, action, at, { recipient, count })];
  expect(await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs })).toMatchObject({ recorded: 1 });
}

async function told(kind: EngagementKind, slug: string, at: number): Promise<void> {
  const inputs = [engageInput(office, kind, slug, at)];
  expect(await ledger.ask({ kind: 'ENGAGE', viewer: office.viewer, inputs })).toMatchObject({
    results: [{}],
  });
}

const codes = ({ reasons }: DecisionRecord): string[] => reasons.map(({ code }) => code);

describe('pending invitations', () => {
  it('are those that were sent, until the person answers or the seat withdraws', async () => {
    for (const slug of ['a', 'b', 'c', 'd', 'e']) await record(NOW - DAY, { slug });
    await record(NOW - DAY, { count: 4 });
    expect(await pending(NOW)).toBe(9);
    // Whoever asks has the gauge kept, so that it has to follow.
    await invite(NOW);
    await told('INVITATION_ACCEPTED', 'a', NOW - HOUR);
    await told('INVITATION_DECLINED', 'b', NOW - HOUR);
    await told('INVITATION_WITHDRAWN', 'c', NOW - HOUR);
    await record(NOW - HOUR, { slug: 'd', action: 'INVITATION_WITHDRAWAL' });
    await told('REPLIED', 'e', NOW - HOUR);
    expect(await pending(NOW)).toBe(5);
  });

  it('are counted once a person, and once an answer', async () => {
    await record(NOW - 40 * DAY, { slug: 'a' });
    await record(NOW - 2 * DAY, { slug: 'a' });
    expect(await pending(NOW)).toBe(1);
    await told('INVITATION_ACCEPTED', 'a', NOW - HOUR);
    await told('INVITATION_DECLINED', 'a', NOW - HOUR);
    expect(await pending(NOW)).toBe(0);
  });

  it('are none where the answer was told before the send', async () => {
    await told('INVITATION_ACCEPTED', 'a', NOW - HOUR);
    await record(NOW - 2 * HOUR, { slug: 'a' });
    expect(await pending(NOW)).toBe(0);
    await record(NOW - HOUR / 2, { slug: 'a' });
    expect(await pending(NOW)).toBe(1);
  });

  it('lapse exactly 180 days after they were sent', async () => {
    await record(NOW - DAY, { slug: 'a' });
    await record(NOW, { count: 2 });
    expect(await pending(NOW - DAY + LAPSE - 1)).toBe(3);
    expect(await pending(NOW - DAY + LAPSE)).toBe(2);
    expect(await pending(NOW + LAPSE)).toBe(0);
  });

  it('are those of the time before, for 180 days from when the seat was added', async () => {
    office = await openOffice(database.appUrl, { addedAt: NOW, history: 'DECLARED', openingPending: 30 });
    expect(await pending(NOW + LAPSE - 1)).toBe(30);
    expect(await pending(NOW + LAPSE)).toBe(0);
  });

  it('are no more where the record of them was taken out, and again where that of their end was', async () => {
    await record(NOW - 3 * DAY, { slug: 'a' });
    await record(NOW - 2 * DAY, { slug: 'a' });
    await record(NOW - DAY, { slug: 'a', action: 'INVITATION_WITHDRAWAL' });
    await record(NOW - DAY, { count: 7 });
    expect(await pending(NOW)).toBe(7);
    await takeOut('INVITATION_WITHDRAWAL', NOW - DAY);
    expect(await pending(NOW)).toBe(8);
    await takeOut('CONNECTION_REQUEST', NOW - 2 * DAY);
    expect(await pending(NOW - 3 * DAY + LAPSE - 1)).toBe(8);
    expect(await pending(NOW - 3 * DAY + LAPSE)).toBe(7);
    await takeOut('CONNECTION_REQUEST', NOW - DAY);
    expect(await pending(NOW)).toBe(0);
  });

  it('P6: refuse at 700, held ones among them, until the first of them lapses', async () => {
    await record(NOW - 30 * DAY, { count: 1 });
    await record(NOW - 20 * DAY, { count: 698 });
    const allowed = await invite(NOW, 'last');
    expect(allowed).toMatchObject({
      outcome: 'ALLOWED',
      warnings: expect.arrayContaining([
        {
          code: 'TOO_MANY_PENDING_INVITATIONS',
          facts: { pending: 699, most: 700 },
          limit: null,
          retryAt: null,
        },
      ]),
    });
    const refused = await invite(NOW);
    const lapses = NOW - 30 * DAY + LAPSE;
    // The hold lapses, or is committed and then stays for 180 days.
    expect(refused).toMatchObject({ outcome: 'DENIED', retryAt: NOW + 900_000, certainAt: lapses });
    expect(codes(refused)).toEqual(['TOO_MANY_PENDING_INVITATIONS']);
    expect(await pending(NOW)).toBe(699);
    await commit(allowed);
    expect(await pending(NOW)).toBe(700);
    expect(await invite(NOW)).toMatchObject({ retryAt: lapses, certainAt: lapses });
    expect(codes(await invite(lapses - 1))).toContain('TOO_MANY_PENDING_INVITATIONS');
    expect((await invite(lapses)).outcome).toBe('ALLOWED');
  });

  it('warn from 500 on', async () => {
    await record(NOW - 20 * DAY, { count: 499 });
    const first = await invite(NOW);
    const second = await invite(NOW);
    const warned = [first, second].map(({ warnings }) => warnings.map(({ code }) => code));
    expect(warned).toEqual([[], ['TOO_SOON', 'TOO_MANY_PENDING_INVITATIONS']]);
  });

  it('P11: are what plain counting says, whatever happened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 5, maxLength: 30 }), async (steps) => {
        office = await openOffice(database.appUrl, { history: 'DECLARED', addedAt: NOW, openingPending: 3 });
        const plain = new PlainInvitations(NOW);
        let now = NOW;
        for (const step of steps) {
          now += step.later;
          await database.setClock(now);
          await live(step, now, plain);
          expect(await pending(now)).toBe(plain.pendingAt(now));
        }
        expect((await audit(database.appUrl)).drift).toEqual([]);
      }),
      { numRuns: 5 },
    );
  }, 120_000);
});

describe('a seat whose invitations hardly anybody accepts', () => {
  /** Sends told of its past, of which the first was answered. */
  async function invited(count: number, daysAgo: number) {
    await database.setClock(NOW);
    const inputs = pastInvitations(office, NOW - daysAgo * DAY, count, daysAgo);
    await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs });
    await told('INVITATION_DECLINED', `${daysAgo}-0`, NOW - daysAgo * DAY + HOUR);
  }

  it('P6: sends none for 7 days, then 5 a day, and as before when they are out of reach', async () => {
    await invited(50, 32);
    const refused = await invite(NOW + HOUR);
    // The last of the 50 came of age two days ago.
    const slowedFrom = NOW - 2 * DAY + 49 + 7 * DAY;
    expect(codes(refused)).toEqual(['LOW_ACCEPTANCE']);
    expect(refused).toMatchObject({ retryAt: slowedFrom, certainAt: slowedFrom });
    expect(refused.reasons[0]!.facts).toEqual({ judged: 50, accepted: 0 });
    expect(refused.usage.map(({ limit: { max, origin } }) => [max, origin])).toContainEqual([0, 'HEALTH']);
    expect(codes(await invite(slowedFrom - 1))).toEqual(['LOW_ACCEPTANCE']);
    for (let sent = 0; sent < 5; sent += 1) await commit(await invite(slowedFrom + sent * HOUR));
    const sixth = await invite(slowedFrom + 5 * HOUR);
    expect(sixth).toMatchObject({
      outcome: 'DENIED',
      reasons: [{ code: 'LIMIT_REACHED', limit: { max: 5, origin: 'HEALTH' } }],
      retryAt: slowedFrom + DAY,
    });
    // Fewer than 50 are judged from the instant on at which the first of them is out of reach.
    const healed = NOW - 32 * DAY + 60 * DAY;
    for (let sent = 0; sent < 6; sent += 1) await commit(await invite(healed + sent * 3 * HOUR));
  }, 60_000);

  it('heals by an answer, at once', async () => {
    await invited(50, 40);
    for (let sent = 0; sent < 5; sent += 1) await commit(await invite(NOW));
    await database.setClock(NOW + HOUR);
    const slowed = await invite(NOW + HOUR);
    expect(slowed.reasons).toMatchObject([{ code: 'LIMIT_REACHED', limit: { max: 5, origin: 'HEALTH' } }]);
    for (let person = 1; person <= 5; person += 1) await told('INVITATION_ACCEPTED', `40-${person}`, NOW);
    const healed = await invite(NOW + HOUR);
    expect(healed.outcome).toBe('ALLOWED');
    expect(healed.warnings.map(({ code }) => code)).toEqual(['LOW_ACCEPTANCE']);
  });

  it('is not judged by invitations to nobody in particular', async () => {
    await invited(49, 40);
    await record(NOW - 40 * DAY, { count: 100 });
    expect((await invite(NOW)).warnings).toEqual([]);
    await record(NOW - 39 * DAY, { slug: 'fiftieth' });
    expect((await invite(NOW)).warnings.map(({ code }) => code)).toEqual(['TOO_SOON', 'LOW_ACCEPTANCE']);
  });

  it('P11: is judged as plain counting says, whatever happened since it was last looked at', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 3, maxLength: 12 }), async (steps) => {
        office = await openOffice(database.appUrl, { history: 'DECLARED' });
        await invited(54, 25);
        const plain = new PlainInvitations(0);
        let now = NOW;
        for (const step of steps) {
          now += Math.floor(step.later / 20);
          await database.setClock(now);
          await live(step, now, plain);
          // Whoever asks has it looked at, and kept.
          await invite(now);
          expect((await audit(database.appUrl)).drift).toEqual([]);
        }
      }),
      { numRuns: 3 },
    );
  }, 120_000);
});

async function live({ kind, slug, ago }: Step, now: number, plain: PlainInvitations): Promise<void> {
  const at = now - ago;
  if (kind === 'INVITE') {
    const decision = await invite(now, slug);
    if (decision.outcome === 'DENIED') return;
    await commit(decision);
    plain.sent.push({ at: now, slug, count: 1 });
  } else if (kind === 'RECORD') {
    if (plain.sent.some((one) => Math.abs(one.at - at) <= 300_000)) return;
    await record(at, slug === null ? { count: 2 } : { slug });
    plain.sent.push({ at, slug, count: slug === null ? 2 : 1 });
  } else if (kind === 'WITHDRAW') {
    if (plain.ends.some((one) => Math.abs(one.at - at) <= 300_000)) return;
    await record(at, { slug, action: 'INVITATION_WITHDRAWAL' });
    plain.ends.push({ at, slug });
  } else if (kind === 'VOID') {
    const index = plain.sent.findLastIndex((one) => one.slug === slug);
    const taken = plain.sent[index];
    if (taken && (await takeOut('CONNECTION_REQUEST', taken.at))) plain.sent.splice(index, 1);
  } else {
    if (plain.ends.some((one) => Math.abs(one.at - at) <= 300_000)) return;
    // An answer a little before what it answers came with it: nobody here answers within minutes.
    if (plain.sent.some((one) => one.at > at && one.at - at <= 300_000)) return;
    await told(kind, slug, at);
    if (kind !== 'REPLIED') plain.ends.push({ at, slug });
  }
}

/** Takes out the record of an instant; false where what was sent then was committed. */
async function takeOut(action: Action, at: number): Promise<boolean> {
  const activityIds = await recordsAt(database.appUrl, office, action, at);
  if (activityIds.length === 0) return false;
  await ledger.ask({ kind: 'VOID', viewer: office.viewer, activityIds, reasonFingerprint: 'test' });
  return true;
}

async function commit({ id }: DecisionRecord): Promise<void> {
  const answer = await ledger.ask({ kind: 'COMMIT', viewer: office.viewer, reservationId: id, sentAt: null });
  expect(answer).toMatchObject({ id });
}
