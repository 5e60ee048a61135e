import type { EntityManager } from 'typeorm';
import type { Instant } from '../../quota/window.js';
import { mintToken } from '../../tenancy/token.js';
import { uuidAt } from '../../tenancy/uuid.js';

/** Sessions of the console, as the services begin and end them. Who comes with one is found out in src/tenancy. */

/** What a session opens: everything, or the second factor alone. */
export type SessionStage = 'SIGNED_IN' | 'SECOND_FACTOR' | 'ENROL';

const HOUR_MS = 3_600_000;
/** However much it is used. One that waits for a second factor has little time. */
const LASTS_MS: Readonly<Record<SessionStage, number>> = {
  SIGNED_IN: 7 * 24 * HOUR_MS,
  SECOND_FACTOR: HOUR_MS / 6,
  ENROL: HOUR_MS / 2,
};
/** Sessions that ended, or expired, so long ago are deleted with the next sign-in. */
const KEPT_MS = 30 * 24 * HOUR_MS;
/** Of those that ended sooner so many of a member are kept, the newest: nobody fills the table by signing in. */
const ENDED_MAX = 100;
/** Open sessions of one member; the oldest ends where another begins. Those that wait for a second factor end no other. */
const SESSIONS_MAX = 50;

interface OfMember {
  readonly agencyId: string;
  readonly id: string;
}

export interface BegunSession {
  readonly id: string;
  /** `hr_session_…`: for the cookie, kept nowhere. */
  readonly token: string;
  readonly stage: SessionStage;
  readonly expiresAt: Instant;
}

/**
 * Whoever begins sessions of a member, or ends them, does so one after the other: what ends them all ends those that were begun
 * the moment before, and who begins one behind it finds what they rest on as it is since. An account is locked before its member.
 */
export async function holdSessions(manager: EntityManager, { agencyId, id }: OfMember): Promise<void> {
  await manager.query('SELECT FROM member WHERE agency_id = $1 AND id = $2 FOR NO KEY UPDATE', [
    agencyId,
    id,
  ]);
}

/** By whoever holds the sessions of the member. */
export async function beginSession(
  manager: EntityManager,
  { agencyId, id: memberId }: OfMember,
  stage: SessionStage,
  at: Instant,
): Promise<BegunSession> {
  await manager.query(
    `DELETE FROM session WHERE agency_id = $1 AND member_id = $2
       AND (least(coalesce(ended_at, expires_at), expires_at) < $3 OR id IN (
         SELECT id FROM session WHERE agency_id = $1 AND member_id = $2 AND ended_at IS NOT NULL
         ORDER BY id DESC OFFSET ${ENDED_MAX}))`,
    [agencyId, memberId, at - KEPT_MS],
  );
  await manager.query(
    `UPDATE session SET ended_at = $3 WHERE agency_id = $1 AND id IN (
       SELECT id FROM session WHERE agency_id = $1 AND member_id = $2 AND ended_at IS NULL
         AND (stage = 'SIGNED_IN') = $4
       ORDER BY id DESC OFFSET ${SESSIONS_MAX - 1})`,
    [agencyId, memberId, at, stage === 'SIGNED_IN'],
  );
  const id = uuidAt(at);
  const { token, secretSha256 } = mintToken('SESSION', agencyId, id);
  const expiresAt = at + LASTS_MS[stage];
  await manager.query(
    `INSERT INTO session (agency_id, id, member_id, secret_sha256, stage, created_at, last_used_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $6, $7)`,
    [agencyId, id, memberId, secretSha256, stage, at, expiresAt],
  );
  return { id, token, stage, expiresAt };
}

/** All sessions of a member. */
export async function endSessions(
  manager: EntityManager,
  { agencyId, id: memberId }: OfMember,
  at: Instant,
): Promise<void> {
  await holdSessions(manager, { agencyId, id: memberId });
  await manager.query(
    'UPDATE session SET ended_at = $3 WHERE agency_id = $1 AND member_id = $2 AND ended_at IS NULL',
    [agencyId, memberId, at],
  );
}

/** False where it had ended already. */
export async function endSession(
  manager: EntityManager,
  { agencyId, id }: OfMember,
  at: Instant,
): Promise<boolean> {
  const [ended] = await manager.query<[object[], number]>(
    'UPDATE session SET ended_at = $3 WHERE agency_id = $1 AND id = $2 AND ended_at IS NULL RETURNING id',
    [agencyId, id, at],
  );
  return ended.length === 1;
}
