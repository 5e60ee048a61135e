import type { EntityManager } from 'typeorm';
import type { Role } from '../quota/words.js';
import { seesAll } from './roles.js';
import { hasSecret, type ParsedToken } from './token.js';
import type { Reach, Viewer } from './viewer.js';

/** Nobody used a session for this long: it is over. */
export const SESSION_IDLE_MS = 8 * 3_600_000;

/** A session's row with its member's, as they stood when it was looked up. */
export interface SessionRow {
  readonly agency_id: string;
  readonly id: string;
  readonly member_id: string;
  readonly secret_sha256: Buffer;
  readonly stage: 'SIGNED_IN' | 'SECOND_FACTOR' | 'ENROL';
  readonly role: Role;
  readonly rights: number;
  readonly accounts: string[];
  readonly seats: string[];
  /** Whose they are, in the same order. */
  readonly seat_accounts: string[];
  /** `last_used_at` is old enough to be written anew. */
  readonly stale: boolean;
}

const SEATS_GIVEN = `FROM member_seat x JOIN seat o ON o.agency_id = x.agency_id AND o.id = x.seat_id
         WHERE x.agency_id = m.agency_id AND x.member_id = m.id ORDER BY x.seat_id`;

/** Sessions that are in force, by `agency id`: neither ended nor expired nor idle for too long, of a member who still is one. */
export async function readSessions(
  manager: EntityManager,
  tokens: readonly ParsedToken[],
  { at, staleMs }: { readonly at: string; readonly staleMs: number },
): Promise<SessionRow[]> {
  if (tokens.length === 0) return [];
  return manager.query<SessionRow[]>(
    `SELECT s.agency_id, s.id, s.member_id, s.secret_sha256, s.stage, m.role, m.rights,
       ARRAY(SELECT a.client_account_id FROM member_client_account a
         WHERE a.agency_id = m.agency_id AND a.member_id = m.id) AS accounts,
       ARRAY(SELECT x.seat_id ${SEATS_GIVEN}) AS seats, ARRAY(SELECT o.client_account_id ${SEATS_GIVEN}) AS seat_accounts,
       s.last_used_at <= $3::bigint - ${staleMs} AS stale
     FROM unnest($1::uuid[], $2::uuid[]) AS n (agency_id, id)
     JOIN session s ON s.agency_id = n.agency_id AND s.id = n.id
     JOIN member m ON m.agency_id = s.agency_id AND m.id = s.member_id
     WHERE s.ended_at IS NULL AND s.expires_at > $3::bigint AND s.last_used_at > $3::bigint - ${SESSION_IDLE_MS}
       AND m.status = 'ACTIVE'`,
    [tokens.map(({ agencyId }) => agencyId), tokens.map(({ id }) => id), at],
  );
}

/** A session that was shown, and who came with it. */
export interface ShownSession {
  readonly id: string;
  readonly memberId: string;
  readonly stage: SessionRow['stage'];
  /** Who it is, once all factors were given; until then the viewer is for the second factor alone. */
  readonly viewer: Viewer;
}

/** The session of a token among those that were found; null where its secret is another one. */
export function shownSession(token: ParsedToken, row: SessionRow | undefined): ShownSession | null {
  if (!row || !hasSecret(token, row.secret_sha256)) return null;
  return { id: row.id, memberId: row.member_id, stage: row.stage, viewer: viewerOfMember(row) };
}

function viewerOfMember(row: SessionRow): Viewer {
  return {
    agencyId: row.agency_id,
    role: row.role,
    reach: reachOfMember(row),
    actor: `member:${row.member_id}`,
    credential: { kind: 'MEMBER', id: row.member_id, rights: row.rights },
    // Whoever is a member stays one: a session's end bounds no key that the member makes.
    expiresAt: null,
  };
}

/** By the role alone: whoever was given nothing sees nothing, not everything. */
function reachOfMember({ role, accounts, seats, seat_accounts: seatAccountIds }: SessionRow): Reach | null {
  return seesAll(role) ? null : { clientAccountIds: accounts, seatIds: seats, seatAccountIds };
}
