import type { EntityManager } from 'typeorm';
import { HOUR, type Instant } from '../../quota/window.js';
import type { MemberRef } from '../../tenancy/accounts.js';
import { clockOf } from '../../tenancy/clock.js';
import { uuidFloor } from '../../tenancy/uuid.js';
import { issueLink } from './links.js';
import { holdSessions } from './sessions.js';
import { findActive, type SignInParts } from './sign-in.js';

/**
 * Writes a letter with a link for a new password. Answers whether the member can use one: the agency may have removed them without
 * finding their account, by a server that did not know its secret.
 */
export async function writePasswordLetter(
  manager: EntityManager,
  { letters }: Pick<SignInParts, 'letters'>,
  member: MemberRef,
): Promise<boolean> {
  // Behind whoever is removing them, who has ended the links that there were: another one would be good for nobody, in the place of the next agency's.
  await holdSessions(manager, { agencyId: member.agencyId, id: member.memberId });
  if (!(await findActive(manager, member))) return false;
  const at = await clockOf(manager);
  // The newest of those is good still: nobody is kept out by whoever has them sent.
  if ((await lettersOf(manager, member, at - HOUR)) >= LETTERS_MAX) return true;
  const link = await issueLink(manager, member, 'PASSWORD', at);
  await letters.write(manager, member, 'PASSWORD', link, at);
  return true;
}

/** Letters for a new password that go to one address within an hour, whoever asks for them: a mailbox is somebody's. */
const LETTERS_MAX = 5;

// An address is one member's at a time: what went to somebody erased since, after this one was invited, went elsewhere.
const LETTERS = `
SELECT count(*)::int4 AS letters FROM member m JOIN letter l ON l.agency_id = m.agency_id
JOIN member t ON t.agency_id = m.agency_id AND t.id = l.member_id
WHERE m.agency_id = $1 AND m.id = $2 AND l.id >= $3 AND l.kind = 'PASSWORD'
  AND (lower(t.email) = lower(m.email) OR (t.email IS NULL AND l.id < m.id))`;

async function lettersOf(
  manager: EntityManager,
  { agencyId, memberId }: MemberRef,
  since: Instant,
): Promise<number> {
  const [counted] = await manager.query<{ letters: number }[]>(LETTERS, [
    agencyId,
    memberId,
    uuidFloor(since),
  ]);
  return counted?.letters ?? 0;
}
