import { toId } from '../../src/schema/ids.js';
import { Outreach } from '../support/outreach.js';
import type { SeedOverrides } from '../support/agency.js';
import type { Api, Json } from '../support/api.js';

const MUTATIONS = {
  moveSeat: `mutation ($input: MoveSeatInput!) { result: moveSeat(input: $input) {
    seat { id status clientAccount { id } } releasedReservations leftCampaigns { id name } userErrors { code field message } } }`,
  removeSeat: `mutation ($input: SeatInput!) { result: removeSeat(input: $input) {
    seat { id status } userErrors { code field message } } }`,
  restoreSeat: `mutation ($input: SeatInput!) { result: restoreSeat(input: $input) {
    seat { id status } userErrors { code field message } } }`,
  pauseSeat: `mutation ($input: SeatInput!) { result: pauseSeat(input: $input) { seat { status } userErrors { code } } }`,
  resumeSeat: `mutation ($input: SeatInput!) { result: resumeSeat(input: $input) {
    seat { status } userErrors { code field message } } }`,
  updateSeat: `mutation ($input: UpdateSeatInput!) { result: updateSeat(input: $input) {
    seat { status holderAgreedOn holderWithdrewAt } userErrors { code field } } }`,
  addSeat: `mutation ($input: AddSeatInput!) { result: addSeat(input: $input) {
    seat { id } userErrors { code field message } } }`,
} as const;

/** An agency with two client accounts, whose seats come and go through the API. */
export class SeatDesk extends Outreach {
  private constructor(
    readonly server: Api,
    agency: Awaited<ReturnType<Api['seed']>>,
    /** The uuid of the other client account, and its id. */
    readonly otherUuid: string,
  ) {
    super(server, agency);
  }

  static async open(server: Api, overrides: SeedOverrides = {}): Promise<SeatDesk> {
    const agency = await server.seed(overrides);
    const other = await new Outreach(server, agency).addClientAccount();
    return new SeatDesk(server, agency, other);
  }

  get other(): string {
    return toId('client', this.otherUuid);
  }

  async change(name: keyof typeof MUTATIONS, input: object = {}, key = this.agency.key): Promise<Json> {
    return (await this.server.data(key, MUTATIONS[name], { input: { seatId: this.seat, ...input } })).result;
  }

  move(clientAccountId = this.other): Promise<Json> {
    return this.change('moveSeat', { clientAccountId });
  }

  /** What is wrong with it, as `CODE input.field`. */
  async refused(name: keyof typeof MUTATIONS, input: object = {}, key?: string): Promise<string[]> {
    const { seat, userErrors } = await this.change(name, input, key);
    if (seat !== null) return ['done'];
    return userErrors.map(({ code, field }: Json) => [code, field?.join('.')].filter(Boolean).join(' '));
  }

  clientKey(clientAccountId: string): Promise<string> {
    return this.server.keyOf(this.agency, 'CLIENT', clientAccountId);
  }

  async ask(query: string, variables: object = {}, key = this.agency.key): Promise<Json> {
    return this.server.data(key, query, {
      seat: this.seat,
      client: this.client,
      other: this.other,
      ...variables,
    });
  }
}
