import { Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { ClientAccount } from '../schema/client-account.schema.js';
import { CreditBalance } from '../schema/credit.schema.js';
import { Usage } from '../schema/limit.schema.js';
import type { SeatStatus } from '../quota/words.js';
import { SeatStatusEnum } from '../schema/enums.js';
import { Restriction } from '../schema/restriction.schema.js';
import { DateScalar } from '../schema/scalars.js';
import { SeatOperator } from '../schema/seat-operators.schema.js';
import { ActionsArgs, Room, Seat } from '../schema/seat.schema.js';
import type { RequestContext } from './context.js';
import { showCredits } from './credit.resolver.js';
import { uuidOf } from './ids.js';
import { showRoom } from './reason.show.js';
import { showClientAccount, showListedRestriction, showLoaded } from './show.js';

/** What a seat leads to. */
@Resolver(() => Seat)
export class SeatFields {
  @FieldResolver(() => ClientAccount, { description: 'The client account that it is operated for.' })
  clientAccount(
    @Root() { clientAccountId }: Seat,
    @Ctx() { loaders }: RequestContext,
  ): Promise<ClientAccount | null> {
    return showLoaded(loaders.clientAccount, clientAccountId, showClientAccount);
  }

  @FieldResolver(() => [Usage], {
    description:
      "One entry for each counter that a request of this seat is held to, its parents' included (the agency's not for a viewer of one client account).",
  })
  async usage(
    @Root() { id }: Seat,
    @Args(() => ActionsArgs) { actions }: ActionsArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Usage[]> {
    const shown = (await loaders.usageOfSeat.load(uuidOf('seat', id))) ?? [];
    if (!actions) return shown;
    const asked = new Set(actions);
    return shown.filter(({ counted }) => counted.limit.counter.actions.some((action) => asked.has(action)));
  }

  @FieldResolver(() => [Room], {
    description: 'How many could be held at this instant, all rules together; for a day ask planSends.',
  })
  async room(
    @Root() { id }: Seat,
    @Args(() => ActionsArgs) { actions }: ActionsArgs,
    @Ctx() { viewer, loaders }: RequestContext,
  ): Promise<Room[]> {
    const rooms = (await loaders.roomOfSeat.load(uuidOf('seat', id))) ?? [];
    const asked = actions && new Set(actions);
    const wanted = rooms.filter(({ action }) => !asked || asked.has(action));
    return Promise.all(wanted.map((room) => showRoom(viewer, loaders, room)));
  }

  @FieldResolver(() => [SeatOperator], {
    description:
      'Who works with it: members to whom it or its client account was given, then API keys that reach it, of the roles MANAGER and OPERATOR, each in order of name, 100 at most. None for a client, to whom the agency does not tell it; a key for those alone who were given all that it reaches.',
  })
  async operators(@Root() { id }: Seat, @Ctx() { loaders }: RequestContext): Promise<SeatOperator[]> {
    return (await loaders.operatorsOfSeat.load(uuidOf('seat', id))) ?? [];
  }

  @FieldResolver(() => CreditBalance, {
    nullable: true,
    description:
      'InMail credits; null for a tier without any, and for a viewer of single seats where they are the pool of a client account.',
  })
  credits(@Root() { id }: Seat, @Ctx() { loaders }: RequestContext): Promise<CreditBalance | null> {
    return showLoaded(loaders.creditsOfSeat, uuidOf('seat', id), showCredits);
  }

  @FieldResolver(() => SeatStatusEnum, {
    description: 'Whether it may ask; RESTRICTED while a restriction stops any action.',
  })
  async status(@Root() { id, status }: Seat, @Ctx() { loaders }: RequestContext): Promise<SeatStatus> {
    if (status === 'REMOVED') return status;
    const restrictions = (await loaders.restrictionsOfSeat.load(uuidOf('seat', id))) ?? [];
    return restrictions.some(({ isInForce }) => isInForce) ? 'RESTRICTED' : status;
  }

  @FieldResolver(() => [Restriction], {
    description: 'Those that stop something or halve its caps now, newest first.',
  })
  async restrictions(@Root() { id }: Seat, @Ctx() { loaders }: RequestContext): Promise<Restriction[]> {
    const restrictions = (await loaders.restrictionsOfSeat.load(uuidOf('seat', id))) ?? [];
    return restrictions.map(showListedRestriction);
  }

  @FieldResolver(() => [DateScalar], {
    description: 'Days on which it does not work, in order: as outside of its working hours, all day.',
  })
  async daysOff(@Root() { id }: Seat, @Ctx() { loaders }: RequestContext): Promise<string[]> {
    return (await loaders.daysOffOfSeat.load(uuidOf('seat', id))) ?? [];
  }

  @FieldResolver(() => Int, {
    description: 'Invitations that went out and are neither answered nor withdrawn nor lapsed.',
  })
  async pendingInvitations(@Root() { id }: Seat, @Ctx() { loaders }: RequestContext): Promise<number> {
    return (await loaders.pendingOfSeat.load(uuidOf('seat', id))) ?? 0;
  }

  @FieldResolver(() => Int, {
    description: 'Holds that lapsed today without word of what came of them.',
  })
  holdsExpiredToday(@Root() { id, timeZone }: Seat, @Ctx() { loaders }: RequestContext): Promise<number> {
    return loaders.holdsExpiredToday.load({ seatId: uuidOf('seat', id), timeZone });
  }
}
