import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Refusal } from '../errors.js';
import { ClientAccount } from '../schema/client-account.schema.js';
import { type Connection, PageArgs } from '../schema/connection.js';
import {
  GiveToMemberInput,
  InvitationPayload,
  InviteMemberInput,
  Member,
  MemberConnection,
  MemberPayload,
  RemoveMemberInput,
  ResendInvitationInput,
  SetMemberRoleInput,
  TakeFromMemberInput,
} from '../schema/member.schema.js';
import { payload, payloadOfFacts } from '../schema/payload.js';
import { Seat } from '../schema/seat.schema.js';
import type { Invited } from '../services/members/member.desk.js';
import type { MemberRightsService } from '../services/members/member.rights.service.js';
import type { MemberService } from '../services/members/member.service.js';
import type { RequestContext } from './context.js';
import { uuidOf } from './ids.js';
import type { Pages } from './pages.js';
import { showListedClientAccount, showListedSeat, showMember, shown } from './show.js';

@Resolver(() => Member)
export class MemberResolver {
  constructor(
    private readonly service: MemberService,
    private readonly rights: MemberRightsService,
    private readonly pages: Pages,
  ) {}

  @Query(() => MemberConnection, {
    description:
      'The people of the agency, newest first, without those who were removed. For those who may invite.',
  })
  members(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<Member>> {
    return this.pages.of(viewer, {
      type: MemberConnection,
      name: 'Query.members',
      args,
      read: (asked) => this.service.members(viewer, asked),
      show: showMember,
      countAll: () => this.service.countMembers(viewer),
    });
  }

  @Mutation(() => InvitationPayload, {
    description: 'Invites a person, by a link that is good once, for seven days.',
  })
  inviteMember(
    @Arg('input', () => InviteMemberInput, { description: 'Whom.' }) input: InviteMemberInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<InvitationPayload> {
    return showInvited(this.service.invite(viewer, { ...input, ...reachOf(input) }));
  }

  @Mutation(() => InvitationPayload, {
    description:
      'Makes another link for a person who has not accepted yet; the one before is good for nothing.',
  })
  resendInvitation(
    @Arg('input', () => ResendInvitationInput, { description: 'Whose.' }) input: ResendInvitationInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<InvitationPayload> {
    return showInvited(this.service.resendInvitation(viewer, uuidOf('member', input.memberId)));
  }

  @Mutation(() => MemberPayload, {
    description:
      'Gives a member another role, never above the own one. Their sessions end: they sign in again.',
  })
  setMemberRole(
    @Arg('input', () => SetMemberRoleInput, { description: 'The role.' }) input: SetMemberRoleInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<MemberPayload> {
    const asked = { ...reachOf(input), memberId: uuidOf('member', input.memberId), role: input.role };
    return payload('member', this.rights.setRole(viewer, asked), showMember);
  }

  @Mutation(() => MemberPayload, {
    description:
      'Gives client accounts and single seats to a member: so an operator is assigned to a seat, and is one of Seat.operators.',
  })
  giveToMember(
    @Arg('input', () => GiveToMemberInput, { description: 'What, and to whom.' }) input: GiveToMemberInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<MemberPayload> {
    const asked = { ...reachOf(input), memberId: uuidOf('member', input.memberId) };
    return payload('member', this.rights.give(viewer, asked), showMember);
  }

  @Mutation(() => MemberPayload, {
    description:
      'Takes client accounts and single seats from a member: their very next request sees them no more.',
  })
  takeFromMember(
    @Arg('input', () => TakeFromMemberInput, { description: 'What, and from whom.' })
    input: TakeFromMemberInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<MemberPayload> {
    const asked = { ...reachOf(input), memberId: uuidOf('member', input.memberId) };
    return payload('member', this.rights.take(viewer, asked), showMember);
  }

  @Mutation(() => MemberPayload, { description: 'Removes a member. The last owner stays.' })
  removeMember(
    @Arg('input', () => RemoveMemberInput, { description: 'Whom.' }) { memberId, erase }: RemoveMemberInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<MemberPayload> {
    return payload('member', this.rights.remove(viewer, uuidOf('member', memberId), erase), showMember);
  }

  @FieldResolver(() => [ClientAccount], {
    description: 'Those that were given to them; none of a role that sees the whole agency.',
  })
  async clientAccounts(@Root() { id }: Member, @Ctx() { loaders }: RequestContext): Promise<ClientAccount[]> {
    return ((await loaders.clientAccountsOfMember.load(uuidOf('member', id))) ?? []).map(
      showListedClientAccount,
    );
  }

  @FieldResolver(() => [Seat], { description: 'Single seats that were given to them.' })
  async seats(@Root() { id }: Member, @Ctx() { loaders }: RequestContext): Promise<Seat[]> {
    return ((await loaders.seatsOfMember.load(uuidOf('member', id))) ?? []).map(showListedSeat);
  }
}

function showInvited(outcome: Promise<Invited | Refusal>): Promise<InvitationPayload> {
  const invited = shown(
    outcome,
    ({ member, invitationUrl, expiresAt }): Omit<InvitationPayload, 'userErrors'> => ({
      member: showMember(member),
      invitationUrl,
      expiresAt,
    }),
  );
  return payloadOfFacts(invited, { member: null, invitationUrl: null, expiresAt: null });
}

/** What is left out stays left out. */
function reachOf({ clientAccountIds, seatIds }: Pick<GiveToMemberInput, 'clientAccountIds' | 'seatIds'>) {
  return {
    clientAccountIds: clientAccountIds?.map((id) => uuidOf('client', id)),
    seatIds: seatIds?.map((id) => uuidOf('seat', id)),
  };
}
