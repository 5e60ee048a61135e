import DataLoader from 'dataloader';
import { readLapsedHolds } from '../ledger/told/history.js';
import { type PersonTold, readProfileUrls } from '../ledger/told/profile-urls.js';
import { isInForce, readRestrictions } from '../ledger/reading/restrictions.js';
import { LongWork } from '../ledger/long-work.js';
import type { LedgerReader } from '../ledger/told/reader.js';
import { dayOf, dayStart } from '../quota/calendar.js';
import type { Scope } from '../quota/counter.js';
import type { ActivityService } from '../services/decisions/activity.service.js';
import type { AlertService } from '../services/alerts/alert.service.js';
import type { AgencyService } from '../services/agency/agency.service.js';
import type { ApiKeyService } from '../services/members/api-key.service.js';
import type { CampaignReader } from '../services/campaigns/campaign.reading.js';
import type { CampaignService } from '../services/campaigns/campaign.service.js';
import type { ClientAccountService } from '../services/agency/client-account.service.js';
import type { LimitService } from '../services/agency/limit.service.js';
import type { MemberService } from '../services/members/member.service.js';
import { byId, groupBy } from '../services/page.js';
import type { PlanService } from '../services/agency/plan.service.js';
import type { PolicyService } from '../services/policy/policy.service.js';
import { listedName, type Listed } from '../services/prospects/prospect.marks.js';
import type { ProspectService } from '../services/prospects/prospect.service.js';
import type { SegmentService } from '../services/prospects/segment.service.js';
import type { QueueReader } from '../services/campaigns/queue.reading.js';
import type { KeptTexts } from '../services/decisions/kept-texts.js';
import type { ReservationService } from '../services/decisions/reservation.service.js';
import type { SeatReader } from '../services/seats/seat.reader.js';
import type { WebhookService } from '../services/webhooks/webhook.service.js';
import type { Viewer } from '../tenancy/viewer.js';
import { BATCH_MAX, each, eachPage } from './loader.js';
import { showPlanLimit, showUsages } from './limit.show.js';
import { TextRoom, toldAlone } from './long-texts.js';
import { inPortions } from './portions.js';
import { showOperator } from './show.js';

/** What loaders read with. */
export interface Readers {
  readonly agencies: AgencyService;
  readonly clientAccounts: ClientAccountService;
  readonly plans: PlanService;
  readonly seats: SeatReader;
  readonly campaigns: CampaignService;
  readonly campaignReader: CampaignReader;
  readonly limits: LimitService;
  readonly apiKeys: ApiKeyService;
  readonly members: MemberService;
  readonly reservations: ReservationService;
  readonly keptTexts: KeptTexts;
  readonly activities: ActivityService;
  readonly alerts: AlertService;
  readonly policies: PolicyService;
  readonly webhooks: WebhookService;
  readonly prospects: ProspectService;
  readonly segments: SegmentService;
  readonly touches: QueueReader;
  readonly ledger: LedgerReader;
}

/** A seat with the zone that its days follow. */
export interface SeatInZone {
  readonly seatId: string;
  readonly timeZone: string;
}

export type Loaders = ReturnType<typeof createLoaders>;

/**
 * The loaders of one request: what is asked for in the same turn is read in one statement, and once. Ids are uuids; what
 * the viewer doesn't see is null.
 */
export function createLoaders(readers: Readers, viewer: Viewer) {
  const { agencies, clientAccounts, plans, seats, campaigns, apiKeys, ledger } = readers;
  return {
    agency: each(viewer, async () => new Map([[viewer.agencyId, await agencies.getAgency(viewer)]])),
    clientAccount: each(viewer, (ids) => clientAccounts.byIds(viewer, ids)),
    seatsTaken: each(viewer, (ids) => clientAccounts.seatsTakenByClientAccountIds(viewer, ids)),
    seatsOfClientAccount: eachPage(viewer, (ids, asked) => seats.seatsOfClientAccounts(viewer, ids, asked)),
    campaignsOfClientAccount: eachPage(viewer, (ids, asked) =>
      campaigns.campaignsOfClientAccounts(viewer, ids, asked),
    ),
    plan: each(viewer, (ids) => plans.byIds(viewer, ids)),
    seat: each(viewer, (ids) => seats.byIds(viewer, ids)),
    restrictionsOfSeat: each(viewer, async (ids) => {
      const found = await ledger.read(viewer, async (transaction, at) =>
        (await readRestrictions(transaction, viewer, ids, at)).map((one) => ({
          ...one,
          isInForce: isInForce(one, at),
        })),
      );
      return groupBy(found, ({ seatId }) => seatId);
    }),
    campaign: each(viewer, (ids) => campaigns.byIds(viewer, ids)),
    ...listLoaders(readers, viewer),
    ...campaignLoaders(readers.campaignReader, viewer),
    apiKey: each(viewer, (ids) => apiKeys.byIds(viewer, ids)),
    webhook: each(viewer, (ids) => readers.webhooks.byIds(viewer, ids)),
    member: each(viewer, (ids) => readers.members.byIds(viewer, ids)),
    policy: each(viewer, (ids) => readers.policies.byIds(viewer, ids)),
    prospect: each(viewer, (ids) => readers.prospects.byIds(viewer, ids)),
    segment: each(viewer, (ids) => readers.segments.byIds(viewer, ids)),
    touch: each(viewer, (ids) => readers.touches.touchesByIds(viewer, ids)),
    prospectOfTouch: each(viewer, (ids) => readers.touches.prospectsOf(viewer, ids)),
    isMarked: isMarked(readers.prospects, viewer),
    ...bookLoaders(readers, viewer),
    usageOfSeat: each(viewer, (ids) =>
      inPortions(ids, async (some) =>
        shownInTurns(viewer, await ledger.usageOfSeats(viewer, some), ({ usage, asOf }) =>
          showUsages(viewer, usage, asOf),
        ),
      ),
    ),
    roomOfSeat: each(viewer, (ids) => inPortions(ids, (some) => ledger.roomOfSeats(viewer, some))),
    pendingOfSeat: each(viewer, (ids) => inPortions(ids, (some) => ledger.pendingOfSeats(viewer, some))),
    creditsOfSeat: each(viewer, (ids) => inPortions(ids, (some) => ledger.creditsOfSeats(viewer, some))),
    usageOfScope: usageOfScope(ledger, viewer),
    holdsExpiredToday: holdsExpiredToday(ledger, viewer),
  };
}

/** What campaigns are made of; steps by versionName(). Of steps and what was asked about them a page is read at a time: they are long. */
export function campaignLoaders(
  reader: Pick<CampaignReader, 'versions' | 'people' | 'approvals'>,
  viewer: Viewer,
) {
  const room = new TextRoom();
  return {
    stepsOfCampaign: each(viewer, (names) =>
      inPortions(names, async (some) => {
        const found = await reader.versions(viewer, some);
        for (const definition of found.values()) room.take(definition);
        return found;
      }),
    ),
    peopleOfCampaign: each(viewer, (ids) => reader.people(viewer, ids)),
    approvalOfCampaign: each(viewer, (ids) =>
      inPortions(ids, async (some) => {
        const found = await reader.approvals(viewer, some);
        // With it came the steps that were asked about: nobody keeps those.
        return new Map([...found].map(([id, told]) => [id, toldAlone(told)]));
      }),
    ),
  };
}

/** What long lists are read with. */
interface ListReaders {
  readonly campaignReader: Pick<CampaignReader, 'shares'>;
  readonly members: Pick<MemberService, 'reachesByIds'>;
  readonly seats: Pick<SeatReader, 'byIds' | 'daysOffBySeatIds' | 'operatorsBySeatIds'>;
  readonly clientAccounts: Pick<ClientAccountService, 'byIds'>;
  readonly limits: Pick<LimitService, 'limitsOfScopes'>;
}

/**
 * Long lists, of many parents at once: what a seat and a plan have, and those in which the same rows are, a campaign's seats and what was
 * given to members.
 */
export function listLoaders(readers: ListReaders, viewer: Viewer) {
  const { campaignReader, members, seats, clientAccounts, limits } = readers;
  const seatsOf = (ids: readonly string[]) =>
    inPortions([...new Set(ids)], (some) => seats.byIds(viewer, some));
  const clientAccountsOf = (ids: readonly string[]) =>
    inPortions([...new Set(ids)], (some) => clientAccounts.byIds(viewer, some));
  return {
    operatorsOfSeat: each(viewer, async (ids) =>
      shownInTurns(
        viewer,
        await inPortions(ids, (some) => seats.operatorsBySeatIds(viewer, some)),
        (operators) => operators.map(showOperator),
      ),
    ),
    limitsOfPlan: each(viewer, async (ids) =>
      shownInTurns(viewer, await limits.limitsOfScopes(viewer, 'PLAN', ids), (some, planId) =>
        some.map((limit) => showPlanLimit(planId, limit)),
      ),
    ),
    daysOffOfSeat: each(viewer, (ids) => inPortions(ids, (some) => seats.daysOffBySeatIds(viewer, some))),
    sharesOfCampaign: each(viewer, async (campaignIds) => {
      const shares = await campaignReader.shares(viewer, campaignIds);
      const found = await seatsOf([...shares.values()].flatMap((some) => some.map(({ seatId }) => seatId)));
      return mapped(shares, (some) =>
        some.flatMap(({ seatId, weight }) => {
          const seat = found.get(seatId);
          return seat ? [{ seat, weight }] : [];
        }),
      );
    }),
    seatsOfMember: each(viewer, async (memberIds) => {
      const reaches = await members.reachesByIds(viewer, memberIds);
      const found = await seatsOf([...reaches.values()].flatMap(({ seatIds }) => seatIds));
      return mapped(reaches, ({ seatIds }) => seatIds.flatMap((id) => found.get(id) ?? []));
    }),
    clientAccountsOfMember: each(viewer, async (memberIds) => {
      const reaches = await members.reachesByIds(viewer, memberIds);
      const found = await clientAccountsOf([...reaches.values()].flatMap((reach) => reach.clientAccountIds));
      return mapped(reaches, ({ clientAccountIds }) => clientAccountIds.flatMap((id) => found.get(id) ?? []));
    }),
  };
}

/** Shown once, by whatever other names the same is asked for as well, and with turns of everybody else in between. */
async function shownInTurns<Row, Shown>(
  viewer: Viewer,
  found: ReadonlyMap<string, Row>,
  show: (row: Row, id: string) => Shown,
): Promise<Map<string, Shown>> {
  const shown = await new LongWork(viewer.agencyId).each([...found], ([id, row]): [string, Shown] => [
    id,
    show(row, id),
  ]);
  return new Map(shown);
}

function mapped<From, To>(from: ReadonlyMap<string, From>, to: (one: From) => To): Map<string, To> {
  return new Map([...from].map(([name, one]) => [name, to(one)]));
}

/** What the books tell of the past. */
function bookLoaders({ reservations, keptTexts, activities, alerts, ledger }: Readers, viewer: Viewer) {
  return {
    decision: each(viewer, async (ids) => byId(await reservations.decisionsByIds(viewer, ids))),
    reservation: each(viewer, async (ids) => byId(await reservations.reservationsByIds(viewer, ids))),
    keptText: each(viewer, (ids) => keptTexts.byReservationIds(viewer, ids)),
    activity: each(viewer, async (ids) => byId(await activities.byIds(viewer, ids))),
    alert: each(viewer, async (ids) => byId(await alerts.byIds(viewer, ids))),
    profileUrl: profileUrls(ledger, viewer),
  };
}

function profileUrls(ledger: LedgerReader, viewer: Viewer) {
  return new DataLoader<PersonTold, string | null, string>(
    (people) => ledger.read(viewer, (transaction) => readProfileUrls(transaction, viewer, people)),
    {
      maxBatchSize: BATCH_MAX,
      cacheKeyFn: ({ recipientId, clientAccountId }) =>
        `${viewer.agencyId} ${recipientId} ${clientAccountId}`,
    },
  );
}

function usageOfScope(ledger: LedgerReader, viewer: Viewer) {
  const { agencyId } = viewer;
  return new DataLoader(
    (scopes: readonly Scope[]) =>
      ledger.usageOfScopes(
        viewer,
        scopes.map((scope) => ({ agencyId, scope })),
      ),
    { maxBatchSize: BATCH_MAX, cacheKeyFn: ({ kind, id }) => `${agencyId} ${kind} ${id}` },
  );
}

/** Whether somebody on a list may not be contacted. */
function isMarked(prospects: ProspectService, viewer: Viewer) {
  return new DataLoader(
    async (listed: readonly Listed[]) => {
      const marked = await prospects.marked(viewer, listed);
      return listed.map((one) => marked.get(listedName(one)) ?? false);
    },
    { maxBatchSize: BATCH_MAX, cacheKeyFn: (one) => `${viewer.agencyId} ${listedName(one)}` },
  );
}

/** Holds that lapsed since midnight in the zone of each seat, by the database's clock. */
function holdsExpiredToday(ledger: LedgerReader, viewer: Viewer) {
  return new DataLoader(
    async (seats: readonly SeatInZone[]) => {
      const counted = await ledger.read(viewer, (transaction, at) => {
        const since = seats.map(({ seatId, timeZone }) => ({
          seatId,
          since: dayStart(dayOf(at, timeZone), timeZone),
        }));
        return readLapsedHolds(transaction, viewer, since, at);
      });
      const lapsed = new Map(counted.map((one) => [one.seatId, one.lapsed]));
      return seats.map(({ seatId }) => lapsed.get(seatId) ?? 0);
    },
    { maxBatchSize: BATCH_MAX, cacheKeyFn: ({ seatId }) => `${viewer.agencyId} ${seatId}` },
  );
}
