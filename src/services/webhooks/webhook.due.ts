import { hasEngagements } from '../../ledger/told/engagements-told.js';
import { hasReservationEnds } from '../../ledger/told/reservation-ends.js';
import { hasTouchEnds } from '../campaigns/touch.ends.js';

/** Endpoints that are found at once: no fewer than agencies are looked at together, so that none is left out for the sake of others. */
const FOUND_MAX = 1_000;

/** The endpoints of some agencies that something is due at by an instant: of each agency the first, then the second, and so on. */
export const DUE = `
SELECT "agencyId", "webhookId" FROM (
  SELECT w.agency_id AS "agencyId", w.id AS "webhookId", coalesce(w.next_try_at, 0) AS since,
    row_number() OVER (PARTITION BY w.agency_id ORDER BY coalesce(w.next_try_at, 0), w.id) AS place
  FROM webhook w JOIN agency_book b ON b.agency_id = w.agency_id
  WHERE w.agency_id = ANY ($1::uuid[]) AND w.status = 'ACTIVE' AND w.claimed_until <= $2
    AND CASE WHEN w.next_try_at IS NOT NULL THEN w.next_try_at <= $2 ELSE
      b.alert_sequence > w.read_sequence
      OR w.reservation_changes AND ${hasReservationEnds('w.agency_id', 'w.read_at', '$2')}
      OR w.touch_changes AND ${hasTouchEnds('w.agency_id', 'w.read_touch')}
      OR w.engagements AND ${hasEngagements('w.agency_id', 'w.read_engaged_at', '$2')} END) AS due
ORDER BY place, since, "webhookId" LIMIT ${FOUND_MAX}`;
