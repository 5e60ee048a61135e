import type { DataSource, EntityManager } from 'typeorm';
import { CampaignEntity } from '../../entities/campaign.entity.js';
import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { ledgerOn, writeRows } from '../../ledger/books/manager-rows.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import type { Table } from '../../ledger/books/rows.js';
import { firstPlace } from '../../outreach/campaign/next-step.js';
import { spread } from '../../outreach/campaign/spread.js';
import { actionOf, isTouch, type Definition } from '../../outreach/campaign/steps.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import { uuidAt } from '../../tenancy/uuid.js';
import { systemViewer } from '../../tenancy/viewer.js';
import { approvalInForce, definitionOf, needsApproval } from './campaign.approved.js';
import { approvedPeople, type Audience } from './campaign.audience.js';
import { beginsAt } from './campaign.days.js';
import { connectionsOf, seatsToSpreadOver, withoutThoseKnown } from './campaign.newcomers.js';
import type { BusyWork } from '../busy-work.js';

/** People who are taken in in one transaction. */
const PEOPLE_AT_ONCE = 1_000;
/** Turns of one campaign in one sweep: its other campaigns, and other agencies, come in between. */
const TURNS_OF_SWEEP_MAX = 20;
/** How far ahead a seat's room is looked at, and how much of it at most. */
const ROOM_MS = 7 * DAY;
const ROOM_MAX = 100;
/** Seats whose room is looked at before a turn: each is a plan of its own. */
const SEATS_AT_ONCE = 50;

interface EnrolmentRow {
  agency_id: string;
  id: string;
  campaign_id: string;
  recipient_id: string;
  seat_id: string;
  version: number;
  state: 'ACTIVE';
  step: string;
  step_since: number;
  next_due_at: number;
  degree: 'FIRST' | 'UNKNOWN';
  open_profile: boolean;
  enrolled_at: number;
}

const ENROLMENT: Table<EnrolmentRow> = {
  name: 'enrolment',
  columns: {
    ...{ agency_id: 'uuid', id: 'uuid', campaign_id: 'uuid', recipient_id: 'uuid', seat_id: 'uuid' },
    ...{ version: 'int4', state: 'text', step: 'text', step_since: 'int8', next_due_at: 'int8' },
    ...{ degree: 'text', open_profile: 'bool', enrolled_at: 'int8' },
  },
  onConflict: 'ON CONFLICT (agency_id, campaign_id, recipient_id) DO NOTHING',
};

/**
 * Takes the people of launched campaigns in, so many in a transaction: how far it came is kept with them, so that whoever
 * finds a campaign half way goes on from there. A person is in a campaign once, by whatever list and however often it is asked.
 */
export class CampaignEnrolling {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reader: Pick<LedgerReader, 'planSends'>,
    private readonly audience: Audience,
    private readonly busy: Pick<BusyWork, 'run'>,
  ) {}

  /** Answers whether it is through; not, where there are more than so many turns take in. */
  async enrol(agencyId: string, campaignId: string, turnsMax: number): Promise<boolean> {
    const rooms = new Map<string, number>();
    for (let turn = 0; turn < turnsMax; turn += 1) {
      await this.lookForRoom(agencyId, campaignId, rooms);
      if (!(await this.takeTurn(agencyId, campaignId, rooms))) return true;
    }
    return false;
  }

  /** Goes on where somebody had to stop: in the sweep, for each agency. What is left then is for the next one. */
  async goOn(agencyId: string): Promise<void> {
    const waiting = await inAgency(this.dataSource, { agencyId }, (manager) =>
      manager
        .createQueryBuilder(CampaignEntity, 'campaign')
        .where('campaign.agencyId = :agencyId AND campaign.enrollingAfter IS NOT NULL', { agencyId })
        .andWhere(`campaign.status IN ('RUNNING', 'PAUSED')`)
        .getMany(),
    );
    for (const { id } of waiting) await this.enrol(agencyId, id, TURNS_OF_SWEEP_MAX);
  }

  /**
   * What seats could send of the first action in the days to come, under all rules as they stand: of those alone that people are
   * about to go to, and that are not known yet. Each keeps the process busy, and so they take their turns.
   */
  private async lookForRoom(agencyId: string, campaignId: string, rooms: Map<string, number>): Promise<void> {
    const asked = await inAgency(this.dataSource, { agencyId }, (manager) =>
      this.roomsAsked(manager, agencyId, campaignId, rooms),
    );
    if (!asked) return;
    const viewer = systemViewer(agencyId, 'enrolment');
    const { action, until } = asked;
    for (const seatId of asked.seatIds) {
      const terms = { seatId, action, count: ROOM_MAX, from: null, until };
      const { slots } = await this.busy.run(viewer, () => this.reader.planSends(viewer, terms));
      rooms.set(seatId, slots.length);
    }
  }

  /** Null where nobody is about to be taken in, or there is nothing to choose. */
  private async roomsAsked(
    manager: EntityManager,
    agencyId: string,
    id: string,
    rooms: ReadonlyMap<string, number>,
  ): Promise<RoomsAsked | null> {
    const campaign = await manager.findOneByOrFail(CampaignEntity, { agencyId, id });
    const { enrollingAfter } = campaign;
    if (!isOpen(campaign) || enrollingAfter === null) return null;
    const transaction = await ledgerOn(manager);
    const seats = await seatsToSpreadOver(manager, transaction, campaign, rooms);
    const unknown = seats.filter((seat) => seat.isActive && !rooms.has(seat.id));
    if (seats.length <= 1 || unknown.length === 0) return null;
    const people = (await this.peopleOf(manager, transaction, campaign, enrollingAfter)) ?? [];
    const newcomers = await withoutThoseKnown(transaction, campaign, people);
    if (newcomers.length === 0) return null;
    // Those that would be given people first if all had as much room: of so many people nobody goes to more of them.
    const seatIds = unknown
      .toSorted((one, other) => (one.people + 1) / one.weight - (other.people + 1) / other.weight)
      .slice(0, Math.min(newcomers.length, SEATS_AT_ONCE))
      .map((seat) => seat.id);
    const action = firstActionOf(await definitionOf(manager, campaign, campaign.version));
    return { seatIds, action, until: (await clockOf(manager)) + ROOM_MS };
  }

  /** Answers whether there are more. */
  private takeTurn(agencyId: string, id: string, rooms: ReadonlyMap<string, number>): Promise<boolean> {
    return inAgency(this.dataSource, { agencyId }, async (manager) => {
      const campaign = await lockCampaign(manager, agencyId, id);
      if (!campaign || !isOpen(campaign) || campaign.enrollingAfter === null) return false;
      const transaction = await ledgerOn(manager);
      const people = await this.peopleOf(manager, transaction, campaign, campaign.enrollingAfter);
      // Whoever gives the leave, or a seat, launches it again: until then nobody is passed over.
      if (people === null) return false;
      const after = people.at(-1) ?? null;
      if (after !== null && !(await takeIn(manager, transaction, campaign, { people, rooms }))) return false;
      const isThrough = people.length < PEOPLE_AT_ONCE;
      await manager.update(CampaignEntity, { agencyId, id }, { enrollingAfter: isThrough ? null : after });
      return !isThrough;
    });
  }

  /** Where the client approves, those whom it approved and nobody else; null where it has not. */
  private async peopleOf(
    manager: EntityManager,
    transaction: LedgerTransaction,
    campaign: CampaignEntity,
    after: string,
  ): Promise<string[] | null> {
    const asked = { after, rows: PEOPLE_AT_ONCE };
    if (!(await needsApproval(manager, campaign))) return this.audience.people(transaction, campaign, asked);
    const approval = await approvalInForce(manager, campaign, campaign.version);
    return approval && approvedPeople(transaction, campaign, approval.id, asked);
  }
}

interface RoomsAsked {
  readonly seatIds: readonly string[];
  readonly action: Action;
  readonly until: Instant;
}

function isOpen({ status }: CampaignEntity): boolean {
  return status === 'RUNNING' || status === 'PAUSED';
}

/** Nobody else takes people in, or changes what they are taken in under, until the transaction has ended. */
export function lockCampaign(
  manager: EntityManager,
  agencyId: string,
  id: string,
): Promise<CampaignEntity | null> {
  return manager
    .createQueryBuilder(CampaignEntity, 'campaign')
    .where('campaign.agencyId = :agencyId AND campaign.id = :id', { agencyId, id })
    .setLock('pessimistic_write')
    .getOne();
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
  await writeRows(manager, ENROLMENT, rows);
  return true;
}

function firstActionOf(definition: Definition | null): Action {
  const first = definition?.steps.find(isTouch);
  return first ? actionOf(first, { openProfile: false }) : 'CONNECTION_REQUEST';
}
