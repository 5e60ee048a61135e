import type { EntityManager } from 'typeorm';
import { Failure } from '../errors.js';
import type { Fingerprints } from './fingerprint.js';
import { MadeMeanwhile } from './sqlstate.js';
import { normalized } from '../unicode.js';

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
  /** Under which it is kept besides, by processes that did not know each other's secret. */
  readonly others: readonly Buffer[];
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

/** An address as it is written to: composed, without blanks around it. */
export function composed(email: string): string {
  return normalized(email.trim(), 'NFC');
}

/**
 * The same as it is compared: in lower case. Composed behind the lower case as well: some letters have a capital whose mark always stands
 * apart.
 */
export function comparable(email: string): string {
  return normalized(composed(email).toLowerCase(), 'NFC');
}

export function accountName(fingerprints: Fingerprints, email: string): AccountName {
  const [newest, ...older] = fingerprints
    .makers('ACCOUNT', '')
    .map(({ version, of }) => ({ version, fingerprint: of(comparable(email)) }));
  if (!newest) throw new Error('There is a newest secret.');
  return { ...newest, all: [newest, ...older].map(({ fingerprint }) => fingerprint) };
}

/**
 * The account of an address, under whichever secrets it was written; null where there is none. Locked until the end, if told. Of several
 * the one that was made first has the address's password: whoever made another one saw none, and may be anybody with a link.
 */
export async function findAccount(
  manager: EntityManager,
  name: AccountName,
  lock: '' | 'FOR UPDATE' = '',
): Promise<Account | null> {
  return asOne(await readAccounts(manager, name, lock));
}

/**
 * The same, for whoever joins the agency that the transaction sees. Whom the agency removed while their account could not be found has
 * left it, as if it had been: they neither keep out who comes after them, nor is their password asked for.
 */
export async function findToJoin(
  manager: EntityManager,
  name: AccountName,
  agencyId: string,
  lock: '' | 'FOR UPDATE' = '',
): Promise<Account | null> {
  const accounts = await readAccounts(manager, name, lock);
  const there = accounts.flatMap(({ members }) => members.filter((one) => one.agencyId === agencyId));
  if (there.length === 0) return asOne(accounts);
  const removed = await manager.query<{ id: string }[]>(
    `SELECT id FROM member WHERE agency_id = $1 AND id = ANY ($2::uuid[]) AND status = 'REMOVED'`,
    [agencyId, there.map(({ memberId }) => memberId)],
  );
  return asOne(accounts.map((account) => removed.reduce((left, { id }) => without(left, id), account)));
}

async function readAccounts(
  manager: EntityManager,
  name: AccountName,
  lock: '' | 'FOR UPDATE',
): Promise<Account[]> {
  await manager.query('SELECT see_accounts($1)', [name.all]);
  const rows = await manager.query<AccountRow[]>(
    `SELECT fingerprint, password_hash, members FROM account WHERE fingerprint = ANY ($1::bytea[])
     ORDER BY created_at, fingerprint ${lock}`,
    [name.all],
  );
  return rows.map(accountOf);
}

function asOne([first, ...later]: readonly Account[]): Account | null {
  return first ? later.reduce(joined, first) : null;
}

function accountOf({ fingerprint, password_hash: passwordHash, members: { of } }: AccountRow): Account {
  const members = of.map(([agencyId, memberId, joinedBy = 'PASSWORD', ownHash]): AccountMember => {
    if (ownHash !== undefined) return { agencyId, memberId, joinedBy, ownHash };
    // Where there is none nobody can have shown it.
    return { agencyId, memberId, joinedBy: passwordHash === null ? 'PROVIDER' : joinedBy };
  });
  return { fingerprint, others: [], passwordHash, members };
}

/** Two accounts of one address as one. What the later one's password opened it opens on, as one of their own. */
function joined(account: Account, later: Account): Account {
  const passwordHash = account.passwordHash ?? later.passwordHash;
  const { passwordHash: ownHash } = later;
  const opened = later.members.map((member): AccountMember => {
    if (member.joinedBy !== 'PASSWORD' || ownHash === null || ownHash === passwordHash) return member;
    return { ...member, joinedBy: 'OWN_PASSWORD', ownHash };
  });
  const members = new Map<string, AccountMember>();
  for (const member of [...account.members, ...opened]) {
    const { agencyId, memberId } = member;
    // Of two of an agency the one before was removed by a process that did not find them here. Ids are in the order of time.
    if (memberId > (members.get(agencyId)?.memberId ?? '')) members.set(agencyId, member);
  }
  const others = [...account.others, later.fingerprint];
  return { ...account, others, passwordHash, members: [...members.values()] };
}

/** Whether an account is kept once, and under the newest secret. */
export function isOfNewest({ fingerprint, others }: Account, name: AccountName): boolean {
  return others.length === 0 && fingerprint.equals(name.fingerprint);
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
 * Makes a person a member; the account is made where there is none. `passwordHash` is of somebody who found that it has none. Throws
 * where another member of the agency has it: nobody takes their place; and MadeMeanwhile, where there is a password by now.
 */
export async function joinAccount(
  manager: EntityManager,
  name: AccountName,
  member: AccountMember,
  at: number,
  passwordHash: string | null = null,
): Promise<void> {
  const account = await findToJoin(manager, name, member.agencyId, 'FOR UPDATE');
  if (account === null) {
    const made = await manager.query<object[]>(
      `INSERT INTO account (fingerprint, key_version, password_hash, members, created_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (fingerprint) DO NOTHING RETURNING created_at`,
      [name.fingerprint, name.version, passwordHash, toJson([member]), at],
    );
    // Another agency made it in the same moment: whether its password is theirs is for whoever looked for one to judge anew.
    if (made.length === 0) throw new MadeMeanwhile('The account was made meanwhile.');
    return;
  }
  refuseSecond(account, member);
  // Else whoever set it would open this member as well, whose own password came to nothing.
  if (passwordHash !== null && account.passwordHash !== null)
    throw new MadeMeanwhile('The password was set meanwhile.');
  const others = account.members.filter(({ agencyId }) => agencyId !== member.agencyId);
  const joined = { ...account, passwordHash: account.passwordHash ?? passwordHash };
  await writeAccount(manager, { ...joined, members: [...others, member] }, name);
}

function refuseSecond({ members }: Account, { agencyId, memberId }: AccountMember): void {
  if (members.some((one) => one.agencyId === agencyId && one.memberId !== memberId)) {
    throw new Failure('BAD_USER_INPUT', 'Another member of the agency signs in by this address.');
  }
}

/** Ends a membership of a person, if it is one of theirs; whoever is nobody's member has no account any more. */
export async function leaveAccount(
  manager: EntityManager,
  name: AccountName,
  { memberId }: MemberRef,
): Promise<void> {
  const account = await findAccount(manager, name, 'FOR UPDATE');
  if (account === null) return;
  const left = without(account, memberId);
  if (left === account) return;
  await (left.members.length === 0
    ? deleteUnder(manager, [account.fingerprint, ...account.others])
    : writeAccount(manager, left, name));
}

/**
 * The account that a member left. Whoever is let in by providers alone has no password: it would be asked for by whoever invites them
 * next.
 */
function without(account: Account, memberId: string): Account {
  const members = account.members.filter((member) => member.memberId !== memberId);
  if (members.length === account.members.length) return account;
  const passwordHash = openedByPassword({ members }).length > 0 ? account.passwordHash : null;
  return { ...account, passwordHash, members };
}

/** Writes its passwords and whom they open, once, under the newest secret. It was found locked. */
export async function writeAccount(
  manager: EntityManager,
  { fingerprint, others, passwordHash, members }: Account,
  name: AccountName,
): Promise<void> {
  if (others.length > 0) await deleteUnder(manager, others);
  await manager.query(
    'UPDATE account SET password_hash = $2, fingerprint = $3, key_version = $4, members = $5 WHERE fingerprint = $1',
    [fingerprint, passwordHash, name.fingerprint, name.version, toJson(members)],
  );
}

async function deleteUnder(manager: EntityManager, fingerprints: readonly Buffer[]): Promise<void> {
  await manager.query('DELETE FROM account WHERE fingerprint = ANY ($1::bytea[])', [fingerprints]);
}

function toJson(members: readonly AccountMember[]): string {
  const of = members.map(({ agencyId, memberId, joinedBy, ownHash }) => [
    ...[agencyId, memberId],
    ...(joinedBy === 'PASSWORD' ? [] : [joinedBy]),
    ...(ownHash === undefined ? [] : [ownHash]),
  ]);
  return JSON.stringify({ v: 1, of });
}
