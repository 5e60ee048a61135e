import { domainToASCII } from 'node:url';
import type { EntityManager } from 'typeorm';
import { MemberEntity } from '../../entities/member.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import { accountName, findAccount } from '../../tenancy/accounts.js';
import { isNoWider } from '../../tenancy/roles.js';
import type { MemberParts } from './member.desk.js';
import type { KeptProvider } from './sign-in-provider.js';

/**
 * An agency keeps an owner who can sign in: by a password, by the provider, or by one that is sent to their address. Exact under the
 * agency's book: two owners can't let each other go.
 */

type Parts = Pick<MemberParts, 'fingerprints' | 'letters'>;

/** What of a provider says whom it signs in. */
type Doors = Pick<KeptProvider, 'allowedDomain' | 'setByRole'> | null;

/** So many are looked at to find one who can. */
const OWNERS_MAX = 100;

/** Whether the member may be an owner no more. */
export async function refuseLastOwner(
  manager: EntityManager,
  parts: Parts,
  member: MemberEntity,
): Promise<Refusal | null> {
  if (member.role !== 'OWNER' || member.status !== 'ACTIVE') return null;
  const owners = await ownersOf(manager, member.agencyId);
  const others = owners.filter(({ id }) => id !== member.id);
  const provider = await doorsOf(manager, member.agencyId);
  if (await isAnyIn(manager, parts, others, provider)) return null;
  if (others.length > 0 && !(await isAnyIn(manager, parts, [member], provider))) return null;
  const message = 'The member is the last owner who can sign in: make another one first.';
  return refuse('WRONG_STATE', message, 'memberId');
}

/** Whether a provider may be changed for another one, or for none. */
export async function refuseLastDoor(
  manager: EntityManager,
  parts: Parts,
  agencyId: string,
  { before, after }: { readonly before: Doors; readonly after: Doors },
): Promise<Refusal | null> {
  const owners = await ownersOf(manager, agencyId);
  if (await isAnyIn(manager, parts, owners, after)) return null;
  if (!(await isAnyIn(manager, parts, owners, before))) return null;
  const message = 'No owner could sign in any more: the last who can comes by the provider that there is.';
  return refuse('WRONG_STATE', message);
}

function ownersOf(manager: EntityManager, agencyId: string): Promise<MemberEntity[]> {
  return manager.find(MemberEntity, {
    where: { agencyId, role: 'OWNER', status: 'ACTIVE' },
    ...{ order: { id: 'ASC' }, take: OWNERS_MAX },
  });
}

async function doorsOf(manager: EntityManager, agencyId: string): Promise<Doors> {
  const [row] = await manager.query<[Doors?]>(
    `SELECT allowed_domain AS "allowedDomain", set_by_role AS "setByRole" FROM sign_in_provider WHERE agency_id = $1`,
    [agencyId],
  );
  return row ?? null;
}

async function isAnyIn(
  manager: EntityManager,
  { fingerprints, letters }: Parts,
  owners: readonly MemberEntity[],
  provider: Doors,
): Promise<boolean> {
  for (const { agencyId, id, email, role } of owners) {
    if (email === null) continue;
    const domain = domainToASCII(email.slice(email.lastIndexOf('@') + 1));
    if (provider?.allowedDomain === domain && isNoWider(role, provider.setByRole)) return true;
    const account = await findAccount(manager, accountName(fingerprints, email));
    const own = account?.members.find((one) => one.agencyId === agencyId && one.memberId === id);
    if (own && (letters.areSent || own.joinedBy !== 'PROVIDER')) return true;
  }
  return false;
}
