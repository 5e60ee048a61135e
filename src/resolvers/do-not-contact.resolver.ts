import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { DoNotContactInput, DoNotContactPayload } from '../schema/do-not-contact.schema.js';
import { payloadOfFacts } from '../schema/payload.js';
import type { DoNotContactService } from '../services/prospects/do-not-contact.service.js';
import type { RequestContext } from './context.js';
import { doNotContactTerms } from './inputs.js';

@Resolver()
export class DoNotContactResolver {
  constructor(private readonly service: DoNotContactService) {}

  @Mutation(() => DoNotContactPayload, {
    description: 'Nothing more is allowed to these people, and what is held for them is released at once.',
  })
  addDoNotContact(
    @Arg('input', () => DoNotContactInput, { description: 'Whom to leave alone, and for whom.' })
    input: DoNotContactInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<DoNotContactPayload> {
    return payloadOfFacts(this.service.add(viewer, doNotContactTerms(input)), { changed: 0 });
  }

  @Mutation(() => DoNotContactPayload, {
    description:
      'Takes such a mark back, of just that person, company or domain, and just that scope. That of an erased person stays: WRONG_STATE.',
  })
  removeDoNotContact(
    @Arg('input', () => DoNotContactInput, { description: 'The mark, as it was set.' })
    input: DoNotContactInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<DoNotContactPayload> {
    return payloadOfFacts(this.service.remove(viewer, doNotContactTerms(input)), { changed: 0 });
  }
}
