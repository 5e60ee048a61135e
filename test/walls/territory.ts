import type { Role } from '../../src/quota/words.js';
import type { Use } from './ground.js';
import { recordAnswer } from './engagements.js';
import { makeTouch } from './touches.js';
import { type IdKind, toId } from '../../src/schema/ids.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import type { Api, Json } from '../support/api.js';
import { acceptSecured } from './secured.js';
import { Texts } from './texts.js';

/** Whose a hold is, and for whom: what a record or an answer to it has to say. */
export interface Held {
  readonly seatId: string;
  readonly profileUrl: string;
}

export type { Use } from './ground.js';

/** A seat of which there is something in every list, and its campaign. */
interface Eventful {
  readonly seat: string;
  readonly campaign: string;
}

/**
 * A client account with all that can be named in it, each made when first asked for, through the API and by the agency's
 * own key.
 */
export class Territory extends Texts {
  /** All ids that were handed out. */
  readonly ids = new Map<IdKind, string[]>();
  readonly held = new Map<string, Held>();
  private readonly seatOfCampaign = new Map<string, string>();
  private readonly madeEventful: { found?: Promise<Eventful> } = {};

  claimant: string;

  private constructor(
    readonly api: Api,
    readonly agency: SeededAgency,
    readonly clientAccountId: string,
  ) {
    super();
    this.claimant = agency.owner.actor;
  }

  static of(api: Api, agency: SeededAgency, clientAccountId = agency.clientAccount.id): Territory {
    return new Territory(api, agency, clientAccountId);
  }

  get key(): string {
    return this.agency.key;
  }

  get client(): string {
    return toId('client', this.clientAccountId);
  }

  keyOf(role: Role, isBound: boolean): Promise<string> {
    return this.api.keyOf(this.agency, role, isBound ? this.clientAccountId : null);
  }

  seatOf(id: string): string | null {
    return this.held.get(id)?.seatId ?? this.seatOfCampaign.get(id) ?? null;
  }

  /** Another object of a kind, which nothing else was done with. */
  async take(kind: IdKind, use: Use = 'LIVE'): Promise<string> {
    const id = await this.make(kind, use);
    this.ids.set(kind, [...(this.ids.get(kind) ?? []), id]);
    if (use === 'REMOVED') await this.mutate('removeSeat', { seatId: id }, 'seat', 'SeatInput');
    return id;
  }

  /** What a list is asked for by: made once. */
  eventful(): Promise<Eventful> {
    this.madeEventful.found ??= this.makeEventful();
    return this.madeEventful.found;
  }

  private async makeEventful(): Promise<Eventful> {
    const campaign = await this.take('campaign');
    const seat = this.seatOf(campaign) ?? '';
    await this.reachLimit(seat, { campaignId: campaign });
    const invited = await this.reserve({ seatId: seat, action: 'CONNECTION_REQUEST', campaignId: campaign });
    const { id } = invited.reservation;
    await this.mutate('commitReservation', { reservationId: id }, 'reservation');
    await this.prospect(this.held.get(id)?.profileUrl);
    await this.record(seat);
    return { seat, campaign };
  }

  private async make(kind: IdKind, use: Use): Promise<string> {
    switch (kind) {
      case 'agency':
        return toId('agency', this.agency.agencyId);
      case 'client':
        return this.client;
      case 'seat':
        return this.addSeat();
      case 'plan':
        return this.mutate('createPlan', { ...this.say('name'), seatAllowance: 10_000 }, 'plan');
      case 'campaign':
        return this.campaign();
      case 'key':
        return this.mutate(
          'createApiKey',
          { ...this.say('name'), role: 'OPERATOR', clientAccountId: this.client },
          'apiKey',
        );
      case 'limit': {
        const limit = { actions: ['FOLLOW'], windowKind: 'CALENDAR_DAY', max: 9 };
        return this.mutate('setLimit', { scopeId: await this.take('seat'), limit }, 'limit');
      }
      case 'policy': {
        const changes = [{ kind: 'GAP', recommended: 91 }];
        return this.mutate('publishPolicy', { changes, ...this.say('source') }, 'policy');
      }
      case 'member':
        return this.member(use);
      case 'prospect':
        return this.prospect();
      case 'segment': {
        await this.eventful();
        const filter = { or: [{ isContacted: true }, { company: { contains: this.text() } }] };
        const input = { clientAccountId: this.client, filter, ...this.say('name') };
        return this.mutate('createSegment', input, 'segment');
      }
      case 'restriction':
        return this.restriction();
      case 'decision':
        return (await this.reserve()).id;
      case 'reservation':
        return this.reservation(use);
      case 'activity':
        return this.activity();
      case 'alert':
        return this.alert();
      case 'source':
        return this.source();
      case 'mute': {
        const until = new Date(Date.now() + 86_400_000).toISOString();
        return this.mutate(
          'muteAlerts',
          { clientAccountId: this.client, kinds: ['SEAT_IDLE'], until },
          'mute',
        );
      }
      case 'touch':
        return makeTouch(this, use);
      case 'engagement':
        return recordAnswer(this);
      case 'webhook':
        return this.mutate('addWebhook', this.say('name', 'url'), 'webhook');
      case 'delivery': {
        const webhookId = await this.take('webhook');
        return this.mutate('sendTestEvent', { webhookId }, 'delivery', 'WebhookInput');
      }
      case 'entry': {
        const query = '{ auditLog(first: 1) { nodes { id } } }';
        return (await this.ask(query, {})).auditLog.nodes[0].id;
      }
    }
  }

  private async addSeat(): Promise<string> {
    const { seats } = servicesOn(this.api.dataSource);
    const texts = this.say('holderName', 'externalRef', 'profileUrl');
    const added = await seats.addSeat(this.agency.owner, newSeat(this.clientAccountId, texts));
    return toId('seat', done(added).id);
  }

  private async campaign(): Promise<string> {
    const seat = await this.take('seat');
    const input = { clientAccountId: this.client, seatIds: [seat], ...this.say('name', 'externalRef') };
    const campaign = await this.mutate('createCampaign', input, 'campaign');
    this.seatOfCampaign.set(campaign, seat);
    return campaign;
  }

  /** The address of a person who is known. */
  async somebody(): Promise<string> {
    await this.take('prospect');
    return this.said.get('profileUrl')?.at(-1) ?? '';
  }

  private async prospect(profileUrl = this.say('profileUrl').profileUrl): Promise<string> {
    const words = this.say(
      ...'firstName lastName company companyDomain position notes industry location'.split(' '),
    );
    const customFields = [this.say('name', 'value')];
    const prospects = [{ profileUrl, ...words, tags: [this.text()], customFields }];
    const query = `mutation ($input: AddProspectsInput!) {
      addProspects(input: $input) { results { prospect { id } } userErrors { code message } } }`;
    const input = { clientAccountId: this.client, prospects };
    return (await this.ask(query, { input })).addProspects.results[0].prospect.id;
  }

  private async restriction(): Promise<string> {
    const input = { seatId: await this.take('seat'), kind: 'TEMPORARY', ...this.say('note') };
    const query = `mutation ($input: ReportRestrictionInput!) {
      reportRestriction(input: $input) { seat { restrictions { id } } userErrors { code message } } }`;
    return (await this.ask(query, { input })).reportRestriction.seat.restrictions[0].id;
  }

  private async reserve(more: object = {}): Promise<Json> {
    const recipient = this.say('profileUrl', 'name', 'company', 'companyDomain');
    const seatId = await this.take('seat');
    const input = { seatId, action: 'FOLLOW', recipient, ...this.say('idempotencyKey'), ...more };
    const query = `mutation ($input: ReserveInput!) { reserve(input: $input) {
      decision { id reservation { id } } userErrors { code message } } }`;
    const { decision } = (await this.ask(query, { input })).reserve;
    const { profileUrl } = recipient;
    this.held.set(decision.reservation.id, { seatId, profileUrl });
    return decision;
  }

  /** Somebody who was given the client account and one seat; with a second factor, if they are to be secured. */
  private async member(use: Use): Promise<string> {
    const seatIds = [await this.take('seat')];
    const input = {
      ...{ role: 'OPERATOR', clientAccountIds: [this.client], seatIds },
      ...this.say('email', 'name'),
    };
    const query = `mutation ($input: InviteMemberInput!) { inviteMember(input: $input) {
      member { id } invitationUrl userErrors { code message } } }`;
    const { member, invitationUrl } = (await this.ask(query, { input })).inviteMember;
    if (use === 'SECURED') await acceptSecured(this.api, invitationUrl.split('#')[1], input.name);
    return member.id;
  }

  /** An address of a tool, at which something came in that nobody can read. */
  private async source(): Promise<string> {
    const input = { ...this.say('name'), tool: 'HEYREACH', clientAccountId: this.client };
    const query = `mutation ($input: AddInboundSourceInput!) { addInboundSource(input: $input) {
      inboundSource { id } url userErrors { code message } } }`;
    const { inboundSource, url } = (await this.ask(query, { input })).addInboundSource;
    const { status } = await fetch(url, { method: 'POST', body: '{}' });
    if (status !== 200) throw new Error(`An event was answered with ${status}.`);
    return inboundSource.id;
  }

  private async reservation(use: Use): Promise<string> {
    const { id } = (await this.reserve()).reservation;
    const verbs: Partial<Record<Use, string>> = { SENT: 'commitReservation', RELEASED: 'releaseReservation' };
    const verb = verbs[use];
    if (verb !== undefined) await this.mutate(verb, { reservationId: id }, 'reservation');
    return id;
  }

  private async activity(): Promise<string> {
    const seatId = await this.take('seat');
    await this.record(seatId);
    const query = 'query ($seatId: ID) { activities(seatId: $seatId) { nodes { id } } }';
    return (await this.ask(query, { seatId })).activities.nodes[0].id;
  }

  private async record(seatId: string): Promise<void> {
    const input = {
      ...{ seatId, action: 'COMMENT', occurredAt: new Date().toISOString() },
      ...{ recipient: this.say('profileUrl'), ...this.say('source', 'idempotencyKey') },
    };
    const record = 'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }';
    await this.ask(record, { inputs: [input] });
  }

  private async alert(): Promise<string> {
    const seatId = await this.take('seat');
    await this.reachLimit(seatId);
    const query = 'query ($seatId: ID) { alerts(seatId: $seatId) { nodes { id } } }';
    return (await this.ask(query, { seatId })).alerts.nodes[0].id;
  }

  /** One hold reaches a limit of one. */
  private async reachLimit(seatId: string, more: object = {}): Promise<void> {
    const limit = { actions: ['REACTION'], windowKind: 'CALENDAR_DAY', max: 1 };
    await this.mutate('setLimit', { scopeId: seatId, limit }, 'limit');
    await this.reserve({ seatId, action: 'REACTION', ...more });
  }

  /** The id of what a mutation made. */
  private async mutate(
    name: string,
    input: object,
    made: string,
    type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`,
  ): Promise<string> {
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${made} { id } userErrors { code message } } }`;
    return (await this.ask(query, { input }))[name][made].id;
  }

  private async ask(query: string, variables: object): Promise<Json> {
    const data = await this.api.data(this.key, query, variables);
    const refused = JSON.stringify(data).match(/"userErrors":\[\{[^\]]*\]/);
    if (refused) throw new Error(`${query} ${refused[0]}`);
    return data;
  }
}
