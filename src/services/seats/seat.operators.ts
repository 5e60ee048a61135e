import type { EntityManager } from 'typeorm';
import type { OperatorKind, OperatorReach, Role } from '../../quota/words.js';
import { PERMISSIONS, seesAll } from '../../tenancy/roles.js';
import { isOfGiven, seatsWithAccounts, type Viewer } from '../../tenancy/viewer.js';
import { groupBy } from '../page.js';

/** Told of one seat: first those of the widest reach, whom nobody of a narrower one puts out. */
const OPERATORS_MAX = 100;

/** The roles to which seats are given, and that may send for them. */
const ROLES = PERMISSIONS.reserve.filter((role) => !seesAll(role));

/** Who works with a seat, as it is told. */
export interface SeatOperator {
  readonly seatId: string;
  readonly kind: OperatorKind;
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly reach: OperatorReach;
}

/**
 * Who may send for seats, by what was given to them; the seats are ones that the viewer sees, still as they are read. Members first, each in order of
 * name. A key is told to those alone who were given all that it reaches: what it is called may tell of others.
 */
export async function readOperators(
  manager: EntityManager,
  viewer: Viewer,
  seatIds: readonly string[],
): Promise<Map<string, SeatOperator[]>> {
  // By itself, before the statement that goes by it.
  await manager.query('SELECT see_clock()');
  const { agencyId, reach } = viewer;
  const found = await manager.query<SeatOperator[]>(OPERATORS, [
    ...[agencyId, seatIds, ROLES, reach?.clientAccountIds ?? null, OPERATORS_MAX],
    reach ? seatsWithAccounts(reach) : [],
  ]);
  return groupBy(found, ({ seatId }) => seatId);
}

const OPERATORS = `
  SELECT s.id AS "seatId", o.kind, o.id, o.name, o.role, o.reach
  FROM seat s
  CROSS JOIN LATERAL (
    SELECT 'MEMBER' AS kind, m.id, m.name, m.role,
      CASE WHEN one.seat_id IS NULL THEN 'CLIENT_ACCOUNT' ELSE 'SEAT' END AS reach
    FROM member m
    LEFT JOIN member_seat one ON one.agency_id = m.agency_id AND one.member_id = m.id AND one.seat_id = s.id
    LEFT JOIN member_client_account whole
      ON whole.agency_id = m.agency_id AND whole.member_id = m.id AND whole.client_account_id = s.client_account_id
    WHERE m.agency_id = s.agency_id AND m.status = 'ACTIVE' AND m.role = ANY ($3::text[])
      AND (one.seat_id IS NOT NULL OR whole.client_account_id IS NOT NULL)
    UNION ALL
    SELECT 'API_KEY', k.id, k.name, k.role,
      CASE WHEN k.client_account_id IS NULL THEN 'AGENCY' ELSE 'CLIENT_ACCOUNT' END
    FROM api_key k
    WHERE k.agency_id = s.agency_id AND k.revoked_at IS NULL AND k.role = ANY ($3::text[])
      AND (k.expires_at IS NULL OR k.expires_at > current_setting('headroom.now')::int8)
      AND (k.client_account_id IS NULL OR k.client_account_id = s.client_account_id)
      AND ($4::uuid[] IS NULL OR k.client_account_id = ANY ($4::uuid[]))
    ORDER BY 5, 1 DESC, 3, 2
    LIMIT $5
  ) o
  WHERE s.agency_id = $1 AND s.id = ANY ($2::uuid[]) AND ($4::uuid[] IS NULL OR s.client_account_id = ANY ($4::uuid[])
    OR ${isOfGiven('$6', { seat: 's.id', account: 's.client_account_id' })})
  ORDER BY s.id, o.kind DESC, o.name, o.id`;
