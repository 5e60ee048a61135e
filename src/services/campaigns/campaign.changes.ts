import type { DataSource, EntityManager } from 'typeorm';
import { CampaignSeatEntity } from '../../entities/campaign-seat.entity.js';
import { CampaignVersionEntity } from '../../entities/campaign-version.entity.js';
import { CampaignEntity } from '../../entities/campaign.entity.js';
import { refuse, Refusal } from '../../errors.js';
import { spelledAs } from '../../outreach/campaign/content.js';
import type { Definition } from '../../outreach/campaign/steps.js';
import type { Instant } from '../../quota/window.js';
import type { Permission } from '../../tenancy/roles.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog, MutationVerb } from '../audit-log.js';
import { definitionOf, pauseUnapproved } from './campaign.approved.js';
import { checkCampaignTerms, checkDefinition, checkShares, type CampaignTerms } from './campaign.checks.js';
import { moveBeginning } from './campaign.days.js';
import { lockEnrolling } from './campaign.people.js';
import { refuseSegment } from './campaign.segment.js';
import { findCampaign, refuseRef, refuseSeats } from './campaign.service.js';
import { dropUnused, refuseVersion } from './campaign.versions.js';
import type { ChangeWork, Changes, WaitWork } from '../changes.js';
import { findClientAccount } from '../agency/client-account.service.js';

export interface UpdateCampaign extends CampaignTerms {
  readonly campaignId: string;
}

/** A seat of a campaign, and its share: 1 to 3. */
export interface SeatShare {
  readonly seatId: string;
  readonly weight?: number | null | undefined;
}

export interface SetCampaignSeats {
  readonly campaignId: string;
  readonly seats: readonly SeatShare[];
}

export interface SetCampaignSteps {
  readonly campaignId: string;
  readonly definition: Definition;
}

type Work = (
  manager: EntityManager,
  campaign: CampaignEntity,
  at: Instant,
) => Promise<CampaignEntity | Refusal>;

/** What is said of campaigns: their terms, their seats, their steps. */
export class CampaignChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /**
   * What is left out stays, null clears. A running campaign that needs an approval, and has none for what it is then, is
   * paused. Refuses with NOT_FOUND, INVALID, TAKEN, WRONG_STATE (completed, archived) and FORBIDDEN_FOR_ROLE.
   */
  updateCampaign(viewer: Viewer, input: UpdateCampaign): Promise<CampaignEntity | Refusal> {
    const { campaignId, ...terms } = input;
    const wrong = checkCampaignTerms(terms);
    return this.change(viewer, 'updateCampaign', campaignId, wrong, async (manager, campaign, at) => {
      const columns = columnsOf(terms);
      const changed = { ...campaign, ...columns };
      if (changed.startsOn !== null && changed.endsOn !== null && changed.endsOn < changed.startsOn) {
        return refuse('INVALID', 'endsOn is not before startsOn.', 'endsOn');
      }
      if (changed.externalRef !== campaign.externalRef) {
        const taken = await refuseRef(manager, viewer, changed.externalRef);
        if (taken) return taken;
      }
      const refused = await refuseSegment(manager, viewer, campaign.clientAccountId, terms.segmentId ?? null);
      if (refused) return refused;
      const { agencyId, id } = campaign;
      if (Object.keys(columns).length > 0) await manager.update(CampaignEntity, { agencyId, id }, columns);
      await moveBeginning(manager, campaign, manager.create(CampaignEntity, changed), at);
      await this.tell(manager, viewer, at, { verb: 'updateCampaign', id, before: campaign, after: changed });
      const telling = { audit: this.audit, at };
      return pauseUnapproved(manager, viewer, telling, manager.create(CampaignEntity, changed));
    });
  }

  /**
   * Puts other seats in the place of those that there are. Whom a seat had that goes stays with it, until a person gives them
   * to another. Refuses as updateCampaign does.
   */
  setCampaignSeats(
    viewer: Viewer,
    { campaignId, seats }: SetCampaignSeats,
  ): Promise<CampaignEntity | Refusal> {
    const wrong = checkShares(seats);
    return this.change(viewer, 'setCampaignSeats', campaignId, wrong, async (manager, campaign, at) => {
      const { agencyId, id } = campaign;
      const account = await findClientAccount(manager, viewer, campaign.clientAccountId);
      if (!account) return noCampaign();
      const ids = seats.map(({ seatId }) => seatId);
      const refused = await refuseSeats(manager, viewer, account, ids, {
        campaignId: id,
        pathOf: (index) => ['seats', index, 'seatId'],
      });
      if (refused) return refused;
      const before = await manager.findBy(CampaignSeatEntity, { agencyId, campaignId: id });
      const joinedAt = new Map(before.map((seat) => [seat.seatId, seat.joinedAt]));
      const rows = seats.map(({ seatId, weight }) => {
        return {
          agencyId,
          campaignId: id,
          seatId,
          joinedAt: joinedAt.get(seatId) ?? at,
          weight: weight ?? 1,
        };
      });
      await manager.delete(CampaignSeatEntity, { agencyId, campaignId: id });
      if (rows.length > 0) {
        await manager.createQueryBuilder().insert().into(CampaignSeatEntity).values(rows).execute();
      }
      const told = { before: sharesOf(before), after: sharesOf(rows) };
      await this.tell(manager, viewer, at, { verb: 'setCampaignSeats', id, ...told });
      return campaign;
    });
  }

  /**
   * Writes a new version; the same steps again are none. A running campaign goes on under the old one until it is launched
   * again; one that nobody goes by any more is dropped. Refuses as updateCampaign does; whether the steps make sense is told by
   * launchCampaign, all at once.
   */
  async setCampaignSteps(viewer: Viewer, input: SetCampaignSteps): Promise<CampaignEntity | Refusal> {
    const written = await this.writeVersion(viewer, input);
    if (!(written instanceof Refusal))
      await this.changes.behind(dropUnused(this.dataSource, viewer, written));
    return written;
  }

  private writeVersion(
    viewer: Viewer,
    { campaignId, definition }: SetCampaignSteps,
  ): Promise<CampaignEntity | Refusal> {
    const wrong = checkDefinition(definition);
    return this.change(viewer, 'setCampaignSteps', campaignId, wrong, async (manager, campaign, at) => {
      const { agencyId, id, draftVersion } = campaign;
      const before = await definitionOf(manager, campaign, draftVersion);
      if (before && isSameDefinition(before, definition)) return campaign;
      const refused = await refuseVersion(manager, campaign);
      if (refused) return refused;
      const number = (draftVersion ?? 0) + 1;
      const version = {
        agencyId,
        campaignId: id,
        number,
        definition,
        createdAt: at,
        createdBy: viewer.actor,
      };
      await manager.createQueryBuilder().insert().into(CampaignVersionEntity).values(version).execute();
      await manager.update(CampaignEntity, { agencyId, id }, { draftVersion: number });
      const changed = manager.create(CampaignEntity, { ...campaign, draftVersion: number });
      await this.tell(manager, viewer, at, {
        verb: 'setCampaignSteps',
        id,
        before: campaign,
        after: changed,
      });
      return changed;
    });
  }

  private async change(
    viewer: Viewer,
    permission: Permission,
    campaignId: string,
    wrong: Refusal | null,
    work: Work,
  ): Promise<CampaignEntity | Refusal> {
    const refusal = forbidden(viewer, permission) ?? wrong;
    if (refusal) return refusal;
    const change: ChangeWork<CampaignEntity> = async (manager, at) => {
      const campaign = await findWholeCampaign(manager, viewer, campaignId);
      if (!campaign) return noCampaign();
      if (campaign.status === 'COMPLETED' || campaign.status === 'ARCHIVED') {
        return refuse('WRONG_STATE', 'The campaign has ended.', 'campaignId');
      }
      return work(manager, campaign, at);
    };
    // Once it is answered, nobody is taken in any more by what was said before.
    return this.changes.make(viewer, change, waitForEnrolling(viewer, campaignId));
  }

  private tell(
    manager: EntityManager,
    viewer: Viewer,
    at: Instant,
    told: {
      readonly verb: MutationVerb;
      readonly id: string;
      readonly before: object;
      readonly after: object;
    },
  ): Promise<void> {
    const { verb, id, before, after } = told;
    return this.audit.write(manager, viewer, at, {
      ...{ verb, subjectKind: 'CAMPAIGN', subjectId: id, before, after },
    });
  }
}

/** A campaign of a client account that the viewer was given the whole of: what is done to it is done to all its seats. */
export async function findWholeCampaign(
  manager: EntityManager,
  viewer: Viewer,
  id: string,
): Promise<CampaignEntity | null> {
  const campaign = await findCampaign(manager, viewer, id);
  if (!campaign) return null;
  return (await findClientAccount(manager, viewer, campaign.clientAccountId)) && campaign;
}

/**
 * Before the book: waits until nobody is being taken into the campaign. Where the viewer doesn't see the whole of it the check under the
 * book refuses, as it does for an id that nobody has: how long that takes is not to tell the one from the other.
 */
export function waitForEnrolling(viewer: Viewer, campaignId: string): WaitWork {
  return async (manager) => {
    if (await findWholeCampaign(manager, viewer, campaignId)) {
      await lockEnrolling(manager, viewer.agencyId, campaignId);
    }
  };
}

export function noCampaign(): Refusal {
  return refuse('NOT_FOUND', 'There is no such campaign.', 'campaignId');
}

/** Ids and weights, as the audit log takes them. */
function sharesOf(seats: readonly { readonly seatId: string; readonly weight: number }[]): object {
  const inOrder = seats.toSorted((one, other) => (one.seatId < other.seatId ? -1 : 1));
  return { seatIds: inOrder.map(({ seatId }) => seatId), weights: inOrder.map(({ weight }) => weight) };
}

function isSameDefinition(one: Definition, other: Definition): boolean {
  return spelledAs(one) === spelledAs(other);
}

/** What was given: fields that are left out are not among them. A segment takes the place of tags, and tags that of a segment. */
function columnsOf(terms: CampaignTerms): Partial<CampaignEntity> {
  const given: Partial<CampaignEntity> = Object.fromEntries(
    Object.entries(terms).filter(([, value]) => value !== undefined),
  );
  if (given.segmentId) return { ...given, audienceTags: null };
  return given.audienceTags
    ? { ...given, audienceTags: [...new Set(given.audienceTags)], segmentId: null }
    : given;
}
