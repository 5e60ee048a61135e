import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Refusal } from '../errors.js';
import {
  AccessRulesPayload,
  ResetSecondFactorInput,
  SetAccessRulesInput,
} from '../schema/access-rules.schema.js';
import { MemberPayload } from '../schema/member.schema.js';
import { payload, payloadOfFacts } from '../schema/payload.js';
import type { AccessRulesService } from '../services/members/access-rules.service.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import { showMember } from './show.js';

@Resolver()
export class AccessRulesResolver {
  constructor(private readonly service: AccessRulesService) {}

  @Mutation(() => AccessRulesPayload, { description: 'Says how the people of the agency sign in.' })
  setAccessRules(
    @Arg('input', () => SetAccessRulesInput, { description: 'The rules.' }) input: SetAccessRulesInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<AccessRulesPayload> {
    const set: Promise<Omit<AccessRulesPayload, 'userErrors'> | Refusal> = this.service.set(viewer, input);
    return payloadOfFacts(set, { secondFactorDemanded: null });
  }

  @Mutation(() => MemberPayload, {
    description:
      'Takes the second factor of a member away, who lost both the authenticator and the recovery codes.',
  })
  resetSecondFactor(
    @Arg('input', () => ResetSecondFactorInput, { description: 'Whose.' })
    { memberId }: ResetSecondFactorInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<MemberPayload> {
    return payload('member', this.service.resetSecondFactor(viewer, uuidOf('member', memberId)), showMember);
  }
}
