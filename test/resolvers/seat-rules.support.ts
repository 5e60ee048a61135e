import { randomUUID } from 'node:crypto';
import { clockedDatabase, type ClockedDatabase } from '../ledger/fake-clock.js';
import { audit } from '../../src/ledger/audit/audit.js';
import { toId } from '../../src/schema/ids.js';
import type { AddSeat } from '../../src/services/seats/seat.checks.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

const REASON = '{ code message remedy retryAt limit { origin max } }';
const DECISION = `{ outcome retryAt certainAt reasons ${REASON} warnings ${REASON} }`;

/** A server whose one clock the test sets, and an agency that asks it. */
export class SeatRules {
  private constructor(
    private readonly database: ClockedDatabase,
    readonly api: Api,
    readonly agency: SeededAgency,
  ) {}

  static async open(at: string): Promise<SeatRules> {
    const database = await clockedDatabase();
    await database.setClock(Date.parse(at));
    const api = await Api.start({ HEADROOM_API_LIMITS: 'off' }, database);
    return new SeatRules(database, api, await api.seed({ plan: { seatAllowance: 1_000 } }));
  }

  setClock(at: string | number): Promise<void> {
    return this.database.setClock(typeof at === 'number' ? at : Date.parse(at));
  }

  /** Ends the server; the books bear everything out. */
  async close(): Promise<void> {
    await this.api.close();
    const { drift } = await audit(this.database.appUrl);
    await this.database.close();
    expect(drift).toEqual([]);
  }

  /** The id of another seat of the agency. */
  async addSeat(overrides: Partial<AddSeat> = {}): Promise<string> {
    const { seats } = servicesOn(this.api.dataSource);
    const { owner, clientAccount } = this.agency;
    return toId('seat', done(await seats.addSeat(owner, newSeat(clientAccount.id, overrides))).id);
  }

  /** A decision, with room held for a minute where it is allowed. */
  async reserve(seatId: string, action: string, more: object = {}): Promise<Json> {
    const query = `mutation ($input: ReserveInput!) { reserve(input: $input) {
      decision { ${DECISION.slice(1, -1)} reservation { id } } userErrors { code field } } }`;
    const input = { ...question(seatId, action), holdSeconds: 60, idempotencyKey: randomUUID(), ...more };
    const { decision, userErrors } = (await this.api.data(this.agency.key, query, { input })).reserve;
    expect(userErrors).toEqual([]);
    return decision;
  }

  async preview(seatId: string, action: string, more: object = {}): Promise<Json> {
    const query = `query ($input: DecisionInput!) { previewDecision(input: $input) ${DECISION} }`;
    const input = { ...question(seatId, action), ...more };
    return (await this.api.data(this.agency.key, query, { input })).previewDecision;
  }

  /** What a mutation of a seat answers, asked with a key. */
  async change(name: string, input: object, fields = 'id status', key = this.agency.key): Promise<Json> {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) {
      seat { ${fields} } userErrors { code field } } }`;
    return (await this.api.data(key, query, { input }))[name];
  }

  async seat(id: string, fields: string, key = this.agency.key): Promise<Json> {
    return (await this.api.data(key, `query ($id: ID!) { seat(id: $id) { ${fields} } }`, { id })).seat;
  }

  /** Refused one millisecond before retryAt, and allowed there: then room is held. */
  async expectExact(seatId: string, action: string, retryAt: string): Promise<Json> {
    await this.setClock(Date.parse(retryAt) - 1);
    expect(await this.preview(seatId, action)).toMatchObject({ outcome: 'DENIED', retryAt });
    await this.setClock(retryAt);
    return this.reserve(seatId, action);
  }
}

function question(seatId: string, action: string) {
  const profileUrl = `https://www.linkedin.com/in/${randomUUID()}`;
  return { seatId, action, recipient: { profileUrl, degree: 'FIRST' } };
}
