import type { Ask } from '../../quota/ask.js';
import { countedOn, decide } from '../../quota/decide.js';
import type { Reason } from '../../quota/rule.js';
import { TouchPlan, type AskedKind, type SendKind } from '../../quota/touch-plan.js';
import type { Books } from '../../quota/unit.js';
import { calendarDays } from '../../quota/calendar.js';
import type { Instant } from '../../quota/window.js';
import { onlyLooksOn } from '../../tenancy/roles.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { askOf, throughVersions } from '../reading/asks.js';
import { creditsFor } from '../credits/credit-requests.js';
import type { Desk } from '../desk.js';
import { holdsBack, ofOthersToo, steadyMsOf } from './plan-at-desk.js';
import { campaignOfSeat } from '../reading/ended-campaigns.js';
import { refsOf } from '../reading/places.js';
import type { LedgerReader } from './reader.js';
import type { CampaignStanding, Standing } from '../reading/standing.js';

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

/** What is planned: of each seat these kinds, and so many sends at most. */
export interface TouchesAsked {
  readonly kindsOf: ReadonlyMap<string, readonly SendKind[]>;
  readonly sends: number;
}

/**
 * Does some work with a plan of several kinds of sends for each of some seats that the viewer sees and that are not removed, at
 * one instant. The work may be done again from the start until all that it needs was read.
 */
export function planTouches<T>(
  reader: Pick<LedgerReader, 'open'>,
  viewer: Viewer,
  { kindsOf, sends }: TouchesAsked,
  work: (plan: SeatPlan, seatId: string) => T,
): Promise<Map<string, T>> {
  return reader.open(viewer, async (snapshot) => {
    const found = await snapshot.standingsOf(viewer, [...kindsOf.keys()]);
    const standings = found.filter(({ status }) => status !== 'REMOVED');
    const campaignsOf = (seatId: string) => (kindsOf.get(seatId) ?? []).map(({ campaignId }) => campaignId);
    const places = standings.flatMap((standing) =>
      [...new Set([null, ...campaignsOf(standing.seatId)])].map((campaignId) => ({
        ...standing,
        campaignId,
      })),
    );
    await Promise.all([
      snapshot.loading.readScopes(places.flatMap(refsOf)),
      snapshot.loading.readEndedCampaigns(places),
    ]);
    return snapshot.complete((desk, missing) => {
      const done = new Map<string, T>();
      for (const standing of standings) {
        const { seatId } = standing;
        const kinds = kindsOf.get(seatId) ?? [];
        const value = missing.unless(() =>
          work(touchesAtDesk(desk, viewer, standing, { kinds, sends }), seatId),
        );
        if (value !== undefined) done.set(seatId, value);
      }
      return done;
    });
  });
}

/** Plans several kinds of sends of a seat together, at a desk that nobody writes out: as planAtDesk plans one. */
function touchesAtDesk(
  desk: Desk,
  viewer: Viewer,
  standing: Standing,
  { kinds, sends }: { readonly kinds: readonly SendKind[]; readonly sends: number },
): SeatPlan {
  const { at } = desk;
  if (kinds.some(({ action }) => action === 'CONNECTION_REQUEST')) {
    desk.invitations.acceptance.needAll(standing);
  }
  const { course, zones } = standing;
  const pace = desk.pace(standing.seatId);
  const campaignOf = ({ campaignId }: SendKind) => campaignOfSeat(desk.loaded, standing, campaignId);
  const namesOf = new Map(kinds.map((kind) => [kind, judgedAs(kind, campaignOf(kind))]));
  const asks = new Map<string, Asked>();
  for (const [kind, name] of namesOf) {
    if (!asks.has(name)) asks.set(name, askOfKind(desk, standing, kind, campaignOf(kind)));
  }
  desk.open([...asks.values()].flatMap((ask) => countedOn(ask([]))));
  const books: Books = (scope) => desk.book(scope);
  const shown = new Map(
    [...asks].map(([name, ask]) => {
      const asked: Asked = (sends) =>
        viewer.reach === null ? ask(sends) : ofOthersToo(viewer, ask(sends), false);
      return [name, { asked, shutBy: shutForViewer(viewer, ask([]), books, at) }];
    }),
  );
  const asked = [...namesOf].map(([{ action, noted, campaignId }, name]): AskedKind => {
    return { action, noted, campaignId, ...shown.get(name)!, steadyMs: steadyMsOf(standing, action, at) };
  });
  const last = Math.max(pace.lastSentAt ?? -Infinity, pace.lastHeldAt ?? -Infinity);
  const plan = new TouchPlan(asked, books, {
    ...{ now: at, sends },
    lastAt: last === -Infinity ? null : last,
    gapSecondsAt: (then) => course.at(then).rules.find(({ kind }) => kind === 'GAP')?.recommended ?? 0,
  });
  const [today] = calendarDays(zones.seat, at);
  const timeZone = zones.seat.findLast(({ from }) => from <= at)?.timeZone ?? zones.seat[0]!.timeZone;
  return { kinds: asked, plan, at, dayEnd: today!.end, timeZone };
}

type Asked = AskedKind['asked'];

/** What no rule tells apart: a seat may have hundreds of campaigns, of which hardly any has limits of its own. */
function judgedAs({ action, noted }: SendKind, campaign: CampaignStanding | null): string {
  const own = campaign && campaign.set.length > 0 ? campaign.id : '';
  return `${action} ${noted} ${campaign?.status ?? ''} ${own}`;
}

function askOfKind(
  desk: Desk,
  standing: Standing,
  { action, noted }: SendKind,
  campaign: CampaignStanding | null,
): Asked {
  const pace = desk.pace(standing.seatId);
  const credits = creditsFor(desk, standing, action);
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

/** What of all whose counts the viewer may not see has no room, until it has for certain; null where it has. */
function shutForViewer(viewer: Viewer, ask: Ask, books: Books, at: Instant): Reason | null {
  if (viewer.reach === null) return null;
  const ofOthers = ofOthersToo(viewer, ask, true);
  if (!holdsBack(ofOthers)) return null;
  const { reasons, certainAt } = decide(ofOthers, books, at);
  const [reason] = reasons;
  // When somebody else's send leaves a window is not for whoever only looks on, who would read it off a forecast.
  if (!reason || (onlyLooksOn(viewer.role) && certainAt !== null)) return null;
  return { ...reason, retryAt: certainAt };
}
