import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { done, newSeat, type SeededAgency, servicesOn } from './agency.js';
import type { Api, Json } from './api.js';

export const TOLD = `outcome retryAt reasons { code message remedy retryAt }
  suggestions { action availableAt message seat { id } } reservation { id status releasedBecause }`;
const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { id ${TOLD} } userErrors { code } } }`;
const COMMIT = `mutation ($id: ID!) { commitReservation(input: { reservationId: $id }) { userErrors { code } } }`;
const RECORD = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) {
  recorded alreadyKnown userErrors { code field } } }`;
const ENGAGE = `mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) {
  results { matched creditsReturned alreadyKnown } creditsReturned userErrors { code field } } }`;

export interface Recipient {
  readonly profileUrl: string;
  readonly degree?: string;
  readonly openProfile?: boolean;
  readonly company?: string;
  readonly companyDomain?: string;
}

/** Somebody whom nobody knows yet. */
export function someone(more: Partial<Recipient> = {}): Recipient {
  return { profileUrl: `https://www.linkedin.com/in/${randomUUID()}`, ...more };
}

export function codesOf({ reasons }: Json): string[] {
  return reasons.map(({ code }: Json) => code);
}

/** An agency that asks, sends and hears of answers, through the API. */
export class Outreach {
  constructor(
    private readonly api: Api,
    readonly agency: SeededAgency,
  ) {}

  get seat(): string {
    return toId('seat', this.agency.seat.id);
  }

  get client(): string {
    return toId('client', this.agency.clientAccount.id);
  }

  async reserve(action: string, recipient: Recipient, more: object = {}): Promise<Json> {
    const input = { seatId: this.seat, action, recipient, idempotencyKey: randomUUID(), ...more };
    return (await this.api.data(this.agency.key, RESERVE, { input })).reserve.decision;
  }

  async send(action: string, recipient: Recipient, more: object = {}): Promise<Json> {
    const decision = await this.reserve(action, recipient, more);
    await this.commit(decision.reservation.id);
    return decision;
  }

  async commit(reservationId: string): Promise<void> {
    await this.api.data(this.agency.key, COMMIT, { id: reservationId });
  }

  /** Tells of what was done elsewhere. */
  async record(...inputs: object[]): Promise<Json> {
    const told = inputs.map((input) => ({ seatId: this.seat, idempotencyKey: randomUUID(), ...input }));
    return (await this.api.data(this.agency.key, RECORD, { inputs: told })).recordActivities;
  }

  engagement(kind: string, { profileUrl }: Recipient, more: object = {}): object {
    return {
      seatId: this.seat,
      recipientProfileUrl: profileUrl,
      kind,
      occurredAt: new Date().toISOString(),
      idempotencyKey: randomUUID(),
      ...more,
    };
  }

  async engage(...inputs: object[]): Promise<Json> {
    return (await this.api.data(this.agency.key, ENGAGE, { inputs })).recordEngagement;
  }

  /** What became of a reservation: its status, and why where we released it. */
  async became(id: string): Promise<string[]> {
    const query = 'query ($id: ID!) { node(id: $id) { ... on Reservation { status releasedBecause } } }';
    const { node } = await this.api.data(this.agency.key, query, { id });
    return [node.status, node.releasedBecause];
  }

  async addSeat(clientAccountId = this.agency.clientAccount.id): Promise<string> {
    const { seats } = servicesOn(this.api.dataSource);
    return toId('seat', done(await seats.addSeat(this.agency.owner, newSeat(clientAccountId))).id);
  }

  /** Another client account on the same plan. */
  async addClientAccount(): Promise<string> {
    const { clientAccounts } = servicesOn(this.api.dataSource);
    const { owner, plan } = this.agency;
    const terms = { name: randomUUID(), planId: plan.id, timeZone: 'UTC' };
    return done(await clientAccounts.createClientAccount(owner, terms)).id;
  }
}
