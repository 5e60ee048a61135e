import 'reflect-metadata';
import { defaultFieldResolver, GraphQLInt, type GraphQLSchema } from 'graphql';
import { buildSchema, type PubSub } from 'type-graphql';
import type { CursorKeys } from '../schema/cursor.js';
import type { AlertMuteService } from '../services/alerts/alert-mute.service.js';
import type { ApiKeyRotation } from '../services/members/api-key.rotation.js';
import type { TrustedDocuments } from '../services/members/trusted-documents.js';
import type { AuditLogReader } from '../services/audit-log.reader.js';
import type { CampaignForecasts } from '../services/campaigns/campaign.forecast.js';
import type { TouchReassigning } from '../services/campaigns/queue.reassigning.js';
import type { DoNotContactService } from '../services/prospects/do-not-contact.service.js';
import type { EngagementService } from '../services/decisions/engagement.service.js';
import type { RatesService } from '../services/campaigns/rates.service.js';
import type { HolderService } from '../services/seats/holder.service.js';
import type { AccessRulesService } from '../services/members/access-rules.service.js';
import type { SignInProviderService } from '../services/members/sign-in-provider.service.js';
import type { MessageService } from '../services/decisions/message.service.js';
import type { MemberRightsService } from '../services/members/member.rights.service.js';
import type { OutsideUseService } from '../services/seats/outside-use.service.js';
import type { ReleaseService } from '../services/decisions/release.service.js';
import type { PersonService } from '../services/prospects/person.service.js';
import type { RestrictionService } from '../services/seats/restriction.service.js';
import type { RetentionService } from '../services/prospects/retention.service.js';
import type { SeatBulk } from '../services/seats/seat.bulk.js';
import type { SeatMoves } from '../services/seats/seat.moves.js';
import type { SeatService } from '../services/seats/seat.service.js';
import { AccessRulesResolver } from './access-rules.resolver.js';
import { ActivityResolver } from './activity.resolver.js';
import { AuditResolver } from './audit.resolver.js';
import { AgencyResolver, ViewerResolver } from './agency.resolver.js';
import { AlertMuteResolver } from './alert-mute.resolver.js';
import { AlertResolver } from './alert.resolver.js';
import { AlertStreamResolver } from './alert-stream.resolver.js';
import { ApiKeyResolver } from './api-key.resolver.js';
import { CampaignFields } from './campaign.fields.js';
import { CampaignLifeResolver, type CampaignDesk } from './campaign-life.resolver.js';
import { CampaignResolver } from './campaign.resolver.js';
import { ClientAccountFields } from './client-account.fields.js';
import { ClientAccountResolver } from './client-account.resolver.js';
import type { RequestContext } from './context.js';
import { InboundResolver } from './inbound.resolver.js';
import type { InboundSourceService } from '../services/tools/inbound-source.service.js';
import type { ToolCaps } from '../services/tools/tool-caps.js';
import { WebhookResolver } from './webhook.resolver.js';
import type { WebhookReplay } from '../services/webhooks/webhook.replay.js';
import { CreditEventFields, CreditResolver } from './credit.resolver.js';
import { DecisionFields, SuggestionFields } from './decision.fields.js';
import { DecisionResolver } from './decision.resolver.js';
import { DoNotContactResolver } from './do-not-contact.resolver.js';
import { EngagementResolver } from './engagement.resolver.js';
import { ForecastFields } from './forecast.fields.js';
import { HolderResolver } from './holder.resolver.js';
import { LimitResolver, UsageFields } from './limit.resolver.js';
import type { Readers } from './loaders.js';
import { MemberResolver } from './member.resolver.js';
import { MessageResolver } from './message.resolver.js';
import { NodeResolver } from './node.resolver.js';
import { Pages } from './pages.js';
import { OutsideUseResolver } from './outside-use.resolver.js';
import { PersonResolver } from './person.resolver.js';
import { PlanSendsResolver } from './plan-sends.resolver.js';
import { PlanResolver } from './plan.resolver.js';
import { PolicyEffectFields, PolicyResolver, RoomChangeFields } from './policy.resolver.js';
import { ReservationStreamResolver } from './reservation-stream.resolver.js';
import { ProspectFields, ProspectResolver } from './prospect.resolver.js';
import { RatesResolver } from './rates.resolver.js';
import { ReservationResolver } from './reservation.resolver.js';
import { RestrictionResolver } from './restriction.resolver.js';
import { SeatFields } from './seat.fields.js';
import { SeatBulkResolver } from './seat-bulk.resolver.js';
import { SeatMovesResolver } from './seat-moves.resolver.js';
import { SeatResolver } from './seat.resolver.js';
import { SegmentResolver } from './segment.resolver.js';
import { SignInProviderResolver, type ProviderLinks } from './sign-in-provider.resolver.js';
import type { TextKeepingService } from '../services/agency/text-keeping.service.js';
import { KeptTextFields, TextKeepingResolver } from './text-keeping.resolver.js';
import { SeatsAtLevel } from './seats-at-level.js';
import { TrustedDocumentResolver, type WrongWithDocument } from './trusted-document.resolver.js';
import { TouchResolver, type TouchServices } from './touch.resolver.js';
import { TouchReassignResolver } from './touch-reassign.resolver.js';
import { TouchStreamResolver } from './touch-stream.resolver.js';
import { UsageStreamResolver } from './usage-stream.resolver.js';

/** Whom the resolvers ask: those who read, and those who only change. */
export interface Services extends Readers {
  readonly alertMutes: AlertMuteService;
  readonly messages: MessageService;
  readonly seatChanges: SeatService;
  readonly seatMoves: SeatMoves;
  readonly seatBulk: SeatBulk;
  readonly holders: HolderService;
  readonly campaignDesk: Omit<CampaignDesk, 'approvalLinkOf'>;
  readonly approvalLinkOf: CampaignDesk['approvalLinkOf'];
  /** The address of a holder's page, from the token of its link. */
  readonly holderLinkOf: (token: string) => string;
  readonly apiKeyRotation: ApiKeyRotation;
  readonly trustedDocuments: TrustedDocuments;
  /** What is wrong with a document as an operation; null where nothing is. */
  readonly wrongWithDocument: WrongWithDocument;
  readonly auditLog: AuditLogReader;
  readonly memberRights: MemberRightsService;
  readonly accessRules: AccessRulesService;
  readonly providers: SignInProviderService;
  readonly providerLinks: ProviderLinks;
  readonly engagements: EngagementService;
  readonly rates: RatesService;
  readonly doNotContact: DoNotContactService;
  readonly outsideUses: OutsideUseService;
  readonly releases: ReleaseService;
  readonly restrictions: RestrictionService;
  readonly webhookReplay: WebhookReplay;
  readonly inboundSources: InboundSourceService;
  readonly toolCaps: ToolCaps;
  /** The address of a source, from its token. */
  readonly inboundUrlOf: (token: string) => string;
  readonly persons: PersonService;
  readonly retention: RetentionService;
  readonly textKeeping: TextKeepingService;
  readonly campaignForecasts: CampaignForecasts;
  readonly touchClaims: TouchServices['touchClaims'];
  readonly touchEnds: TouchServices['touchEnds'];
  readonly touchReassigning: TouchReassigning;
}

const RESOLVERS = [
  ViewerResolver,
  NodeResolver,
  AgencyResolver,
  ClientAccountResolver,
  ClientAccountFields,
  SeatResolver,
  SeatFields,
  SeatMovesResolver,
  SeatBulkResolver,
  HolderResolver,
  CreditResolver,
  CreditEventFields,
  OutsideUseResolver,
  RestrictionResolver,
  PlanResolver,
  LimitResolver,
  UsageFields,
  ApiKeyResolver,
  TrustedDocumentResolver,
  MemberResolver,
  AccessRulesResolver,
  SignInProviderResolver,
  PolicyResolver,
  PolicyEffectFields,
  RoomChangeFields,
  CampaignResolver,
  CampaignFields,
  CampaignLifeResolver,
  ForecastFields,
  DecisionResolver,
  DecisionFields,
  SuggestionFields,
  PlanSendsResolver,
  TouchResolver,
  TouchReassignResolver,
  TouchStreamResolver,
  MessageResolver,
  ReservationResolver,
  ActivityResolver,
  EngagementResolver,
  RatesResolver,
  DoNotContactResolver,
  ProspectResolver,
  ProspectFields,
  SegmentResolver,
  PersonResolver,
  TextKeepingResolver,
  KeptTextFields,
  AlertResolver,
  AlertStreamResolver,
  AlertMuteResolver,
  AuditResolver,
  UsageStreamResolver,
  ReservationStreamResolver,
  WebhookResolver,
  InboundResolver,
] as const;

/** Those that ask nobody but the request's own loaders. */
const WITHOUT_PARTS = [
  ViewerResolver,
  NodeResolver,
  AgencyResolver,
  SeatFields,
  CreditEventFields,
  RoomChangeFields,
  DecisionFields,
  UsageFields,
  SuggestionFields,
  TouchStreamResolver,
  ProspectFields,
  KeptTextFields,
  UsageStreamResolver,
] as const;

/** The resolvers of a server, made by hand. */
export function makeResolvers(services: Services, cursorKeys: CursorKeys): object[] {
  const { clientAccounts, seats, campaigns, reservations, ledger } = services;
  const pages = new Pages(cursorKeys);
  return [
    ...WITHOUT_PARTS.map((resolver) => new resolver()),
    new ClientAccountResolver(clientAccounts, pages),
    new ClientAccountFields(seats, campaigns, pages),
    new SeatResolver(services.seatChanges, seats, new SeatsAtLevel(seats, ledger), pages),
    new SeatMovesResolver(services.seatMoves),
    new SeatBulkResolver(services.seatBulk),
    new HolderResolver(services.holders, services.holderLinkOf),
    new CreditResolver(services.seatChanges, ledger, pages),
    new OutsideUseResolver(services.outsideUses),
    new RestrictionResolver(services.restrictions),
    new PlanResolver(services.plans, pages),
    new LimitResolver(services.limits, ledger),
    new ApiKeyResolver(services.apiKeys, services.apiKeyRotation, pages),
    new TrustedDocumentResolver(services.trustedDocuments, services.wrongWithDocument, pages),
    new MemberResolver(services.members, services.memberRights, pages),
    new AccessRulesResolver(services.accessRules),
    new SignInProviderResolver(services.providers, services.providerLinks),
    new PolicyResolver(services.policies, pages),
    new PolicyEffectFields(pages),
    new CampaignResolver(campaigns, pages),
    new CampaignFields(services.campaignReader),
    new ForecastFields(services.campaignForecasts),
    new CampaignLifeResolver({ ...services.campaignDesk, approvalLinkOf: services.approvalLinkOf }),
    new DecisionResolver(reservations, pages),
    new PlanSendsResolver(reservations),
    new TouchResolver(services),
    new TouchReassignResolver(services.touchReassigning),
    new MessageResolver(services.messages),
    new ReservationResolver(reservations, services.releases, pages),
    new ActivityResolver(services.activities, pages),
    new EngagementResolver(services.engagements),
    new RatesResolver(services.rates, pages),
    new DoNotContactResolver(services.doNotContact),
    new ProspectResolver(services.prospects, pages),
    new SegmentResolver(services.segments, pages),
    new PersonResolver(services.persons, services.retention),
    new TextKeepingResolver(services.textKeeping),
    new AlertResolver(services.alerts, pages),
    new AlertStreamResolver(pages),
    new AlertMuteResolver(services.alertMutes, pages),
    new AuditResolver(services.auditLog, pages),
    new ReservationStreamResolver(pages),
    new WebhookResolver(services.webhooks, services.webhookReplay, pages),
    new InboundResolver(services.inboundSources, services.toolCaps, services.inboundUrlOf, pages),
  ];
}

/** The schema, answered by these resolvers. Without any it can be printed, and that is all. */
export async function buildApiSchema(resolvers: readonly object[] = []): Promise<GraphQLSchema> {
  const byClass = new Map<object, object>(resolvers.map((resolver) => [resolver.constructor, resolver]));
  const schema = await buildSchema({
    resolvers: RESOLVERS,
    container: { get: (resolverClass: object) => byClass.get(resolverClass) },
    // Services say what is wrong with an input, as userErrors.
    validate: false,
    // By asking all of it about itself, which takes as long as to build it. Apollo checks it as well before it serves.
    skipCheck: true,
    pubSub: NO_PUB_SUB,
  });
  beginEachMutationAnew(schema);
  tellLargestInt();
  return schema;
}

/** What an Int holds at most. */
const INT_MAX = 2_147_483_647;
const serializeInt = GraphQLInt.serialize;

/** A larger number is told as that: sums of what is recorded may come to it, and nothing that is asked beside fails by it. */
function tellLargestInt(): void {
  GraphQLInt.serialize = (value) =>
    serializeInt(typeof value === 'number' && Number.isInteger(value) ? Math.min(value, INT_MAX) : value);
}

/** Asked for by the library, and by nobody else: subscriptions open streams of their own, which lose nothing. */
const NO_PUB_SUB: PubSub = {
  publish: neverPublished,
  subscribe: neverPublished,
};

function neverPublished(): never {
  throw new Error('Nothing is published: a subscription names its own stream.');
}

/** Each mutation of an operation sees what the one before it did: it begins with loaders that hold nothing. */
function beginEachMutationAnew(schema: GraphQLSchema): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve = defaultFieldResolver } = field;
    field.resolve = (source, args, context: RequestContext, info): unknown => {
      context.forget();
      return resolve(source, args, context, info);
    };
  }
}
