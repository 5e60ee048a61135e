import type { DataSource, EntityManager } from 'typeorm';
import { CampaignEntity } from '../../entities/campaign.entity.js';
import { Failure } from '../../errors.js';
import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import type { PlanQuestion } from '../../ledger/told/plan-at-desk.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import { firstPlace } from '../../outreach/campaign/next-step.js';
import { spread } from '../../outreach/campaign/spread.js';
import { actionOf, isTouch, type Definition } from '../../outreach/campaign/steps.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import { clockOf } from '../../tenancy/clock.js';
import { type Asking, byItself, inAgency } from '../../tenancy/door.js';
import { uuidAt } from '../../tenancy/uuid.js';
import { systemViewer, type Viewer } from '../../tenancy/viewer.js';
import { approvalInForce, definitionOf, needsApproval } from './campaign.approved.js';
import { approvedOf, FROM_THE_START, type Audience } from './campaign.audience.js';
import { beginsAt } from './campaign.days.js';
import { lockEnrolling } from './campaign.people.js';
import { connectionsOf, seatsToSpreadOver, withoutThoseKnown } from './campaign.newcomers.js';
import { insertEnrolments, type EnrolmentRow } from './enrolling.rows.js';
import type { BusyWork } from '../busy-work.js';
import type { Changes } from '../changes.js';

/** People who are taken in in one transaction. */
const PEOPLE_AT_ONCE = 1_000;
/** Turns of one agency in one sweep, of all its campaigns together: other agencies come in between. */
const TURNS_OF_SWEEP_MAX = 20;
/** How far ahead a seat's room is looked at, and how much of it at most. */
const ROOM_MS = 7 * DAY;
const ROOM_MAX = 100;
/** Seats whose room is looked at before a turn: each is a plan of its own. */
const SEATS_AT_ONCE = 50;

export interface EnrollingParts {
  readonly reader: Pick<LedgerReader, 'planSends'>;
  readonly audience: Audience;
  readonly busy: Pick<BusyWork, 'run'>;
  readonly changes: Pick<Changes, 'moveBook'>;
}

/**
 * Takes the people of launched campaigns in, so many in a transaction: how far it came is kept with them, so that whoever
 * finds a campaign half way goes on from there. A person is in a campaign once, by whatever list and however often it is asked.
 */
export class CampaignEnrolling {
  /** By agency the last campaign that had a turn of a sweep, where more waited than had one. */
  private readonly wentOnAt = new Map<string, string>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: EnrollingParts,
  ) {}

  /** Answers whether it is through; not, where there are more than so many turns take in. */
  async enrol(viewer: Asking, campaignId: string, turnsMax: number): Promise<boolean> {
    const rooms = new Map<string, number>();
    for (let turn = 0; turn < turnsMax; turn += 1) {
      if (!(await this.turn(viewer, campaignId, rooms))) return true;
    }
    return false;
  }

  /**
   * Goes on where somebody had to stop: in the sweep, for each agency. Its campaigns take their turns one after the other; what is
   * left when the agency's are used up is for the next sweep, which begins behind those that had one.
   */
  async goOn(agencyId: string): Promise<void> {
    const viewer = byItself(agencyId);
    const waiting = await this.readWaiting(viewer);
    const last = waiting.at(-1);
    if (last === undefined || waiting.length < TURNS_OF_SWEEP_MAX) this.wentOnAt.delete(agencyId);
    else this.wentOnAt.set(agencyId, last);
    const queue = waiting.map((id) => ({ id, rooms: new Map<string, number>() }));
    for (let turn = 0; turn < TURNS_OF_SWEEP_MAX; turn += 1) {
      const campaign = queue.shift();
      if (!campaign) return;
      if (await this.turn(viewer, campaign.id, campaign.rooms)) queue.push(campaign);
    }
  }

  /** As many as there are turns, those first that come behind the last one of the sweep before. */
  private async readWaiting(viewer: Asking): Promise<string[]> {
    const { agencyId } = viewer;
    const after = this.wentOnAt.get(agencyId) ?? FROM_THE_START;
    const rows = await inAgency(this.dataSource, viewer, (manager) =>
      manager.query<{ id: string }[]>(
        `SELECT id FROM campaign
         WHERE agency_id = $1 AND enrolling_after IS NOT NULL AND status IN ('RUNNING', 'PAUSED')
         ORDER BY (id > $2) DESC, id LIMIT $3`,
        [agencyId, after, TURNS_OF_SWEEP_MAX],
      ),
    );
    return rows.map(({ id }) => id);
  }

  /** Answers whether there are more. */
  private async turn(viewer: Asking, campaignId: string, rooms: Map<string, number>): Promise<boolean> {
    const page = await this.lookForRoom(viewer, campaignId, rooms);
    const hasMore = await this.takeTurn(viewer, campaignId, { rooms, page });
    await this.parts.changes.moveBook(viewer);
    return hasMore;
  }

  /**
   * What seats could send of the first action in the days to come, under all rules as they stand: of those alone that people are
   * about to go to, and that are not known yet. Each keeps the process busy, and so they take their turns.
   */
  private async lookForRoom(
    asking: Asking,
    campaignId: string,
    rooms: Map<string, number>,
  ): Promise<Page | null> {
    const { agencyId } = asking;
    const { page, asked } = await inAgency(this.dataSource, asking, (manager) =>
      this.roomsAsked(manager, agencyId, campaignId, rooms),
    );
    if (!asked) return page;
    const viewer = systemViewer(agencyId, 'enrolment');
    const { action, until } = asked;
    for (const seatId of asked.seatIds) {
      const terms = { seatId, action, count: ROOM_MAX, from: null, until };
      rooms.set(seatId, await this.parts.busy.run(viewer, () => this.roomOf(viewer, terms)));
    }
    return page;
  }

  /** None of a seat that was removed a moment ago. */
  private async roomOf(viewer: Viewer, terms: PlanQuestion): Promise<number> {
    try {
      return (await this.parts.reader.planSends(viewer, terms)).slots.length;
    } catch (error) {
      if (error instanceof Failure && (error.code === 'BAD_USER_INPUT' || error.code === 'NOT_FOUND'))
        return 0;
      throw error;
    }
  }

  /** Nothing is asked where nobody is about to be taken in, or there is nothing to choose. */
  private async roomsAsked(
    manager: EntityManager,
    agencyId: string,
    id: string,
    rooms: ReadonlyMap<string, number>,
  ): Promise<{ readonly page: Page | null; readonly asked: RoomsAsked | null }> {
    const campaign = await manager.findOneByOrFail(CampaignEntity, { agencyId, id });
    if (!isOpen(campaign) || campaign.enrollingAfter === null) return NOTHING_ASKED;
    const transaction = await ledgerOn(manager);
    const seats = await seatsToSpreadOver(manager, transaction, campaign, rooms);
    const unknown = seats.filter((seat) => seat.isActive && !rooms.has(seat.id));
    if (seats.length <= 1 || unknown.length === 0) return NOTHING_ASKED;
    const page = await this.pageOf(manager, transaction, campaign, null);
    const newcomers = await withoutThoseKnown(transaction, campaign, page?.people ?? []);
    if (newcomers.length === 0) return { page, asked: null };
    // Those that would be given people first if all had as much room: of so many people nobody goes to more of them.
    const seatIds = unknown
      .toSorted((one, other) => (one.people + 1) / one.weight - (other.people + 1) / other.weight)
      .slice(0, Math.min(newcomers.length, SEATS_AT_ONCE))
      .map((seat) => seat.id);
    const action = firstActionOf(await definitionOf(manager, campaign, campaign.version));
    return { page, asked: { seatIds, action, until: (await clockOf(manager)) + ROOM_MS } };
  }

  /** Answers whether there are more. */
  private takeTurn(
    asking: Asking,
    id: string,
    { rooms, page: read }: { readonly rooms: ReadonlyMap<string, number>; readonly page: Page | null },
  ): Promise<boolean> {
    const { agencyId } = asking;
    return inAgency(this.dataSource, asking, async (manager) => {
      await lockEnrolling(manager, agencyId, id);
      // Only now: as whoever had the lock before has left it.
      const campaign = await manager.findOneBy(CampaignEntity, { agencyId, id });
      if (!campaign || !isOpen(campaign) || campaign.enrollingAfter === null) return false;
      const transaction = await ledgerOn(manager);
      const page = await this.pageOf(manager, transaction, campaign, read);
      // Whoever gives the leave, or a seat, launches it again: until then nobody is passed over.
      if (page === null) return false;
      const { people, last } = page;
      if (people.length > 0 && !(await takeIn(manager, transaction, campaign, { people, rooms })))
        return false;
      await manager.update(CampaignEntity, { agencyId, id }, { enrollingAfter: last });
      return last !== null;
    });
  }

  /**
   * Where the client approves, those of them whom it approved and nobody else; null where it has not. One that was read a moment ago is
   * taken as it is where it is the same that would be read: of a whole list, who went off it since is left out when people are taken
   * in; who is of a segment, or has a tag, is looked up again.
   */
  private async pageOf(
    manager: EntityManager,
    transaction: LedgerTransaction,
    campaign: CampaignEntity,
    read: Page | null,
  ): Promise<Page | null> {
    const { agencyId, segmentId, audienceTags, enrollingAfter } = campaign;
    const isApproved = await needsApproval(manager, campaign);
    const approval = isApproved ? await approvalInForce(manager, campaign, campaign.version) : null;
    if (isApproved && !approval) return null;
    const of = JSON.stringify([enrollingAfter, approval?.id, segmentId, audienceTags]);
    const isOfList = segmentId === null && audienceTags?.length === 0;
    if (isOfList && read?.of === of) return read;
    const asked = { after: enrollingAfter ?? FROM_THE_START, rows: PEOPLE_AT_ONCE };
    const listed = await this.parts.audience.people(transaction, campaign, asked);
    const people = approval ? await approvedOf(transaction, agencyId, approval.id, listed) : listed;
    return { of, people, last: listed.length < PEOPLE_AT_ONCE ? null : listed.at(-1)! };
  }
}

/** People of a campaign, and of what they were read: behind whom, by which approval, segment or tags. */
interface Page {
  readonly of: string;
  readonly people: readonly string[];
  /** Behind whom there may be more of the audience. */
  readonly last: string | null;
}

const NOTHING_ASKED = { page: null, asked: null };

interface RoomsAsked {
  readonly seatIds: readonly string[];
  readonly action: Action;
  readonly until: Instant;
}

function isOpen({ status }: CampaignEntity): boolean {
  return status === 'RUNNING' || status === 'PAUSED';
}

const NONE: ReadonlySet<string> = new Set();

interface TakenIn {
  readonly people: readonly string[];
  readonly rooms: ReadonlyMap<string, number>;
}

/** Answers whether there is a seat to take them in. */
async function takeIn(
  manager: EntityManager,
  transaction: LedgerTransaction,
  campaign: CampaignEntity,
  { people, rooms }: TakenIn,
): Promise<boolean> {
  const { agencyId, id: campaignId, version } = campaign;
  const definition = await definitionOf(manager, campaign, version);
  if (!definition || version === null) throw new Error('A launched campaign has a version.');
  const newcomers = await withoutThoseKnown(transaction, campaign, people);
  const seats = await seatsToSpreadOver(manager, transaction, campaign, rooms);
  if (seats.length === 0) return false;
  const connected = await connectionsOf(transaction, agencyId, newcomers, seats);
  const seatOf = spread(
    newcomers.map((recipientId) => ({ recipientId, connectedSeatIds: connected.get(recipientId) ?? NONE })),
    seats,
  );
  const at = await clockOf(manager);
  const { step, since } = firstPlace(definition, await beginsAt(manager, campaign, at));
  if (step === null) throw new Error('A launched campaign has steps.');
  const rows = newcomers.flatMap((recipientId): EnrolmentRow[] => {
    const seatId = seatOf.get(recipientId);
    if (seatId === undefined) return [];
    const isFirst = connected.get(recipientId)?.has(seatId) ?? false;
    return [
      {
        ...{ agency_id: agencyId, id: uuidAt(at), campaign_id: campaignId, recipient_id: recipientId },
        ...{ seat_id: seatId, version, state: 'ACTIVE', step, step_since: since, next_due_at: since },
        ...{ degree: isFirst ? 'FIRST' : 'UNKNOWN', open_profile: false, enrolled_at: at },
      },
    ];
  });
  await insertEnrolments(manager, rows);
  return true;
}

function firstActionOf(definition: Definition | null): Action {
  const first = definition?.steps.find(isTouch);
  return first ? actionOf(first, { openProfile: false }) : 'CONNECTION_REQUEST';
}
