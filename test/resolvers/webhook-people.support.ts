import { setTimeout as pause } from 'node:timers/promises';
import { toId } from '../../src/schema/ids.js';
import { type ClockedDatabase, clockedDatabase } from '../ledger/fake-clock.js';
import { Receiver } from '../live/receiver.js';
import type { SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { query, superuserUrl } from '../support/database.js';

const OF_PEOPLE = { touchChanges: true, engagements: true, reservationChanges: false, alertKinds: [] };

export interface Endpoint {
  readonly receiver: Receiver;
  readonly id: string;
}

/** A server that tells endpoints of people, with a clock that stands where it is put. */
export class PeopleStage {
  private readonly receivers: Receiver[] = [];

  private constructor(
    private readonly database: ClockedDatabase,
    readonly api: Api,
    public at: number,
  ) {}

  static async set(): Promise<PeopleStage> {
    const database = await clockedDatabase();
    // A Monday, at nine in the morning in UTC.
    const at = Date.UTC(2026, 10, 23, 9);
    await database.setClock(at);
    const environment = { HEADROOM_ALLOW_LOOPBACK: 'on', HEADROOM_API_LIMITS: 'off', HEADROOM_SWEEP: 'off' };
    return new PeopleStage(database, await Api.start(environment, database), at);
  }

  async close(): Promise<void> {
    await this.api.close();
    for (const receiver of this.receivers) await receiver.close();
    await this.database.close();
  }

  async pass(ms: number): Promise<void> {
    this.at += ms;
    await this.database.setClock(this.at);
  }

  /**
   * Passes time until so many have come in: what was not taken is asked for again in five seconds from when its answer was put down, which
   * may be behind whatever else was done by then.
   */
  async passUntil(receiver: Receiver, count: number): Promise<void> {
    for (; receiver.received.length < count; await pause(50)) await this.pass(5_001);
  }

  async mutate(key: string, name: string, input: object, select: string): Promise<Json> {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const operation = `mutation ($input: ${type}!) { ${name}(input: $input) { ${select} userErrors { code field } } }`;
    return (await this.api.data(key, operation, { input }))[name];
  }

  /** An endpoint of an agency, told of people unless `terms` say otherwise, and what comes there. */
  async endpoint(key: string, terms: object = {}): Promise<Endpoint> {
    const receiver = await Receiver.start();
    this.receivers.push(receiver);
    const input = { name: 'CRM', url: receiver.url, ...OF_PEOPLE, ...terms };
    const { webhook } = await this.mutate(key, 'addWebhook', input, 'webhook { id }');
    return { receiver, id: webhook.id };
  }

  async engage(
    { key, seat }: Pick<SeededAgency, 'key' | 'seat'>,
    slug: string,
    more: object = {},
  ): Promise<void> {
    const record = `mutation ($inputs: [EngagementInput!]!) { recordEngagement(inputs: $inputs) { userErrors { message } } }`;
    const who = { seatId: toId('seat', seat.id), recipientProfileUrl: `https://www.linkedin.com/in/${slug}` };
    const what = { kind: 'REPLIED', occurredAt: new Date(this.at).toISOString(), idempotencyKey: slug };
    const { recordEngagement } = await this.api.data(key, record, { inputs: [{ ...who, ...what, ...more }] });
    expect(recordEngagement.userErrors).toEqual([]);
    await this.pass(1);
  }

  /** What stands in the tables. */
  async rows(sql: string): Promise<Record<string, unknown>[]> {
    return query(await superuserUrl(this.database.appUrl), sql);
  }
}

/** What came, in a line: what, and of whom. */
export function told({ receiver }: Endpoint): string[] {
  return receiver.received.map(({ json }) => {
    const { kind, action, person } = json.data.touch ?? json.data.engagement;
    const slug = String(person.profileUrl).split('/in/')[1] ?? 'nobody';
    return [json.type, json.data.touch ? action : kind, slug].join(' ');
  });
}
