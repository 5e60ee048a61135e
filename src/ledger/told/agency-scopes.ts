import type { SeatStatus } from '../../quota/words.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';

/** What an agency consists of: whatever usage is told of, and whose it is. */
export interface AgencyScopes {
  /** By id; removed ones too. */
  readonly seats: ReadonlyMap<string, SeatOfAgency>;
  readonly clientAccountIds: ReadonlySet<string>;
  /** By id: whose it is. */
  readonly campaigns: ReadonlyMap<string, string>;
}

export interface SeatOfAgency {
  readonly clientAccountId: string;
  /** As it is kept: what LinkedIn restricts now is in no column. */
  readonly status: Exclude<SeatStatus, 'RESTRICTED'>;
}

const READ_SEATS: Statement = {
  name: 'seats_of_agencies',
  text: `
SELECT agency_id, id, client_account_id, status FROM seat WHERE agency_id = ANY ($1::uuid[])`,
};
const READ_CLIENT_ACCOUNTS: Statement = {
  name: 'client_accounts_of_agencies',
  text: 'SELECT agency_id, id FROM client_account WHERE agency_id = ANY ($1::uuid[])',
};
const READ_CAMPAIGNS: Statement = {
  name: 'campaigns_of_agencies',
  text: 'SELECT agency_id, id, client_account_id FROM campaign WHERE agency_id = ANY ($1::uuid[])',
};

interface Row {
  readonly agency_id: string;
  readonly id: string;
}

/** What each of some agencies consists of, all in one round trip. */
export async function readAgencyScopes(
  transaction: LedgerTransaction,
  agencyIds: readonly string[],
): Promise<Map<string, AgencyScopes>> {
  if (agencyIds.length === 0) return new Map();
  const [seats, accounts, campaigns] = await Promise.all([
    transaction.query<Row & { client_account_id: string; status: SeatOfAgency['status'] }>(READ_SEATS, [
      agencyIds,
    ]),
    transaction.query<Row>(READ_CLIENT_ACCOUNTS, [agencyIds]),
    transaction.query<Row & { client_account_id: string }>(READ_CAMPAIGNS, [agencyIds]),
  ]);
  const read = new Map(
    agencyIds.map((agencyId) => [
      agencyId,
      {
        seats: new Map<string, SeatOfAgency>(),
        clientAccountIds: new Set<string>(),
        campaigns: new Map<string, string>(),
      },
    ]),
  );
  for (const { agency_id, id, client_account_id: clientAccountId, status } of seats) {
    read.get(agency_id)?.seats.set(id, { clientAccountId, status });
  }
  for (const { agency_id, id } of accounts) read.get(agency_id)?.clientAccountIds.add(id);
  for (const { agency_id, id, client_account_id } of campaigns) {
    read.get(agency_id)?.campaigns.set(id, client_account_id);
  }
  return read;
}
