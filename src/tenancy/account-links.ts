import { withOwnPassword, withPassword, type Account, type AccountMember } from './accounts.js';

/** The account as a password opens it that was set by a link which is for whoever has the address: all of it. */
export function openedWhole(account: Account, passwordHash: string): Account {
  const members = account.members.map(({ agencyId, memberId }): AccountMember => {
    return { agencyId, memberId, joinedBy: 'PASSWORD' };
  });
  return { ...account, passwordHash, members };
}

/**
 * The account with a password that was set by a link which was handed over as one of an agency: whoever has it is the member there, and
 * may be somebody else elsewhere. So it opens that agency, and whatever the password before it opened with it.
 */
export function withHandedOver(account: Account, agencyId: string, passwordHash: string): Account {
  const isThere = (member: AccountMember): boolean => member.agencyId === agencyId;
  if (account.members.find(isThere)?.joinedBy !== 'PROVIDER') {
    return withPassword(account, agencyId, passwordHash);
  }
  if (account.passwordHash !== null) return withOwnPassword(account, agencyId, passwordHash);
  const members = account.members.map((member): AccountMember => {
    return isThere(member) ? { ...member, joinedBy: 'PASSWORD' } : member;
  });
  return { ...account, passwordHash, members };
}
