import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { Arg, Args, buildSchema, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import {
  ActivitiesArgs,
  ActivityConnection,
  ActivityInput,
  RecordActivitiesPayload,
  VoidActivitiesInput,
  VoidActivitiesPayload,
} from '../../src/schema/activity.schema.js';
import { Agency, Viewer } from '../../src/schema/agency.schema.js';
import {
  ApiKeyConnection,
  ApiKeyPayload,
  CreateApiKeyInput,
  CreateApiKeyPayload,
  RevokeApiKeyInput,
} from '../../src/schema/api-key.schema.js';
import {
  Campaign,
  CampaignConnection,
  CampaignPayload,
  CampaignsArgs,
  CreateCampaignInput,
} from '../../src/schema/campaign.schema.js';
import {
  ClientAccount,
  ClientAccountConnection,
  ClientAccountPayload,
  ClientAccountsArgs,
  CreateClientAccountInput,
  UpdateClientAccountInput,
} from '../../src/schema/client-account.schema.js';
import { PageArgs } from '../../src/schema/connection.js';
import { DecisionInput, ReserveInput } from '../../src/schema/decision.input.js';
import {
  Decision,
  DecisionConnection,
  DecisionsArgs,
  ReservePayload,
} from '../../src/schema/decision.schema.js';
import { Limit, LimitPayload, RemoveLimitInput, SetLimitInput } from '../../src/schema/limit.schema.js';
import { LookupArgs } from '../../src/schema/lookup.js';
import { Node } from '../../src/schema/node.js';
import {
  CreatePlanInput,
  PlanConnection,
  PlanPayload,
  UpdatePlanInput,
} from '../../src/schema/plan.schema.js';
import { Policy, PolicyConnection } from '../../src/schema/policy.schema.js';
import {
  CommitReservationInput,
  ReleaseReservationInput,
  ReservationConnection,
  ReservationPayload,
  ReservationsArgs,
} from '../../src/schema/reservation.schema.js';
import { DateTimeScalar } from '../../src/schema/scalars.js';
import { AddSeatInput, SeatInput, UpdateSeatInput } from '../../src/schema/seat.input.js';
import { Room, Seat, SeatConnection, SeatPayload, SeatsArgs } from '../../src/schema/seat.schema.js';

/** What a stub was given, and what the stubs of queries answer, by the name of the field. */
export interface StubContext {
  readonly answers: Readonly<Record<string, unknown>>;
  given?: unknown;
}

/** The queries of the first version, answered from the context. */
@Resolver()
class StubQueries {
  @Query(() => Viewer)
  viewer(@Ctx() { answers }: StubContext): unknown {
    return answers['viewer'];
  }

  @Query(() => Node, { nullable: true })
  node(@Arg('id', () => ID) _id: string, @Ctx() { answers }: StubContext): unknown {
    return answers['node'];
  }

  @Query(() => ClientAccountConnection)
  clientAccounts(
    @Args(() => ClientAccountsArgs) args: ClientAccountsArgs,
    @Ctx() context: StubContext,
  ): unknown {
    context.given = args;
    return context.answers['clientAccounts'];
  }

  @Query(() => ClientAccount, { nullable: true })
  clientAccount(@Args(() => LookupArgs) args: LookupArgs, @Ctx() context: StubContext): unknown {
    context.given = args;
    return context.answers['clientAccount'];
  }

  @Query(() => SeatConnection)
  seats(@Args(() => SeatsArgs) args: SeatsArgs, @Ctx() context: StubContext): unknown {
    context.given = args;
    return context.answers['seats'];
  }

  @Query(() => Seat, { nullable: true })
  seat(@Args(() => LookupArgs) args: LookupArgs, @Ctx() context: StubContext): unknown {
    context.given = args;
    return context.answers['seat'];
  }

  @Query(() => PlanConnection)
  plans(@Args(() => PageArgs) args: PageArgs, @Ctx() context: StubContext): unknown {
    context.given = args;
    return context.answers['plans'];
  }

  @Query(() => [Limit])
  limits(@Arg('scopeId', () => ID) _scopeId: string, @Ctx() { answers }: StubContext): unknown {
    return answers['limits'];
  }

  @Query(() => ApiKeyConnection)
  apiKeys(@Args(() => PageArgs) args: PageArgs, @Ctx() context: StubContext): unknown {
    context.given = args;
    return context.answers['apiKeys'];
  }

  @Query(() => Policy)
  policy(
    @Arg('at', () => DateTimeScalar, { nullable: true }) at: number | null | undefined,
    @Ctx() context: StubContext,
  ): unknown {
    context.given = at;
    return context.answers['policy'];
  }

  @Query(() => PolicyConnection)
  policies(@Args(() => PageArgs) args: PageArgs, @Ctx() context: StubContext): unknown {
    context.given = args;
    return context.answers['policies'];
  }

  @Query(() => Campaign, { nullable: true })
  campaign(@Args(() => LookupArgs) args: LookupArgs, @Ctx() context: StubContext): unknown {
    context.given = args;
    return context.answers['campaign'];
  }

  @Query(() => CampaignConnection)
  campaigns(@Args(() => CampaignsArgs) args: CampaignsArgs, @Ctx() context: StubContext): unknown {
    context.given = args;
    return context.answers['campaigns'];
  }

  @Query(() => Decision)
  previewDecision(
    @Arg('input', () => DecisionInput) input: DecisionInput,
    @Ctx() context: StubContext,
  ): unknown {
    context.given = input;
    return context.answers['previewDecision'];
  }

  @Query(() => DecisionConnection)
  decisions(@Args(() => DecisionsArgs) args: DecisionsArgs, @Ctx() context: StubContext): unknown {
    context.given = args;
    return context.answers['decisions'];
  }

  @Query(() => ReservationConnection)
  reservations(@Args(() => ReservationsArgs) args: ReservationsArgs, @Ctx() context: StubContext): unknown {
    context.given = args;
    return context.answers['reservations'];
  }

  @Query(() => ActivityConnection)
  activities(@Args(() => ActivitiesArgs) args: ActivitiesArgs, @Ctx() context: StubContext): unknown {
    context.given = args;
    return context.answers['activities'];
  }
}

/** The mutations of the first version, each by its input and its payload, made by one loop. */
@Resolver()
class StubMutations {}

const ONE_INPUT: readonly [name: string, input: new () => object, payload: new () => object][] = [
  ['createPlan', CreatePlanInput, PlanPayload],
  ['updatePlan', UpdatePlanInput, PlanPayload],
  ['createClientAccount', CreateClientAccountInput, ClientAccountPayload],
  ['updateClientAccount', UpdateClientAccountInput, ClientAccountPayload],
  ['addSeat', AddSeatInput, SeatPayload],
  ['updateSeat', UpdateSeatInput, SeatPayload],
  ['pauseSeat', SeatInput, SeatPayload],
  ['resumeSeat', SeatInput, SeatPayload],
  ['setLimit', SetLimitInput, LimitPayload],
  ['removeLimit', RemoveLimitInput, LimitPayload],
  ['createApiKey', CreateApiKeyInput, CreateApiKeyPayload],
  ['revokeApiKey', RevokeApiKeyInput, ApiKeyPayload],
  ['reserve', ReserveInput, ReservePayload],
  ['commitReservation', CommitReservationInput, ReservationPayload],
  ['releaseReservation', ReleaseReservationInput, ReservationPayload],
  ['voidActivities', VoidActivitiesInput, VoidActivitiesPayload],
  ['createCampaign', CreateCampaignInput, CampaignPayload],
];

const SEVERAL_INPUTS: readonly [name: string, input: new () => object, payload: new () => object][] = [
  ['reserveMany', ReserveInput, ReservePayload],
  ['commitReservations', CommitReservationInput, ReservationPayload],
  ['releaseReservations', ReleaseReservationInput, ReservationPayload],
];

for (const [name, input, payload] of ONE_INPUT)
  stubMutation(
    name,
    'input',
    () => input,
    () => payload,
  );
for (const [name, input, payload] of SEVERAL_INPUTS) {
  stubMutation(
    name,
    'inputs',
    () => [input],
    () => [payload],
  );
}
stubMutation(
  'recordActivities',
  'inputs',
  () => [ActivityInput],
  () => RecordActivitiesPayload,
);

function stubMutation(name: string, argument: string, input: () => object, payload: () => object): void {
  const answer = (given: unknown, context: StubContext): unknown => {
    context.given = given;
    return context.answers[name] ?? { userErrors: [] };
  };
  const descriptor = { value: answer, configurable: true };
  Object.defineProperty(StubMutations.prototype, name, descriptor);
  Arg(argument, input)(StubMutations.prototype, name, 0);
  Ctx()(StubMutations.prototype, name, 1);
  Mutation(payload)(StubMutations.prototype, name, descriptor);
}

/** The schema classes behind stubs. The types that only resolvers of fields lead to come as orphans. */
export function buildStubSchema(): Promise<GraphQLSchema> {
  return buildSchema({
    resolvers: [StubQueries, StubMutations],
    orphanedTypes: [Agency, Room],
  });
}
