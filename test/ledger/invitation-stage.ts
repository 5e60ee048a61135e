import { audit } from '../../src/ledger/audit/audit.js';
import type { DecisionRecord } from '../../src/ledger/decision-record.js';
import { Ledger, LEDGER_DEFAULTS } from '../../src/ledger/ledger.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import type { Action, EngagementKind } from '../../src/quota/words.js';
import { clockedDatabase, type ClockedDatabase } from './fake-clock.js';
import { recordsAt, type PlainInvitations, type Step } from './plain-invitations.js';
import {
  decisionOf,
  engageInput,
  openOffice,
  person,
  recordInput,
  reserveRequest,
  type Office,
  type OfficeOptions,
} from './support.js';

export const NOW = Date.parse('2026-11-24T09:00Z');

export let database: ClockedDatabase;
export let ledger: Ledger;
let reader: LedgerReader;
export let office: Office;

/** Has a database, a ledger and, for each test, an office of its own; the books bear everything out after each. */
export function stageInvitations(): void {
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
}

/** Another office takes the place of the test's. */
export async function openAnother(options: OfficeOptions): Promise<void> {
  office = await openOffice(database.appUrl, options);
}

export async function pending(at: number): Promise<number> {
  await database.setClock(at);
  const [seatId] = office.seatIds;
  return (await reader.pendingOfSeats(office.viewer, [seatId!])).get(seatId!)!;
}

export async function invite(at: number, slug?: string): Promise<DecisionRecord> {
  await database.setClock(at);
  const recipient = slug === undefined ? person() : person(slug);
  return decisionOf(await ledger.ask(reserveRequest(office, 'CONNECTION_REQUEST', { recipient })));
}

/** Sends told of a seat's past: so many invitations to nobody in particular, or one to somebody. */
export async function record(
  at: number,
  told: { slug?: string; count?: number; action?: 'INVITATION_WITHDRAWAL' },
) {
  const { slug, count = 1, action = 'CONNECTION_REQUEST' } = told;
  const recipient = slug === undefined ? null : person(slug);
  const inputs = [recordInput(office, action, at, { recipient, count })];
  expect(await ledger.ask({ kind: 'RECORD', viewer: office.viewer, inputs })).toMatchObject({ recorded: 1 });
}

export async function told(kind: EngagementKind, slug: string, at: number): Promise<void> {
  const inputs = [engageInput(office, kind, slug, at)];
  expect(await ledger.ask({ kind: 'ENGAGE', viewer: office.viewer, inputs })).toMatchObject({
    results: [{}],
  });
}

export const codes = ({ reasons }: DecisionRecord): string[] => reasons.map(({ code }) => code);

export async function live({ kind, slug, ago }: Step, now: number, plain: PlainInvitations): Promise<void> {
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
    if ([...plain.ends, ...plain.withdrawn].some((one) => Math.abs(one.at - at) <= 300_000)) return;
    await record(
      at,
      slug === null
        ? { count: 2, action: 'INVITATION_WITHDRAWAL' }
        : { slug, action: 'INVITATION_WITHDRAWAL' },
    );
    if (slug === null) plain.withdraw(at, 2);
    else plain.ends.push({ at, slug });
  } else if (kind === 'VOID_WITHDRAWAL') {
    const last = plain.withdrawn.at(-1);
    if (last && (await takeOut('INVITATION_WITHDRAWAL', last.at))) plain.withdrawn.pop();
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
export async function takeOut(action: Action, at: number): Promise<boolean> {
  const activityIds = await recordsAt(database.appUrl, office, action, at);
  if (activityIds.length === 0) return false;
  await ledger.ask({ kind: 'VOID', viewer: office.viewer, activityIds, reasonFingerprint: 'test' });
  return true;
}

export async function commit({ id }: DecisionRecord): Promise<void> {
  const answer = await ledger.ask({ kind: 'COMMIT', viewer: office.viewer, reservationId: id, sentAt: null });
  expect(answer).toMatchObject({ id });
}
