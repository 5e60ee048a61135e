import type { DataSource, EntityManager } from 'typeorm';
import { CampaignEntity } from '../../entities/campaign.entity.js';
import { refuse, Refusal } from '../../errors.js';
import { raise } from '../../ledger/alerts/alerts.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import type { Instant } from '../../quota/window.js';
import type { CampaignStatus } from '../../quota/words.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import { systemViewer, type Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog, MutationVerb } from '../audit-log.js';
import { approvalInForce, needsApproval } from './campaign.approved.js';
import { FROM_THE_START, type Audience } from './campaign.audience.js';
import { findWholeCampaign, noCampaign, waitForEnrolling } from './campaign.changes.js';
import { isFor, problemsOf, readListed, refusalOf, type Listed } from './campaign.checking.js';
import { readOver } from './campaign.days.js';
import type { CampaignEnrolling } from './campaign.enrolling.js';
import { endAll, moveUnstarted } from './campaign.people.js';
import type { ChangeWork, Changes } from '../changes.js';
import type { PolicyService } from '../policy/policy.service.js';

/** Turns of a launch that its caller waits for; where there are more people, the rest follow. */
const TURNS_MAX = 10;
/** Campaigns of an agency that one sweep completes; the next one goes on. */
const COMPLETED_OF_SWEEP_MAX = 50;

type Terms = Partial<
  Pick<CampaignEntity, 'status' | 'version' | 'launchedAt' | 'endedAt' | 'enrollingAfter'>
>;

export interface LifeParts {
  readonly changes: Changes;
  readonly audit: AuditLog;
  readonly policies: Pick<PolicyService, 'policyAt'>;
  readonly audience: Audience;
  readonly enrolling: CampaignEnrolling;
}

/** A campaign from DRAFT to COMPLETED. */
export class CampaignLife {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: LifeParts,
  ) {}

  /**
   * Starts a DRAFT. Of one that was launched already it puts the newest steps in force, for those who have not started yet, and
   * takes in who has come to its list since. Refuses with NOT_FOUND, INVALID (all that is wrong with it, at once),
   * APPROVAL_REQUIRED, WRONG_STATE (completed, archived) and FORBIDDEN_FOR_ROLE.
   */
  async launchCampaign(viewer: Viewer, campaignId: string): Promise<CampaignEntity | Refusal> {
    const refusal = forbidden(viewer, 'launchCampaign');
    if (refusal) return refusal;
    const listed = await this.readListed(viewer, campaignId);
    if (listed instanceof Refusal) return listed;
    const launched = await this.launch(viewer, campaignId, listed);
    if (launched instanceof Refusal) return launched;
    const { changes, enrolling } = this.parts;
    // Whoever is not taken in by this is by the next sweep.
    await changes.behind(enrolling.enrol(viewer, launched.id, TURNS_MAX));
    return (await changes.behind(this.reload(viewer, launched))) ?? launched;
  }

  /** Before the book is taken: a list of hundreds of thousands of people takes its time, and nobody waits for it. */
  private readListed(viewer: Viewer, campaignId: string): Promise<Listed | Refusal> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const campaign = await findWholeCampaign(manager, viewer, campaignId);
      if (!campaign) return noCampaign();
      if (hasEnded(campaign)) return ended();
      return readListed(await ledgerOn(manager), campaign, this.parts.audience);
    });
  }

  private async launch(
    viewer: Viewer,
    campaignId: string,
    listed: Listed,
  ): Promise<CampaignEntity | Refusal> {
    const policy = await this.parts.policies.policyAt(viewer, null);
    return this.behindEnrolling(viewer, campaignId, async (manager, at) => {
      const campaign = await findWholeCampaign(manager, viewer, campaignId);
      if (!campaign) return noCampaign();
      if (hasEnded(campaign)) return ended();
      if (!isFor(campaign, listed)) {
        return refuse('WRONG_STATE', 'Whom it is for was changed meanwhile: launch it again.', 'campaignId');
      }
      const wrong = refusalOf(await problemsOf(manager, campaign, { listed, policy, at }));
      if (wrong) return wrong;
      const { draftVersion: version } = campaign;
      const refused = await refuseUnapproved(manager, campaign, version);
      if (refused) return refused;
      if (version !== campaign.version) await moveUnstarted(manager, campaign, version, at);
      return this.store(manager, viewer, at, 'launchCampaign', campaign, {
        ...{ status: campaign.status === 'DRAFT' ? 'RUNNING' : campaign.status, version },
        ...{ launchedAt: campaign.launchedAt ?? at, enrollingAfter: FROM_THE_START },
      });
    });
  }

  /** Refuses with NOT_FOUND, WRONG_STATE (not launched, ended) and FORBIDDEN_FOR_ROLE, as the others do. */
  pauseCampaign(viewer: Viewer, campaignId: string): Promise<CampaignEntity | Refusal> {
    return this.turn(viewer, 'pauseCampaign', campaignId, ['RUNNING', 'PAUSED'], async () => ({
      status: 'PAUSED',
    }));
  }

  /** Refuses with APPROVAL_REQUIRED besides, where the client has not approved what it is now. */
  resumeCampaign(viewer: Viewer, campaignId: string): Promise<CampaignEntity | Refusal> {
    return this.turn(
      viewer,
      'resumeCampaign',
      campaignId,
      ['RUNNING', 'PAUSED'],
      async (manager, campaign, at) => {
        const refused = await refuseUnapproved(manager, campaign, campaign.version);
        if (refused) return refused;
        if (campaign.status === 'PAUSED') await runsSince(manager, campaign, at);
        return { status: 'RUNNING' };
      },
    );
  }

  /** Nothing more is due for anybody; what is claimed may still be done. */
  completeCampaign(viewer: Viewer, campaignId: string): Promise<CampaignEntity | Refusal> {
    const from = ['RUNNING', 'PAUSED', 'COMPLETED'] as const;
    return this.turn(viewer, 'completeCampaign', campaignId, from, async (manager, campaign, at) => {
      if (campaign.status === 'COMPLETED') return {};
      return endedTerms(manager, campaign, { at, endedAt: at });
    });
  }

  archiveCampaign(viewer: Viewer, campaignId: string): Promise<CampaignEntity | Refusal> {
    const from = ['DRAFT', 'COMPLETED', 'ARCHIVED'] as const;
    return this.turn(viewer, 'archiveCampaign', campaignId, from, async () => ({ status: 'ARCHIVED' }));
  }

  /**
   * Completes those whose last day is over: nothing of them is due any more. It is dated when the day ended, however late
   * somebody looks. For each agency, in the sweep.
   */
  async completeOver(agencyId: string): Promise<void> {
    const viewer = systemViewer(agencyId, 'sweep');
    const over = await inAgency(this.dataSource, viewer, async (manager) =>
      readOver(manager, agencyId, await clockOf(manager)),
    );
    // Each by itself: whoever waits for the book waits for one of them.
    const failures: unknown[] = [];
    for (const { id } of over.slice(0, COMPLETED_OF_SWEEP_MAX)) {
      // One that can't be completed keeps none behind it from that.
      await this.completeOne(viewer, id).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  private async completeOne(viewer: Viewer, campaignId: string): Promise<void> {
    const { agencyId } = viewer;
    await this.behindEnrolling(viewer, campaignId, async (manager, at) => {
      // As it is under the book: a last day may have been put off meanwhile.
      const [over] = await readOver(manager, agencyId, at, campaignId);
      if (!over) return;
      const campaign = await manager.findOneByOrFail(CampaignEntity, { agencyId, id: campaignId });
      const terms = await endedTerms(manager, campaign, { at, endedAt: over.endedAt });
      await this.store(manager, viewer, at, 'completeCampaign', campaign, terms);
    });
  }

  private async turn(
    viewer: Viewer,
    verb: MutationVerb,
    campaignId: string,
    from: readonly CampaignStatus[],
    termsOf: (manager: EntityManager, campaign: CampaignEntity, at: Instant) => Promise<Terms | Refusal>,
  ): Promise<CampaignEntity | Refusal> {
    const refusal = forbidden(viewer, verb);
    if (refusal) return refusal;
    const work: ChangeWork<CampaignEntity> = async (manager, at) => {
      const campaign = await findWholeCampaign(manager, viewer, campaignId);
      if (!campaign) return noCampaign();
      if (!from.includes(campaign.status)) {
        return refuse('WRONG_STATE', `The campaign is ${campaign.status}.`, 'campaignId');
      }
      const terms = await termsOf(manager, campaign, at);
      if (terms instanceof Refusal) return terms;
      return this.store(manager, viewer, at, verb, campaign, terms);
    };
    if (verb === 'completeCampaign') return this.behindEnrolling(viewer, campaignId, work);
    return this.parts.changes.make(viewer, work);
  }

  /** For what is done to everybody who is in it, and for what people are taken in under. */
  private behindEnrolling<T>(viewer: Viewer, campaignId: string, work: ChangeWork<T>): Promise<T | Refusal> {
    return this.parts.changes.make(viewer, work, waitForEnrolling(viewer, campaignId));
  }

  private async store(
    manager: EntityManager,
    viewer: Viewer,
    at: Instant,
    verb: MutationVerb,
    campaign: CampaignEntity,
    terms: Terms,
  ): Promise<CampaignEntity> {
    const { agencyId, id } = campaign;
    if (Object.keys(terms).length > 0) await manager.update(CampaignEntity, { agencyId, id }, terms);
    const changed = manager.create(CampaignEntity, { ...campaign, ...terms });
    const told = ({ enrollingAfter: _enrollingAfter, ...rest }: CampaignEntity) => rest;
    await this.parts.audit.write(manager, viewer, at, {
      ...{ verb, subjectKind: 'CAMPAIGN', subjectId: id, before: told(campaign), after: told(changed) },
    });
    return changed;
  }

  private reload(viewer: Viewer, { agencyId, id }: CampaignEntity): Promise<CampaignEntity> {
    return inAgency(this.dataSource, viewer, (manager) =>
      manager.findOneByOrFail(CampaignEntity, { agencyId, id }),
    );
  }
}

function ended(): Refusal {
  return refuse('WRONG_STATE', 'The campaign has ended.', 'campaignId');
}

function hasEnded({ status }: CampaignEntity): boolean {
  return status === 'COMPLETED' || status === 'ARCHIVED';
}

async function refuseUnapproved(
  manager: EntityManager,
  campaign: CampaignEntity,
  version: number | null,
): Promise<Refusal | null> {
  if (!(await needsApproval(manager, campaign))) return null;
  if (await approvalInForce(manager, campaign, version)) return null;
  const message =
    'The client has not approved the campaign as it is now: give it the link of askForApproval.';
  return refuse('APPROVAL_REQUIRED', message, 'campaignId');
}

/** While it was paused nothing could go out of it: it has not stalled by that. */
async function runsSince(manager: EntityManager, { agencyId, id }: CampaignEntity, at: Instant) {
  await manager.query('UPDATE campaign SET running_since = $3 WHERE agency_id = $1 AND id = $2', [
    ...[agencyId, id, at],
  ]);
}

/** Nothing is asked of anybody any more, and it is told. */
async function endedTerms(
  manager: EntityManager,
  campaign: CampaignEntity,
  { at, endedAt }: { readonly at: Instant; readonly endedAt: Instant },
): Promise<Terms> {
  await endAll(manager, campaign, at);
  const { agencyId, id: campaignId, clientAccountId } = campaign;
  const told = { kind: 'CAMPAIGN_COMPLETED', campaignId, clientAccountId, at: endedAt } as const;
  await raise(manager, agencyId, [told]);
  return { status: 'COMPLETED', endedAt, enrollingAfter: null };
}
