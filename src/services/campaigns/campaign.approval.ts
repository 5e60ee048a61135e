import type { DataSource, EntityManager } from 'typeorm';
import { CampaignApprovalEntity } from '../../entities/campaign-approval.entity.js';
import { ClientAccountEntity } from '../../entities/client-account.entity.js';
import type { CampaignEntity } from '../../entities/campaign.entity.js';
import { refuse, Refusal } from '../../errors.js';
import { type Alert, raise } from '../../ledger/alerts/alerts.js';
import { ledgerOn, writeRows } from '../../ledger/books/manager-rows.js';
import type { Table } from '../../ledger/books/rows.js';
import { type ApprovalState } from '../../outreach/campaign/approval.js';
import type { ApprovedContent } from '../../outreach/campaign/content.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { readApprovalLink, writeApprovalLink, type ApprovalLink } from '../../tenancy/approval-link.js';
import { inAgency } from '../../tenancy/door.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { ShownLinks } from '../../tenancy/shown-links.js';
import { SQLSTATE, sqlStateOf } from '../../tenancy/sqlstate.js';
import { uuidAt } from '../../tenancy/uuid.js';
import { systemViewer, type Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import { findAsked } from './campaign.approval.asked.js';
import { contentOf, pauseUnapproved, sha256Of } from './campaign.approved.js';
import { dropOlder } from './campaign.approval.keeping.js';
import type { Letters } from '../members/letters.js';
import { allPeople, viewOf, type ApprovalView, type AskedFor } from './campaign.approval.view.js';
import type { Audience } from './campaign.audience.js';
import { findWholeCampaign, noCampaign } from './campaign.changes.js';
import { problemsOf, readListed, refusalOf, SAMPLE_MAX } from './campaign.checking.js';
import type { AuditLog } from '../audit-log.js';
import { checkAuthorityUnderLock, type Changer, type Changes } from '../changes.js';
import { checkAll, checkName, checkText } from '../checks.js';
import type { PolicyService } from '../policy/policy.service.js';

const PEOPLE_AT_ONCE = 1_000;
const REMARK_LENGTH_MAX = 2_000;

interface ApprovalPersonRow {
  agency_id: string;
  approval_id: string;
  recipient_id: string;
  sample: number | null;
}

const APPROVAL_PERSON: Table<ApprovalPersonRow> = {
  name: 'campaign_approval_person',
  columns: { agency_id: 'uuid', approval_id: 'uuid', recipient_id: 'uuid', sample: 'int2' },
};

/** Whom a link is sent to: the address of the client account, and since when it has that one. */
type Approver = Pick<ClientAccountEntity, 'approverEmail' | 'approverSetAt'>;

/** What is put down of a question. */
interface Frozen {
  readonly content: ApprovedContent | null;
  readonly at: Instant;
  readonly approver: Approver | null;
}

/** A link as it is handed out: to whoever asked, or to the client alone. */
export interface HandedApproval {
  readonly campaign: CampaignEntity;
  /** Null where it was sent. */
  readonly token: string | null;
  readonly sentTo: string | null;
}

export interface ApprovalAnswer {
  readonly answer: 'APPROVED' | 'DECLINED';
  /** Who answers, in their own words. */
  readonly name: string;
  readonly remark: string | null;
}

/** What came of an answer: the view as it is since, and what was wrong with it, if anything. */
export interface Answered {
  readonly view: ApprovalView;
  readonly refusal: Refusal | null;
}

export interface ApprovalParts {
  readonly changes: Changes;
  readonly audit: AuditLog;
  readonly policies: Pick<PolicyService, 'policyAt'>;
  readonly audience: Audience;
  readonly fingerprints: Fingerprints;
  /** Null where no mail can be sent. */
  readonly letters: Pick<Letters, 'areSent' | 'writeQuestion' | 'send'> | null;
}

/** Clients who approve their campaigns. An approval is given by a person and by nothing else: no time gives it. */
export class CampaignApprovals {
  private readonly shown = new ShownLinks();

  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: ApprovalParts,
  ) {}

  /**
   * Puts down what the campaign is now and whom it is for, and gives the link by which the client answers: to the address that the
   * client account has for it, where mail is sent, else to whoever asks. What was asked before can't be answered any more. Refuses with
   * NOT_FOUND, INVALID (all that is wrong with it), WRONG_STATE and FORBIDDEN_FOR_ROLE.
   */
  async askForApproval(viewer: Viewer, campaignId: string): Promise<HandedApproval | Refusal> {
    const refusal = forbidden(viewer, 'askForApproval');
    if (refusal) return refusal;
    try {
      return await this.ask(viewer, campaignId);
    } catch (error) {
      if (sqlStateOf(error) !== SQLSTATE.foreignKeyViolation) throw error;
      return changedMeanwhile();
    }
  }

  private async ask(viewer: Viewer, campaignId: string): Promise<HandedApproval | Refusal> {
    const policy = await this.parts.policies.policyAt(viewer, null);
    const handed = await inAgency(this.dataSource, viewer, async (manager) => {
      const at = await clockOf(manager);
      await checkAuthorityUnderLock(manager, viewer, at);
      const campaign = await findWholeCampaign(manager, viewer, campaignId);
      if (!campaign) return noCampaign();
      if (campaign.status === 'COMPLETED' || campaign.status === 'ARCHIVED') {
        return refuse('WRONG_STATE', 'The campaign has ended.', 'campaignId');
      }
      const { audience, fingerprints } = this.parts;
      const content = await contentOf(manager, campaign, campaign.draftVersion);
      if (!content && campaign.draftVersion !== null) return changedMeanwhile();
      const listed = await readListed(await ledgerOn(manager), campaign, audience);
      const checkedBy = { listed, policy, at, definition: content?.definition };
      const wrong = refusalOf(await problemsOf(manager, campaign, checkedBy));
      if (wrong) return wrong;
      const approver = await this.approverOf(manager, campaign);
      const approvalId = await this.freeze(manager, viewer, campaign, { content, at, approver });
      await dropOlder(manager, campaign, at);
      const link = { agencyId: campaign.agencyId, approvalId };
      const token = writeApprovalLink(fingerprints, link);
      if (!approver) return { campaign, token, sentTo: null };
      await this.parts.letters?.writeQuestion(manager, link, token, at);
      return { campaign, token: null, sentTo: approver.approverEmail };
    });
    if (!(handed instanceof Refusal) && handed.sentTo !== null) this.parts.letters?.send(viewer.agencyId);
    return handed;
  }

  /** Null where the link has to be shown. */
  private async approverOf(manager: EntityManager, campaign: CampaignEntity): Promise<Approver | null> {
    if (!this.parts.letters?.areSent) return null;
    const { agencyId, clientAccountId: id } = campaign;
    const account = await manager.findOneByOrFail(ClientAccountEntity, { agencyId, id });
    return account.approverEmail === null ? null : account;
  }

  private async freeze(
    manager: EntityManager,
    viewer: Viewer,
    campaign: CampaignEntity,
    { content, at, approver }: Frozen,
  ): Promise<string> {
    const { agencyId, id: campaignId, draftVersion: version, name: campaignName } = campaign;
    if (!content || version === null) throw new Error('A campaign that nothing speaks against has steps.');
    const people = await allPeople(await ledgerOn(manager), campaign, this.parts.audience);
    const [id, contentSha256] = [uuidAt(at), sha256Of(content)];
    const linkShownTo = approver ? null : viewer.actor;
    const whom = { linkShownTo, approverSetAt: approver?.approverSetAt ?? null };
    const asked = { askedAt: at, askedBy: viewer.actor, ...whom, people: people.length };
    const row = { agencyId, id, campaignId, campaignName, version, content, contentSha256, ...asked };
    await manager.createQueryBuilder().insert().into(CampaignApprovalEntity).values(row).execute();
    const samples = sampleOf(people);
    for (let start = 0; start < people.length; start += PEOPLE_AT_ONCE) {
      const some = people.slice(start, start + PEOPLE_AT_ONCE);
      const rows = some.map((recipient) => {
        const sample = samples.get(recipient) ?? null;
        return { agency_id: agencyId, approval_id: id, recipient_id: recipient, sample };
      });
      await writeRows(manager, APPROVAL_PERSON, rows);
    }
    const linkShown = linkShownTo !== null;
    const after = { version, contentSha256: contentSha256.toString('hex'), people: people.length, linkShown };
    const subject = { verb: 'askForApproval', subjectKind: 'CAMPAIGN', subjectId: campaignId } as const;
    await this.parts.audit.write(manager, viewer, at, { ...subject, before: {}, after });
    return id;
  }

  /** What a link leads to; null where it is none. Changes nothing. */
  async look(token: string): Promise<ApprovalView | null> {
    const link = readApprovalLink(this.parts.fingerprints, token);
    if (!link) return null;
    return (await this.find(link))?.view ?? null;
  }

  private find(
    link: ApprovalLink,
  ): Promise<{ readonly asked: AskedFor; readonly view: ApprovalView } | null> {
    const actor = actorOf(link);
    return inAgency(this.dataSource, this.shown.askerOf(link, actor), async (manager) => {
      const asked = await findAsked(manager, link);
      if (asked) this.shown.found(link, actor, asked.campaign.clientAccountId);
      return asked && { asked, view: await viewOf(manager, asked) };
    });
  }

  /**
   * The client's answer. An approval is taken only of what the campaign is at that moment; declining takes one back too, and
   * pauses what runs under it. The same answer again is a no-op; null as look. What changes nothing waits behind no change.
   */
  async answer(token: string, given: ApprovalAnswer): Promise<Answered | null> {
    const link = readApprovalLink(this.parts.fingerprints, token);
    const found = link && (await this.find(link));
    if (!found) return null;
    const { asked, view } = found;
    const wrong = checkAll(
      checkName(given.name, 'name'),
      checkText(given.remark ?? undefined, REMARK_LENGTH_MAX, 'remark'),
    );
    const refusal = wrong ?? refuseAnswer(asked.state, given.answer);
    if (refusal || asked.approval.answer === given.answer) return { view, refusal };
    const viewer = { ...systemViewer(link.agencyId, 'client'), ...this.shown.askerOf(link, actorOf(link)) };
    const answered = await this.answerAs(viewer, link, given);
    return answered instanceof Refusal ? null : answered;
  }

  private answerAs(viewer: Changer, link: ApprovalLink, given: ApprovalAnswer): Promise<Answered | Refusal> {
    return this.parts.changes.make(viewer, async (manager, at): Promise<Answered | Refusal> => {
      const found = await findAsked(manager, link);
      if (!found) return refuse('NOT_FOUND', 'There is no such link.');
      const { approval, campaign, state } = found;
      const refusal = refuseAnswer(state, given.answer);
      if (refusal) return { view: await viewOf(manager, found), refusal };
      if (approval.answer !== given.answer) {
        await this.store(manager, viewer, at, found, given);
        await raise(manager, link.agencyId, [alertOf(found, given.answer, at)]);
        await pauseUnapproved(manager, viewer, { audit: this.parts.audit, at }, campaign);
      }
      const since = await findAsked(manager, link);
      return { view: await viewOf(manager, since ?? found), refusal: null };
    });
  }

  private async store(
    manager: EntityManager,
    viewer: Viewer,
    at: Instant,
    { approval, campaign }: AskedFor,
    { answer, name, remark }: ApprovalAnswer,
  ): Promise<void> {
    const { agencyId, id } = approval;
    const answeredAt = Math.max(at, approval.askedAt);
    const columns = { answer, answeredAt, answeredName: name.trim(), remark: remark?.trim() || null };
    await manager.update(CampaignApprovalEntity, { agencyId, id }, columns);
    const contentSha256 = approval.contentSha256.toString('hex');
    const subject = { verb: 'answerApproval', subjectKind: 'CAMPAIGN', subjectId: campaign.id } as const;
    await this.parts.audit.write(manager, viewer, at, {
      ...subject,
      before: { answer: approval.answer },
      after: { answer, answeredName: columns.answeredName, contentSha256, version: approval.version },
    });
  }
}

/** What it was asked of is there no more: nobody went by it yet, and newer steps took its place. */
function changedMeanwhile(): Refusal {
  return refuse('WRONG_STATE', 'Its steps were changed meanwhile: ask again.', 'campaignId');
}

/** Whoever minds the campaign is told, and of what was taken back too: it may have been paused by that. */
function alertOf({ approval, campaign }: AskedFor, answer: ApprovalAnswer['answer'], at: Instant): Alert {
  const { id: campaignId, clientAccountId } = campaign;
  const kind = answer === 'APPROVED' ? 'CAMPAIGN_APPROVED' : 'CAMPAIGN_DECLINED';
  const facts = { version: approval.version, before: approval.answer ?? 'NONE' };
  return { kind, campaignId, clientAccountId, at, facts };
}

function refuseAnswer(state: ApprovalState, answer: 'APPROVED' | 'DECLINED'): Refusal | null {
  const mayAnswer = state === 'OPEN' || state === answer || (state === 'APPROVED' && answer === 'DECLINED');
  return mayAnswer ? null : refuse('WRONG_STATE', 'It can’t be answered like that any more.', 'answer');
}

/** Some of them, evenly from the first to the last, numbered from 1. */
function sampleOf(people: readonly string[]): Map<string, number> {
  const size = Math.min(SAMPLE_MAX, people.length);
  const places = Array.from({ length: size }, (_, index) => Math.floor((index * people.length) / size));
  return new Map(places.map((place, index) => [people[place]!, index + 1]));
}

function actorOf({ approvalId }: ApprovalLink): string {
  return `approver:${approvalId}`;
}
