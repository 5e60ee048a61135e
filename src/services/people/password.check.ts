import type { DataSource } from 'typeorm';
import type { MemberEntity } from '../../entities/member.entity.js';
import { Failure } from '../../errors.js';
import {
  accountName,
  findAccount,
  openedByPassword,
  type Account,
  type AccountName,
} from '../../tenancy/accounts.js';
import { inAgency } from '../../tenancy/door.js';
import type { ShownSession } from '../../tenancy/session-rows.js';
import { findActive, NO_AGENCY, notSignedIn, type SignInParts } from './sign-in.js';

/** Whoever is signed in, by the password that they have shown again. */
export interface Proved {
  readonly member: MemberEntity;
  readonly name: AccountName;
  readonly account: Account;
}

/** Sees whether it is them who are at the session still. Throws UNAUTHENTICATED for another password, and THROTTLED. */
export async function checkPassword(
  dataSource: DataSource,
  { limits, passwords, fingerprints }: Pick<SignInParts, 'limits' | 'passwords' | 'fingerprints'>,
  session: ShownSession,
  { password, place }: { readonly password: string; readonly place: string },
): Promise<Proved> {
  const ref = { agencyId: session.viewer.agencyId, memberId: session.memberId };
  const member = await inAgency(dataSource, ref, (manager) => findActive(manager, ref));
  if (!member?.email) throw notSignedIn();
  const tried = { account: member.email, place };
  await limits.count(tried);
  const name = accountName(fingerprints, member.email);
  const account = await inAgency(dataSource, { agencyId: NO_AGENCY }, (manager) =>
    findAccount(manager, name),
  );
  const isOpened = account && openedByPassword(account).some(({ memberId }) => memberId === ref.memberId);
  // Whoever came by the provider has none here, whatever it is elsewhere.
  const kept = isOpened ? account.passwordHash : null;
  if (!(await passwords.matches(kept, password)) || !account) {
    throw new Failure('UNAUTHENTICATED', 'The password of now is another one.');
  }
  await limits.forget(tried);
  return { member, name, account };
}
