import { countedOn } from '../../quota/decide.js';
import type { Limit } from '../../quota/limit.js';
import { distinctLimits, needEntries } from '../../quota/planned-limits.js';
import { ownOn, TouchPlan, type AskedKind, type SendKind } from '../../quota/touch-plan.js';
import type { Books } from '../../quota/unit.js';
import { calendarDays } from '../../quota/calendar.js';
import type { Instant } from '../../quota/window.js';
import { seesCounts, type Viewer } from '../../tenancy/viewer.js';
import { askOf, throughVersions } from '../reading/asks.js';
import { creditsFor } from '../credits/credit-requests.js';
import type { Desk } from '../desk.js';
import { LongWork } from '../long-work.js';
import type { MissingOfPass } from '../passes.js';
import { ofOthersToo, steadyMsOf } from './plan-at-desk.js';
import { campaignOfSeat } from '../reading/ended-campaigns.js';
import { refsOf } from '../reading/places.js';
import type { LedgerReader } from './reader.js';
import { RoomOfOthers } from './room-of-others.js';
import { limitsOfStanding } from '../reading/standing-limits.js';
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
 * one instant. The work may be done again from the start until all that it needs was read; others have their turns in between.
 */
export function planTouches<T>(
  reader: Pick<LedgerReader, 'open'>,
  viewer: Viewer,
  { kindsOf, sends }: TouchesAsked,
  work: (plan: SeatPlan, seatId: string) => T | Promise<T>,
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
    return snapshot.complete(async (desk, missing) => {
      const done = new Map<string, T>();
      for (const standing of standings) {
        const { seatId } = standing;
        const kinds = kindsOf.get(seatId) ?? [];
        const value = await missing.unlessInTurns(async () => {
          const plan = await touchesAtDesk(desk, missing, { viewer, standing, kinds, sends });
          return plan && work(plan, seatId);
        });
        if (value !== undefined) done.set(seatId, value);
      }
      return done;
    });
  });
}

/** Limits of a seat that are looked at in one go. */
const LIMITS_AT_ONCE = 100;

interface KindsOfSeat {
  readonly viewer: Viewer;
  readonly standing: Standing;
  readonly kinds: readonly SendKind[];
  readonly sends: number;
}

/**
 * Plans several kinds of sends of a seat together, at a desk that nobody writes out: as planAtDesk plans one. Undefined where
 * something must be read first.
 */
async function touchesAtDesk(
  desk: Desk,
  missing: MissingOfPass,
  { viewer, standing, kinds, sends }: KindsOfSeat,
): Promise<SeatPlan | undefined> {
  const { at } = desk;
  if (kinds.some(({ action }) => action === 'CONNECTION_REQUEST')) {
    desk.invitations.acceptance.needAll(standing);
  }
  const asked = kindsAsked(desk, standing, kinds);
  const asks = new Map([...new Set(asked.map((kind) => kind.asked))].map((ask) => [ask, ask([])]));
  const counted = [...[...asks.values()].flatMap(countedOn), ...asked.flatMap(ownOn)];
  const areOpen = await inPortions(distinctLimits(counted), missing, (some) => desk.open(some));
  if (!areOpen) return undefined;
  const books: Books = (scope) => desk.book(scope);
  const roomOf = (ask: Asked): RoomOfOthers => new RoomOfOthers(viewer, asks.get(ask)!, books, at);
  const shown = await askedBy(viewer, asked, missing, roomOf);
  if (!shown) return undefined;
  const { course, zones, seatId } = standing;
  const pace = desk.pace(seatId);
  const last = Math.max(pace.lastSentAt ?? -Infinity, pace.lastHeldAt ?? -Infinity);
  const plan = new TouchPlan(shown, books, {
    ...{ now: at, sends },
    lastAt: last === -Infinity ? null : last,
    gapSecondsAt: (then) => course.at(then).rules.find(({ kind }) => kind === 'GAP')?.recommended ?? 0,
  });
  const areGiven = await inPortions(plan.counted(), missing, (some) => needEntries(some, books, sends + 1));
  if (!areGiven) return undefined;
  const [today] = calendarDays(zones.seat, at);
  const timeZone = zones.seat.findLast(({ from }) => from <= at)?.timeZone ?? zones.seat[0]!.timeZone;
  return { kinds: shown, plan, at, dayEnd: today!.end, timeZone };
}

/** Looks at limits, some at once, and answers whether nothing of any must be read first. */
async function inPortions(
  limits: readonly Limit[],
  missing: MissingOfPass,
  look: (some: readonly Limit[]) => void,
): Promise<boolean> {
  const portions = Array.from({ length: Math.ceil(limits.length / LIMITS_AT_ONCE) }, (_, index) =>
    limits.slice(index * LIMITS_AT_ONCE, (index + 1) * LIMITS_AT_ONCE),
  );
  const looked = await new LongWork(missing.agencyId).each(portions, (some) =>
    missing.unless(() => (look(some), true)),
  );
  return looked.every((isLookedAt) => isLookedAt);
}

type Asked = AskedKind['asked'];

/** As all rules have them: a seat may have hundreds of campaigns, which no rule but their own limits tells apart. */
function kindsAsked(desk: Desk, standing: Standing, kinds: readonly SendKind[]): AskedKind[] {
  const asks = new Map<string, Asked>();
  return kinds.map((kind) => {
    const { action, noted, campaignId } = kind;
    const campaign = campaignOfSeat(desk.loaded, standing, campaignId);
    const name = `${action} ${noted} ${campaign?.status ?? ''}`;
    const asked = asks.get(name) ?? askOfKind(desk, standing, kind, campaign);
    asks.set(name, asked);
    const own = campaign?.set ?? [];
    const steadyMs = steadyMsOf(standing, action, desk.at);
    return { action, noted, campaignId, asked, own, steadyMs, shutBy: null };
  });
}

/** Kinds as a viewer is told of them, by what all that is not shown has room for. Undefined where something must be read first. */
async function askedBy(
  viewer: Viewer,
  kinds: readonly AskedKind[],
  missing: MissingOfPass,
  roomOf: (asked: Asked) => RoomOfOthers,
): Promise<readonly AskedKind[] | undefined> {
  if (viewer.reach === null) return kinds;
  const known = new Map(
    [...new Set(kinds.map(({ asked }) => asked))].map((asked) => {
      const seen: Asked = (sends) => ofOthersToo(viewer, asked(sends), false);
      return [asked, { seen, room: roomOf(asked) }];
    }),
  );
  const shown = await new LongWork(viewer.agencyId).each(kinds, (kind) => {
    const { seen, room } = known.get(kind.asked)!;
    const own = kind.own.filter(({ scope }) => seesCounts(viewer, scope));
    return missing.unless((): AskedKind => ({ ...kind, asked: seen, own, shutBy: room.shut(kind.own) }));
  });
  const answered = shown.filter((kind) => kind !== undefined);
  return answered.length < kinds.length ? undefined : answered;
}

/** How a kind is asked for, but for the limits of its campaign. */
function askOfKind(
  desk: Desk,
  standing: Standing,
  { action, noted }: SendKind,
  campaign: CampaignStanding | null,
): Asked {
  const { at } = desk;
  const pace = desk.pace(standing.seatId);
  const credits = creditsFor(desk, standing, action);
  return (sends) => {
    const heldUntil = [...pace.heldUntil, ...sends.map((sent) => sent.at + 1)];
    const invited = sends.filter((sent) => sent.action === 'CONNECTION_REQUEST').map((sent) => sent.at);
    const paceThen = { ...pace, heldUntil };
    const limits = limitsOfStanding(standing, null, at, paceThen);
    return throughVersions(standing, at, (policy) => {
      const judgedBy = { at, policy, pace: paceThen, limits };
      const judged = askOf(standing, campaign, { action, noted }, judgedBy);
      return { ...desk.invitations.asked(standing, judged, policy, invited), credits };
    });
  };
}
