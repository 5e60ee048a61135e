import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { compareWithContract } from '../../scripts/check-contract.js';
import { buildStubSchema } from './stub-resolvers.js';

/** Fields that no class holds because a resolver loads them. */
const LEFT_TO_RESOLVERS = [
  'Agency.usage',
  'ApiKey.clientAccount',
  'Viewer.agency',
  'Viewer.clientAccount',
  'Plan.limits',
  'ClientAccount.plan',
  'ClientAccount.seatAllowance',
  'ClientAccount.seatsTaken',
  'ClientAccount.seats',
  'ClientAccount.campaigns',
  'ClientAccount.usage',
  'Seat.clientAccount',
  'Seat.usage',
  'Seat.room',
  'Seat.holdsExpiredToday',
  'Decision.seat',
  'Decision.usage',
  'Decision.clientAccount',
  'Decision.campaign',
  'Decision.recipientProfileUrl',
  'Decision.reservation',
  'Suggestion.seat',
  'Usage.limit',
  'Reservation.seat',
  'Reservation.recipientProfileUrl',
  'Activity.seat',
  'Activity.recipientProfileUrl',
  'Campaign.clientAccount',
  'Campaign.seats',
  'Campaign.usage',
];

/** Fields of published types that come in a later part. */
const LATER_FIELDS = [
  'Seat.credits',
  'Seat.pendingInvitations',
  'Seat.restrictions',
  'Campaign.forecast',
  'Query.members',
  'Query.prospects',
  'Query.planSends',
  'Query.alerts',
  'Query.alertCursor',
  'Mutation.moveSeat',
  'Mutation.removeSeat',
  'Mutation.restoreSeat',
  'Mutation.setCredits',
  'Mutation.reportRestriction',
  'Mutation.liftRestriction',
  'Mutation.declareOutsideUse',
  'Mutation.recordEngagement',
  'Mutation.addDoNotContact',
  'Mutation.removeDoNotContact',
  'Mutation.acknowledgeAlert',
];

/** How an agency came by a version of the policy, when its numbers are to be checked again; who stopped a seat; what is said of a campaign, and who approves it. */
const BEYOND_THE_CONTRACT = [
  'ApiKey.trustedDocumentsOnly',
  'Campaign.approvalRequired',
  'Campaign.audienceTags',
  'Campaign.dataSource',
  'Campaign.draftVersion',
  'Campaign.endedAt',
  'Campaign.endsOn',
  'Campaign.isEnrolling',
  'Campaign.launchedAt',
  'Campaign.lawfulBasis',
  'Campaign.purpose',
  'Campaign.startsOn',
  'Campaign.version',
  'ClientAccount.approvalRequired',
  'ClientAccount.poolsContacts',
  'CreateApiKeyInput.trustedDocumentsOnly',
  'CreateCampaignInput.segmentId',
  'CreateClientAccountInput.poolsContacts',
  'CreditRule.staleFrom',
  'LawfulBasis',
  'Policy.basedOn',
  'Policy.newerBuiltIn',
  'Policy.publishedAt',
  'Policy.source',
  'Policy.staleFrom',
  'PolicyRule.staleFrom',
  'Seat.holderWithdrewAt',
  'UpdateClientAccountInput.approvalRequired',
  'UpdateClientAccountInput.approverEmail',
  'UpdateClientAccountInput.poolsContacts',
  'UserErrorCode.APPROVAL_REQUIRED',
  'UserErrorCode.NOT_LOOKED_AT',
];

describe('the schema classes against the contract', () => {
  let contract: GraphQLSchema;
  let published: GraphQLSchema;

  beforeAll(async () => {
    contract = buildSchema(readFileSync('docs/contract.graphql', 'utf8'));
    published = await buildStubSchema();
  });

  it('differ in nothing that both have: types, nullability, arguments, defaults, enum values', () => {
    expect(compareWithContract(contract, published).differences).toEqual([]);
  });

  it('lack exactly what resolvers add and what later parts bring', () => {
    const { missing } = compareWithContract(contract, published);
    const missingFields = missing.filter((name) => name.includes('.')).sort();
    expect(missingFields).toEqual([...LEFT_TO_RESOLVERS, ...LATER_FIELDS].sort());
  });

  it('have every type that the first part needs', () => {
    const laterTypes = compareWithContract(contract, published).missing.filter((name) => !name.includes('.'));
    expect(laterTypes.sort()).toEqual(LATER_TYPES);
  });

  it('are described in the words of the contract, and described everywhere', () => {
    const { describedOtherwise } = compareWithContract(contract, published);
    // Queries and mutations are stubs here; so are their arguments `input` and `inputs`.
    const ofClasses = describedOtherwise.filter(
      (name) => !/^(Query|Mutation)\.\w+$|\(inputs?:\)$/.test(name),
    );
    expect(ofClasses).toEqual(['Query.node(id:)', 'Query.limits(scopeId:)', 'Query.policy(at:)']);
  });

  it('say nothing that the contract does not, but for what was added to it', () => {
    // The other way round: every type, field, argument and value that is published is one of the contract's.
    expect(compareWithContract(published, contract).missing.toSorted()).toEqual(BEYOND_THE_CONTRACT);
  });

  it('print and build again to the same schema', () => {
    const printed = printSchema(lexicographicSortSchema(published));
    expect(printSchema(lexicographicSortSchema(buildSchema(printed)))).toBe(printed);
  });
});

const LATER_TYPES = [
  'Alert',
  'AlertCheckpoint',
  'AlertConnection',
  'AlertEdge',
  'AlertEvent',
  'AlertKind',
  'AlertPayload',
  'AlertRaised',
  'AcknowledgeAlertInput',
  'CreditBalance',
  'CreditLot',
  'DeclareOutsideUseInput',
  'DoNotContactInput',
  'DoNotContactPayload',
  'EngagementInput',
  'EngagementKind',
  'EngagementResult',
  'Forecast',
  'ForecastDay',
  'LiftRestrictionInput',
  'Member',
  'MemberConnection',
  'MemberEdge',
  'MoveSeatInput',
  'MoveSeatPayload',
  'PlanSendsInput',
  'Prospect',
  'ProspectConnection',
  'ProspectEdge',
  'RecordEngagementPayload',
  'ReportRestrictionInput',
  'Restriction',
  'RestrictionKind',
  'ResyncRequired',
  'SendPlan',
  'SetCreditsInput',
  'Severity',
  'Subscription',
  'UsageChanged',
].sort();
