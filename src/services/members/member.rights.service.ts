import { MemberEntity } from '../../entities/member.entity.js';
import { Refusal } from '../../errors.js';
import type { Role } from '../../quota/words.js';
import { accountName, leaveAccount } from '../../tenancy/accounts.js';
import { seesAll } from '../../tenancy/roles.js';
import type { Given, Viewer } from '../../tenancy/viewer.js';
import { endLinks } from './links.js';
import { refuseLastOwner } from './last-owner.js';
import { refuseRole, told, updateMember, type MemberDesk } from './member.desk.js';
import { checkReach, NO_REACH, readReach, refuseUnseen, union, without, writeReach } from './member.reach.js';
import { endSessions } from './sessions.js';

/** What is left out is nothing. */
export interface MemberReach {
  readonly memberId: string;
  readonly clientAccountIds?: readonly string[] | null | undefined;
  readonly seatIds?: readonly string[] | null | undefined;
}

export interface SetMemberRole extends MemberReach {
  readonly role: Role;
}

/** What members may do, what they were given, and the end of it. */
export class MemberRightsService {
  /** `sendAgain` sends a link for a new password to an address whose last one ended here. */
  constructor(
    private readonly desk: MemberDesk,
    private readonly sendAgain: (email: string) => void,
  ) {}

  /**
   * Changes what a member may do; what is given stays where the new role can have it, unless it is told anew. It ends the
   * member's sessions. Refuses with NOT_FOUND, INVALID, FORBIDDEN_FOR_ROLE, WRONG_STATE for the last owner.
   */
  setRole(viewer: Viewer, input: SetMemberRole): Promise<MemberEntity | Refusal> {
    const { role } = input;
    const refused = refuseRole(viewer, 'setMemberRole', role);
    if (refused) return Promise.resolve(refused);
    return this.desk.change(viewer, 'setMemberRole', input.memberId, async (manager, at, member) => {
      const before = await readReach(manager, viewer, member.id);
      const kept = seesAll(role) ? NO_REACH : before;
      const after = reachOf({
        clientAccountIds: input.clientAccountIds ?? kept.clientAccountIds,
        seatIds: input.seatIds ?? (role === 'CLIENT' ? [] : kept.seatIds),
      });
      const refusal =
        checkReach(role, after) ??
        (await refuseUnseen(manager, viewer, after)) ??
        (role === 'OWNER' ? null : await refuseLastOwner(manager, this.desk.parts, member));
      if (refusal) return refusal;
      const changed = await this.desk.rewrite(manager, viewer, at, 'setMemberRole', {
        ...{ member, before, after, role },
      });
      if (role !== member.role) await endSessions(manager, changed, at);
      return changed;
    });
  }

  /** Gives client accounts and single seats to a member; what they have already is a no-op. */
  give(viewer: Viewer, input: MemberReach): Promise<MemberEntity | Refusal> {
    return this.changeReach(viewer, 'giveToMember', input, union);
  }

  /** Takes client accounts and single seats from a member: their very next request no longer sees them. */
  take(viewer: Viewer, input: MemberReach): Promise<MemberEntity | Refusal> {
    return this.changeReach(viewer, 'takeFromMember', input, without);
  }

  /**
   * Ends a membership: sessions and links at once. `erase` empties the address and the name too, and can be told of one
   * who was removed before. Refuses with NOT_FOUND, FORBIDDEN_FOR_ROLE, WRONG_STATE for the last owner.
   */
  async remove(viewer: Viewer, memberId: string, erase: boolean): Promise<MemberEntity | Refusal> {
    const asking = new Set<string>();
    const outcome = await this.desk.change(
      viewer,
      'removeMember',
      memberId,
      async (manager, at, member) => {
        const refusal = await refuseLastOwner(manager, this.desk.parts, member);
        if (refusal) return refusal;
        const reach = await readReach(manager, viewer, member.id);
        await writeReach(manager, member, reach, NO_REACH, at);
        if (member.status !== 'REMOVED' && member.email !== null) {
          const name = accountName(this.desk.parts.fingerprints, member.email);
          await leaveAccount(manager, name, { agencyId: member.agencyId, memberId: member.id });
        }
        await endSessions(manager, member, at);
        const ended = await endLinks(manager, { ...member, memberId: member.id }, at);
        if (member.email !== null && ended.includes('PASSWORD')) asking.add(member.email);
        const words = erase ? { email: null, name: null } : {};
        const removed = { status: 'REMOVED', removedAt: member.removedAt ?? at } as const;
        const changed = manager.create(MemberEntity, {
          ...{ ...member, ...words, ...removed },
          rights: member.rights + 1,
        });
        await updateMember(manager, changed);
        const erased = erase && member.email !== null ? { erased: true } : {};
        await this.desk.tell(manager, viewer, at, 'removeMember', member.id, told(member, reach), {
          ...told(changed, NO_REACH),
          ...erased,
        });
        return changed;
      },
      true,
    );
    // The person asked for it, and may be a member elsewhere.
    if (!(outcome instanceof Refusal)) asking.forEach(this.sendAgain);
    return outcome;
  }

  private changeReach(
    viewer: Viewer,
    permission: 'giveToMember' | 'takeFromMember',
    input: MemberReach,
    combine: (had: readonly string[], told: readonly string[]) => string[],
  ): Promise<MemberEntity | Refusal> {
    return this.desk.change(viewer, permission, input.memberId, async (manager, at, member) => {
      const asked = reachOf(input);
      const before = await readReach(manager, viewer, member.id);
      const after = {
        clientAccountIds: combine(before.clientAccountIds, asked.clientAccountIds),
        seatIds: combine(before.seatIds, asked.seatIds),
      };
      const refusal = (await refuseUnseen(manager, viewer, asked)) ?? checkReach(member.role, after);
      if (refusal) return refusal;
      return this.desk.rewrite(manager, viewer, at, permission, { member, before, after, role: member.role });
    });
  }
}

/** What is told, each once. */
export function reachOf({ clientAccountIds, seatIds }: Omit<MemberReach, 'memberId'>): Given {
  return { clientAccountIds: [...new Set(clientAccountIds ?? [])], seatIds: [...new Set(seatIds ?? [])] };
}
