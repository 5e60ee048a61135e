import type { DataSource } from 'typeorm';
import type { MemberEntity } from '../../entities/member.entity.js';
import { Failure } from '../../errors.js';
import { accountName, findAccount, lockOf, type Account, type AccountName } from '../../tenancy/accounts.js';
import { clockOf } from '../../tenancy/clock.js';
import { fromNetwork, inAgency } from '../../tenancy/door.js';
import type { ShownSession } from '../../tenancy/session-rows.js';
import type { CameFrom } from './devices.js';
import { findActive, isRight, NO_AGENCY, notSignedIn, type SignInParts } from './sign-in.js';

/** Whoever is signed in, by the password that they have shown again. */
export interface Proved {
  readonly member: MemberEntity;
  readonly name: AccountName;
  readonly account: Account;
  /** What is kept of the password. */
  readonly passwordHash: string;
}

/** Sees whether it is them who are at the session still. Throws UNAUTHENTICATED for another password, and THROTTLED. */
export async function checkPassword(
  dataSource: DataSource,
  parts: SignInParts,
  session: ShownSession,
  { password, ...from }: CameFrom & { readonly password: string },
): Promise<Proved> {
  const ref = { agencyId: session.viewer.agencyId, memberId: session.memberId };
  const member = await inAgency(dataSource, session.viewer, (manager) => findActive(manager, ref));
  if (!member?.email) throw notSignedIn();
  const proving = { member, email: member.email, password, from };
  return parts.turns.run({ account: member.email, ...from }, () => prove(dataSource, parts, proving));
}

interface Proving {
  readonly member: MemberEntity;
  readonly email: string;
  readonly password: string;
  readonly from: CameFrom;
}

async function prove(
  dataSource: DataSource,
  parts: SignInParts,
  { member, email, password, from }: Proving,
): Promise<Proved> {
  const name = accountName(parts.fingerprints, email);
  const asker = fromNetwork(NO_AGENCY, from.place);
  const [account, at] = await inAgency(dataSource, asker, async (manager) => [
    await findAccount(manager, name),
    await clockOf(manager),
  ]);
  const lock = lockOf(account, member.agencyId);
  const { passwordHash: asked, members } = lock;
  // Whoever came by the provider has none here, whatever it is elsewhere.
  const passwordHash = members.some(({ memberId }) => memberId === member.id) ? asked : null;
  const tried = await parts.devices.tryFrom(from, email, lock, at);
  const isTheirs = await isRight(parts, { tried, kept: passwordHash, shown: password });
  if (!isTheirs || !account || passwordHash === null) {
    throw new Failure('UNAUTHENTICATED', 'The current password is wrong.');
  }
  return { member, name, account, passwordHash };
}
