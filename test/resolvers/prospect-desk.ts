import { inAgency } from '../../src/tenancy/door.js';
import type { SeededAgency } from '../support/agency.js';
import type { Api, Json } from '../support/api.js';
import { Outreach } from '../support/outreach.js';

/** All that is told of a prospect. */
export const ALL = `id profileUrl salesNavigatorUrl firstName lastName company companyDomain position industry location notes tags
  customFields { name value } doNotContact clientAccount { id }`;
const ADD = `mutation ($input: AddProspectsInput!) { addProspects(input: $input) {
  added updated results { index outcome prospect { ${ALL} } userErrors { code field } } userErrors { code field } } }`;
const LIST = `query ($clientAccountId: ID!, $first: Int, $after: String, $search: String, $tags: [String!]) {
  prospects(clientAccountId: $clientAccountId, first: $first, after: $after, search: $search, tags: $tags) {
    totalCount nodes { ${ALL} } pageInfo { hasNextPage endCursor } } }`;

/** Addresses of people: of the site, and of Sales Navigator. */
export const url = (slug: string): string => `https://www.linkedin.com/in/${slug}`;
export const lead = (nth: number): string => `https://www.linkedin.com/sales/lead/ACwAAA${nth}abcDEF`;

export interface ListAsked {
  readonly clientAccountId?: string;
  readonly first?: number;
  readonly after?: string;
  readonly search?: string;
  readonly tags?: readonly string[];
}

/** An agency with people on the list of its client account, through the API. */
export class ProspectDesk extends Outreach {
  constructor(
    private readonly server: Api,
    agency: SeededAgency,
  ) {
    super(server, agency);
  }

  async add(prospects: object[], more: object = {}, key = this.agency.key): Promise<Json> {
    const input = { clientAccountId: this.client, prospects, ...more };
    return (await this.server.data(key, ADD, { input })).addProspects;
  }

  async mutate(
    name: string,
    type: string,
    input: object,
    selection: string,
    key = this.agency.key,
  ): Promise<Json> {
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code field } } }`;
    return (await this.server.data(key, query, { input }))[name];
  }

  update(input: object): Promise<Json> {
    return this.mutate('updateProspect', 'UpdateProspectInput', input, `prospect { ${ALL} }`);
  }

  async list(asked: ListAsked = {}, key = this.agency.key): Promise<Json> {
    return (await this.server.data(key, LIST, { clientAccountId: this.client, ...asked })).prospects;
  }

  /** How many keys lead to each person, the most first. */
  async keys(): Promise<number[]> {
    const { owner, agencyId } = this.agency;
    return inAgency(this.server.dataSource, owner, async (manager) => {
      const rows = await manager.query<{ keys: number }[]>(
        `SELECT count(*)::int4 AS keys FROM recipient_key k JOIN recipient r ON r.agency_id = $1 AND r.id = k.recipient_id
         WHERE k.agency_id = $1 GROUP BY coalesce(r.merged_into, r.id) ORDER BY 1 DESC`,
        [agencyId],
      );
      return rows.map((row) => row.keys);
    });
  }
}
