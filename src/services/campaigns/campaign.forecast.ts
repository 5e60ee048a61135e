import type { DataSource } from 'typeorm';
import { CampaignSeatEntity } from '../../entities/campaign-seat.entity.js';
import { ClientAccountEntity } from '../../entities/client-account.entity.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import { planTouches } from '../../ledger/told/touches-at-desk.js';
import { checkSteps } from '../../outreach/campaign/check-steps.js';
import * as forecast from '../../outreach/campaign/forecast.js';
import { isTouch, type Definition } from '../../outreach/campaign/steps.js';
import { dayOf } from '../../quota/calendar.js';
import type { Reason } from '../../quota/rule.js';
import type { SendKind } from '../../quota/touch-plan.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import { seesWhole, type Viewer } from '../../tenancy/viewer.js';
import { definitionOf } from './campaign.approved.js';
import type { Audience } from './campaign.audience.js';
import { seatsOf } from './campaign.checking.js';
import { beginsAt, endOf } from './campaign.days.js';
import { addNewcomers, aheadBySeat, countPeople } from './campaign.forecast.people.js';
import { countNewcomers } from './campaign.newcomers.js';
import { findCampaign } from './campaign.service.js';
import { readAhead } from './enrolment.rows.js';
import type { BusyWork } from '../busy-work.js';
import { inSteps } from '../in-steps.js';
import { groupBy } from '../page.js';
import { readFacts, readLackingInmail } from './touch.facts.js';

/** People, and touches, of one forecast: beyond, its end is not known. */
const PEOPLE_MAX = 1_500;
const TOUCHES_MAX = 1_500;
const TOUCHES_OF_SEAT_MIN = 100;
/** How long a seat may keep the process busy, in all its turns: of one with hundreds of campaigns the end is not known. */
const PLAY_MS_MAX = 1_000;
/** And how long all its seats may, from the first one on: of a campaign of hundreds each has to be read and reckoned besides. */
const SEATS_MS_MAX = 5_000;
const CUT: forecast.Played = { touches: [], isCut: true, unfinished: new Set(), waits: [] };
/** Invitations of a campaign from which on its own acceptance counts, and by how much it may well be off: 1.28 deviations. */
const INVITED_MIN = 20;
const NINE_IN_TEN = 1.28;

export interface ForecastDay {
  readonly date: string;
  readonly firstTouches: number;
  readonly followUps: number;
}

export interface Forecast {
  readonly remaining: number;
  readonly endsAtP50: Instant | null;
  readonly endsAtP90: Instant | null;
  readonly perDay: readonly ForecastDay[];
  readonly bottleneck: Reason | null;
}

/** Everything that is still ahead of a campaign, by seat. */
interface AheadOfCampaign {
  readonly timeZone: string;
  /** The end of its last day; null where it has none. */
  readonly until: Instant | null;
  readonly remaining: number;
  readonly accepting: number;
  readonly invited: number;
  readonly bySeat: ReadonlyMap<string, readonly forecast.AheadOf[]>;
  /** There are more than were read. */
  readonly isCut: boolean;
}

/** When campaigns will be through, by the plan that gives their touches out. */
export class CampaignForecasts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: {
      readonly reader: LedgerReader;
      readonly audience: Audience;
      readonly busy: BusyWork;
    },
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Null until there are a prospect, a seat and steps that lead on, and for a viewer who does not see the campaign whole. */
  forecast(viewer: Viewer, campaignId: string): Promise<Forecast | null> {
    return this.parts.busy.run(viewer, () => this.made(viewer, campaignId));
  }

  private async made(viewer: Viewer, campaignId: string): Promise<Forecast | null> {
    const ahead = await this.ahead(viewer, campaignId);
    if (!ahead || ahead.bySeat.size === 0) return null;
    const { accepting, invited } = ahead;
    const spread =
      invited < INVITED_MIN ? accepting : NINE_IN_TEN * Math.sqrt((accepting * (1 - accepting)) / invited);
    const usual = await this.play(viewer, ahead, { accepting, acceptedAfter: forecast.ACCEPTED_AFTER });
    const late = await this.play(viewer, ahead, {
      accepting: Math.min(1, accepting + spread),
      acceptedAfter: null,
    });
    const own = usual.touches.filter((touch) => touch.campaignId === campaignId);
    const throughAt = ({ touches, isCut, unfinished }: forecast.Played) => {
      const ends = touches.filter((touch) => touch.campaignId === campaignId).map(({ at }) => at);
      if (isCut || ahead.isCut) return null;
      // Whoever is not through by the end of its last day is asked for nothing more.
      if (unfinished.has(campaignId)) return ahead.until;
      return ends.length === 0 ? null : Math.max(...ends);
    };
    const [p50, p90] = [throughAt(usual), throughAt(late)];
    return {
      remaining: ahead.remaining,
      ...{ endsAtP50: p50, endsAtP90: p50 === null || p90 === null ? null : Math.max(p50, p90) },
      ...{ perDay: daysOf(own, ahead.timeZone), bottleneck: bottleneckOf(usual) },
    };
  }

  /** Each seat by itself: others have their turn in between. */
  private async play(
    viewer: Viewer,
    { bySeat }: AheadOfCampaign,
    answers: forecast.Answers,
  ): Promise<forecast.Played> {
    const touchesMax = Math.max(TOUCHES_OF_SEAT_MIN, Math.floor(TOUCHES_MAX / bySeat.size));
    const played: forecast.Played[] = [];
    const endsAt = this.clock() + SEATS_MS_MAX;
    for (const [seatId, campaigns] of bySeat) {
      if (this.clock() > endsAt) {
        played.push(CUT);
        break;
      }
      const kindsOf = new Map([[seatId, kindsAhead(campaigns)]]);
      const asked = { kindsOf, sends: touchesMax };
      const done = await planTouches(this.parts.reader, viewer, asked, async (plan) => {
        return (
          (await inSteps(
            PLAY_MS_MAX,
            forecast.play(campaigns, plan, { answers, touchesMax }),
            viewer.agencyId,
          )) ?? CUT
        );
      });
      played.push(done.get(seatId) ?? CUT);
    }
    return {
      touches: played.flatMap(({ touches }) => touches),
      isCut: played.some(({ isCut }) => isCut),
      unfinished: new Set(played.flatMap(({ unfinished }) => [...unfinished])),
      waits: played.flatMap(({ waits }) => waits),
    };
  }

  private ahead(viewer: Viewer, campaignId: string): Promise<AheadOfCampaign | null> {
    const { agencyId } = viewer;
    return inAgency(this.dataSource, viewer, async (manager) => {
      const campaign = await findCampaign(manager, viewer, campaignId);
      if (!campaign || !seesWhole(viewer, campaign.clientAccountId)) return null;
      const seats = (await seatsOf(manager, campaign)).filter(({ status }) => status !== 'REMOVED');
      const definition = await definitionOf(manager, campaign, campaign.version ?? campaign.draftVersion);
      if (!definition || !leadsOn(definition) || seats.length === 0) return null;
      const transaction = await ledgerOn(manager);
      const seatIds = seats.map(({ id }) => id);
      const people = await readAhead(transaction, agencyId, seatIds, { campaignId, rows: PEOPLE_MAX + 1 });
      const at = await clockOf(manager);
      const facts = await readFacts(transaction, agencyId, people, at);
      const counted = await countPeople(transaction, agencyId, campaignId);
      const isOpen = campaign.version === null || campaign.enrollingAfter !== null;
      const newcomers = isOpen ? await countNewcomers(transaction, campaign, this.parts.audience) : 0;
      const { clientAccountId: id } = campaign;
      const { timeZone } = await manager.findOneByOrFail(ClientAccountEntity, { agencyId, id });
      const until = endOf({ ...campaign, timeZone });
      const bySeat = aheadBySeat(people.slice(0, PEOPLE_MAX), facts);
      const asked = {
        ...{ campaignId, definition, until, at: await beginsAt(manager, campaign, at) },
        shares: await manager.findBy(CampaignSeatEntity, { agencyId, campaignId }),
        lacking: await readLackingInmail(transaction, agencyId, seatIds, at),
      };
      addNewcomers(bySeat, asked, Math.min(newcomers, PEOPLE_MAX));
      const { unstarted, invited, accepted } = counted;
      return {
        ...{ timeZone, until, bySeat, invited, remaining: unstarted + newcomers },
        accepting: invited < INVITED_MIN ? forecast.ACCEPTING : accepted / invited,
        isCut: people.length > PEOPLE_MAX || newcomers > PEOPLE_MAX,
      };
    });
  }
}

/** A draft's steps are kept whatever they are: some lead round in a circle, and no way through them ends. */
function leadsOn(definition: Definition): boolean {
  return checkSteps(definition).every(({ severity }) => severity !== 'CRITICAL');
}

/** All that the steps of some campaigns send. */
function kindsAhead(campaigns: readonly forecast.AheadOf[]): SendKind[] {
  const kinds = campaigns.flatMap(({ campaignId, people }) => {
    const definitions = [...new Set(people.map(({ definition }) => definition))];
    const isOpen = people.some(({ facts }) => facts.openProfile);
    return definitions.flatMap(({ steps }) =>
      steps.filter(isTouch).flatMap((step) =>
        (isOpen ? [true, false] : [false]).map((openProfile) => ({
          ...forecast.sendOf(step, { openProfile }),
          campaignId,
        })),
      ),
    );
  });
  return [
    ...new Map(kinds.map((kind) => [`${kind.campaignId} ${kind.action} ${kind.noted}`, kind])).values(),
  ];
}

function daysOf(touches: readonly forecast.PlayedTouch[], timeZone: string): ForecastDay[] {
  const days = groupBy(touches, ({ at }) => dayOf(at, timeZone));
  return [...days]
    .map(([date, some]) => {
      const firstTouches = some.filter(({ isFirst }) => isFirst).length;
      return { date, firstTouches, followUps: some.length - firstTouches };
    })
    .toSorted((one, other) => (one.date < other.date ? -1 : 1));
}

/** Nights and weekends hold back everybody: they are told where nothing else does. */
function bottleneckOf({ waits }: forecast.Played): Reason | null {
  const longest = (some: typeof waits) => some.toSorted((one, other) => other.ms - one.ms)[0]?.reason ?? null;
  return longest(waits.filter(({ reason }) => reason.code !== 'OUTSIDE_WORKING_HOURS')) ?? longest(waits);
}
