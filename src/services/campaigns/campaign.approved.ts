import { createHash } from 'node:crypto';
import { type EntityManager, In } from 'typeorm';
import { CampaignApprovalEntity } from '../../entities/campaign-approval.entity.js';
import { CampaignVersionEntity } from '../../entities/campaign-version.entity.js';
import { CampaignEntity } from '../../entities/campaign.entity.js';
import { ClientAccountEntity } from '../../entities/client-account.entity.js';
import { ScopeLimitEntity } from '../../entities/scope-limit.entity.js';
import { spelled, type ApprovedContent } from '../../outreach/campaign/content.js';
import type { Definition } from '../../outreach/campaign/steps.js';
import type { Instant } from '../../quota/window.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { AuditLog } from '../audit-log.js';
import { readVersions } from './campaign.versions.js';
import { groupBy } from '../page.js';

/**
 * Whether a client has approved what a campaign is now. An approval is about bytes: the content that was shown is kept, and a
 * campaign whose content is another one has no approval, whoever changed it and by whichever way.
 */

/** The steps of a version; null where there is none. */
export async function definitionOf(
  manager: EntityManager,
  { agencyId, id: campaignId }: Pick<CampaignEntity, 'agencyId' | 'id'>,
  version: number | null,
): Promise<Definition | null> {
  if (version === null) return null;
  const found = await manager.findOneBy(CampaignVersionEntity, { agencyId, campaignId, number: version });
  return found && (found.definition as Definition);
}

/** What a client would be shown of a campaign under one of its versions; null while it has no steps. */
export async function contentOf(
  manager: EntityManager,
  campaign: CampaignEntity,
  version: number | null,
): Promise<ApprovedContent | null> {
  const [content = null] = await contentsOf(manager, campaign.agencyId, [{ campaign, version }]);
  return content;
}

/** The same of several, in their order. */
export async function contentsOf(
  manager: EntityManager,
  agencyId: string,
  asked: readonly { readonly campaign: CampaignEntity; readonly version: number | null }[],
): Promise<(ApprovedContent | null)[]> {
  const ids = asked.map(({ campaign }) => campaign.id);
  const names = asked.flatMap(({ campaign: { id: campaignId }, version }) =>
    version === null ? [] : [{ campaignId, number: version }],
  );
  const versions = await readVersions(manager, agencyId, names);
  const capped = { agencyId, scopeKind: 'CAMPAIGN', scopeId: In(ids) } as const;
  const caps = groupBy(await manager.findBy(ScopeLimitEntity, capped), ({ scopeId }) => scopeId);
  const filters = await filtersOf(
    manager,
    agencyId,
    asked.flatMap(({ campaign: { segmentId } }) => segmentId ?? []),
  );
  return asked.map(({ campaign, version }) => {
    const { id, segmentId, audienceTags: tags, startsOn, endsOn } = campaign;
    const found = versions.find(({ campaignId, number }) => campaignId === id && number === version);
    if (!found) return null;
    const definition = found.definition as Definition;
    const filter = segmentId === null ? {} : { filter: filters.get(segmentId) ?? null };
    const audience = { segmentId, tags, ...filter };
    return { v: 1, audience, definition, caps: (caps.get(id) ?? []).map(capOf), startsOn, endsOn };
  });
}

function capOf({ actions, onlyWithNote, windowKind, windowSeconds, max }: ScopeLimitEntity) {
  return { actions, onlyWithNote, windowKind, windowSeconds, max } as ApprovedContent['caps'][number];
}

async function filtersOf(
  manager: EntityManager,
  agencyId: string,
  segmentIds: readonly string[],
): Promise<Map<string, object>> {
  if (segmentIds.length === 0) return new Map();
  const segments = await manager.query<{ id: string; filter: object }[]>(
    `SELECT id, filter->'filter' AS filter FROM segment WHERE agency_id = $1 AND id = ANY ($2::uuid[])`,
    [agencyId, segmentIds],
  );
  return new Map(segments.map(({ id, filter }) => [id, filter]));
}

export function sha256Of(content: ApprovedContent): Buffer {
  return createHash('sha256').update(spelled(content)).digest();
}

/** By the campaign itself, or by its client account for all of them. */
export async function needsApproval(manager: EntityManager, campaign: CampaignEntity): Promise<boolean> {
  if (campaign.approvalRequired) return true;
  const { agencyId, clientAccountId: id } = campaign;
  return manager.existsBy(ClientAccountEntity, { agencyId, id, approvalRequired: true });
}

/** What was asked last about a version; null where nothing was. */
export function newestApproval(
  manager: EntityManager,
  { agencyId, id: campaignId }: Pick<CampaignEntity, 'agencyId' | 'id'>,
  version: number | null,
): Promise<CampaignApprovalEntity | null> {
  const where = { agencyId, campaignId, ...(version !== null && { version }) };
  return manager.findOne(CampaignApprovalEntity, { where, order: { id: 'DESC' } });
}

/** The approval that holds for a campaign under a version, as both are now; null where none does. */
export async function approvalInForce(
  manager: EntityManager,
  campaign: CampaignEntity,
  version: number | null,
): Promise<CampaignApprovalEntity | null> {
  const newest = await newestApproval(manager, campaign, version);
  if (newest?.answer !== 'APPROVED') return null;
  const content = await contentOf(manager, campaign, version);
  return content && sha256Of(content).equals(newest.contentSha256) ? newest : null;
}

/**
 * Pauses a running campaign that needs an approval and has none for what it is now, and answers with it as it is then. Under
 * the agency's book, in the transaction of the change.
 */
export async function pauseUnapproved(
  manager: EntityManager,
  viewer: Viewer,
  { audit, at }: { readonly audit: AuditLog; readonly at: Instant },
  campaign: CampaignEntity,
): Promise<CampaignEntity> {
  if (campaign.status !== 'RUNNING' || !(await needsApproval(manager, campaign))) return campaign;
  if (await approvalInForce(manager, campaign, campaign.version)) return campaign;
  const { agencyId, id } = campaign;
  await manager.update(CampaignEntity, { agencyId, id }, { status: 'PAUSED' });
  const subject = { verb: 'pauseCampaign', subjectKind: 'CAMPAIGN', subjectId: id } as const;
  const status = (now: string) => ({ status: now });
  await audit.write(manager, viewer, at, { ...subject, before: status('RUNNING'), after: status('PAUSED') });
  return manager.create(CampaignEntity, { ...campaign, status: 'PAUSED' });
}

/** The same for all running campaigns of a client account, where it is the client account that asks for it from now on. */
export async function pauseAllUnapproved(
  manager: EntityManager,
  viewer: Viewer,
  telling: { readonly audit: AuditLog; readonly at: Instant },
  clientAccountId: string,
): Promise<void> {
  const { agencyId } = viewer;
  const running = await manager.findBy(CampaignEntity, { agencyId, clientAccountId, status: 'RUNNING' });
  for (const campaign of running) await pauseUnapproved(manager, viewer, telling, campaign);
}
