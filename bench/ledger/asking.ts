import { createHash, randomUUID } from 'node:crypto';
import { Refusal } from '../../src/errors.js';
import { Ledger, LEDGER_DEFAULTS } from '../../src/ledger/ledger.js';
import type { DecisionRecord } from '../../src/ledger/decision-record.js';
import type { Viewer } from '../../src/tenancy/viewer.js';
import type { Office } from '../office.js';
import { closedLoop, pick, type Figures, type Timed, type Turn } from './measure.js';
import type { Contender, Span } from './scenario.js';

/** Whom the callers ask about, over and over. */
const PEOPLE = 500;
const HOLD_SECONDS = 900;
/** Records that are handed over at once. */
const RECORDS_AT_ONCE = 1_000;

/** Callers that ask about each seat once. */
const WARMING_UP_AT_ONCE = 256;

const ANY_INPUT = sha256('bench');

/** Asks whether a profile may be viewed; the decision is of just now. */
export async function reserve(ledger: Ledger, viewer: Viewer, seatId: string): Promise<DecisionRecord> {
  const answer = await ledger.ask({
    kind: 'RESERVE',
    viewer,
    seatId,
    action: 'PROFILE_VIEW',
    noted: false,
    recipient: {
      key: { kind: 'PROFILE', version: 1, fingerprint: sha256(String(Math.floor(Math.random() * PEOPLE))) },
      profileUrl: null,
      name: null,
      company: null,
      companyDomain: null,
    },
    campaignId: null,
    isReply: false,
    degree: 'FIRST',
    openProfile: false,
    holdSeconds: HOLD_SECONDS,
    idempotency: { key: randomUUID(), fingerprint: ANY_INPUT, fingerprintVersion: 1 },
  });
  if (answer instanceof Refusal || 'replayOf' in answer) throw new Error('A new key is decided.');
  return answer.decision;
}

/** Holds room and gives it back: two requests, both durable, so that a seat's room lasts however long it is measured. */
export async function holdAndRelease(
  ledger: Ledger,
  { viewer, seatIds }: Office,
  timed: Timed = (work) => work,
): Promise<void> {
  const { id, outcome } = await timed(reserve(ledger, viewer, pick(seatIds)));
  if (outcome !== 'ALLOWED') throw new Error(`A seat with room is allowed, not ${outcome}.`);
  await timed(ledger.ask({ kind: 'RELEASE', viewer, reservationId: id, because: 'NOT_SENT' }));
}

/** Every seat once, before anything is measured: one that nobody has asked about yet takes more. */
export async function askAboutEach(ledger: Ledger, offices: readonly Office[]): Promise<void> {
  const seats = offices
    .flatMap(({ seatIds, ...office }) => seatIds.map((id): Office => ({ ...office, seatIds: [id] })))
    .values();
  const caller = async (): Promise<void> => {
    for (const seat of seats) await holdAndRelease(ledger, seat);
  };
  await Promise.all(Array.from({ length: WARMING_UP_AT_ONCE }, caller));
}

/** Views that a seat made by itself, one at each instant; recorded, so never refused. */
export async function recordViews(
  ledger: Ledger,
  viewer: Viewer,
  seatId: string,
  instants: readonly number[],
): Promise<void> {
  const inputs = instants.map((occurredAt) => ({
    seatId,
    action: 'PROFILE_VIEW' as const,
    noted: false,
    recipient: null,
    count: 1,
    occurredAt,
    source: null,
    reservationId: null,
    idempotency: { key: randomUUID(), fingerprint: ANY_INPUT, fingerprintVersion: 1 },
  }));
  for (let from = 0; from < inputs.length; from += RECORDS_AT_ONCE) {
    const answer = await ledger.ask({
      kind: 'RECORD',
      viewer,
      inputs: inputs.slice(from, from + RECORDS_AT_ONCE),
    });
    if (answer instanceof Refusal) throw new Error(answer.message);
  }
}

/** Headroom's own ledger in this process; a batch of one is the same code without combining. */
export function openLedger(appUrl: string, batchMax = LEDGER_DEFAULTS.batchMax): Ledger {
  return new Ledger(appUrl, { ...LEDGER_DEFAULTS, batchMax });
}

/** So many callers that do the same over and over. */
export function contender(name: string, inFlight: number, turn: Turn, note?: string): Contender {
  return {
    name,
    ...(note !== undefined && { note }),
    measure: (span: Span): Promise<Figures> => closedLoop(turn, { ...span, inFlight }),
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
