import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { Refusal } from '../errors.js';
import { LongWork } from '../ledger/long-work.js';
import type { Connection } from '../schema/connection.js';
import { DecisionInput, ReserveInput } from '../schema/decision.input.js';
import { Decision, DecisionConnection, DecisionsArgs, ReservePayload } from '../schema/decision.schema.js';
import { payload, payloads } from '../schema/payload.js';
import type { ReservationService } from '../services/decisions/reservation.service.js';
import type { RequestContext } from './context.js';
import { showDecided, showDecision } from './decision.show.js';
import { uuidOrNull } from './ids.js';
import { decisionTerms, notTooMany, reserveTerms } from './inputs.js';
import type { Pages } from './pages.js';

@Resolver(() => Decision)
export class DecisionResolver {
  constructor(
    private readonly service: ReservationService,
    private readonly pages: Pages,
  ) {}

  @Query(() => Decision, {
    description:
      'The same answer as reserve would give now; nothing is held, counted or kept. For those who may reserve. A key may ask about 500 different people a day (UTC); beyond, it is THROTTLED.',
  })
  async previewDecision(
    @Arg('input', () => DecisionInput, { description: 'The question.' }) input: DecisionInput,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<Decision> {
    return showDecided(viewer, loaders, await this.service.preview(viewer, decisionTerms(input)));
  }

  @Query(() => DecisionConnection, { description: 'Newest first.' })
  decisions(
    @Args(() => DecisionsArgs) args: DecisionsArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<Decision>> {
    const filter = {
      seatId: uuidOrNull('seat', args.seatId),
      clientAccountId: uuidOrNull('client', args.clientAccountId),
      campaignId: uuidOrNull('campaign', args.campaignId),
      recipientProfileUrl: args.recipientProfileUrl ?? null,
      action: args.action ?? null,
      outcome: args.outcome ?? null,
      reason: args.reason ?? null,
      from: args.from ?? null,
      until: args.until ?? null,
    };
    return this.pages.of(viewer, {
      type: DecisionConnection,
      name: 'Query.decisions',
      args,
      read: (asked) => this.service.listDecisions(viewer, filter, asked),
      show: (record) => showDecision(viewer, record),
    });
  }

  @Mutation(() => ReservePayload, {
    description: 'May this be sent now? If so, room is held for it. For a REMOVED seat: WRONG_STATE.',
  })
  reserve(
    @Arg('input', () => ReserveInput, { description: 'What is to be sent, from where, to whom.' })
    input: ReserveInput,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<ReservePayload> {
    const answer = this.service.reserve(viewer, reserveTerms(input));
    return payload('decision', answer, (decided) => showDecided(viewer, loaders, decided));
  }

  @Mutation(() => [ReservePayload], {
    description:
      'As reserve, in order, 100 at most; each is decided by itself, and one that is wrong spoils no other.',
  })
  async reserveMany(
    @Arg('inputs', () => [ReserveInput], { description: 'Each as for reserve.' }) inputs: ReserveInput[],
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<ReservePayload[]> {
    const answers = await this.service.reserveMany(viewer, notTooMany(inputs).map(reserveTerms));
    // Each may be refused for hundreds of reasons.
    const shown = new LongWork(viewer.agencyId).each(answers, (answer) =>
      answer instanceof Refusal ? answer : showDecided(viewer, loaders, answer),
    );
    return payloads('decision', shown, (decision) => decision);
  }
}
