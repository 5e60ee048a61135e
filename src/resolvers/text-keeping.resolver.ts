import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Agency } from '../schema/agency.schema.js';
import { payloadOfFacts } from '../schema/payload.js';
import { Reservation } from '../schema/reservation.schema.js';
import {
  KeptText,
  SetTextKeepingInput,
  TextKeeping,
  TextKeepingPayload,
} from '../schema/text-keeping.schema.js';
import type { TextKeepingService } from '../services/agency/text-keeping.service.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';

@Resolver(() => Agency)
export class TextKeepingResolver {
  constructor(private readonly keeping: TextKeepingService) {}

  @FieldResolver(() => TextKeeping, {
    description: 'Whether the texts that are asked about are kept. None are, unless the agency says so.',
  })
  textKeeping(@Ctx() { viewer }: RequestContext): Promise<TextKeeping> {
    return this.keeping.keepingOf(viewer);
  }

  @Mutation(() => TextKeepingPayload, {
    description:
      'Keeps the texts of reservations from now on, encrypted, for so many days; with 0 none. Whatever is older than that, with 0 all of it, is deleted at once, for good. WRONG_STATE where the server has no key for texts (HEADROOM_TEXT_KEY).',
  })
  setTextKeeping(
    @Arg('input', () => SetTextKeepingInput, { description: 'How long.' }) { days }: SetTextKeepingInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<TextKeepingPayload> {
    return payloadOfFacts(this.keeping.setTextKeeping(viewer, days), { textKeeping: null, deleted: 0 });
  }
}

@Resolver(() => Reservation)
export class KeptTextFields {
  @FieldResolver(() => KeptText, {
    nullable: true,
    description:
      'What was to be written, where the agency keeps texts (Agency.textKeeping): for MANAGER and wider of the whole client account, and for whoever asked for it; never for ANALYST and CLIENT. Null as well once it was released, its person was erased, or its time is over.',
  })
  keptText(@Root() { id }: Reservation, @Ctx() { loaders }: RequestContext): Promise<KeptText | null> {
    return loaders.keptText.load(uuidOf('reservation', id));
  }
}
