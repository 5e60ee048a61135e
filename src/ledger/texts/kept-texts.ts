import type { TextOwner } from '../../tenancy/text-vault.js';
import type { Desk } from '../desk.js';
import type { Standing } from '../reading/standing.js';
import type { ReserveRequest } from '../requests.js';

/**
 * Keeps the text of what is held, sealed, where the agency says so. Of a request that is refused none is kept: nothing goes out,
 * and the person may be one whom nobody may write to.
 */
export function keepText(
  desk: Desk,
  { keepsTexts }: Standing,
  { sealText }: Pick<ReserveRequest, 'sealText'>,
  owner: TextOwner,
): void {
  if (!keepsTexts || !sealText) return;
  const { keyVersion, sealed } = sealText(owner);
  desk.writes.keptTexts.push({
    agency_id: owner.agencyId,
    id: owner.reservationId,
    seat_id: owner.seatId,
    client_account_id: owner.clientAccountId,
    recipient_id: owner.recipientId,
    asked_by: owner.askedBy,
    kept_at: desk.at,
    key_version: keyVersion,
    sealed,
  });
}
