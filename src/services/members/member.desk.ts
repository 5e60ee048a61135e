import type { EntityManager } from 'typeorm';
import { MemberEntity } from '../../entities/member.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import type { Role } from '../../quota/words.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { isNoWider, type Permission } from '../../tenancy/roles.js';
import type { Given, Viewer } from '../../tenancy/viewer.js';
import { forbiddenBeyondClientAccount } from './access.js';
import type { AuditLog, MutationVerb } from '../audit-log.js';
import type { Changes, ChangeWork } from '../changes.js';
import type { Letters } from './letters.js';
import { endLinks, issueLink } from './links.js';
import { isSame, writeReach } from './member.reach.js';

/** What those who change people work with. */
export interface MemberParts {
  readonly changes: Changes;
  readonly audit: AuditLog;
  readonly letters: Letters;
  readonly fingerprints: Fingerprints;
}

export interface Invited {
  readonly member: MemberEntity;
  /** Where the person accepts; null where it was sent to them. */
  readonly invitationUrl: string | null;
  readonly expiresAt: Instant;
}

/** A member's role and reach as they are to be. */
export interface Rewriting {
  readonly member: MemberEntity;
  readonly role: Role;
  readonly before: Given;
  readonly after: Given;
}

/** What a role is changed to is wider or narrower: nobody waits with the one because of the other. */
const ENDING: ReadonlySet<Permission> = new Set(['removeMember', 'takeFromMember', 'setMemberRole'] as const);

type MemberWork<T> = (manager: EntityManager, at: Instant, member: MemberEntity) => Promise<T | Refusal>;

/** How a member is changed, whatever it is that changes: under the book, by whoever may, told to the audit log. */
export class MemberDesk {
  constructor(readonly parts: MemberParts) {}

  /**
   * Does some work on a member that the viewer may change. Refuses with NOT_FOUND for one who is not there, or was removed
   * (unless `ofRemoved`), and with FORBIDDEN_FOR_ROLE for one of a wider role.
   */
  async change<T>(
    viewer: Viewer,
    permission: Permission,
    memberId: string,
    work: MemberWork<T>,
    ofRemoved = false,
  ): Promise<T | Refusal> {
    const refusal = forbiddenBeyondClientAccount(viewer, permission);
    if (refusal) return refusal;
    const change: ChangeWork<T> = async (manager, at) => {
      const { agencyId } = viewer;
      const member = await manager.findOneBy(MemberEntity, { agencyId, id: memberId });
      if (!member || (member.status === 'REMOVED' && !ofRemoved)) {
        return refuse('NOT_FOUND', 'There is no such member.', 'memberId');
      }
      if (!isNoWider(member.role, viewer.role)) {
        return refuse('FORBIDDEN_FOR_ROLE', `The member is of the wider role ${member.role}.`, 'memberId');
      }
      return work(manager, at, member);
    };
    const { changes } = this.parts;
    return ENDING.has(permission) ? changes.end(viewer, change) : changes.make(viewer, change);
  }

  /**
   * Writes another role or reach, where it is another one. Whoever was let in by the rights before asks again from now on. An invitation is good for what
   * the member was to be when it was made: whoever was shown it may be narrower than the member is now. A link for a new
   * password was shown to nobody of the agency.
   */
  async rewrite(
    manager: EntityManager,
    viewer: Viewer,
    at: Instant,
    verb: MutationVerb,
    { member, role, before, after }: Rewriting,
  ): Promise<MemberEntity> {
    if (role === member.role && isSame(before, after)) return member;
    const changed = manager.create(MemberEntity, { ...member, role, rights: member.rights + 1 });
    await updateMember(manager, changed);
    await writeReach(manager, member, before, after, at);
    await endLinks(manager, { agencyId: member.agencyId, memberId: member.id }, at, ['INVITATION']);
    await this.tell(manager, viewer, at, verb, member.id, told(member, before), told(changed, after));
    return changed;
  }

  /** To the audit log: role, status and ids. Neither an address nor a name. */
  tell(
    manager: EntityManager,
    viewer: Viewer,
    at: Instant,
    verb: MutationVerb,
    subjectId: string,
    before: object,
    after: object,
  ): Promise<void> {
    return this.parts.audit.write(manager, viewer, at, {
      ...{ verb, subjectKind: 'MEMBER', subjectId, before, after },
    });
  }

  /** A link by which the person accepts, sent or shown. */
  async sendLink(manager: EntityManager, member: MemberEntity, at: Instant): Promise<Invited> {
    const whose = { agencyId: member.agencyId, memberId: member.id };
    const link = await issueLink(manager, whose, 'INVITATION', at);
    const invitationUrl = await this.parts.letters.write(manager, whose, 'INVITATION', link, at);
    return { member, invitationUrl, expiresAt: link.expiresAt };
  }
}

/** What the audit log is told of a member. */
export function told({ role, status }: Pick<MemberEntity, 'role' | 'status'>, reach: Given): object {
  return { role, status, clientAccountIds: reach.clientAccountIds, seatIds: reach.seatIds };
}

export async function updateMember(manager: EntityManager, member: MemberEntity): Promise<void> {
  const { agencyId, id, invitedBy: _invitedBy, createdAt: _createdAt, ...columns } = member;
  await manager.update(MemberEntity, { agencyId, id }, columns);
}

/** Whether the viewer may make somebody a member of that role. */
export function refuseRole(viewer: Viewer, permission: Permission, role: Role): Refusal | null {
  const refusal = forbiddenBeyondClientAccount(viewer, permission);
  if (refusal || isNoWider(role, viewer.role)) return refusal;
  return refuse('FORBIDDEN_FOR_ROLE', `The role ${viewer.role} gives nobody the role ${role}.`, 'role');
}
