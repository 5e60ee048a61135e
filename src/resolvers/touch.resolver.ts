import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Refusal } from '../errors.js';
import { Campaign } from '../schema/campaign.schema.js';
import { payload, payloadOfFacts } from '../schema/payload.js';
import { Prospect } from '../schema/prospect.schema.js';
import { Reservation } from '../schema/reservation.schema.js';
import { Seat } from '../schema/seat.schema.js';
import * as schema from '../schema/touch.schema.js';
import type { TouchClaims } from '../services/campaigns/queue.claims.js';
import type { Claim } from '../services/campaigns/queue.concluding.js';
import type { TouchEnds } from '../services/campaigns/queue.ends.js';
import type { QueueReader } from '../services/campaigns/queue.reading.js';
import type { RequestContext } from './context.js';
import { showDecided, showReservation } from './decision.show.js';
import { uuidOf, uuidOrNull } from './ids.js';
import { showProspect } from './prospect.show.js';
import { showCampaign, showLoaded, showSeat } from './show.js';
import { showNextTouches, showTouch } from './touch.show.js';

export interface TouchServices {
  readonly touches: QueueReader;
  readonly touchClaims: TouchClaims;
  readonly touchEnds: TouchEnds;
}

type ClaimShown = Omit<schema.ClaimTouchPayload, 'userErrors'>;

const NOTHING_CLAIMED: ClaimShown = {
  touch: null,
  decision: null,
  subject: null,
  body: null,
  profileUrl: null,
};

/** The work queue. */
@Resolver(() => schema.Touch)
export class TouchResolver {
  constructor(private readonly services: TouchServices) {}

  @Query(() => schema.NextTouches, {
    description: 'What an operator does next from a seat. Nothing is held, counted or decided.',
  })
  async nextTouches(
    @Args(() => schema.NextTouchesArgs) { seatId, first }: schema.NextTouchesArgs,
    @Ctx() context: RequestContext,
  ): Promise<schema.NextTouches> {
    const { viewer } = context;
    const found = await this.services.touches.nextTouches(
      viewer,
      uuidOf('seat', seatId),
      first ?? schema.TOUCHES_DEFAULT,
    );
    return showNextTouches(context, found);
  }

  @Mutation(() => schema.ClaimTouchPayload, {
    description:
      'Gives a touch to the caller alone: its text, and a held reservation for it, or why not, and when. Never over what is recommended. A claim lapses with its hold; then the touch comes back.',
  })
  claimTouch(
    @Arg('input', () => schema.ClaimTouchInput, { description: 'The touch.' }) input: schema.ClaimTouchInput,
    @Ctx() context: RequestContext,
  ): Promise<schema.ClaimTouchPayload> {
    const terms = { ...input, touchId: uuidOf('touch', input.touchId) };
    const claimed = this.services.touchClaims.claimTouch(context.viewer, terms);
    const shown = claimed.then((claim) => (claim instanceof Refusal ? claim : showClaim(context, claim)));
    return payloadOfFacts(shown, NOTHING_CLAIMED);
  }

  @Mutation(() => schema.TouchPayload, {
    description:
      'It was sent: its reservation is committed, and the person goes on. After the claim has lapsed the send is recorded, as long as nobody else has claimed the touch.',
  })
  completeTouch(
    @Arg('input', () => schema.CompleteTouchInput, { description: 'The touch, and when it was sent.' })
    input: schema.CompleteTouchInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<schema.TouchPayload> {
    const completed = this.services.touchEnds.completeTouch(viewer, {
      ...input,
      touchId: uuidOf('touch', input.touchId),
      reservationId: uuidOrNull('reservation', input.reservationId),
    });
    return payload('touch', completed, showTouch);
  }

  @Mutation(() => schema.TouchPayload, {
    description:
      'Passed over for this person, who goes on to the step behind it; what was held is given back.',
  })
  skipTouch(
    @Arg('input', () => schema.TouchInput, { description: 'The touch.' }) { touchId }: schema.TouchInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<schema.TouchPayload> {
    return payload('touch', this.services.touchEnds.skipTouch(viewer, uuidOf('touch', touchId)), showTouch);
  }

  @Mutation(() => schema.TouchPayload, {
    description:
      'It could not be sent: nothing more is asked of the person, and what was held is given back. After a notice of LinkedIn about a limit the seat is restricted instead, and the touch waits.',
  })
  failTouch(
    @Arg('input', () => schema.FailTouchInput, { description: 'The touch, and why.' })
    { touchId, because }: schema.FailTouchInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<schema.TouchPayload> {
    const failed = this.services.touchEnds.failTouch(viewer, uuidOf('touch', touchId), because);
    return payload('touch', failed, showTouch);
  }

  @FieldResolver(() => Campaign, { nullable: true, description: 'The campaign that it is of.' })
  campaign(
    @Root() { campaignId }: schema.Touch,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Campaign | null> {
    return showLoaded(loaders.campaign, campaignId, showCampaign);
  }

  @FieldResolver(() => Seat, { nullable: true, description: 'The seat that it goes out from.' })
  seat(@Root() { seatId }: schema.Touch, @Ctx() { loaders }: RequestContext): Promise<Seat | null> {
    return showLoaded(loaders.seat, seatId, showSeat);
  }

  @FieldResolver(() => Reservation, {
    nullable: true,
    description: 'Of the last claim that was allowed; null where there is none.',
  })
  async reservation(
    @Root() { reservationId }: schema.Touch,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Reservation | null> {
    return reservationId === null ? null : showLoaded(loaders.reservation, reservationId, showReservation);
  }

  @FieldResolver(() => Prospect, {
    nullable: true,
    description:
      "Whom it is for; null once they are off their client account's list, and for a viewer of single seats.",
  })
  async prospect(@Root() { id }: schema.Touch, @Ctx() { loaders }: RequestContext): Promise<Prospect | null> {
    const prospect = await loaders.prospectOfTouch.load(uuidOf('touch', id));
    return prospect && showProspect(prospect);
  }
}

function showClaim(
  { viewer, loaders }: RequestContext,
  { touch, decided, text, prospect }: Claim,
): ClaimShown {
  const isAllowed = decided?.decision.outcome === 'ALLOWED';
  return {
    touch: showTouch(touch),
    decision: decided && showDecided(viewer, loaders, decided),
    subject: isAllowed ? (text?.subject ?? null) : null,
    body: isAllowed ? (text?.body ?? null) : null,
    profileUrl: isAllowed ? (prospect?.profileUrl ?? null) : null,
  };
}
