import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import {
  ActivitiesArgs,
  Activity,
  ActivityConnection,
  ActivityInput,
  RecordActivitiesPayload,
  VoidActivitiesInput,
  VoidActivitiesPayload,
} from '../schema/activity.schema.js';
import type { Connection } from '../schema/connection.js';
import { payloadOfFacts } from '../schema/payload.js';
import { Seat } from '../schema/seat.schema.js';
import type { ActivityService } from '../services/decisions/activity.service.js';
import type { RequestContext } from './context.js';
import { uuidOf, uuidOrNull } from './ids.js';
import { activityTerms } from './inputs.js';
import type { Pages } from './pages.js';
import { showActivity, showLoaded, shown, showRecorded, showSeat } from './show.js';

/** What a record that was refused tells besides. */
const NOTHING_RECORDED = { recorded: 0, alreadyKnown: 0, wouldHaveBeenRefused: 0, usage: [], userErrors: [] };

@Resolver(() => Activity)
export class ActivityResolver {
  constructor(
    private readonly service: ActivityService,
    private readonly pages: Pages,
  ) {}

  @Query(() => ActivityConnection, { description: 'Newest first, by when they were done.' })
  activities(
    @Args(() => ActivitiesArgs) args: ActivitiesArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<Activity>> {
    const filter = {
      seatId: uuidOrNull('seat', args.seatId),
      clientAccountId: uuidOrNull('client', args.clientAccountId),
      from: args.from ?? null,
      until: args.until ?? null,
    };
    return this.pages.of(viewer, {
      type: ActivityConnection,
      name: 'Query.activities',
      args,
      read: (asked) => this.service.list(viewer, filter, asked),
      show: showActivity,
    });
  }

  @Mutation(() => RecordActivitiesPayload, { description: 'What was done elsewhere, 1000 at most.' })
  recordActivities(
    @Arg('inputs', () => [ActivityInput], { description: 'What was done, in any order.' })
    inputs: ActivityInput[],
    @Ctx() { viewer }: RequestContext,
  ): Promise<RecordActivitiesPayload> {
    const recorded = shown(this.service.record(viewer, inputs.map(activityTerms)), (done) =>
      showRecorded(viewer, done),
    );
    return payloadOfFacts(recorded, NOTHING_RECORDED);
  }

  @Mutation(() => VoidActivitiesPayload, { description: 'Takes wrong records out by counter-entries.' })
  voidActivities(
    @Arg('input', () => VoidActivitiesInput, { description: 'The records, and what is wrong with them.' })
    { activityIds, reason }: VoidActivitiesInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<VoidActivitiesPayload> {
    const ids = activityIds.map((id) => uuidOf('activity', id));
    return payloadOfFacts(this.service.voidActivities(viewer, ids, reason), { voided: 0 });
  }

  @FieldResolver(() => Seat, {
    nullable: true,
    description: 'The seat that did it; null where the viewer may no longer see it.',
  })
  seat(@Root() { seatId }: Activity, @Ctx() { loaders }: RequestContext): Promise<Seat | null> {
    return showLoaded(loaders.seat, seatId, showSeat);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The address of the person, normalised; null where it is not known who, and once erased.',
  })
  async recipientProfileUrl(
    @Root() { recipientId, clientAccountId }: Activity,
    @Ctx() { loaders }: RequestContext,
  ): Promise<string | null> {
    return recipientId === null ? null : loaders.profileUrl.load({ recipientId, clientAccountId });
  }
}
