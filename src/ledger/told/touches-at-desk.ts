import type { Ask } from '../../quota/ask.js';
import { countedOn, decide } from '../../quota/decide.js';
import type { PlannedSend } from '../../quota/planned-rules.js';
import { TouchPlan, type AskedKind, type SendKind } from '../../quota/touch-plan.js';
import type { Books } from '../../quota/unit.js';
import { calendarDays } from '../../quota/calendar.js';
import type { Instant } from '../../quota/window.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { askOf, throughVersions } from '../reading/asks.js';
import { creditsFor } from '../credits/credit-requests.js';
import type { Desk } from '../desk.js';
import { ofOthersToo, steadyMsOf } from './plan-at-desk.js';
import { refsOf } from '../reading/places.js';
import type { LedgerReader } from './reader.js';
import type { Standing } from '../reading/standing.js';

/** What some touches of a seat are planned by. */
export interface SeatPlan {
  readonly kinds: readonly AskedKind[];
  readonly plan: TouchPlan<AskedKind>;
  readonly at: Instant;
  /** Where the seat's day ends. */
  readonly dayEnd: Instant;
  /** That the seat's days are told in. */
  readonly timeZone: string;
}

/**
 * Does some work with a plan of several kinds of sends for each of some seats that the viewer sees and that are not removed, at
 * one instant. The work may be done again from the start until all that it needs was read.
 */
export function planTouches<T>(
  reader: Pick<LedgerReader, 'open'>,
  viewer: Viewer,
  kindsOf: ReadonlyMap<string, readonly SendKind[]>,
  work: (plan: SeatPlan, seatId: string) => T,
): Promise<Map<string, T>> {
  return reader.open(viewer, async (snapshot) => {
    const found = await snapshot.standingsOf(viewer, [...kindsOf.keys()]);
    const standings = found.filter(({ status }) => status !== 'REMOVED');
    const campaignsOf = (seatId: string) => (kindsOf.get(seatId) ?? []).map(({ campaignId }) => campaignId);
    const places = standings.flatMap((standing) =>
      [null, ...campaignsOf(standing.seatId)].flatMap((campaignId) => refsOf({ ...standing, campaignId })),
    );
    await snapshot.loading.readScopes(places);
    return snapshot.complete((desk, missing) => {
      const done = new Map<string, T>();
      for (const standing of standings) {
        const { seatId } = standing;
        const kinds = kindsOf.get(seatId) ?? [];
        const value = missing.unless(() => work(touchesAtDesk(desk, viewer, standing, kinds), seatId));
        if (value !== undefined) done.set(seatId, value);
      }
      return done;
    });
  });
}

/** Plans several kinds of sends of a seat together, at a desk that nobody writes out: as planAtDesk plans one. */
function touchesAtDesk(desk: Desk, viewer: Viewer, standing: Standing, kinds: readonly SendKind[]): SeatPlan {
  const { at } = desk;
  if (kinds.some(({ action }) => action === 'CONNECTION_REQUEST')) {
    desk.invitations.acceptance.needAll(standing);
  }
  const { course, zones } = standing;
  const pace = desk.pace(standing.seatId);
  const asks = kinds.map((kind) => askOfKind(desk, standing, kind));
  desk.open(asks.flatMap((asked) => countedOn(asked([]))));
  const books: Books = (scope) => desk.book(scope);
  const asked = kinds.map(({ action, noted, campaignId }, index): AskedKind => {
    const ask = asks[index]!;
    const shown = (sends: readonly PlannedSend[]): Ask =>
      viewer.reach === null ? ask(sends) : ofOthersToo(viewer, ask(sends), false);
    const opensAt = opensForViewer(viewer, ask([]), books, at);
    return { action, noted, campaignId, asked: shown, opensAt, steadyMs: steadyMsOf(standing, action, at) };
  });
  const last = Math.max(pace.lastSentAt ?? -Infinity, pace.lastHeldAt ?? -Infinity);
  const plan = new TouchPlan(asked, books, {
    now: at,
    lastAt: last === -Infinity ? null : last,
    gapSecondsAt: (then) => course.at(then).rules.find(({ kind }) => kind === 'GAP')?.recommended ?? 0,
  });
  const [today] = calendarDays(zones.seat, at);
  const timeZone = zones.seat.findLast(({ from }) => from <= at)?.timeZone ?? zones.seat[0]!.timeZone;
  return { kinds: asked, plan, at, dayEnd: today!.end, timeZone };
}

function askOfKind(
  desk: Desk,
  standing: Standing,
  { action, noted, campaignId }: SendKind,
): (sends: readonly PlannedSend[]) => Ask {
  const pace = desk.pace(standing.seatId);
  const credits = creditsFor(desk, standing, action);
  const campaign = standing.campaigns.find(({ id }) => id === campaignId) ?? null;
  return (sends) => {
    const heldUntil = [...pace.heldUntil, ...sends.map((sent) => sent.at + 1)];
    const invited = sends.filter((sent) => sent.action === 'CONNECTION_REQUEST').map((sent) => sent.at);
    return throughVersions(standing, desk.at, (policy) => {
      const judgedBy = { at: desk.at, policy, pace: { ...pace, heldUntil } };
      const judged = askOf(standing, campaign, { action, noted }, judgedBy);
      return { ...desk.invitations.asked(standing, judged, policy, invited), credits };
    });
  };
}

/** From when on limits are open of which the viewer may not see the counts. */
function opensForViewer(viewer: Viewer, ask: Ask, books: Books, at: Instant): Instant | null {
  if (viewer.reach === null) return at;
  const ofOthers = ofOthersToo(viewer, ask, true);
  if (ofOthers.limits.length === 0) return at;
  const { outcome, certainAt } = decide(ofOthers, books, at);
  return outcome === 'DENIED' ? certainAt : at;
}
