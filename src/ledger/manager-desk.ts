import type { EntityManager } from 'typeorm';
import type { MaximumChange } from '../quota/alert-words.js';
import { isRolling, type Scope } from '../quota/counter.js';
import { lowestLimits, type Limit } from '../quota/limit.js';
import { SECOND, type Instant } from '../quota/window.js';
import { raise } from './alerts/alerts.js';
import { StandingCache } from './reading/cache.js';
import { raiseCreditAlerts } from './alerts/credit-alerts.js';
import type { Desk } from './desk.js';
import { raiseLimitAlerts } from './alerts/limit-alerts.js';
import { Loading } from './reading/loading.js';
import { ledgerOn, writeRows } from './books/manager-rows.js';
import { untilComplete } from './passes.js';
import { LongWork } from './long-work.js';
import { refsOf } from './reading/places.js';
import { readScopeLimits, type ScopeLimits } from './reading/scope-limits.js';
import { limitsOfSeat } from './reading/standing-limits.js';
import { sweep } from './alerts/sweep.js';
import { stateFromJson } from './books/state.js';
import { SCOPE_STATE } from './books/tables.js';
import { scopeName } from './reading/names.js';

/** Seats, or other scopes, that are judged in one go: each under three hundred limits takes a process five milliseconds. */
const JUDGED_AT_ONCE = 25;

/** The agency whose book a service's transaction holds, and the book's instant. */
export interface HeldAgency {
  readonly agencyId: string;
  readonly at: Instant;
}

/** What a service looks at: seats, or other scopes by themselves. */
export interface LookedAt {
  readonly seatIds?: readonly string[];
  readonly scopes?: readonly Scope[];
  /** The InMail credits of the seats as well. */
  readonly credits?: boolean;
}

/**
 * A desk in a service's transaction, on books that are read by the code that decides; what is told there, and how the
 * counters stand, is written at its end. `limits` are those of the scopes by themselves.
 */
export async function atDesk(
  manager: EntityManager,
  { agencyId, at }: HeldAgency,
  { seatIds = [], scopes = [], credits = false }: LookedAt,
  work: (desk: Desk, limits: readonly ScopeLimits[]) => void,
): Promise<void> {
  const transaction = await ledgerOn(manager);
  const loading = new Loading(transaction, new StandingCache());
  const reading = loading.of(agencyId);
  reading.openAt(at, at);
  const seats = seatIds.map((seatId) => ({ agencyId, seatId }));
  const book = { agencyId, revision: 0, lastAt: at, alertSequence: 0, turn: 0 };
  await loading.readStandings([book], { seats, authorities: [] });
  const limits = await readScopeLimits(
    transaction,
    scopes.map((scope) => ({ agencyId, scope })),
  );
  limits.forEach((found) => reading.addScope(found));
  const places = [...reading.standings.values()].flatMap((standing) =>
    refsOf({ ...standing, campaignId: null }),
  );
  await loading.readScopes([...places, ...limits]);
  const purses = credits ? seatIds.map((seatId) => ({ seatId, clientAccountId: null })) : [];
  await loading.readCredits([{ agencyId, purses }]);
  const [passed] = await untilComplete(loading, [
    { reading, work: (desk, missing) => missing.unless(() => work(desk, limits)) },
  ]);
  if (!passed) throw new Error('A pass is answered.');
  if ('failure' in passed) throw passed.failure;
  await writeRows(manager, SCOPE_STATE, passed.desk.states());
  await raise(manager, agencyId, passed.desk.writes.alerts);
}

/** Tells what became of a seat's credits by what somebody told of them; `before` is what there were. */
export function judgeCredits(
  manager: EntityManager,
  agency: HeldAgency,
  { seatId, before }: { readonly seatId: string; readonly before: number },
): Promise<void> {
  return atDesk(manager, agency, { seatIds: [seatId], credits: true }, (desk) =>
    raiseCreditAlerts(desk, before),
  );
}

/**
 * Tells what time alone did to a seat up to now, while it is still of the client account that it happened to.
 * `creditsBefore` is what was kept of its credits before they were settled.
 */
export function tellOfTime(
  manager: EntityManager,
  agency: HeldAgency,
  { seatId, creditsBefore }: { readonly seatId: string; readonly creditsBefore: number | null },
): Promise<void> {
  return atDesk(manager, agency, { seatIds: [seatId], credits: creditsBefore !== null }, (desk) => {
    sweep(desk, { seatIds: [seatId] });
    raiseCreditAlerts(desk, creditsBefore ?? undefined);
  });
}

/**
 * Whether a change may have limited what nothing limited before: nobody watched such a counter, and what it holds crosses
 * the new maximum as well as it does one that fell.
 */
export type IsNewlyLimited = (limit: Limit) => boolean;

/**
 * Judges the counters of seats and scopes by the maxima that hold from now on: one that fell tells what it crossed, though
 * never a breach, and one that rose arms again. Given `isNew`, the change is one of limits, and told as that; without, other
 * counters that nobody watched yet stay so.
 */
export async function judgeAgain(
  manager: EntityManager,
  agency: HeldAgency,
  { seatIds = [], scopes = [] }: Pick<LookedAt, 'seatIds' | 'scopes'>,
  isNew: IsNewlyLimited | null = null,
): Promise<void> {
  const seats = inPortions(seatIds).map((some) => ({ seatIds: some }));
  const others = inPortions(scopes).map((some) => ({ scopes: some }));
  await new LongWork(agency.agencyId).each([...seats, ...others], (some) =>
    judgeSome(manager, agency, some, isNew),
  );
}

/** Each by itself: what a seat is told hangs on no other one. */
function inPortions<Place>(places: readonly Place[]): Place[][] {
  const count = Math.ceil(places.length / JUDGED_AT_ONCE);
  return Array.from({ length: count }, (_, nth) =>
    places.slice(nth * JUDGED_AT_ONCE, (nth + 1) * JUDGED_AT_ONCE),
  );
}

function judgeSome(
  manager: EntityManager,
  agency: HeldAgency,
  lookedAt: LookedAt,
  isNew: IsNewlyLimited | null,
): Promise<void> {
  return atDesk(manager, agency, lookedAt, (desk, ofScopes) => {
    const ofSeats = [...desk.loaded.standings.values()].map((standing) => ({
      scope: { kind: 'SEAT', id: standing.seatId } as const,
      clientAccountId: standing.clientAccountId,
      limits: limitsOfSeat(standing, desk.at),
    }));
    const places = [...ofSeats, ...ofScopes].map((place) => ({
      ...place,
      limits: lowestLimits(place.limits),
    }));
    const judged = places.map(({ clientAccountId, limits }) => {
      const [watched, others] = partition(limits, ({ scope, counter }) =>
        desk.told(scope).isKept(counter.key),
      );
      return { clientAccountId, watched, fresh: others.filter((limit) => isNew?.(limit) ?? false) };
    });
    desk.open(judged.flatMap(({ watched, fresh }) => [...watched, ...fresh]));
    for (const place of places) rememberUnlimited(desk, place);
    for (const { watched, fresh, ...whose } of judged) {
      judgeStill(desk, whose, watched, isNew && 'LOWERED');
      for (const { scope, counter } of fresh) desk.told(scope).watch(counter.key, desk.at);
      judgeStill(desk, whose, fresh, 'NEW');
    }
  });
}

/** What counters hold was not added to: their maximum may be another one. */
function judgeStill(
  desk: Desk,
  whose: { readonly clientAccountId: string | null },
  limits: readonly Limit[],
  maximum: MaximumChange | null,
): void {
  const usage = limits.map((limit) => desk.book(limit.scope).usage(limit));
  raiseLimitAlerts(desk, whose, {
    ...{ usage, count: () => 0, recorded: false, unknownSinceNow: true },
    ...(maximum && { facts: { maximum } }),
  });
}

/** What was told of counters that nothing limits any more: while it may still be so, a limit that is set again is not news. */
function rememberUnlimited(
  desk: Desk,
  { scope, limits }: { readonly scope: Scope; readonly limits: readonly Limit[] },
): void {
  const limited = new Set(limits.map(({ counter }) => counter.key));
  for (const { counter, tally, told } of stateFromJson(desk.loaded.states.get(scopeName(scope)) ?? null)) {
    if (told === null || told === 'OK' || limited.has(counter.key)) continue;
    const { window } = counter;
    const until = isRolling(tally)
      ? desk.at + (window.kind === 'ROLLING' ? window.seconds * SECOND : 0)
      : tally.end;
    // Opened, so that its state is written with what is remembered.
    desk.book(scope);
    desk.told(scope).remember(counter.key, told, until);
  }
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}
