import { createHash, randomUUID } from 'node:crypto';
import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedInputType,
  isEnumType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { ID_KINDS, type IdKind } from '../../src/schema/ids.js';
import type { Json } from '../support/api.js';
import { asCampaign } from './campaigns.js';
import { matchSeats, reservationOf } from './touches.js';
import { type Asked, fieldOf, isRequired, type Place } from './places.js';
import type { Territory, Use } from './territory.js';

/**
 * Values that the owner of a territory may send: what has to be given, and besides that what is asked for. A field whose
 * name says nothing of what it takes is named here; all others are valued by their type.
 */
const VALUES: Readonly<Record<string, unknown>> = {
  'ActivityInput.count': 1,
  'CampaignStepInput.action': 'REACTION',
  'CreateClientAccountInput.limitMode': 'CEILING',
  'DegreeComparator.in': 'UNKNOWN',
  'DeclareOutsideUseInput.from': '2020-01-01',
  'DeclareOutsideUseInput.until': '2020-01-02',
  'EngagementInput.kind': 'REPLIED',
  'InviteMemberInput.role': 'OPERATOR',
  'SetSignInProviderInput.allowedDomain': 'example.com',
  'ReplayWebhookInput.fromSequence': 1,
  'compareVariants.step': 'look',
  'capsForTool.date': new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
  'LimitInput.windowKind': 'CALENDAR_DAY',
  'MuteAlertsInput.kinds': 'SEAT_IDLE',
  'MuteAlertsInput.until': new Date(Date.now() + 30 * 86_400_000).toISOString(),
  'PlanSendsInput.until': '2099-01-01T00:00:00Z',
  'PolicyChangeInput.kind': 'GAP',
  'PolicyChangeInput.recommended': 92,
  'PublishPolicyInput.basedOn': '2026-11',
  'PublishPolicyInput.dryRun': true,
  'ReportRestrictionInput.kind': 'TEMPORARY',
  'ReserveInput.holdSeconds': 60,
  'SetMemberRoleInput.role': 'MANAGER',
};

/** What may be left out, and is said all the same: a change, for trial. */
const MEANT: ReadonlySet<string> = new Set([
  'MuteAlertsInput.kinds',
  'PublishPolicyInput.changes',
  'PublishPolicyInput.dryRun',
  'PolicyChangeInput.kind',
  'PolicyChangeInput.recommended',
  'ReplayWebhookInput.fromSequence',
]);

const BY_NAME: Readonly<Record<string, (territory: Territory) => unknown>> = {
  action: () => 'FOLLOW',
  actions: () => 'FOLLOW',
  // A key that works with a seat may reserve.
  role: () => 'OPERATOR',
  email: (territory) => `${territory.text()}@example.com`,
  approverEmail: (territory) => `${territory.text()}@example.com`,
  documents: (territory) => `query ${territory.text()} { viewer { role } }`,
  sha256s: (territory) => createHash('sha256').update(territory.text()).digest('hex'),
  csv: (territory) =>
    `holderName,profileUrl,tier,timeZone\n${territory.text()},${territory.profileUrl()},SALES_NAVIGATOR,UTC\n`,
  idempotencyKey: (territory) => `${territory.text()} ${randomUUID()}`,
  profileUrl: (territory) => territory.profileUrl(),
  recipientProfileUrl: (territory) => territory.profileUrl(),
  salesNavigatorUrl: (territory) => `https://www.linkedin.com/sales/lead/ACw${territory.text()}`,
  domain: (territory) => `${territory.text()}.example`,
  companyDomain: (territory) => `${territory.text()}.example`,
  url: (territory) => `https://${territory.text()}.example/`,
  issuer: (territory) => `https://${territory.text()}.example/`,
  sourceUrl: (territory) => `https://${territory.text()}.example/`,
};

const BY_TYPE: Readonly<Record<string, (territory: Territory) => unknown>> = {
  Int: () => 1,
  Float: () => 1,
  Boolean: () => true,
  String: (territory) => territory.text(),
  DateTime: () => new Date().toISOString(),
  Date: () => '2026-01-02',
  TimeZone: () => 'UTC',
  LocalTime: () => '09:00',
};

/** Kinds of ids whose places go by another name. */
const KIND_OF_NAME: Readonly<Record<string, IdKind>> = {
  clientAccount: 'client',
  apiKey: 'key',
  scope: 'seat',
  subject: 'seat',
  otherCampaign: 'campaign',
  fromSeat: 'seat',
  toSeat: 'seat',
  inboundSource: 'source',
  node: 'seat',
};

/** The kind of object that a place names: by its own name, `seatIds`, or by the field's, where it is only `id`. */
export function idKindOf({ name, asked }: Pick<Place, 'name' | 'asked'>): IdKind {
  const own = name.slice(name.lastIndexOf('.') + 1);
  const word = /^ids?$/.test(own) ? fieldOf(asked).name.replace(/s$/, '') : own.replace(/Ids?$/, '');
  const kind = KIND_OF_NAME[word] ?? ID_KINDS.find((one) => one === word);
  if (!kind) throw new Error(`Of what kind is ${name}? Say so in KIND_OF_NAME.`);
  return kind;
}

/** Gives values to the arguments of one field. */
export class Filler {
  constructor(
    private readonly territory: Territory,
    private readonly asked: Asked,
    /** Places that are given although they may be left out. */
    private readonly also: readonly Place[] = [],
  ) {}

  /** The arguments by their names. */
  async all(): Promise<Record<string, Json>> {
    const values: Record<string, Json> = {};
    for (const argument of fieldOf(this.asked).args) {
      if (!this.isWanted(argument, [argument.name], this.asked.name)) continue;
      values[argument.name] = await this.valueOf(argument, [argument.name], this.asked.name);
    }
    return values;
  }

  private isWanted(
    value: GraphQLArgument | GraphQLInputField,
    path: readonly string[],
    owner: string,
  ): boolean {
    const isOnTheWay = this.also.some((place) => path.every((step, index) => place.path[index] === step));
    return isRequired(value) || isOnTheWay || this.isMeant(`${owner}.${value.name}`);
  }

  /** Of several ways to say a thing one has to be taken: whom a mark is about, what seats are added. */
  private isMeant(name: string): boolean {
    const isSaid = (places: RegExp): boolean => this.also.some((place) => places.test(place.name));
    if (name === 'DoNotContactInput.profileUrl') return !isSaid(/\.(company|domain)$/);
    // The client account is of the rows of a table.
    const isTable = isSaid(/^AddSeatsInput\.(csv|clientAccountId)$/);
    if (name === 'AddSeatsInput.seats') return !isTable;
    return name === 'AddSeatsInput.csv' ? isTable : MEANT.has(name);
  }

  private async valueOf(
    value: GraphQLArgument | GraphQLInputField,
    path: readonly string[],
    owner: string,
  ): Promise<unknown> {
    const isList = isListType(getNullableType(value.type));
    const one = await this.single(
      value.name,
      getNamedType(value.type),
      isList ? [...path, '0'] : path,
      owner,
    );
    return isList ? [one] : one;
  }

  private async single(
    name: string,
    type: GraphQLNamedInputType,
    path: readonly string[],
    owner: string,
  ): Promise<unknown> {
    if (isInputObjectType(type)) return this.object(Object.values(type.getFields()), type.name, path);
    // Only somebody who is known can be erased.
    if (owner === 'ErasePersonInput') return this.territory.somebody();
    const named = VALUES[`${owner}.${name}`];
    if (named !== undefined) return named;
    if (type.name === 'ID') {
      const kind = idKindOf({ name: `${owner}.${name}`, asked: this.asked });
      const isList = this.asked.operation === 'query' && owner === this.asked.name && !(owner in USE_OF);
      if (isList && (kind === 'seat' || kind === 'campaign')) return (await this.territory.eventful())[kind];
      const use = USE_OF[this.asked.name] ?? USE_OF[owner] ?? 'LIVE';
      return asCampaign(this.territory, await this.territory.take(kind, use), use);
    }
    if (isEnumType(type) && !(name in BY_NAME)) return type.getValues()[0]?.name;
    const make = BY_NAME[name] ?? BY_TYPE[type.name];
    if (!make) throw new Error(`What may be given for ${owner}.${name}? Say so in VALUES.`);
    return make(this.territory);
  }

  private async object(
    fields: readonly GraphQLInputField[],
    owner: string,
    path: readonly string[],
  ): Promise<Json> {
    const values: Record<string, Json> = {};
    for (const field of fields) {
      const below = [...path, field.name];
      if (this.isWanted(field, below, owner)) values[field.name] = await this.valueOf(field, below, owner);
    }
    return matchSeats(this.territory, this.matched(values));
  }

  /** What is said of a hold or a campaign is of its own seat and person. */
  private matched(values: Record<string, Json>): Record<string, Json> {
    const { territory } = this;
    if ('mapping' in values) values.tool = 'GENERIC';
    const claimed = reservationOf(values.touchId ?? '');
    if (claimed !== null && 'reservationId' in values) values.reservationId = claimed;
    const seatId = territory.seatOf(values.reservationId ?? values.campaignId ?? '');
    if (seatId !== null && 'seatId' in values) values.seatId = seatId;
    const held = territory.held.get(values.reservationId ?? '');
    if (!held) return values;
    if ('recipientProfileUrl' in values) values.recipientProfileUrl = held.profileUrl;
    if (values.recipient) values.recipient.profileUrl = held.profileUrl;
    return values;
  }
}

/** What an object has to have become, for those who name it in passing, and for what is done to such alone. */
const USE_OF: Readonly<Record<string, Use>> = {
  ActivityInput: 'RELEASED',
  EngagementInput: 'SENT',
  resetSecondFactor: 'SECURED',
  restoreSeat: 'REMOVED',
  askForApproval: 'READY',
  compareVariants: 'READY',
  launchCampaign: 'READY',
  pauseCampaign: 'LAUNCHED',
  resumeCampaign: 'LAUNCHED',
  completeCampaign: 'LAUNCHED',
  completeTouch: 'CLAIMED',
};

/** The same values with another one at a place. */
export function withValue(values: Json, [step, ...rest]: readonly string[], value: unknown): Json {
  if (step === undefined) return value;
  const copy: Json = Array.isArray(values) ? [...values] : { ...values };
  copy[step] = withValue(copy[step], rest, value);
  return copy;
}

export function valueAt(values: Json, path: readonly string[]): Json {
  return path.reduce((value: Json, step) => value?.[step], values);
}
