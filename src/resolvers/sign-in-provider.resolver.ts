import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Refusal } from '../errors.js';
import { fill } from '../schema/fill.js';
import { toId } from '../schema/ids.js';
import { payload, payloadOfFacts } from '../schema/payload.js';
import {
  RemoveSignInProviderPayload,
  SetSignInProviderInput,
  SignInProvider,
  SignInProviderPayload,
} from '../schema/sign-in-provider.schema.js';
import type { SignInProvider as Kept } from '../services/members/sign-in-provider.js';
import type { SignInProviderService } from '../services/members/sign-in-provider.service.js';
import type { RequestContext } from './context.js';

/** Where an agency's people begin to sign in, and where they come back to. */
export interface ProviderLinks {
  startUrl(agencyId: string): string;
  callbackUrl(agencyId: string): string;
}

@Resolver()
export class SignInProviderResolver {
  constructor(
    private readonly service: SignInProviderService,
    private readonly links: ProviderLinks,
  ) {}

  @Query(() => SignInProvider, {
    nullable: true,
    description: 'The OpenID provider by which the people of the agency sign in; null where there is none.',
  })
  async signInProvider(@Ctx() { viewer }: RequestContext): Promise<SignInProvider | null> {
    const provider = await this.service.find(viewer);
    return provider && this.show(viewer.agencyId, provider);
  }

  @Mutation(() => SignInProviderPayload, {
    description:
      'Says by which OpenID provider the people of the agency can sign in, besides their passwords.',
  })
  setSignInProvider(
    @Arg('input', () => SetSignInProviderInput, { description: 'The provider.' })
    input: SetSignInProviderInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<SignInProviderPayload> {
    return payload('signInProvider', this.service.set(viewer, input), (set) =>
      this.show(viewer.agencyId, set),
    );
  }

  @Mutation(() => RemoveSignInProviderPayload, {
    description: 'Takes the OpenID provider away. Sessions that began with it go on.',
  })
  removeSignInProvider(@Ctx() { viewer }: RequestContext): Promise<RemoveSignInProviderPayload> {
    const outcome: Promise<Omit<RemoveSignInProviderPayload, 'userErrors'> | Refusal> =
      this.service.remove(viewer);
    return payloadOfFacts(outcome, { removed: null });
  }

  private show(agencyId: string, { issuer, clientId, allowedDomain, setAt }: Kept): SignInProvider {
    const agency = toId('agency', agencyId);
    return fill(SignInProvider, {
      ...{ issuer, clientId, allowedDomain, setAt },
      ...{ startUrl: this.links.startUrl(agency), callbackUrl: this.links.callbackUrl(agency) },
    });
  }
}
