import type { EntityManager } from 'typeorm';
import { AgencyEntity } from '../../entities/agency.entity.js';
import type { CampaignApprovalEntity } from '../../entities/campaign-approval.entity.js';
import type { CampaignEntity } from '../../entities/campaign.entity.js';
import { ClientAccountEntity } from '../../entities/client-account.entity.js';
import type { LedgerTransaction, Statement } from '../../ledger/books/connection.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import type { ApprovalState } from '../../outreach/campaign/approval.js';
import type { ApprovedContent } from '../../outreach/campaign/content.js';
import type { Instant } from '../../quota/window.js';
import { FROM_THE_START, type Audience } from './campaign.audience.js';
import { listedName, readMarked } from '../prospects/prospect.marks.js';
import { readProspectsOfPeople } from '../prospects/prospect.rows.js';

const PEOPLE_AT_ONCE = 5_000;

/** What was asked, the campaign as it is now, and what that makes of it. */
export interface AskedFor {
  readonly approval: CampaignApprovalEntity;
  readonly content: ApprovedContent;
  readonly campaign: CampaignEntity;
  readonly state: ApprovalState;
}

/** What a client is shown: what it approves, word for word, and who asks. */
export interface ApprovalView {
  readonly agencyName: string;
  readonly clientName: string;
  /** As it was when it was asked: it may be renamed since, and that is what was answered. */
  readonly campaignName: string;
  readonly content: ApprovedContent;
  readonly people: number;
  /** Those of the sample who are on the list still; nobody, once the link can't be answered any more. */
  readonly sample: readonly SamplePerson[];
  readonly state: ApprovalState;
  readonly askedAt: Instant;
  readonly answeredAt: Instant | null;
  readonly answeredName: string | null;
  readonly remark: string | null;
}

/** Where links go is not known, and they stay there: what is over tells of no people. */
const CAN_BE_ANSWERED: ReadonlySet<ApprovalState> = new Set(['OPEN', 'APPROVED']);

export interface SamplePerson {
  readonly name: string | null;
  readonly company: string | null;
  readonly position: string | null;
  readonly profileUrl: string;
}

export async function viewOf(
  manager: EntityManager,
  { approval, campaign, content, state }: AskedFor,
): Promise<ApprovalView> {
  const { agencyId, clientAccountId: id } = campaign;
  const agency = await manager.findOneByOrFail(AgencyEntity, { agencyId });
  const account = await manager.findOneByOrFail(ClientAccountEntity, { agencyId, id });
  const { people, askedAt, answeredAt, answeredName, remark } = approval;
  return {
    ...{ agencyName: agency.name, clientName: account.name },
    campaignName: approval.campaignName ?? campaign.name,
    ...{ content, people, state, askedAt, answeredAt, answeredName, remark },
    sample: CAN_BE_ANSWERED.has(state) ? await readSample(manager, campaign, approval.id) : [],
  };
}

const READ_SAMPLE: Statement = {
  name: 'read_approval_sample',
  text: `SELECT recipient_id AS id FROM campaign_approval_person
WHERE agency_id = $1 AND approval_id = $2 AND sample IS NOT NULL ORDER BY sample`,
};

async function readSample(
  manager: EntityManager,
  { agencyId, clientAccountId }: CampaignEntity,
  approvalId: string,
): Promise<SamplePerson[]> {
  const transaction = await ledgerOn(manager);
  const ids = (await transaction.query<{ id: string }>(READ_SAMPLE, [agencyId, approvalId])).map(
    ({ id }) => id,
  );
  const prospects = await readProspectsOfPeople(transaction, agencyId, clientAccountId, ids);
  return prospects
    .toSorted((one, other) => ids.indexOf(one.recipientId) - ids.indexOf(other.recipientId))
    .map(({ firstName, lastName, company, position, profileUrl }) => {
      const name = [firstName, lastName].filter((part) => part !== null).join(' ') || null;
      return { name, company, position, profileUrl };
    });
}

/** Whom a campaign is for now, without those who may not be contacted. */
export async function allPeople(
  transaction: LedgerTransaction,
  campaign: CampaignEntity,
  audience: Audience,
): Promise<string[]> {
  const { agencyId, clientAccountId } = campaign;
  const all: string[] = [];
  for (let after = FROM_THE_START; ;) {
    const some = await audience.people(transaction, campaign, { after, rows: PEOPLE_AT_ONCE });
    const listed = some.map((recipientId) => ({ recipientId, clientAccountId }));
    const marked = await readMarked(transaction, agencyId, listed);
    all.push(...listed.filter((one) => !marked.has(listedName(one))).map(({ recipientId }) => recipientId));
    const last = some.at(-1);
    if (last === undefined || some.length < PEOPLE_AT_ONCE) return all;
    after = last;
  }
}
