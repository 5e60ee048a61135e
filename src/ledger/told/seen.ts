import { isOfGiven, onlyClientAccountOf, seatsWithAccounts, type Viewer } from '../../tenancy/viewer.js';
import type { Conditions } from '../books/conditions.js';

/**
 * What a viewer sees of rows with client_account_id and seat_id, in SQL: those of its client accounts, by the client
 * account of their time, and those of its seats for the client account that they were given with.
 */

/** $1 is the agency, $2 and $3 are what the viewer was given: the values of `seenValues`. */
export function seenOf(alias: string): string {
  const { agency, account, seat } = columnsOf(alias);
  return `${agency} = $1 AND ($2::uuid[] IS NULL OR ${account} = ANY ($2::uuid[]) OR ${isOfGiven('$3', { seat, account })})`;
}

export function seenValues({
  agencyId,
  reach,
}: Viewer): [string, readonly string[] | null, readonly string[]] {
  return [agencyId, reach?.clientAccountIds ?? null, reach ? seatsWithAccounts(reach) : []];
}

/** The same as conditions of a list; of one client account, an equality that an index serves in the list's order. */
export function addSeen(conditions: Conditions, viewer: Viewer, alias: string): Conditions {
  const { agency, account, seat } = columnsOf(alias);
  const { agencyId, reach } = viewer;
  const only = onlyClientAccountOf(viewer);
  return conditions
    .add('agency', agencyId, (id) => `${agency} = ${id}`)
    .add('own', only, (own) => `${account} = ${own}`)
    .add('reach', only === null ? (reach?.clientAccountIds ?? null) : null, (accounts) => {
      const given = conditions.parameter(reach ? seatsWithAccounts(reach) : []);
      return `(${account} = ANY (${accounts}::uuid[]) OR ${isOfGiven(given, { seat, account })})`;
    });
}

function columnsOf(alias: string) {
  return {
    agency: `${alias}.agency_id`,
    account: `${alias}.client_account_id`,
    seat: `${alias}.seat_id`,
  };
}
