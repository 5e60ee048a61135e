import type { EntityManager } from 'typeorm';
import { MemberClientAccountEntity, MemberSeatEntity } from '../../entities/member.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import type { Role } from '../../quota/words.js';
import { seesAll } from '../../tenancy/roles.js';
import type { Given, Viewer } from '../../tenancy/viewer.js';
import { clientAccountsSeen, seatsSeen } from '../visible.js';

/** What is given to a member, most of each. */
const CLIENT_ACCOUNTS_MAX = 200;
const SEATS_MAX = 500;

export const NO_REACH: Given = { clientAccountIds: [], seatIds: [] };

/** What was given to members, by member; nothing is nothing. */
export async function readReaches(
  manager: EntityManager,
  { agencyId }: Pick<Viewer, 'agencyId'>,
  memberIds: readonly string[],
): Promise<Map<string, Given>> {
  const rows = await manager.query<{ id: string; accounts: string[]; seats: string[] }[]>(
    `SELECT n.id,
       ARRAY(SELECT a.client_account_id FROM member_client_account a
         WHERE a.agency_id = $1 AND a.member_id = n.id ORDER BY 1) AS accounts,
       ARRAY(SELECT s.seat_id FROM member_seat s WHERE s.agency_id = $1 AND s.member_id = n.id ORDER BY 1) AS seats
     FROM unnest($2::uuid[]) AS n (id)`,
    [agencyId, memberIds],
  );
  return new Map(rows.map(({ id, accounts, seats }) => [id, { clientAccountIds: accounts, seatIds: seats }]));
}

export async function readReach(manager: EntityManager, viewer: Viewer, memberId: string): Promise<Given> {
  return (await readReaches(manager, viewer, [memberId])).get(memberId) ?? NO_REACH;
}

/** Whether a role can have a reach: some see all anyway, a client sees the one client account that is theirs. */
export function checkReach(role: Role, { clientAccountIds, seatIds }: Given): Refusal | null {
  if (clientAccountIds.length > CLIENT_ACCOUNTS_MAX) {
    return refuse(
      'INVALID',
      `A member has ${CLIENT_ACCOUNTS_MAX} client accounts at most.`,
      'clientAccountIds',
    );
  }
  if (seatIds.length > SEATS_MAX) {
    return refuse('INVALID', `A member has ${SEATS_MAX} single seats at most.`, 'seatIds');
  }
  if (seesAll(role)) {
    if (clientAccountIds.length === 0 && seatIds.length === 0) return null;
    const field = clientAccountIds.length > 0 ? 'clientAccountIds' : 'seatIds';
    return refuse('INVALID', `The role ${role} sees the whole agency: nothing is given to it.`, field);
  }
  if (role !== 'CLIENT') return null;
  if (seatIds.length > 0)
    return refuse('INVALID', 'A client sees its client account, no single seats.', 'seatIds');
  if (clientAccountIds.length === 1) return null;
  const message =
    'The role CLIENT needs the one client account that is its own; setMemberRole, to CLIENT again, puts another one in its place.';
  return refuse('INVALID', message, 'clientAccountIds');
}

/** Refuses with NOT_FOUND for what the viewer doesn't see. */
export async function refuseUnseen(
  manager: EntityManager,
  viewer: Viewer,
  { clientAccountIds, seatIds }: Given,
): Promise<Refusal | null> {
  const ids = [...clientAccountIds];
  const accounts = await clientAccountsSeen(manager, viewer)
    .andWhere('account.id = ANY(:ids)', { ids })
    .getMany();
  const strange = clientAccountIds.findIndex((id) => !accounts.some((account) => account.id === id));
  if (strange >= 0) {
    return refuse('NOT_FOUND', 'There is no such client account.', 'clientAccountIds', String(strange));
  }
  const seats = await seatsSeen(manager, viewer).andWhere('seat.id = ANY(:seatIds)', { seatIds }).getMany();
  const strangeSeat = seatIds.findIndex((id) => !seats.some((seat) => seat.id === id));
  return strangeSeat < 0
    ? null
    : refuse('NOT_FOUND', 'There is no such seat.', 'seatIds', String(strangeSeat));
}

/** Writes what a member has from now on. */
export async function writeReach(
  manager: EntityManager,
  { agencyId, id: memberId }: { readonly agencyId: string; readonly id: string },
  before: Given,
  after: Given,
  givenAt: Instant,
): Promise<void> {
  const whose = [agencyId, memberId];
  const taken = before.clientAccountIds.filter((id) => !after.clientAccountIds.includes(id));
  const takenSeats = before.seatIds.filter((id) => !after.seatIds.includes(id));
  await manager.query(
    'DELETE FROM member_client_account WHERE agency_id = $1 AND member_id = $2 AND client_account_id = ANY ($3::uuid[])',
    [...whose, taken],
  );
  await manager.query(
    'DELETE FROM member_seat WHERE agency_id = $1 AND member_id = $2 AND seat_id = ANY ($3::uuid[])',
    [...whose, takenSeats],
  );
  const given = after.clientAccountIds
    .filter((id) => !before.clientAccountIds.includes(id))
    .map((clientAccountId) => ({ agencyId, memberId, clientAccountId, givenAt }));
  const givenSeats = after.seatIds
    .filter((id) => !before.seatIds.includes(id))
    .map((seatId) => ({ agencyId, memberId, seatId, givenAt }));
  if (given.length > 0) {
    await manager.createQueryBuilder().insert().into(MemberClientAccountEntity).values(given).execute();
  }
  if (givenSeats.length > 0) {
    await manager.createQueryBuilder().insert().into(MemberSeatEntity).values(givenSeats).execute();
  }
}

/** Whether the one gives what the other does, in whatever order. */
export function isSame(one: Given, other: Given): boolean {
  return (['clientAccountIds', 'seatIds'] as const).every(
    (kind) => without(one[kind], other[kind]).length + without(other[kind], one[kind]).length === 0,
  );
}

export function union(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])];
}

export function without(all: readonly string[], taken: readonly string[]): string[] {
  return all.filter((id) => !taken.includes(id));
}

/**
 * A seat that goes to another client account was given for the work of the old one: those to whom it alone was given have it no
 * more, from their very next request. Answers who they are.
 */
export async function endGifts(
  manager: EntityManager,
  { agencyId, id: seatId }: { readonly agencyId: string; readonly id: string },
): Promise<string[]> {
  const [ended] = await manager.query<[{ member_id: string }[], number]>(
    'DELETE FROM member_seat WHERE agency_id = $1 AND seat_id = $2 RETURNING member_id',
    [agencyId, seatId],
  );
  const memberIds = ended.map((gift) => gift.member_id).toSorted();
  await manager.query(
    'UPDATE member SET rights = rights + 1 WHERE agency_id = $1 AND id = ANY ($2::uuid[])',
    [agencyId, memberIds],
  );
  return memberIds;
}
