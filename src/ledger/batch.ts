import type pg from 'pg';
import { Failure } from '../errors.js';
import type { StandingCache } from './reading/cache.js';
import { raiseClockBehind } from './alerts/clock-alert.js';
import { LedgerTransaction } from './books/connection.js';
import { raiseCreditAlerts } from './alerts/credit-alerts.js';
import { sendCredits } from './credits/credit-loading.js';
import { raiseDayAlerts } from './alerts/day-alerts.js';
import { raiseInvitationAlerts } from './alerts/invitation-alerts.js';
import type { Desk } from './desk.js';
import { LongWork } from './long-work.js';
import { Loading } from './reading/loading.js';
import { instantUnderLock } from './books/lock.js';
import { openToDecide, type Book, type LockMode } from './books/opening.js';
import { untilComplete, type MissingOfPass, type Pass } from './passes.js';
import type { AgencyReading } from './reading/reading.js';
import { readScopeLimits } from './reading/scope-limits.js';
import { engage } from './people/engage.js';
import { record } from './record.js';
import type { AnswerOf, LedgerRequest } from './requests.js';
import { reserve } from './reserve.js';
import { commit, release } from './resolve.js';
import { raiseResponseAlerts } from './alerts/response-alerts.js';
import { sweep } from './alerts/sweep.js';
import { touchedBy, type Touched } from './told/touched.js';
import type { Wants } from './reading/wants.js';
import {
  campaignsNamed,
  creditsAsked,
  guessScopes,
  scopesLeftOf,
  scopesOf,
  wantsOf,
} from './reading/wants-of.js';
import { sendAlerts, sendWrites } from './books/writes.js';
import { voidActivities } from './void-activities.js';

export type Answer = AnswerOf[LedgerRequest['kind']];

/** What became of the requests of a batch. */
export interface Decided {
  /** In the order of the requests, and durable. */
  readonly outcomes: readonly Outcome[];
  /** Where they changed how much is used, by agency. */
  readonly touched: ReadonlyMap<string, Touched>;
}

/** What became of a request of a batch. */
export type Outcome =
  | { readonly answer: Answer }
  | { readonly failure: Error }
  /** It was left out, and is to be asked again, alone: somebody else holds its agency's book, or a defect struck there. */
  | 'SKIPPED';

/**
 * Decides requests in their order, in one transaction: lock, read, decide in memory, write, commit. Throws, with nothing done, where the transaction failed; where COMMIT
 * went unanswered that is not known, and asking again is what the idempotency keys are for.
 */
export async function runBatch(
  client: pg.ClientBase,
  cache: StandingCache,
  requests: readonly LedgerRequest[],
  mode: LockMode,
): Promise<Decided> {
  const transaction = new LedgerTransaction(client);
  try {
    return await runInTransaction(transaction, cache, requests, mode);
  } catch (error) {
    // The first error of a pipeline is the one that says what went wrong: those behind it only follow from it.
    const first = (await transaction.firstError()) ?? error;
    await transaction.rollback().catch(() => undefined);
    throw first;
  }
}

async function runInTransaction(
  transaction: LedgerTransaction,
  cache: StandingCache,
  requests: readonly LedgerRequest[],
  mode: LockMode,
): Promise<Decided> {
  const agencyIds = [...new Set(requests.map(({ viewer }) => viewer.agencyId))];
  const wants = wantsOf(requests);
  const loading = new Loading(transaction, cache);
  const opening = openToDecide(transaction, agencyIds, mode);
  // Sent behind the lock without waiting for it: one round trip opens, and reads what the requests name.
  const facts = loading.readFacts(wants);
  const early = guessScopes(cache, requests);
  const scopes = early.length > 0 ? loading.readScopes(early) : Promise.resolve();
  const credits = loading.readCredits(creditsAsked(requests));
  const ahead = loading.readEntries(cache.entriesAhead.of(early));
  const [{ books, clock }] = await Promise.all([opening, facts, scopes, credits, ahead]);

  if (mode === 'WAIT' && books.length === 0) throw new Error('An agency that asks has a book.');
  const failures = new Map<string, Failure>();
  const held = books.filter((book) => openAt(loading, book, clock, failures));
  for (const { agencyId, lastAt } of books) {
    if (failures.has(agencyId)) raiseClockBehind(transaction, agencyId, lastAt, lastAt - clock);
  }
  await loading.readStandings(held, withSeatsMeant(loading, wants));
  await Promise.all([
    loading.readScopes(scopesOf(loading, requests)),
    loading.readEndedCampaigns(campaignsNamed(loading, requests)),
    readScopeLimits(transaction, scopesLeftOf(loading, requests)).then((left) =>
      left.forEach((found) => loading.of(found.agencyId).addScope(found)),
    ),
  ]);

  const passes = held.map(({ agencyId }) => passOf(loading.of(agencyId), requests));
  const passed = await transaction.whileAtWork(() => untilComplete(loading, passes));
  const outcomes: (Outcome | undefined)[] = requests.map(() => undefined);
  const desks: Desk[] = [];
  for (const one of passed) {
    if ('failure' in one) {
      // Found out alone which request it is that strikes; the other agencies of the batch go on.
      if (mode === 'WAIT') throw one.failure;
      continue;
    }
    desks.push(one.desk);
    for (const { place, outcome } of one.result) outcomes[place] = outcome;
  }
  const bookOf = new Map(held.map((book) => [book.agencyId, book]));
  if (desks.length > 0) await transaction.whileAtWork(() => sendAll(transaction, desks, bookOf));
  await transaction.commit();
  for (const outcome of outcomes) rememberPlace(cache, outcome);
  return {
    outcomes: requests.map(({ viewer }, place) => {
      const failure = failures.get(viewer.agencyId);
      return failure ? { failure } : (outcomes[place] ?? 'SKIPPED');
    }),
    touched: touchedBy(desks, bookOf),
  };
}

/** Room that was held is soon committed or released. */
function rememberPlace({ places }: StandingCache, outcome: Outcome | undefined): void {
  if (!outcome || outcome === 'SKIPPED' || !('answer' in outcome) || !('decision' in outcome.answer)) return;
  const { decision } = outcome.answer;
  if (decision.expiresAt !== null) places.add(decision.id, decision);
}

/** One clock (P8): the database's, never behind the last instant used for the agency. */
function openAt(loading: Loading, book: Book, clock: number, failures: Map<string, Failure>): boolean {
  try {
    loading.of(book.agencyId).openAt(instantUnderLock(clock, book.lastAt), book.lastAt);
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    failures.set(book.agencyId, error);
    return false;
  }
}

/** Whoever commits or releases names no seat: it is the reservation's; nor does who takes an activity out. */
function withSeatsMeant(loading: Loading, wants: Wants): Pick<Wants, 'seats' | 'authorities'> {
  const ofReservations = wants.reservations.flatMap(({ agencyId, id }) => {
    const reservation = loading.of(agencyId).reservations.get(id);
    return reservation ? [{ agencyId, seatId: reservation.seatId }] : [];
  });
  const ofActivities = wants.charges.flatMap(({ agencyId, id }) => {
    const charge = loading.of(agencyId).charges.get(id);
    return charge && !charge.voided ? [{ agencyId, seatId: charge.seatId }] : [];
  });
  const named = [...wants.seats, ...ofReservations, ...ofActivities];
  const seats = new Map(named.map((seat) => [`${seat.agencyId} ${seat.seatId}`, seat]));
  return { seats: [...seats.values()], authorities: wants.authorities };
}

interface Placed {
  readonly place: number;
  readonly outcome: Outcome;
}

/** The requests of one agency, in their order, each with its place in the batch. */
function passOf(reading: AgencyReading, requests: readonly LedgerRequest[]): Pass<readonly Placed[]> {
  const ofAgency = [...requests.entries()].filter(([, { viewer }]) => viewer.agencyId === reading.agencyId);
  return {
    reading,
    work: async (desk, missing) => {
      const placed = await LongWork.byItself(reading.agencyId).each(ofAgency, async ([place, request]) => ({
        place,
        outcome: await decideOne(desk, request, missing),
      }));
      missing.unless(() => raiseDayAlerts(desk));
      missing.unless(() => raiseCreditAlerts(desk));
      raiseInvitationAlerts(desk, missing);
      keepAcceptances(desk, missing);
      missing.unless(() => raiseResponseAlerts(desk));
      return placed;
    },
  };
}

/** How the invitations of a seat are taken is kept with its counters: whoever reads its usage is told of both. */
function keepAcceptances(desk: Desk, missing: MissingOfPass): void {
  for (const standing of desk.seatsCounted()) {
    missing.unless(() => desk.invitations.acceptance.lowered(standing, []));
  }
}

/** What all desks of a batch wrote, table by table. */
async function sendAll(
  transaction: LedgerTransaction,
  desks: readonly Desk[],
  bookOf: ReadonlyMap<string, Book>,
): Promise<void> {
  sendCredits(
    transaction,
    desks.map(({ credits }) => credits),
  );
  await sendWrites(
    transaction,
    desks.map(({ writes }) => writes),
    desks.flatMap((desk) => desk.states()),
    new Map(
      desks.map(({ agencyId, loaded: { at, lastAt } }) => {
        return [agencyId, { at, lastAt, turn: bookOf.get(agencyId)!.turn + 1 }];
      }),
    ),
  );
  sendAlerts(
    transaction,
    desks.map(({ agencyId, writes: { alerts } }) => {
      return { agencyId, alertSequence: bookOf.get(agencyId)!.alertSequence, alerts };
    }),
  );
}

async function decideOne(desk: Desk, request: LedgerRequest, missing: MissingOfPass): Promise<Outcome> {
  try {
    const answer = await missing.unlessInTurns(() => handle(desk, request, missing));
    return answer === undefined ? 'SKIPPED' : { answer };
  } catch (error) {
    if (error instanceof Failure) return { failure: error };
    throw error;
  }
}

function handle(
  desk: Desk,
  request: LedgerRequest,
  missing: MissingOfPass,
): Answer | Promise<Answer | undefined> {
  switch (request.kind) {
    case 'RESERVE':
      return reserve(desk, request);
    case 'COMMIT':
      return commit(desk, request);
    case 'RELEASE':
      return release(desk, request);
    case 'RECORD':
      return record(desk, request, missing);
    case 'VOID':
      return voidActivities(desk, request);
    case 'ENGAGE':
      return engage(desk, request);
    case 'SWEEP':
      return sweep(desk, request);
  }
}
