import type { AgencyEntity } from '../entities/agency.entity.js';
import type { ApiKeyEntity } from '../entities/api-key.entity.js';
import type { CampaignEntity } from '../entities/campaign.entity.js';
import type { ClientAccountEntity } from '../entities/client-account.entity.js';
import type { MemberEntity } from '../entities/member.entity.js';
import type { PlanEntity } from '../entities/plan.entity.js';
import type { SeatEntity } from '../entities/seat.entity.js';
import { Refusal } from '../errors.js';
import type { ActivityRecord } from '../ledger/told/history.js';
import type { RestrictionRecord } from '../ledger/reading/restrictions.js';
import { newerBuiltIn, policyStaleFrom, staleFrom, type Policy } from '../quota/policy/index.js';
import { Activity, type RecordActivitiesPayload } from '../schema/activity.schema.js';
import { Agency } from '../schema/agency.schema.js';
import { ApiKey } from '../schema/api-key.schema.js';
import { Campaign } from '../schema/campaign.schema.js';
import { ClientAccount } from '../schema/client-account.schema.js';
import { userErrorsOf } from '../schema/payload.js';
import { fill } from '../schema/fill.js';
import { toId } from '../schema/ids.js';
import { Member } from '../schema/member.schema.js';
import { Plan } from '../schema/plan.schema.js';
import { CreditRule, Policy as ShownPolicy, PolicyRule } from '../schema/policy.schema.js';
import { Restriction } from '../schema/restriction.schema.js';
import { SeatOperator } from '../schema/seat-operators.schema.js';
import { Seat, WorkingHours } from '../schema/seat.schema.js';
import type { Recorded } from '../services/decisions/activity.service.js';
import type { SeatOperator as Operator } from '../services/seats/seat.operators.js';
import type { Viewer } from '../tenancy/viewer.js';
import { actorId } from '../schema/actor.js';
import { showUsages, showWindow } from './limit.show.js';
import { shownOnce } from './shown-once.js';

/** From rows to the objects of the schema. What points at another object stays a uuid: a loader starts from it. */

export function showAgency({ agencyId, name, timeZone, createdAt }: AgencyEntity): Agency {
  return fill(Agency, { id: toId('agency', agencyId), name, timeZone, createdAt });
}

export function showPlan({ id, name, seatAllowance }: PlanEntity): Plan {
  return fill(Plan, { id: toId('plan', id), name, seatAllowance });
}

export function showClientAccount(account: ClientAccountEntity): ClientAccount {
  return fill(ClientAccount, {
    id: toId('client', account.id),
    name: account.name,
    externalRef: account.externalRef,
    timeZone: account.timeZone,
    status: account.status,
    limitMode: account.limitMode,
    poolsContacts: account.poolsContacts,
    approvalRequired: account.approvalRequired,
    approverEmail: account.approverEmail,
    planId: account.planId,
    createdAt: account.createdAt,
  });
}

export function showSeat(seat: SeatEntity): Seat {
  const { workingHours } = seat;
  return fill(Seat, {
    id: toId('seat', seat.id),
    clientAccountId: seat.clientAccountId,
    externalRef: seat.externalRef,
    holderName: seat.holderName,
    holderKind: seat.holderKind,
    holderAgreedOn: seat.holderAgreedOn,
    holderWithdrewAt: seat.holderWithdrewAt,
    profileUrl: seat.profileUrl,
    tier: seat.tier,
    timeZone: seat.timeZone,
    workingHours:
      workingHours &&
      fill(WorkingHours, { days: workingHours.days, from: workingHours.from, to: workingHours.to }),
    limitMode: seat.limitMode,
    status: seat.status,
    history: seat.history,
    warmUpStartedOn: seat.warmUpStartedOn,
    createdAt: seat.createdAt,
  });
}

/** The same of the rows of lists that many have, or that are asked for under many names. */
export const showListedClientAccount = shownOnce(showClientAccount);
export const showListedSeat = shownOnce(showSeat);
export const showListedRestriction = shownOnce(showRestriction);

export function showOperator({ kind, id, name, role, reach }: Operator): SeatOperator {
  return fill(SeatOperator, { kind, id: toId(kind === 'MEMBER' ? 'member' : 'key', id), name, role, reach });
}

function showRestriction(restriction: RestrictionRecord): Restriction {
  return fill(Restriction, {
    id: toId('restriction', restriction.id),
    kind: restriction.kind,
    actions: restriction.actions,
    reportedAt: restriction.reportedAt,
    until: restriction.endsAt,
    halfCapsUntil: restriction.halfCapsUntil,
    note: restriction.note,
  });
}

export function showCampaign(campaign: CampaignEntity): Campaign {
  return fill(Campaign, {
    id: toId('campaign', campaign.id),
    clientAccountId: campaign.clientAccountId,
    segmentId: campaign.segmentId,
    externalRef: campaign.externalRef,
    name: campaign.name,
    status: campaign.status,
    purpose: campaign.purpose,
    lawfulBasis: campaign.lawfulBasis,
    dataSource: campaign.dataSource,
    audienceTags: campaign.audienceTags,
    startsOn: campaign.startsOn,
    endsOn: campaign.endsOn,
    approvalRequired: campaign.approvalRequired,
    version: campaign.version,
    draftVersion: campaign.draftVersion,
    launchedAt: campaign.launchedAt,
    endedAt: campaign.endedAt,
    isEnrolling: campaign.enrollingAfter !== null,
  });
}

export function showApiKey(key: ApiKeyEntity): ApiKey {
  return fill(ApiKey, {
    id: toId('key', key.id),
    name: key.name,
    role: key.role,
    clientAccountId: key.clientAccountId,
    prefix: key.prefix,
    createdAt: key.createdAt,
    lastUsedAt: key.lastUsedAt,
    expiresAt: key.expiresAt,
    revokedAt: key.revokedAt,
    trustedDocumentsOnly: key.trustedDocumentsOnly,
    replacedById: key.replacedBy,
  });
}

/** A person whose data was erased has neither address nor name. */
export function showMember(member: MemberEntity): Member {
  return fill(Member, {
    id: toId('member', member.id),
    email: member.email ?? '',
    name: member.name ?? member.email ?? '',
    role: member.role,
    status: member.status,
    invitedAt: member.createdAt,
    joinedAt: member.joinedAt,
  });
}

export function showActivity(activity: ActivityRecord): Activity {
  return fill(Activity, {
    id: toId('activity', activity.id),
    seatId: activity.seatId,
    clientAccountId: activity.clientAccountId,
    recipientId: activity.recipientId,
    action: activity.action,
    count: activity.count,
    occurredAt: activity.occurredAt,
    source: activity.source,
    recordedBy: actorId(activity.recordedBy),
    voidedAt: activity.voidedAt,
  });
}

/** What was recorded, with the counters after it that the viewer may see. */
export function showRecorded(
  viewer: Viewer,
  { recorded, alreadyKnown, wouldHaveBeenRefused, usage, notLookedAt }: Recorded,
): RecordActivitiesPayload {
  return {
    recorded,
    alreadyKnown,
    wouldHaveBeenRefused,
    usage: usage.flatMap(({ usage: counter, asOf }) => showUsages(viewer, [counter], asOf)),
    userErrors: notLookedAt ? userErrorsOf(notLookedAt) : [],
  };
}

export function showPolicy(policy: Policy): ShownPolicy {
  return fill(ShownPolicy, {
    id: toId('policy', policy.id),
    version: policy.version,
    effectiveFrom: policy.effectiveFrom,
    builtIn: policy.builtIn,
    // Their calendar windows are of whatever seat they hold for.
    rules: policy.rules.map((rule) =>
      fill(PolicyRule, {
        ...rule,
        window: rule.window && showWindow(rule.window, null),
        staleFrom: staleFrom(rule),
      }),
    ),
    creditRules: policy.creditRules.map((rule) => fill(CreditRule, { ...rule, staleFrom: staleFrom(rule) })),
    staleFrom: policyStaleFrom(policy),
    basedOn: policy.published?.basedOn ?? null,
    source: policy.published?.source ?? null,
    publishedAt: policy.published?.at ?? null,
    newerBuiltIn: newerBuiltIn(policy)?.version ?? null,
  });
}

/** What a service did, as the schema has it; a refusal stays one. */
export async function shown<Done, Shown>(
  outcome: Promise<Done | Refusal>,
  show: (done: Done) => Shown | Promise<Shown>,
): Promise<Shown | Refusal> {
  const done = await outcome;
  return done instanceof Refusal ? done : show(done);
}

/** What an id leads to, as the schema has it; null for no id, and where the viewer sees nothing of that id. */
export async function showLoaded<Row, Shown>(
  loader: { load(id: string): Promise<Row | null> },
  id: string | null,
  show: (row: Row) => Shown,
): Promise<Shown | null> {
  const row = id === null ? null : await loader.load(id);
  return row && show(row);
}
