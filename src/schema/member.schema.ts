import 'reflect-metadata';
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import type { Role } from '../quota/words.js';
import { countedConnectionOf } from './connection.js';
import { RoleEnum } from './enums.js';
import { Node } from './node.js';
import { UserError } from './payload.js';
import { DateTimeScalar } from './scalars.js';

export const MemberStatusEnum = { INVITED: 'INVITED', ACTIVE: 'ACTIVE', REMOVED: 'REMOVED' } as const;
registerEnumType(MemberStatusEnum, {
  name: 'MemberStatus',
  description: 'Where a membership stands.',
  valuesConfig: {
    INVITED: { description: 'Has not accepted yet.' },
    ACTIVE: { description: 'Can sign in.' },
    REMOVED: { description: 'Was removed. It stays in what it did, until it is erased.' },
  },
});

@ObjectType({ implements: Node, description: 'A person of the agency.' })
export class Member implements Node {
  id: string;

  @Field(() => String, { description: 'The address that they sign in with, in lower case.' })
  email: string;

  @Field(() => String, { description: 'Their name; the address, until they told it.' })
  name: string;

  @Field(() => RoleEnum, { description: 'What they may do.' })
  role: Role;

  @Field(() => MemberStatusEnum, { description: 'Where the membership stands.' })
  status: keyof typeof MemberStatusEnum;

  @Field(() => DateTimeScalar, { description: 'When they were invited.' })
  invitedAt: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When they accepted; null before.' })
  joinedAt: number | null;
}

export const MemberConnection = countedConnectionOf('Member', Member);

@InputType({ description: 'Whom to invite.' })
export class InviteMemberInput {
  @Field(() => String, { description: 'Their address.' })
  email: string;

  @Field(() => String, { nullable: true, description: 'Their name; they can tell another one.' })
  name?: string | null;

  @Field(() => RoleEnum, { description: 'What they may do: never more than whoever invites them.' })
  role: Role;

  @Field(() => [ID], {
    nullable: true,
    description:
      'What MANAGER and OPERATOR see and work on: client accounts with all their seats. A CLIENT has exactly one.',
  })
  clientAccountIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Single seats for MANAGER and OPERATOR.' })
  seatIds?: string[] | null;
}

@InputType({ description: 'Whose invitation to make anew.' })
export class ResendInvitationInput {
  @Field(() => ID, { description: 'A member who has not accepted yet.' })
  memberId: string;
}

@InputType({ description: 'Another role.' })
export class SetMemberRoleInput {
  @Field(() => ID, { description: 'Whose.' })
  memberId: string;

  @Field(() => RoleEnum, { description: 'What they may do from now on.' })
  role: Role;

  @Field(() => [ID], {
    nullable: true,
    description: 'All client accounts that they see from now on; those they see, where left out.',
  })
  clientAccountIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'All single seats that they see from now on; those they see, where left out.',
  })
  seatIds?: string[] | null;
}

@InputType({
  description: 'Client accounts and single seats for a member, who works with them from then on.',
})
export class GiveToMemberInput {
  @Field(() => ID, { description: 'A MANAGER or an OPERATOR.' })
  memberId: string;

  @Field(() => [ID], { nullable: true, description: 'Client accounts, each with all its seats.' })
  clientAccountIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Single seats.' })
  seatIds?: string[] | null;
}

@InputType({ description: 'Client accounts and single seats that a member no longer has.' })
export class TakeFromMemberInput {
  @Field(() => ID, { description: 'A MANAGER or an OPERATOR.' })
  memberId: string;

  @Field(() => [ID], { nullable: true, description: 'Client accounts.' })
  clientAccountIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Single seats.' })
  seatIds?: string[] | null;
}

@InputType({ description: 'Whom to remove.' })
export class RemoveMemberInput {
  @Field(() => ID, { description: 'The member. Their sessions end at once.' })
  memberId: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Empty the address and the name as well, for good. Can be told later, of one who was removed.',
  })
  erase: boolean;
}

@ObjectType({ description: 'The member who was changed.' })
export class MemberPayload {
  @Field(() => Member, { nullable: true, description: 'The member; null when nothing was done.' })
  member: Member | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}

@ObjectType({ description: 'The member who was invited.' })
export class InvitationPayload {
  @Field(() => Member, { nullable: true, description: 'The member; null when nobody was invited.' })
  member: Member | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The address at which they accept, once. Null where it was sent to them: this server sends mail. Shown this once.',
  })
  invitationUrl: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when it can be accepted.' })
  expiresAt: number | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
