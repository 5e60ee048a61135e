import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { refuse, Refusal } from '../errors.js';
import { counted, verbOf } from '../quota/counted.js';
import { fill } from '../schema/fill.js';
import { fromId } from '../schema/ids.js';
import { UserError } from '../schema/payload.js';
import { AddSeatsError, AddSeatsInput, AddSeatsPayload, AddSeatsRow } from '../schema/seat-bulk.schema.js';
import type { SeatBulk, SeatsAdded } from '../services/seats/seat.bulk.js';
import type { Viewer } from '../tenancy/viewer.js';
import type { RequestContext } from './context.js';
import { uuidOf, uuidOrNull } from './ids.js';
import { showSeat } from './show.js';

@Resolver()
export class SeatBulkResolver {
  constructor(private readonly service: SeatBulk) {}

  @Mutation(() => AddSeatsPayload, {
    description:
      'Adds many seats in one go, from a list or a table: all of them, or none. A dry run adds none.',
  })
  async addSeats(
    @Arg('input', () => AddSeatsInput, { description: 'The seats.' }) input: AddSeatsInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<AddSeatsPayload> {
    const done = await this.add(viewer, input);
    const dryRun = input.dryRun ?? false;
    if (done instanceof Refusal) return payloadOf({ dryRun, added: 0, rows: [], errors: [] }, done);
    const { errors, rows } = done;
    if (errors.length === 0) return payloadOf(done, null);
    const wrong = new Set(errors.map(({ line, index }) => line ?? index)).size;
    const message = `Of ${counted(rows.length, 'seat')} none was added: ${counted(errors.length, 'thing')} ${verbOf(errors.length)} wrong, in ${counted(wrong, 'place')}.`;
    return payloadOf(done, refuse(errors[0]!.code, message));
  }

  private add(
    viewer: Viewer,
    { seats, csv, ...input }: AddSeatsInput,
  ): Promise<SeatsAdded | Refusal> | Refusal {
    const dryRun = input.dryRun ?? false;
    const hasTable = csv !== undefined && csv !== null;
    if (seats && !hasTable) {
      const inputs = seats.map((seat) => ({
        ...seat,
        clientAccountId: uuidOf('client', seat.clientAccountId),
      }));
      return this.service.addSeats(viewer, inputs, { dryRun });
    }
    if (!csv || seats) return refuse('INVALID', 'Tell either seats or csv.', seats ? 'csv' : 'seats');
    const clientAccountId = uuidOrNull('client', input.clientAccountId);
    const terms = { csv, clientAccountId, dryRun, uuidOf: (id: string) => fromId('client', id) };
    return this.service.addSeatsOfTable(viewer, terms);
  }
}

function payloadOf({ dryRun, added, rows, errors }: SeatsAdded, refusal: Refusal | null): AddSeatsPayload {
  const wrong = new Set(errors.map(({ index }) => index));
  return fill(AddSeatsPayload, {
    ...{ dryRun, added },
    rows: rows.map(({ index, line, input, seat }) =>
      fill(AddSeatsRow, {
        ...{ index, line, isRight: !wrong.has(index) },
        holderName: input.holderName ?? null,
        profileUrl: input.profileUrl ?? null,
        seat: seat && showSeat(seat),
      }),
    ),
    errors: errors.map((error) => fill(AddSeatsError, { ...error })),
    userErrors: refusal
      ? [fill(UserError, { code: refusal.code, message: refusal.message, field: refusal.field })]
      : [],
  });
}
