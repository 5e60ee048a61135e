import { type EntityManager, In } from 'typeorm';
import { CampaignApprovalEntity } from '../../entities/campaign-approval.entity.js';
import { CampaignEntity } from '../../entities/campaign.entity.js';
import { ClientAccountEntity } from '../../entities/client-account.entity.js';
import { approvalStateOf } from '../../outreach/campaign/approval.js';
import type { ApprovedContent } from '../../outreach/campaign/content.js';
import { byId } from '../page.js';
import type { AskedFor } from './campaign.approval.view.js';
import { contentOf, contentsOf, newestApproval, sha256Of } from './campaign.approved.js';

/** What a link leads to, as it stands now; null where there is no such question. */
export async function findAsked(
  manager: EntityManager,
  { agencyId, approvalId }: { readonly agencyId: string; readonly approvalId: string },
): Promise<AskedFor | null> {
  const approval = await manager.findOneBy(CampaignApprovalEntity, { agencyId, id: approvalId });
  if (!approval) return null;
  const where = { agencyId, id: approval.campaignId };
  return askedFor(manager, approval, await manager.findOneByOrFail(CampaignEntity, where));
}

/** What was asked last about campaigns, by campaign, whatever their number. */
export async function newestAsked(
  manager: EntityManager,
  agencyId: string,
  campaigns: readonly CampaignEntity[],
): Promise<Map<string, AskedFor>> {
  const newest = await manager
    .createQueryBuilder(CampaignApprovalEntity, 'approval')
    .distinctOn(['approval.campaignId'])
    .where('approval.agencyId = :agencyId AND approval.campaignId = ANY(:ids)', {
      agencyId,
      ids: campaigns.map(({ id }) => id),
    })
    .orderBy('approval.campaignId')
    .addOrderBy('approval.id', 'DESC')
    .getMany();
  const campaignOf = byId(campaigns);
  const pairs = newest.map((approval) => ({ approval, campaign: campaignOf.get(approval.campaignId)! }));
  const asked = pairs.map(({ approval: { version }, campaign }) => ({ campaign, version }));
  const contents = await contentsOf(manager, agencyId, asked);
  const ids = campaigns.map(({ clientAccountId }) => clientAccountId);
  const accounts = byId(await manager.findBy(ClientAccountEntity, { agencyId, id: In(ids) }));
  // What was answered stands, whoever is asked since.
  const isOpenToOthers = (approval: CampaignApprovalEntity, campaign: CampaignEntity): boolean =>
    approval.answer === null && wasSentElsewhere(approval, accounts.get(campaign.clientAccountId)!);
  return new Map(
    pairs.map(({ approval, campaign }, index) => [
      campaign.id,
      judged(approval, campaign, {
        isNewest: !isOpenToOthers(approval, campaign),
        now: contents[index] ?? null,
      }),
    ]),
  );
}

async function askedFor(
  manager: EntityManager,
  approval: CampaignApprovalEntity,
  campaign: CampaignEntity,
): Promise<AskedFor> {
  const newest = await newestApproval(manager, campaign, null);
  const now = await contentOf(manager, campaign, approval.version);
  const { agencyId, clientAccountId: id } = campaign;
  const account = await manager.findOneByOrFail(ClientAccountEntity, { agencyId, id });
  const isNewest = newest?.id === approval.id || (await isWhatRuns(manager, approval, campaign));
  return judged(approval, campaign, { isNewest: isNewest && !wasSentElsewhere(approval, account), now });
}

/** Whoever has the address that a link was sent to is asked no more once the client account has another one. In SQL it is `isOfNow`. */
function wasSentElsewhere(
  { linkShownTo, approverSetAt }: CampaignApprovalEntity,
  account: ClientAccountEntity,
): boolean {
  return linkShownTo === null && approverSetAt !== account.approverSetAt;
}

/** What runs under an approval can be stopped by it, whatever was asked since about other steps. */
async function isWhatRuns(
  manager: EntityManager,
  { id, answer, version }: CampaignApprovalEntity,
  campaign: CampaignEntity,
): Promise<boolean> {
  if (answer !== 'APPROVED' || version !== campaign.version) return false;
  return (await newestApproval(manager, campaign, version))?.id === id;
}

/** What became of a question, by what the campaign is now. */
function judged(
  approval: CampaignApprovalEntity,
  campaign: CampaignEntity,
  { isNewest, now }: { readonly isNewest: boolean; readonly now: ApprovedContent | null },
): AskedFor {
  const isNewestSteps = approval.version === campaign.draftVersion || approval.version === campaign.version;
  const isSame = now !== null && isNewestSteps && sha256Of(now).equals(approval.contentSha256);
  const state = approvalStateOf({ answer: approval.answer, campaign: campaign.status, isNewest, isSame });
  return { approval, campaign, state, content: approval.content as ApprovedContent };
}
