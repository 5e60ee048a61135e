import type { EntityManager } from 'typeorm';
import { Failure } from '../errors.js';
import type { Fingerprints } from './fingerprint.js';

/**
 * The directory outside the agencies: by which password a person signs in, and of which agencies they are a member. It is
 * found by keyed fingerprints of the address alone. A transaction sees the accounts that it names, and no others.
 */

/** A person's address, as the directory knows it: under the newest secret first. */
export interface AccountName {
  readonly version: number;
  readonly fingerprint: Buffer;
  readonly all: readonly Buffer[];
}

/** Of an agency, and who the person is there. */
export interface MemberRef {
  readonly agencyId: string;
  readonly memberId: string;
}

/**
 * By what a person became a member. Who came by their agency's provider never showed the password there: another agency may have set
 * it, in whose hands the link of an invitation was. So it opens the account's other members, and not this one. Who could not show it,
 * because it is somebody else's, has a password for this one agency: it opens nothing else, and the account's doesn't open this.
 */
export type JoinedBy = 'PASSWORD' | 'PROVIDER' | 'OWN_PASSWORD';

export interface AccountMember extends MemberRef {
  readonly joinedBy: JoinedBy;
  /** What is kept of an OWN_PASSWORD. */
  readonly ownHash?: string;
}

/** What is kept of a password, and whom it lets in. */
export interface Lock {
  readonly passwordHash: string | null;
  readonly members: readonly AccountMember[];
  /** The agency that it is good for alone; null for the account's own. */
  readonly agencyId: string | null;
  /** The address has no other password anywhere. */
  readonly isOnly: boolean;
}

export interface Account {
  readonly fingerprint: Buffer;
  readonly passwordHash: string | null;
  readonly members: readonly AccountMember[];
}

interface AccountRow {
  readonly fingerprint: Buffer;
  readonly password_hash: string | null;
  readonly members: {
    readonly v: 1;
    /** By the password, where nothing is said. */
    readonly of: readonly [agencyId: string, memberId: string, joinedBy?: JoinedBy, ownHash?: string][];
  };
}

/**
 * An address as it is kept and compared: in lower case, composed, without blanks around it. Composed again at the end: the small letter
 * of a capital that is written with a mark of its own may be one sign.
 */
export function comparable(email: string): string {
  return email.trim().normalize('NFC').toLowerCase().normalize('NFC');
}

export function accountName(fingerprints: Fingerprints, email: string): AccountName {
  const [newest, ...older] = fingerprints
    .makers('ACCOUNT', '')
    .map(({ version, of }) => ({ version, fingerprint: of(comparable(email)) }));
  if (!newest) throw new Error('There is a newest secret.');
  return { ...newest, all: [newest, ...older].map(({ fingerprint }) => fingerprint) };
}

/** The account of an address, under whichever secret it was written; null where there is none. Locked until the end, if told. */
export async function findAccount(
  manager: EntityManager,
  name: AccountName,
  lock: '' | 'FOR UPDATE' = '',
): Promise<Account | null> {
  await manager.query('SELECT see_accounts($1)', [name.all]);
  const rows = await manager.query<AccountRow[]>(
    `SELECT fingerprint, password_hash, members FROM account WHERE fingerprint = ANY ($1::bytea[])
     ORDER BY fingerprint = $2 DESC LIMIT 1 ${lock}`,
    [name.all, name.fingerprint],
  );
  const [row] = rows;
  if (!row) return null;
  const { fingerprint, password_hash: passwordHash } = row;
  const members = row.members.of.map(
    ([agencyId, memberId, joinedBy = 'PASSWORD', ownHash]): AccountMember => {
      if (ownHash !== undefined) return { agencyId, memberId, joinedBy, ownHash };
      // Where there is none nobody can have shown it.
      return { agencyId, memberId, joinedBy: passwordHash === null ? 'PROVIDER' : joinedBy };
    },
  );
  return { fingerprint, passwordHash, members };
}

/** Those that the account's password opens. */
function openedByPassword({ members }: Pick<Account, 'members'>): AccountMember[] {
  return members.filter(({ joinedBy }) => joinedBy === 'PASSWORD');
}

/**
 * Which password is asked for, where an agency was named or none: always one alone, so that it takes as long whatever somebody has.
 * Where an account has none the one there is of an agency is meant.
 */
export function lockOf(account: Account | null, agencyId: string | null): Lock {
  if (!account) return { passwordHash: null, members: [], agencyId: null, isOnly: true };
  const own = account.members.filter(({ joinedBy }) => joinedBy === 'OWN_PASSWORD');
  const isMeant = ({ agencyId: its }: AccountMember): boolean =>
    agencyId === null ? account.passwordHash === null && own.length === 1 : its === agencyId;
  const [meant] = own.filter(isMeant);
  const isOnly = own.length + Number(account.passwordHash !== null) <= 1;
  if (meant) {
    return { passwordHash: meant.ownHash ?? null, members: [meant], agencyId: meant.agencyId, isOnly };
  }
  return { passwordHash: account.passwordHash, members: openedByPassword(account), agencyId: null, isOnly };
}

/** The account with another password in the place of the one that is asked for at an agency. It opens what that one did. */
export function withPassword(account: Account, agencyId: string, passwordHash: string): Account {
  const isOwn = (member: AccountMember): boolean =>
    member.agencyId === agencyId && member.joinedBy === 'OWN_PASSWORD';
  if (!account.members.some(isOwn)) return { ...account, passwordHash };
  const members = account.members.map((member) =>
    isOwn(member) ? { ...member, ownHash: passwordHash } : member,
  );
  return { ...account, members };
}

/** The account with a password for one agency alone; what it had before opens the others on. */
export function withOwnPassword(account: Account, agencyId: string, ownHash: string): Account {
  const members = account.members.map((member): AccountMember => {
    return member.agencyId === agencyId ? { ...member, joinedBy: 'OWN_PASSWORD', ownHash } : member;
  });
  return { ...account, members };
}

/**
 * Makes a person a member; the account is made where there is none. `passwordHash` is written where it has none. Throws where another
 * member of the agency has it: nobody takes their place.
 */
export async function joinAccount(
  manager: EntityManager,
  name: AccountName,
  member: AccountMember,
  at: number,
  passwordHash: string | null = null,
): Promise<void> {
  const account = await findAccount(manager, name, 'FOR UPDATE');
  if (account === null) {
    await manager.query(
      'INSERT INTO account (fingerprint, key_version, password_hash, members, created_at) VALUES ($1, $2, $3, $4, $5)',
      [name.fingerprint, name.version, passwordHash, toJson([member]), at],
    );
    return;
  }
  await refuseSecond(manager, account, member);
  const others = account.members.filter(({ agencyId }) => agencyId !== member.agencyId);
  await manager.query(
    `UPDATE account SET members = $2, password_hash = coalesce(password_hash, $3), fingerprint = $4, key_version = $5
     WHERE fingerprint = $1`,
    [account.fingerprint, toJson([...others, member]), passwordHash, name.fingerprint, name.version],
  );
}

async function refuseSecond(
  manager: EntityManager,
  { members }: Account,
  { agencyId, memberId }: MemberRef,
): Promise<void> {
  const other = members.find((one) => one.agencyId === agencyId && one.memberId !== memberId);
  if (!other) return;
  const active = await manager.query<object[]>(
    `SELECT id FROM member WHERE agency_id = $1 AND id = $2 AND status = 'ACTIVE'`,
    [agencyId, other.memberId],
  );
  if (active.length === 0) return;
  throw new Failure('BAD_USER_INPUT', 'Another member of the agency signs in by this address.');
}

/**
 * Takes a member out, if it is theirs: it may be another one's where they have not joined. Whoever is nobody's member has no account any
 * more, and whoever is let in by providers alone no password: it would be asked for by whoever invites them next.
 */
export async function leaveAccount(
  manager: EntityManager,
  name: AccountName,
  { agencyId, memberId }: MemberRef,
): Promise<void> {
  const account = await findAccount(manager, name, 'FOR UPDATE');
  if (account === null) return;
  const members = account.members.filter((one) => one.agencyId !== agencyId || one.memberId !== memberId);
  if (members.length === account.members.length) return;
  const passwordHash = openedByPassword({ members }).length > 0 ? account.passwordHash : null;
  await (members.length === 0
    ? manager.query('DELETE FROM account WHERE fingerprint = $1', [account.fingerprint])
    : manager.query('UPDATE account SET members = $2, password_hash = $3 WHERE fingerprint = $1', [
        ...[account.fingerprint, toJson(members), passwordHash],
      ]));
}

/** Writes its passwords and whom they open, under the newest secret. */
export async function writeAccount(
  manager: EntityManager,
  { fingerprint, passwordHash, members }: Account,
  name: AccountName,
): Promise<void> {
  await manager.query(
    'UPDATE account SET password_hash = $2, fingerprint = $3, key_version = $4, members = $5 WHERE fingerprint = $1',
    [fingerprint, passwordHash, name.fingerprint, name.version, toJson(members)],
  );
}

/**
 * The account with a password that a member set by a link; null where it is none of theirs. One that went to the address is for whoever
 * has it, and opens all of it. One that was handed over is for whom an agency takes to be its member, who may be somebody else in another:
 * the password takes the place of the one that is asked for in that agency, and where none is it is for that agency alone.
 */
export function openedByLink(
  account: Account,
  { agencyId, memberId, isMailed }: MemberRef & { readonly isMailed: boolean },
  passwordHash: string,
): Account | null {
  const isTheirs = (one: MemberRef): boolean => one.agencyId === agencyId && one.memberId === memberId;
  const member = account.members.find(isTheirs);
  if (!member) return null;
  if (!isMailed && member.joinedBy !== 'PROVIDER') return withPassword(account, agencyId, passwordHash);
  if (!isMailed && account.passwordHash !== null) return withOwnPassword(account, agencyId, passwordHash);
  const members = account.members.map((one): AccountMember => {
    const opened = { agencyId: one.agencyId, memberId: one.memberId, joinedBy: 'PASSWORD' } as const;
    return isMailed || isTheirs(one) ? opened : one;
  });
  return { ...account, passwordHash, members };
}

function toJson(members: readonly AccountMember[]): string {
  const of = members.map(({ agencyId, memberId, joinedBy, ownHash }) => [
    ...[agencyId, memberId],
    ...(joinedBy === 'PASSWORD' ? [] : [joinedBy]),
    ...(ownHash === undefined ? [] : [ownHash]),
  ]);
  return JSON.stringify({ v: 1, of });
}
