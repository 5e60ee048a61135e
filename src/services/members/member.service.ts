import type { DataSource, EntityManager, SelectQueryBuilder } from 'typeorm';
import { MemberEntity } from '../../entities/member.entity.js';
import { refuse, Refusal } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import type { Role } from '../../quota/words.js';
import { comparable } from '../../tenancy/accounts.js';
import { inAgency } from '../../tenancy/door.js';
import { mayDo } from '../../tenancy/roles.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Given, Viewer } from '../../tenancy/viewer.js';
import { requireWhole } from './access.js';
import { checkAll, checkEmail, checkName } from '../checks.js';
import { refuseRole, told, type Invited, type MemberDesk } from './member.desk.js';
import { checkReach, NO_REACH, readReaches, refuseUnseen, writeReach } from './member.reach.js';
import { reachOf } from './member.rights.service.js';
import { afterId, byId, pageOf, type Page, type PageAsked } from '../page.js';

export interface InviteMember {
  readonly email: string;
  readonly name?: string | null | undefined;
  readonly role: Role;
  readonly clientAccountIds?: readonly string[] | null | undefined;
  readonly seatIds?: readonly string[] | null | undefined;
}

/** The people of an agency: who they are, what they may do, what they were given. */
export class MemberService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly desk: MemberDesk,
  ) {}

  /**
   * Invites a person, by a link that is good once, for seven days. Refuses with INVALID, NOT_FOUND (what is given), TAKEN
   * (a member has the address), FORBIDDEN_FOR_ROLE (a role above the inviter's).
   */
  async invite(viewer: Viewer, input: InviteMember): Promise<Invited | Refusal> {
    const reach = reachOf(input);
    const refusal =
      refuseRole(viewer, 'inviteMember', input.role) ??
      checkAll(
        checkEmail(input.email),
        checkName(input.name ?? undefined, 'name'),
        checkReach(input.role, reach),
      );
    if (refusal) return refusal;
    const invited = await this.desk.parts.changes.make(viewer, (manager, at) =>
      this.insert(manager, viewer, { ...input, ...reach }, at),
    );
    if (!(invited instanceof Refusal)) this.desk.parts.letters.send(viewer.agencyId);
    return invited;
  }

  /** In a transaction of the caller's, who has checked the input: an agency's first owner comes with the agency. */
  async insert(
    manager: EntityManager,
    viewer: Viewer,
    input: InviteMember & Given,
    at: Instant,
  ): Promise<Invited | Refusal> {
    const { agencyId } = viewer;
    const email = comparable(input.email);
    const refused = await refuseUnseen(manager, viewer, input);
    if (refused) return refused;
    const isTaken = await manager
      .createQueryBuilder(MemberEntity, 'member')
      .where(`member.agencyId = :agencyId AND member.email = :email AND member.status <> 'REMOVED'`, {
        ...{ agencyId, email },
      })
      .getExists();
    if (isTaken) return refuse('TAKEN', 'A member has this address already.', 'email');
    const member = manager.create(MemberEntity, {
      ...{ agencyId, id: uuidAt(at), email, name: input.name ?? null, role: input.role },
      ...{ status: 'INVITED', rights: 1, invitedBy: viewer.actor, createdAt: at },
      ...{ joinedAt: null, removedAt: null },
    });
    await manager.createQueryBuilder().insert().into(MemberEntity).values(member).execute();
    await writeReach(manager, member, NO_REACH, input, at);
    await this.desk.tell(manager, viewer, at, 'inviteMember', member.id, {}, told(member, input));
    return this.desk.sendLink(manager, member, at);
  }

  /** Another link for a person who has not accepted yet; the one before is good for nothing. Refuses with NOT_FOUND, WRONG_STATE. */
  async resendInvitation(viewer: Viewer, memberId: string): Promise<Invited | Refusal> {
    const invited = await this.desk.change<Invited>(
      viewer,
      'resendInvitation',
      memberId,
      async (manager, at, member) => {
        if (member.status !== 'INVITED') {
          return refuse('WRONG_STATE', 'The member has accepted already.', 'memberId');
        }
        await this.desk.tell(
          manager,
          viewer,
          at,
          'resendInvitation',
          member.id,
          {},
          { status: member.status },
        );
        return this.desk.sendLink(manager, member, at);
      },
    );
    if (!(invited instanceof Refusal)) this.desk.parts.letters.send(viewer.agencyId);
    return invited;
  }

  /** Newest first, without those who were removed. Throws FORBIDDEN where the viewer may not see members. */
  async members(viewer: Viewer, asked: PageAsked): Promise<Page<MemberEntity>> {
    requireWhole(viewer, 'members');
    return inAgency(this.dataSource, viewer, async (manager) => {
      const query = membersOf(manager, viewer).andWhere(`member.status <> 'REMOVED'`);
      const before = afterId(asked);
      if (before !== null) query.andWhere('member.id < :before', { before });
      const found = await query
        .orderBy('member.id', 'DESC')
        .limit(asked.rows + 1)
        .getMany();
      return pageOf(found, asked, ({ id }) => [id]);
    });
  }

  async countMembers(viewer: Viewer): Promise<number> {
    requireWhole(viewer, 'members');
    return inAgency(this.dataSource, viewer, (manager) =>
      membersOf(manager, viewer).andWhere(`member.status <> 'REMOVED'`).getCount(),
    );
  }

  /** Those who were removed too, until they are erased. Of a viewer who may not see members: the viewer alone. */
  byIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, MemberEntity>> {
    const own = viewer.credential?.kind === 'MEMBER' ? viewer.credential.id : null;
    const isShownAll = viewer.reach === null && mayDo(viewer.role, 'members');
    const seen = isShownAll ? [...ids] : ids.filter((id) => id === own);
    return inAgency(this.dataSource, viewer, async (manager) =>
      byId(
        await membersOf(manager, viewer)
          .andWhere('member.id = ANY(:seen) AND member.email IS NOT NULL', { seen })
          .getMany(),
      ),
    );
  }

  reachesByIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, Given>> {
    return inAgency(this.dataSource, viewer, (manager) => readReaches(manager, viewer, ids));
  }
}

function membersOf(manager: EntityManager, { agencyId }: Viewer): SelectQueryBuilder<MemberEntity> {
  return manager
    .createQueryBuilder(MemberEntity, 'member')
    .where('member.agencyId = :agencyId', { agencyId });
}
