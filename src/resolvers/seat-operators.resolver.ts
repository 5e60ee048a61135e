import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { fill } from '../schema/fill.js';
import { toId } from '../schema/ids.js';
import { payload } from '../schema/payload.js';
import { AssignOperatorsInput, SeatOperator } from '../schema/seat-operators.schema.js';
import { Seat, SeatPayload } from '../schema/seat.schema.js';
import type { SeatOperators } from '../services/seat.operators.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import { showSeat } from './show.js';

@Resolver(() => Seat)
export class SeatOperatorsResolver {
  constructor(private readonly service: SeatOperators) {}

  @Mutation(() => SeatPayload, {
    description: 'Says who works with a seat. What a key may do follows from the key alone.',
  })
  assignOperators(
    @Arg('input', () => AssignOperatorsInput, { description: 'The seat, and whose keys.' })
    { seatId, apiKeyIds }: AssignOperatorsInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SeatPayload> {
    const terms = { seatId: uuidOf('seat', seatId), apiKeyIds: apiKeyIds.map((id) => uuidOf('key', id)) };
    return payload('seat', this.service.assignOperators(viewer, terms), showSeat);
  }

  @FieldResolver(() => [SeatOperator], {
    description:
      'Who works with it, in order of name; none for a client, to whom the agency does not tell it.',
  })
  async operators(@Root() { id }: Seat, @Ctx() { loaders }: RequestContext): Promise<SeatOperator[]> {
    const found = (await loaders.operatorsOfSeat.load(uuidOf('seat', id))) ?? [];
    return found.map(({ apiKeyId, name, role }) =>
      fill(SeatOperator, { id: toId('key', apiKeyId), name, role }),
    );
  }
}
