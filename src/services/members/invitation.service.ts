import type { DataSource, EntityManager } from 'typeorm';
import { AgencyEntity } from '../../entities/agency.entity.js';
import { MemberEntity } from '../../entities/member.entity.js';
import { refuse, Refusal } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { accountName, findToJoin, joinAccount, lockOf, type Lock } from '../../tenancy/accounts.js';
import { inAgencyNamed } from '../../tenancy/door.js';
import { parseToken, type ParsedToken } from '../../tenancy/token.js';
import { checkName } from '../checks.js';
import type { CameFrom } from './devices.js';
import { findLink, useLink } from './links.js';
import { updateMember } from './member.desk.js';
import { refuseWeakPassword } from './password-strength.js';
import {
  beginSessionFor,
  isRight,
  noLink,
  notSignedIn,
  themselves,
  type SignedIn,
  type SignInParts,
} from './sign-in.js';

export interface AcceptInvitation extends CameFrom {
  readonly token: string;
  readonly name: string;
  readonly password: string;
  /** Whether it is to be for this agency alone: the one that there is was set by somebody else. */
  readonly isOwn: boolean;
}

/** What an invitation tells whoever holds its link. */
export interface Invitation {
  readonly agency: string;
  readonly email: string;
  readonly name: string | null;
  /** The person has a password already, from another agency: it is to be told, not made. */
  readonly hasPassword: boolean;
}

interface Found extends Invitation {
  readonly member: MemberEntity;
  /** The password that there is. */
  readonly lock: Lock;
  readonly at: Instant;
}

interface Joining {
  readonly name: string;
  /** Null for whoever has a password already. */
  readonly passwordHash: string | null;
  readonly isOwn: boolean;
  /** What was kept of that one when it was shown. */
  readonly shown: string | null;
}

/** Thrown to undo what was begun. */
class OtherPassword extends Error {}

/** Accepting an invitation: who holds its link becomes the member that it is for. */
export class InvitationService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: SignInParts,
  ) {}

  /** Throws NOT_FOUND, in one message, for a link that is used, replaced, expired, forged or of something else. */
  async look(token: string, place: string): Promise<Invitation> {
    const { agency, email, name, hasPassword } = await this.find(tokenOf(token), place);
    return { agency, email, name, hasPassword };
  }

  /**
   * Sets the name and the password, and begins a session. Whoever has a password from another agency shows that one: who
   * invites a person does not get to set it. Where no mail is sent, the other agency may have accepted in their name: then they
   * make one that is for this agency alone, and nobody's elsewhere. Throws NOT_FOUND as `look` does, UNAUTHENTICATED for another
   * password, THROTTLED; refuses with INVALID, WRONG_STATE.
   */
  async accept(accepting: AcceptInvitation): Promise<SignedIn | Refusal> {
    const refusal = checkName(accepting.name, 'name');
    if (refusal) return refusal;
    const parsed = tokenOf(accepting.token);
    // Another agency's may have been accepted in the same moment: the password is theirs then, and is asked for.
    const accepted = (await this.acceptOnce(parsed, accepting)) ?? (await this.acceptOnce(parsed, accepting));
    if (accepted === null) throw notSignedIn();
    return accepted;
  }

  /** Null where the password that there is became another one meanwhile; nothing is done then. */
  private async acceptOnce(
    parsed: ParsedToken,
    accepting: AcceptInvitation,
  ): Promise<SignedIn | Refusal | null> {
    const { name, isOwn, place } = accepting;
    const found = await this.find(parsed, place);
    const refused = isOwn ? this.refuseOwn(found) : null;
    if (refused) return refused;
    const passwordHash = await this.passwordHashOf(found, accepting);
    if (passwordHash instanceof Refusal) return passwordHash;
    const shown = found.lock.passwordHash;
    const { email, at: foundAt } = found;
    // Before they have joined, by a link that is used then.
    const device = await this.parts.devices.make(email, passwordHash ?? shown, foundAt);
    try {
      const begun = await this.parts.changes.make(themselves(found.member), (manager, at) =>
        this.join(manager, parsed, { name, passwordHash, isOwn, shown }, at),
      );
      return begun instanceof Refusal ? begun : { ...begun, device };
    } catch (error) {
      if (error instanceof OtherPassword) return null;
      throw error;
    }
  }

  /** One of its own is for whoever can't get at the one that there is. */
  private refuseOwn({ hasPassword }: Found): Refusal | null {
    if (!hasPassword) {
      return refuse(
        'WRONG_STATE',
        'There is no password of the address yet: send `password`.',
        'ownPassword',
      );
    }
    if (!this.parts.letters.areSent) return null;
    const message = 'Ask for another password of the address: POST /auth/password/ask sends a link.';
    return refuse('WRONG_STATE', message, 'ownPassword');
  }

  private async passwordHashOf(
    found: Found,
    { name, password, isOwn, ...from }: AcceptInvitation,
  ): Promise<string | null | Refusal> {
    const { devices, passwords, turns } = this.parts;
    const { lock, email } = found;
    const asker = { account: email, ...from };
    if (lock.passwordHash === null || isOwn) {
      const weak = await refuseWeakPassword(password, {
        ...{ agencyId: found.member.agencyId, memberId: found.member.id },
        words: [name, email, found.agency],
      });
      return weak ?? turns.run(asker, () => passwords.hash(password, from.place));
    }
    const isTheirs = await turns.run(asker, async () => {
      const tried = await devices.tryFrom(from, email, lock, found.at);
      return isRight(this.parts, { tried, kept: lock.passwordHash, shown: password });
    });
    if (!isTheirs) throw notSignedIn();
    return null;
  }

  private async join(
    manager: EntityManager,
    parsed: ParsedToken,
    { name, passwordHash, isOwn, shown }: Joining,
    at: Instant,
  ): Promise<SignedIn> {
    const { agencyId } = parsed;
    const link = await findLink(manager, parsed, 'INVITATION', at);
    const member =
      link && (await manager.findOneBy(MemberEntity, { agencyId, id: link.memberId, status: 'INVITED' }));
    if (!link || !member?.email || !(await useLink(manager, link, at))) throw noLink();
    const account = accountName(this.parts.fingerprints, member.email);
    // Another agency's invitation may have been accepted meanwhile, by whoever had its link: nobody showed that password here.
    const held = await findToJoin(manager, account, agencyId, 'FOR UPDATE');
    if ((held?.passwordHash ?? null) !== shown) throw new OtherPassword();
    const ref = { agencyId, memberId: member.id };
    await (isOwn && passwordHash !== null
      ? joinAccount(manager, account, { ...ref, joinedBy: 'OWN_PASSWORD', ownHash: passwordHash }, at)
      : joinAccount(manager, account, { ...ref, joinedBy: 'PASSWORD' }, at, passwordHash));
    const joined = manager.create(MemberEntity, {
      ...{ ...member, name, status: 'ACTIVE', joinedAt: at, rights: member.rights + 1 },
    });
    await updateMember(manager, joined);
    await this.parts.audit.write(manager, themselves(joined), at, {
      ...{ verb: 'acceptInvitation', subjectKind: 'MEMBER', subjectId: member.id },
      before: { status: member.status },
      after: { status: joined.status, ...(isOwn && { ownPassword: true }) },
    });
    return beginSessionFor(manager, joined, at);
  }

  private find(parsed: ParsedToken, place: string): Promise<Found> {
    const { agencyId } = parsed;
    return inAgencyNamed(this.dataSource, { agencyId, place }, async (manager) => {
      const at = await clockOf(manager);
      const link = await findLink(manager, parsed, 'INVITATION', at);
      const member =
        link && (await manager.findOneBy(MemberEntity, { agencyId, id: link.memberId, status: 'INVITED' }));
      const agency = await manager.findOneBy(AgencyEntity, { agencyId });
      if (!member?.email || !agency) throw noLink();
      const account = accountName(this.parts.fingerprints, member.email);
      const lock = lockOf(await findToJoin(manager, account, agencyId), agencyId);
      const { email, name } = member;
      const hasPassword = lock.passwordHash !== null;
      return { member, email, name, agency: agency.name, lock, hasPassword, at };
    });
  }
}

function tokenOf(token: string): ParsedToken {
  const parsed = parseToken('LINK', token);
  if (!parsed) throw noLink();
  return parsed;
}
