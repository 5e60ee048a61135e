import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { clockedDatabase, type ClockedDatabase } from '../ledger/fake-clock.js';
import { INVITATION_HEADER, ME, PROFILE } from '../imports/reading.js';
import { done, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { upload, zipOf } from '../support/exports.js';
import { SEATS, type SeatName } from './fates.js';
import { exampleOf } from './page.js';

const EXAMPLE = exampleOf('docs/campaigns.md', 'A week, step by step');

/** Beside the example of the page: another campaign of one seat, for the same client account. */
const WINTER = [
  { key: 'look', kind: 'ENGAGE', action: 'PROFILE_VIEW' },
  { key: 'ask', kind: 'CONNECT' },
  { key: 'yes', kind: 'BRANCH', condition: 'ACCEPTED', delayMinutes: 2_880 },
  {
    ...{ key: 'hello', kind: 'MESSAGE', delayMinutes: 30 },
    variants: [{ key: 'a', body: 'Hello {{ first_name }}, I saw your talk on {{ company }}. Is it online?' }],
  },
];

/** What LinkedIn's archives of the holders say. The pending invitation is of ten days before. */
const PENDING = `Me Example,Pat Pending,"11/15/26, 10:00 AM",Hi Pat,OUTGOING,${ME},https://www.linkedin.com/in/pat-pending\n`;
const ARCHIVES: Readonly<Record<SeatName, Readonly<Record<string, string | Buffer>>>> = {
  navigator: {
    'Profile.csv': PROFILE,
    'Connections.csv': fixture('people-Connections.csv'),
    'messages.csv': fixture('people-messages.csv'),
    'Invitations.csv': INVITATION_HEADER + PENDING,
  },
  recruiter: { 'Connections.csv': fixture('six-hops-Connections.csv') },
  basic: { 'Connections.csv': fixture('job-swarm-Connections.csv') },
};

function fixture(name: string): Buffer {
  return readFileSync(`test/fixtures/linkedin-export/${name}`);
}

function table(name: string): string {
  return readFileSync(`test/scenario/${name}`, 'utf8');
}

/** An agency as somebody sets it up who has read the page: with a server, a database whose clock stands still, and nothing else. */
export class WeekStage {
  readonly seats = {} as Record<SeatName, string>;
  readonly imported: Json[] = [];
  client = '';
  autumn = '';
  winter = '';
  operators: string[] = [];
  agencyId = '';
  now = 0;
  private readonly unseen = new Map(EXAMPLE.answers);

  private constructor(
    readonly database: ClockedDatabase,
    readonly api: Api,
    private key: string,
  ) {}

  static async open(at: number): Promise<WeekStage> {
    const database = await clockedDatabase();
    await database.setClock(at);
    const api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' }, database);
    const { agencies } = servicesOn(api.dataSource);
    const created = done(await agencies.createAgency({ name: 'My agency', timeZone: 'Europe/Madrid' }));
    const stage = new WeekStage(database, api, created.secret);
    stage.agencyId = created.agency.agencyId;
    await stage.clock(at);
    return stage;
  }

  async close(): Promise<void> {
    await this.api.close();
    await this.database.close();
  }

  async clock(at: number): Promise<void> {
    if (at < this.now) throw new Error('The clock of a week goes on.');
    this.now = at;
    await this.database.setClock(at);
  }

  /** What a request of the page answers; the first time as the page says, where it says so. */
  async ask(name: string, variables: object = {}, key = this.key): Promise<Json> {
    const request = EXAMPLE.requests.get(name);
    if (request === undefined) throw new Error(`The page has no request ${name}.`);

    const data = await this.api.data(key, request, variables);
    const told = this.unseen.get(name);
    if (told !== undefined) expect({ [name]: data }).toMatchObject({ [name]: told });
    this.unseen.delete(name);
    return data;
  }

  /** The same of one mutation, which is done; throws why it was refused. */
  async do(name: string, variables: object, key = this.key): Promise<Json> {
    const [answer] = Object.values<Json>(await this.ask(name, variables, key));
    if (answer.userErrors.length > 0) throw new Error(`${name}: ${JSON.stringify(answer.userErrors)}`);
    return answer;
  }

  /** Something that the page has no request for. */
  other(query: string, variables: object = {}, key = this.key): Promise<Json> {
    return this.api.data(key, query, variables);
  }

  /** Answers that the page shows and that nothing has asked for. */
  get neverAsked(): string[] {
    return [...this.unseen.keys()];
  }

  async setUp(): Promise<void> {
    const { plan } = await this.do('Plan', {});
    this.client = (await this.do('Client', { plan: plan.id })).clientAccount.id;
    const { rows } = await this.do('Seats', { client: this.client, table: table('seats.csv') });
    for (const [index, name] of SEATS.entries()) this.seats[name] = rows[index].seat.id;
    this.operators = [await this.operatorKey(), await this.operatorKey()];
    for (const name of SEATS) {
      const query = `seatId=${this.seats[name]}`;
      const zip = await zipOf(ARCHIVES[name]);
      const { status, body } = await upload(this.api.url, { key: this.key, query, zip });
      this.imported.push({ status, ...body });
    }
    const own = `clientAccountId=${this.client}`;
    this.imported.push(await this.sendList('do-not-contact.csv', `as=do-not-contact&${own}`));
    this.imported.push(await this.sendList('leads.csv', own));
  }

  async launch(): Promise<void> {
    const seats = SEATS.map((name) => this.seats[name]);
    const { campaign } = await this.do('Campaign', { client: this.client, seats });
    this.autumn = campaign.id;
    await this.do('Grounds', { campaign: this.autumn });
    await this.do('Shares', { campaign: this.autumn, ...this.seats });
    await this.do('Steps', { campaign: this.autumn });
    const early = `mutation ($id: ID!) { launchCampaign(input: { campaignId: $id }) { userErrors { code } } }`;
    const { launchCampaign: refused } = await this.other(early, { id: this.autumn });
    expect(refused.userErrors).toEqual([{ code: 'APPROVAL_REQUIRED' }]);
    const { link } = await this.do('Ask', { campaign: this.autumn });
    const approved = await fetch(link, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ answer: 'APPROVED', name: 'Ada Client' }),
    });
    expect(approved.status).toBe(303);
    await this.do('Launch', { campaign: this.autumn });
    // Before there is another campaign.
    await this.ask('Next', { seat: this.seats.navigator }, this.operators[0]);
    await this.launchWinter();
  }

  private async launchWinter(): Promise<void> {
    const create = `mutation ($client: ID!, $seats: [ID!]!) {
      createCampaign(input: { clientAccountId: $client, name: "Winter", seatIds: $seats }) { campaign { id } } }`;
    const made = await this.other(create, { client: this.client, seats: [this.seats.navigator] });
    this.winter = made.createCampaign.campaign.id;
    const rest = `mutation ($campaign: ID!, $steps: [CampaignStepInput!]!) {
      updateCampaign(input: { campaignId: $campaign, audienceTags: ["winter"] }) { userErrors { message } }
      setCampaignSteps(input: { campaignId: $campaign, steps: $steps }) { userErrors { message } }
      launchCampaign(input: { campaignId: $campaign }) { userErrors { message } } }`;
    const answers = await this.other(rest, { campaign: this.winter, steps: WINTER });
    for (const { userErrors } of Object.values<Json>(answers)) expect(userErrors).toEqual([]);
  }

  private async operatorKey(): Promise<string> {
    const query = `mutation ($name: String!) { createApiKey(input: { name: $name, role: OPERATOR }) { secret } }`;
    return (await this.other(query, { name: randomUUID() })).createApiKey.secret;
  }

  private async sendList(name: string, query: string): Promise<Json> {
    const response = await fetch(`${this.api.url}/imports/lead-list?${query}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.key}`,
        'content-type': 'text/csv',
        'x-headroom-import': '1',
      },
      body: table(name),
    });
    return { status: response.status, ...((await response.json()) as Json) };
  }
}
