import type { EntityManager } from 'typeorm';
import type { Instant } from '../../quota/window.js';
import type { Account, AccountMember, MemberRef } from '../../tenancy/accounts.js';
import { seeBesides } from '../../tenancy/door.js';
import type { AuditLog } from '../audit-log.js';
import { endSessions } from './sessions.js';
import { findActive, themselves } from './sign-in.js';

/** An account whose password is another one now, and of whom it is. */
export interface PasswordChange {
  readonly before: Account;
  readonly after: Account;
  readonly members: readonly MemberRef[];
  /** How the link came that it was set by: to the address, or to whoever made it. Null where the one before was shown. */
  readonly byLink: 'SENT' | 'HANDED_OVER' | null;
}

/**
 * Ends what was begun by the password before, in every agency that it opened, with the change of it: else one agency in which much
 * is asked for would keep sessions of all of them. Each is told, in its own audit log.
 */
export async function endEverywhere(
  manager: EntityManager,
  audit: AuditLog,
  here: { readonly agencyId: string },
  { before, after, members, byLink }: PasswordChange,
  at: Instant,
): Promise<void> {
  await seeBesides(manager, here, members);
  for (const { agencyId, memberId } of members) {
    const member = await findActive(manager, { agencyId, memberId });
    const [was, is] = [before, after].map((account) => joinedBy(account, agencyId));
    if (member) {
      await audit.write(manager, themselves(member), at, {
        ...{ verb: 'setPassword', subjectKind: 'MEMBER', subjectId: memberId },
        before: was === is ? {} : told(was),
        // That it was, never what it is.
        after: { passwordSet: true, ...(byLink !== null && { byLink }), ...told(is) },
      });
    }
    await endSessions(manager, { agencyId, id: memberId }, at);
  }
}

function joinedBy({ members }: Account, agencyId: string): AccountMember['joinedBy'] | undefined {
  return members.find((member) => member.agencyId === agencyId)?.joinedBy;
}

/** By what the agency is opened, where that is not the password of the address. */
function told(by: AccountMember['joinedBy'] | undefined): object {
  return {
    ...(by === 'OWN_PASSWORD' && { ownPassword: true }),
    ...(by === 'PROVIDER' && { byProviderAlone: true }),
  };
}
