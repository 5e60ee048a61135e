import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { CreditHistory, SeatCredits } from '../ledger/credits/credit-history.js';
import type { LedgerReader } from '../ledger/told/reader.js';
import { PageArgs, type Connection } from '../schema/connection.js';
import {
  CreditBalance,
  CreditEvent,
  CreditEventConnection,
  CreditLot,
  SetCreditsInput,
} from '../schema/credit.schema.js';
import { fill } from '../schema/fill.js';
import { payload } from '../schema/payload.js';
import { Seat, SeatPayload } from '../schema/seat.schema.js';
import { afterNumber, pageOf } from '../services/page.js';
import type { SeatService } from '../services/seats/seat.service.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import type { Pages } from './pages.js';
import { showLoaded, showSeat } from './show.js';

/** Tells a balance of InMail credits, and what became of it. */
@Resolver(() => CreditBalance)
export class CreditResolver {
  constructor(
    private readonly service: SeatService,
    private readonly ledger: LedgerReader,
    private readonly pages: Pages,
  ) {}

  @Mutation(() => SeatPayload, {
    description: 'Tells the InMail credits that a seat has, where the books and LinkedIn differ.',
  })
  setCredits(
    @Arg('input', () => SetCreditsInput, { description: 'The balance.' }) input: SetCreditsInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SeatPayload> {
    const { available } = input;
    const set = this.service.setCredits(viewer, { seatId: uuidOf('seat', input.seatId), available });
    return payload('seat', set, showSeat);
  }

  @FieldResolver(() => CreditEventConnection, { description: 'All that happened to it, newest first.' })
  history(
    @Root() { seatId }: CreditBalance,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<CreditEvent>> {
    return this.pages.of(viewer, {
      type: CreditEventConnection,
      name: 'CreditBalance.history',
      args,
      read: async (asked) => {
        const found = await this.ledger.creditHistory(viewer, seatId, {
          before: afterNumber(asked) ?? Infinity,
          rows: asked.rows + 1,
        });
        return pageOf(found, asked, ({ number }) => [number]);
      },
      show: showCreditEvent,
    });
  }
}

/** What an event leads to. */
@Resolver(() => CreditEvent)
export class CreditEventFields {
  @FieldResolver(() => Seat, {
    nullable: true,
    description:
      'The seat that brought, sent or lost; null where it is of no seat, or of one that the viewer does not see.',
  })
  seat(@Root() { seatId }: CreditEvent, @Ctx() { loaders }: RequestContext): Promise<Seat | null> {
    return showLoaded(loaders.seat, seatId, showSeat);
  }
}

function showCreditEvent({ seatId, at, kind, amount, balance, because }: CreditHistory): CreditEvent {
  return fill(CreditEvent, { seatId, at, kind, amount, balance, because });
}

/** A seat's credits, as the schema has them. */
export function showCredits({ lots, ...credits }: SeatCredits): CreditBalance {
  return fill(CreditBalance, {
    ...credits,
    lots: lots.map(({ amount, remaining, grantedAt, expiresAt }) =>
      fill(CreditLot, { amount, remaining, grantedAt, expiresAt }),
    ),
  });
}
