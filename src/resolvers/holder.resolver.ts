import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { CreateHolderLinkInput, HolderLinkPayload } from '../schema/holder.schema.js';
import { payloadOfFacts } from '../schema/payload.js';
import type { HolderService } from '../services/seats/holder.service.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import { shown, showSeat } from './show.js';

@Resolver()
export class HolderResolver {
  /** `linkOf` makes the address of the holder's page from a token. */
  constructor(
    private readonly service: HolderService,
    private readonly linkOf: (token: string) => string,
  ) {}

  @Mutation(() => HolderLinkPayload, {
    description:
      'Gives the link by which the holder of the account stops the seat at any time, without sign-in. Each one given is put down in the audit log.',
  })
  createHolderLink(
    @Arg('input', () => CreateHolderLinkInput, { description: 'Which seat, and whether older links end.' })
    input: CreateHolderLinkInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<HolderLinkPayload> {
    const terms = { seatId: uuidOf('seat', input.seatId), revokeOthers: input.revokeOthers ?? false };
    const handed = shown(this.service.createHolderLink(viewer, terms), ({ seat, token }) => ({
      link: this.linkOf(token),
      seat: showSeat(seat),
    }));
    return payloadOfFacts<Omit<HolderLinkPayload, 'userErrors'>>(handed, { link: null, seat: null });
  }
}
