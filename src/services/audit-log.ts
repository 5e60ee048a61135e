import type { EntityManager } from 'typeorm';
import { AuditEntryEntity } from '../entities/audit-entry.entity.js';
import type { Instant } from '../quota/window.js';
import type { SubjectKind } from '../quota/words.js';
import type { Fingerprints } from '../tenancy/fingerprint.js';
import { PERMISSIONS, type Permission } from '../tenancy/roles.js';
import { uuidAt } from '../tenancy/uuid.js';
import type { Viewer } from '../tenancy/viewer.js';

/** What members do themselves, with their session or with a link. */
const OWN_VERBS = [
  'acceptInvitation',
  'setPassword',
  'setUpSecondFactor',
  'replaceSecondFactor',
  'useRecoveryCode',
] as const;
export type OwnVerb = (typeof OWN_VERBS)[number];

/** What is done by no mutation, and by no member of themselves. */
const OTHER_VERBS = [
  'createAgency',
  'withdrawAgreement',
  'answerApproval',
  'tryCodes',
  'makePasswordLink',
] as const;

/** What is allowed, and writes no entry: it changes nothing, or its own rows tell of it (decisions, touches, alerts). */
const UNWRITTEN = [
  'acknowledgeAlert',
  'addSeats',
  'apiKeys',
  'auditLog',
  'capsForTool',
  'claimTouch',
  'commitReservation',
  'commitReservations',
  'completeTouch',
  'exportPerson',
  'failTouch',
  'inboundSources',
  'members',
  'nextTouches',
  'planSends',
  'previewDecision',
  'recordActivities',
  'releaseReservation',
  'releaseReservations',
  'reserve',
  'reserveMany',
  'signInProvider',
  'skipTouch',
  'trustedDocuments',
  'unreadEvents',
  'webhooks',
] as const satisfies readonly Permission[];

/** All that an entry may say was done. */
export type Verb = MutationVerb | OwnVerb | (typeof OTHER_VERBS)[number];
export type MutationVerb = Exclude<Permission, (typeof UNWRITTEN)[number]>;
export const VERBS: readonly Verb[] = [
  ...(Object.keys(PERMISSIONS) as Permission[]).filter(isWritten),
  ...OWN_VERBS,
  ...OTHER_VERBS,
];

/** A mutation that does many times over what another one does: its entries are that one's. */
export const WRITTEN_AS: ReadonlyMap<string, Verb> = new Map([['addSeats', 'addSeat']]);

function isWritten(permission: Permission): permission is MutationVerb {
  const unwritten: readonly Permission[] = UNWRITTEN;
  return !unwritten.includes(permission);
}

/** What was changed: the fields of a thing before and after; `{}` where it did not exist. */
export interface Change {
  readonly verb: Verb;
  readonly subjectKind: SubjectKind;
  readonly subjectId: string;
  readonly before: object;
  readonly after: object;
}

/**
 * Fields whose texts are codes, ids, days and zones, kept as they are. Every other text may be a person's or a
 * client's own words, and what is written here can't be erased: of those a keyed fingerprint is kept, which tells
 * that a value came back, not what it was.
 */
const KEPT_AS_IS: ReadonlySet<string> = new Set([
  'planId',
  'clientAccountId',
  'timeZone',
  'status',
  'limitMode',
  'limits',
  'holderKind',
  'holderAgreedOn',
  'tier',
  'workingHours',
  'daysOff',
  'seatId',
  'kind',
  'restrictionId',
  'replacedBy',
  'history',
  'openingUse',
  'outsideUse',
  'warmUpStartedOn',
  'creditsRenewOn',
  'seatIds',
  'campaignIds',
  'memberIds',
  'removedAs',
  'kind',
  'scopeKind',
  'scopeId',
  'actions',
  'windowKind',
  'role',
  'version',
  'numbers',
  'clientAccountIds',
  'creditNumbers',
  'signInProviderId',
  'documentSha256s',
  'format',
  'alertKinds',
  'minSeverity',
  'tool',
  'fields',
  'lawfulBasis',
  'startsOn',
  'endsOn',
  'contentSha256',
  'answer',
  'byLink',
]);

/** Of the entry itself, or of no interest. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'agencyId',
  'id',
  'createdAt',
  'createdBy',
  'approverSetAt',
  'secretSha256',
  'prefix',
  'tookOverFrom',
]);

/** 64 bits: enough to tell the values of a field apart. */
const FINGERPRINT_DIGITS = 16;

/** Who changed what, with the old and the new value, in the transaction of the change. Nobody can alter it later. */
export class AuditLog {
  constructor(private readonly fingerprints: Fingerprints) {}

  /** Writes an entry, unless nothing was changed. */
  async write(manager: EntityManager, viewer: Viewer, at: Instant, change: Change): Promise<void> {
    const changes = this.changesOf(viewer.agencyId, change);
    if (Object.keys(changes).length === 1) return;
    await manager
      .createQueryBuilder()
      .insert()
      .into(AuditEntryEntity)
      .values({
        agencyId: viewer.agencyId,
        id: uuidAt(at),
        actor: viewer.actor,
        verb: change.verb,
        subjectKind: change.subjectKind,
        subjectId: change.subjectId,
        changes,
      })
      .execute();
  }

  private changesOf(agencyId: string, { before, after }: Change): object {
    const old = new Map<string, unknown>(Object.entries(before));
    const now = new Map<string, unknown>(Object.entries(after));
    const changes: { v: 1; [field: string]: unknown } = { v: 1 };
    for (const field of new Set([...old.keys(), ...now.keys()])) {
      if (LEFT_OUT.has(field)) continue;
      const oldValue = this.kept(agencyId, field, old.get(field));
      const newValue = this.kept(agencyId, field, now.get(field));
      if (JSON.stringify(oldValue) === JSON.stringify(newValue)) continue;
      changes[field] = { old: oldValue, new: newValue };
    }
    return changes;
  }

  private kept(agencyId: string, field: string, value: unknown): unknown {
    if (value === undefined || value === null) return null;
    if (typeof value === 'number' || typeof value === 'boolean') return value;
    if (KEPT_AS_IS.has(field)) return value;
    const { version } = this.fingerprints;
    const text = JSON.stringify(value);
    const fingerprint = this.fingerprints.of('AUDIT', agencyId, field, text).toString('hex');
    return `hmac${version}:${fingerprint.slice(0, FINGERPRINT_DIGITS)}`;
  }
}
