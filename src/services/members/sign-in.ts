import type { EntityManager } from 'typeorm';
import { MemberEntity } from '../../entities/member.entity.js';
import { Failure } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import { type Account, type AccountName, findAccount, lockOf } from '../../tenancy/accounts.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import type { Asking } from '../../tenancy/door.js';
import type { Passwords } from '../../tenancy/passwords.js';
import type { ShownSession } from '../../tenancy/session-rows.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import type { Devices } from './devices.js';
import type { Letters } from './letters.js';
import { beginSession, holdSessions, type BegunSession, type SessionStage } from './sessions.js';
import type { SignInLimits, Try } from './sign-in.limits.js';
import type { SignInTurns } from './sign-in.turns.js';

/** What the ways to sign in have in common. */
export interface SignInParts {
  readonly changes: Changes;
  readonly audit: AuditLog;
  readonly fingerprints: Fingerprints;
  readonly passwords: Passwords;
  readonly limits: SignInLimits;
  readonly turns: SignInTurns;
  readonly devices: Devices;
  readonly letters: Letters;
  /** Told what could not be done any more behind what was done. */
  readonly onFailure: (error: unknown) => void;
}

/** No agency: what stands outside of them is looked up under it, and nothing else is seen. */
export const NO_AGENCY = '00000000-0000-0000-0000-000000000000';

export interface SignedIn {
  readonly kind: 'SIGNED_IN';
  readonly agencyId: string;
  readonly memberId: string;
  readonly session: BegunSession;
  /** What the browser is known by once the session is whole; null for whoever showed no password. */
  readonly device: string | null;
}

/**
 * Begins a session for a member who proved who they are, by as much as the agency and the member ask for. A second factor that
 * was shown elsewhere is what the agency demands; one that the member set up here is asked for all the same.
 */
export async function beginSessionFor(
  manager: EntityManager,
  member: Pick<MemberEntity, 'agencyId' | 'id'>,
  at: Instant,
  shownElsewhere = false,
): Promise<SignedIn> {
  // What the member is asked for is read behind whoever changes it.
  await holdSessions(manager, member);
  const stage = await stageFor(manager, member, shownElsewhere);
  const session = await beginSession(manager, member, stage, at);
  return { kind: 'SIGNED_IN', agencyId: member.agencyId, memberId: member.id, session, device: null };
}

async function stageFor(
  manager: EntityManager,
  { agencyId, id }: Pick<MemberEntity, 'agencyId' | 'id'>,
  shownElsewhere: boolean,
): Promise<SessionStage> {
  const [asked] = await manager.query<{ has: boolean; demanded: boolean }[]>(
    `SELECT EXISTS (SELECT FROM second_factor
         WHERE agency_id = $1 AND member_id = $2 AND confirmed_at IS NOT NULL) AS has,
       EXISTS (SELECT FROM access_rules WHERE agency_id = $1 AND second_factor_demanded) AS demanded`,
    [agencyId, id],
  );
  if (asked?.has) return 'SECOND_FACTOR';
  return asked?.demanded && !shownElsewhere ? 'ENROL' : 'SIGNED_IN';
}

/**
 * Whether a password is the one that is kept, after as much work where there is none; the tries of whoever has it are forgotten. In a
 * turn of theirs (`SignInTurns`). Throws THROTTLED.
 */
export async function isRight(
  { limits, passwords }: Pick<SignInParts, 'limits' | 'passwords'>,
  { tried, kept, shown }: { readonly tried: Try; readonly kept: string | null; readonly shown: string },
): Promise<boolean> {
  const isKnown = await limits.count(tried, kept);
  await limits.countRight(tried, kept);
  let matches = false;
  try {
    matches = await passwords.matches(kept, shown, { place: tried.place, isKnown });
  } finally {
    if (!matches) await limits.giveBack(tried, kept);
  }
  if (matches) await limits.forget(tried, kept);
  return matches;
}

/**
 * Holds an account by the password that was shown for it at an agency, null for none, until the transaction ends. Throws where it is
 * another one by now: whoever set that ended what was begun by the one before, and means what is being begun by it too.
 */
export async function holdPassword(
  manager: EntityManager,
  name: AccountName,
  shown: string | null,
  agencyId: string,
): Promise<Account | null> {
  const account = await findAccount(manager, name, 'FOR UPDATE');
  if (lockOf(account, agencyId).passwordHash !== shown) throw notSignedIn();
  return account;
}

/**
 * Who asks by a session: the member; and apart from them whoever waits for a second factor, who may have found out the password alone.
 */
export function askerOf({ viewer, stage }: ShownSession): Asking {
  const { agencyId, actor, reach } = viewer;
  return { agencyId, actor: stage === 'SIGNED_IN' ? actor : `${actor} waiting`, reach };
}

/** A member who can sign in; null for one who was removed or has not accepted. */
export function findActive(
  manager: EntityManager,
  { agencyId, memberId }: { readonly agencyId: string; readonly memberId: string },
): Promise<MemberEntity | null> {
  return manager.findOneBy(MemberEntity, { agencyId, id: memberId, status: 'ACTIVE' });
}

/** A member who acts for themselves, before there is a session. */
export function themselves({ agencyId, id, role }: MemberEntity): Viewer {
  return { agencyId, role, reach: null, actor: `member:${id}`, credential: null, expiresAt: null };
}

/** One message for an address that nobody has and a password that is another one. */
export function notSignedIn(): Failure {
  return new Failure('UNAUTHENTICATED', 'The address or the password is wrong.');
}

/** One message for whatever is wrong with a link. */
export function noLink(): Failure {
  return new Failure('NOT_FOUND', 'The link is good for nothing: it was used, replaced, or has expired.');
}
