import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ClientAccount } from '../schema/client-account.schema.js';
import type { Connection } from '../schema/connection.js';
import { payload } from '../schema/payload.js';
import {
  CreateSegmentInput,
  DeleteSegmentInput,
  Segment,
  SegmentConnection,
  SegmentPayload,
  SegmentsArgs,
  UpdateSegmentInput,
} from '../schema/segment.schema.js';
import type { SegmentService } from '../services/prospects/segment.service.js';
import type { RequestContext } from './context.js';
import { uuidOf, uuidOrNull } from './ids.js';
import type { Pages } from './pages.js';
import { filterTerms, showSegment } from './segment.show.js';
import { showClientAccount, showLoaded } from './show.js';

@Resolver(() => Segment)
export class SegmentResolver {
  constructor(
    private readonly service: SegmentService,
    private readonly pages: Pages,
  ) {}

  @Query(() => Segment, { nullable: true, description: 'A segment by its id.' })
  segment(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Segment | null> {
    return showLoaded(loaders.segment, uuidOf('segment', id), showSegment);
  }

  @Query(() => SegmentConnection, { description: 'In order of name.' })
  segments(
    @Args(() => SegmentsArgs) args: SegmentsArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<Segment>> {
    const clientAccountId = uuidOrNull('client', args.clientAccountId);
    return this.pages.of(viewer, {
      type: SegmentConnection,
      name: 'Query.segments',
      args,
      read: (page) => this.service.segments(viewer, clientAccountId, page),
      show: showSegment,
      countAll: () => this.service.countSegments(viewer, clientAccountId),
    });
  }

  @Mutation(() => SegmentPayload, { description: "Saves a filter of a client account's list." })
  createSegment(
    @Arg('input', () => CreateSegmentInput, { description: 'The segment.' }) input: CreateSegmentInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SegmentPayload> {
    const clientAccountId = uuidOf('client', input.clientAccountId);
    const terms = { ...input, clientAccountId, filter: filterTerms(input.filter) };
    return payload('segment', this.service.createSegment(viewer, terms), showSegment);
  }

  @Mutation(() => SegmentPayload, {
    description: 'Changes a segment: whoever uses it means others from then on.',
  })
  updateSegment(
    @Arg('input', () => UpdateSegmentInput, { description: 'The changes.' }) input: UpdateSegmentInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SegmentPayload> {
    const segmentId = uuidOf('segment', input.segmentId);
    const terms = { ...input, segmentId, filter: input.filter && filterTerms(input.filter) };
    return payload('segment', this.service.updateSegment(viewer, terms), showSegment);
  }

  @Mutation(() => SegmentPayload, { description: 'Takes a segment away. Nobody leaves the list by it.' })
  deleteSegment(
    @Arg('input', () => DeleteSegmentInput, { description: 'The segment.' }) input: DeleteSegmentInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SegmentPayload> {
    return payload(
      'segment',
      this.service.deleteSegment(viewer, uuidOf('segment', input.segmentId)),
      showSegment,
    );
  }

  @FieldResolver(() => ClientAccount, { description: 'Whose list.' })
  clientAccount(
    @Root() { clientAccountId }: Segment,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ClientAccount | null> {
    return showLoaded(loaders.clientAccount, clientAccountId, showClientAccount);
  }
}
