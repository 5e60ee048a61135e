import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { ALICE, ME } from '../imports/reading.js';
import { Receiver } from '../live/receiver.js';
import type { Api, Json } from '../support/api.js';
import { done, newSeat, servicesOn } from '../support/agency.js';
import { SMALL_EXPORT, upload, zipOf } from '../support/exports.js';
import { CampaignStage } from './campaign.support.js';
import { WritingDesk } from './kept-texts.support.js';

const NOTE =
  'Hi {{ first_name }}, I came across your profile while reading about {{ company }} and would be glad to connect with you.';

/** The clock of the database. */
export interface Time {
  readonly now: () => number;
  readonly pass: (ms: number) => Promise<void>;
}

/** Everything that an agency can come to know of one person, by every way that there is. */
export class PersonStory {
  /** A word that is nowhere else; each text that holds it has a number of its own. */
  readonly canary = `canary${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  readonly site = `https://www.linkedin.com/in/${this.canary}x0`;
  readonly lead = `https://www.linkedin.com/sales/lead/ACw${this.canary}x0`;
  /** The same account before it was renamed. */
  readonly before = `https://www.linkedin.com/in/${this.canary}x1`;
  private counted = 1;

  private constructor(
    private readonly api: Api,
    private readonly stage: CampaignStage,
    readonly desk: WritingDesk,
    private readonly besides: { readonly receiver: Receiver; readonly time: Time },
  ) {}

  static async of(api: Api, time: Time): Promise<PersonStory> {
    const stage = await CampaignStage.open(api, 1, { plan: { seatAllowance: 20 } });
    const receiver = await Receiver.start();
    const story = new PersonStory(api, stage, new WritingDesk(api, stage.agency), { receiver, time });
    await story.desk.keep(30);
    await story.listen();
    await story.list();
    await story.holdASeat();
    await story.runACampaign();
    await story.write();
    await story.hearOf();
    await story.mark();
    await time.pass(1_000);
    // A touch that is done, what was reported and the two that the archive knows of: nothing is told of later.
    await story.besides.receiver.has(4);
    return story;
  }

  async close(): Promise<void> {
    await this.besides.receiver.close();
  }

  /** A text that nothing else has. */
  text(): string {
    return `${this.canary}x${(this.counted += 1)}`;
  }

  private async listen(): Promise<void> {
    const told = { touchChanges: true, engagements: true, reservationChanges: true, alertKinds: [] };
    const input = { name: 'CRM', url: this.besides.receiver.url, ...told };
    await this.done('addWebhook', 'AddWebhookInput', input);
  }

  /** On a list, by addresses that turned out to be one person's only one after the other. */
  private async list(): Promise<void> {
    const person = (profileUrl: string, more: object = {}) => ({
      ...{ profileUrl, firstName: this.text(), lastName: this.text(), company: this.text() },
      ...{ companyDomain: `${this.text()}.example`, position: this.text(), industry: this.text() },
      ...{ location: this.text(), notes: this.text(), tags: ['spring', this.text()], ...more },
    });
    const customFields = [{ name: this.text(), value: this.text() }];
    for (const one of [
      ...[person(this.site), person(this.lead), person(this.before)],
      person(this.site, { salesNavigatorUrl: this.lead, customFields }),
      person(this.before, { salesNavigatorUrl: this.lead }),
    ]) {
      await this.desk.add([one], { replace: true });
    }
    const { nodes } = await this.desk.list();
    expect(nodes).toHaveLength(1);
    const [{ id: prospectId }] = nodes;
    await this.desk.update({ prospectId, position: this.text(), location: this.text() });
    const filter = { company: { contains: this.text() } };
    const segment = { clientAccountId: this.desk.client, name: 'Theirs', filter };
    await this.done('createSegment', 'CreateSegmentInput', segment);
  }

  /** The account of the person is a seat of the agency too. */
  private async holdASeat(): Promise<void> {
    const { seats } = servicesOn(this.api.dataSource);
    const { owner, clientAccount } = this.stage.agency;
    const terms = newSeat(clientAccount.id, { holderName: this.text(), profileUrl: this.site });
    done(await seats.addSeat(owner, terms));
  }

  /** Shown to the client, taken in, written to, with a text that is kept. */
  private async runACampaign(): Promise<void> {
    const { stage } = this;
    await stage.prepare(0);
    const steps = [{ key: 'invite', kind: 'CONNECT', variants: [{ key: 'a', body: NOTE }] }];
    await stage.change('setCampaignSteps', { steps });
    const path = await stage.askForApproval();
    expect((await stage.visit(path)).html).toContain(this.canary);
    await stage.answer(path, { answer: 'APPROVED', name: 'Ada Client' });
    expect((await stage.change('launchCampaign')).errors).toEqual([]);
    const next = 'query ($id: ID!) { nextTouches(seatId: $id) { touches { touch { id } } } }';
    const { touches } = (await this.ask(next, { id: this.desk.seat })).nextTouches;
    const touchId = touches[0].touch.id;
    await this.done('claimTouch', 'ClaimTouchInput', { touchId, idempotencyKey: this.text() });
    await this.done('completeTouch', 'CompleteTouchInput', { touchId });
  }

  /** By every way of asking: looked at, sent, held, refused, recorded, with credits and with words. */
  private async write(): Promise<void> {
    const { desk } = this;
    await this.done('setCredits', 'SetCreditsInput', { seatId: desk.seat, available: 9 });
    const recipient = { profileUrl: this.site, name: this.text(), company: this.text(), degree: 'FIRST' };
    const words = Array.from({ length: 40 }, () => this.text()).join(' ');
    const message = { subject: this.text(), body: words, variables: [words.slice(0, 20)] };
    await desk.send('INMAIL', recipient, { message, idempotencyKey: this.text() });
    await desk.reserve('FOLLOW', recipient);
    expect((await desk.reserve('CONNECTION_REQUEST', recipient)).outcome).toBe('DENIED');
    const preview = 'query ($input: DecisionInput!) { previewDecision(input: $input) { outcome } }';
    await this.ask(preview, { input: { seatId: desk.seat, action: 'FOLLOW', recipient } });
    const record =
      'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { userErrors { message } } }';
    const activity = { seatId: desk.seat, action: 'COMMENT', recipient: { profileUrl: this.lead } };
    const occurredAt = new Date(this.besides.time.now() - 86_400_000).toISOString();
    const inputs = [{ ...activity, occurredAt, source: 'A tool', idempotencyKey: this.text() }];
    expect((await this.ask(record, { inputs })).recordActivities.userErrors).toEqual([]);
  }

  /** What the person answered, what an archive knows of them, and what a tool told that nobody can read. */
  private async hearOf(): Promise<void> {
    const { desk, api } = this;
    await this.besides.time.pass(60_000);
    const occurredAt = new Date(this.besides.time.now()).toISOString();
    const { userErrors } = await desk.engage(
      desk.engagement('REPLIED', { profileUrl: this.site }, { occurredAt }),
    );
    expect(userErrors).toEqual([]);
    await this.besides.time.pass(60_000);
    const { key, seat } = desk.agency;
    const files = Object.entries(SMALL_EXPORT).map(([name, text]) => {
      return [
        name,
        text.replaceAll(ME, seat.profileUrl).replaceAll(ALICE, this.site).replaceAll('Acme', this.text()),
      ];
    });
    const zip = await zipOf(Object.fromEntries(files) as Record<string, string>);
    expect((await upload(api.url, { key, query: `seatId=${desk.seat}`, zip })).status).toBe(200);
    const source = { name: 'Tool', tool: 'HEYREACH', clientAccountId: desk.client };
    const add = 'mutation ($input: AddInboundSourceInput!) { addInboundSource(input: $input) { url } }';
    const { url } = (await this.ask(add, { input: source })).addInboundSource;
    const event = { event_type: this.text(), lead: { full_name: this.text() }, note: this.text() };
    expect((await fetch(url, { method: 'POST', body: JSON.stringify(event) })).status).toBe(200);
  }

  private async mark(): Promise<void> {
    const mark = { profileUrl: this.lead, reason: this.text(), clientAccountId: await this.otherClient() };
    await this.done('addDoNotContact', 'DoNotContactInput', mark);
  }

  private async otherClient(): Promise<string> {
    return toId('client', await this.desk.addClientAccount());
  }

  private async done(name: string, type: string, input: object): Promise<void> {
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code message } } }`;
    expect((await this.ask(query, { input }))[name].userErrors).toEqual([]);
  }

  private ask(query: string, variables: object): Promise<Json> {
    return this.api.data(this.desk.agency.key, query, variables);
  }
}
