import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import { done, newSeat, type SeededAgency, type SeedOverrides, servicesOn } from '../support/agency.js';
import type { Api, Json } from '../support/api.js';

/** Texts that nothing speaks against. */
const NOTE =
  'Hi {{ first_name }}, I came across your profile while reading about {{ company }} and would be glad to connect.';
const THANKS =
  'Thank you for connecting, {{ first_name }}. What made you choose {{ position }} at {{ company }} back then?';

/** Attention, then an invitation with a note, then a message to whoever accepts; to whoever doesn't, nothing. */
export const STEPS = [
  { key: 'look', kind: 'ENGAGE' },
  { key: 'invite', kind: 'CONNECT', delayMinutes: 1_440, variants: [{ key: 'a', body: NOTE }] },
  { key: 'accepted', kind: 'BRANCH', delayMinutes: 20_160, condition: 'ACCEPTED' },
  { key: 'thank', kind: 'MESSAGE', delayMinutes: 60, variants: [{ key: 'a', body: THANKS }] },
];

const FIELDS = `id status version draftVersion isEnrolling
  people { enrolled waiting underWay finished stopped } approval { state people version answeredName remark }`;

/** A campaign of an agency, through the API. */
export class CampaignStage {
  private constructor(
    readonly api: Api,
    readonly agency: SeededAgency,
    readonly campaign: string,
    readonly seats: readonly string[],
  ) {}

  private get client(): string {
    return toId('client', this.agency.clientAccount.id);
  }

  static async open(api: Api, seatCount = 1, seed: SeedOverrides = {}): Promise<CampaignStage> {
    return CampaignStage.of(api, await api.seed(seed), seatCount);
  }

  /** One of an agency that there is, for the client account and the seat that are named with it. */
  static async of(api: Api, agency: SeededAgency, seatCount = 1): Promise<CampaignStage> {
    const { seats } = servicesOn(api.dataSource);
    const all = [agency.seat];
    while (all.length < seatCount)
      all.push(done(await seats.addSeat(agency.owner, newSeat(agency.clientAccount.id))));
    const seatIds = all.map(({ id }) => toId('seat', id));
    const input = { clientAccountId: toId('client', agency.clientAccount.id), name: 'Spring', seatIds };
    const made = await api.data(
      agency.key,
      'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { id } } }',
      { input },
    );
    return new CampaignStage(api, agency, made.createCampaign.campaign.id, seatIds);
  }

  /** Puts so many people on the list, all with a tag. */
  async list(count: number, tag = 'spring'): Promise<void> {
    const query = 'mutation ($input: AddProspectsInput!) { addProspects(input: $input) { added } }';
    for (let start = 0; start < count; start += 500) {
      const prospects = Array.from({ length: Math.min(500, count - start) }, (_, index) => ({
        profileUrl: `https://www.linkedin.com/in/${randomUUID()}`,
        ...{ firstName: `First${start + index}`, lastName: `Last${start + index}` },
        ...{ company: `Company ${index % 50}`, position: 'engineer', tags: [tag] },
      }));
      await this.api.data(this.agency.key, query, { input: { clientAccountId: this.client, prospects } });
    }
  }

  /** What a mutation of the campaign answers, with its errors as `CODE path`. */
  async change(verb: string, more: object = {}, key = this.agency.key): Promise<Json> {
    const type = [
      'launchCampaign',
      'pauseCampaign',
      'resumeCampaign',
      'completeCampaign',
      'archiveCampaign',
    ].includes(verb)
      ? 'CampaignInput'
      : `${verb[0]!.toUpperCase()}${verb.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${verb}(input: $input) {
      campaign { ${FIELDS} } userErrors { code message field } } }`;
    const answer = await this.api.data(key, query, { input: { campaignId: this.campaign, ...more } });
    const { campaign, userErrors } = answer[verb];
    return { campaign, errors: userErrors.map(({ code, message }: Json) => `${code} ${message}`) };
  }

  /** Everything that a launch needs. */
  async prepare(people: number, more: object = {}): Promise<void> {
    if (people > 0) await this.list(people);
    const grounds = {
      purpose: 'To meet',
      lawfulBasis: 'LEGITIMATE_INTERESTS',
      dataSource: 'Conference list',
    };
    await this.change('updateCampaign', { audienceTags: ['spring'], ...grounds, ...more });
    await this.change('setCampaignSteps', { steps: STEPS });
  }

  async read(fields = FIELDS, key = this.agency.key): Promise<Json> {
    const query = `query ($id: ID!) { campaign(id: $id) { ${fields} } }`;
    return (await this.api.data(key, query, { id: this.campaign })).campaign;
  }

  /** The address of a new question to the client. */
  async askForApproval(): Promise<string> {
    const query = `mutation ($input: CampaignInput!) { askForApproval(input: $input) { link userErrors { code message } } }`;
    const { askForApproval } = await this.api.data(this.agency.key, query, {
      input: { campaignId: this.campaign },
    });
    if (askForApproval.link === null) throw new Error(JSON.stringify(askForApproval.userErrors));
    return new URL(askForApproval.link).pathname;
  }

  async visit(path: string): Promise<{ status: number; html: string }> {
    const answer = await fetch(`${this.api.url}${path}`);
    return { status: answer.status, html: await answer.text() };
  }

  /** What a button of the page does: its status. */
  async answer(path: string, form: Record<string, string>): Promise<number> {
    const answer = await fetch(`${this.api.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(form),
    });
    return answer.status;
  }

  rows(sql: string): Promise<Json[]> {
    return inAgency(this.api.dataSource, this.agency.owner, (manager) =>
      manager.query(sql, [this.agency.agencyId]),
    );
  }
}
