import 'reflect-metadata';
import { ArgsType, Field, ID, InputType, ObjectType } from 'type-graphql';
import type { ClientAccountStatus, LimitMode } from '../quota/words.js';
import { countedConnectionOf, PageArgs } from './connection.js';
import { ClientAccountStatusEnum, LimitModeEnum } from './enums.js';
import { Node } from './node.js';
import { UserError } from './payload.js';
import { DateTimeScalar, TimeZoneScalar } from './scalars.js';

@ObjectType({ implements: Node, description: 'A customer of the agency.' })
export class ClientAccount implements Node {
  id: string;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { nullable: true, description: "The agency's own reference; one of a kind." })
  externalRef: string | null;

  @Field(() => TimeZoneScalar, { description: 'The zone of its calendar limits and of its campaigns.' })
  timeZone: string;

  @Field(() => ClientAccountStatusEnum, { description: 'Whether anything may be sent for it.' })
  status: ClientAccountStatus;

  @Field(() => LimitModeEnum, { description: "The stricter of this one and the seat's holds." })
  limitMode: LimitMode;

  @Field(() => Boolean, {
    description:
      "Whether its contacts are pooled with those of the agency's other client accounts that say so too: each is told that a person is taken, by nobody in particular.",
  })
  poolsContacts: boolean;

  @Field(() => Boolean, {
    description: 'Whether the client approves each of its campaigns before it is launched.',
  })
  approvalRequired: boolean;

  /** Told to those who see the whole of it. */
  approverEmail: string | null;

  /** `plan` and `seatAllowance` are resolved from it. */
  planId: string;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;
}

export const ClientAccountConnection = countedConnectionOf('ClientAccount', ClientAccount);

@ArgsType()
export class ClientAccountsArgs extends PageArgs {
  @Field(() => String, {
    nullable: true,
    description: 'A part of the name or of the reference, in any case.',
  })
  search?: string | null;
}

@InputType({ description: 'A new client account.' })
export class CreateClientAccountInput {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => ID, { description: 'The plan that it buys.' })
  planId: string;

  @Field(() => TimeZoneScalar, { description: 'The zone of its calendar limits and of its campaigns.' })
  timeZone: string;

  @Field(() => String, { nullable: true, description: "The agency's own reference; one of a kind." })
  externalRef?: string | null;

  @Field(() => LimitModeEnum, {
    nullable: true,
    defaultValue: 'CEILING',
    description: "Which of the policy's two numbers refuses, for all its seats.",
  })
  limitMode: LimitMode | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "Whether its contacts are pooled with those of the agency's others that say so too.",
  })
  poolsContacts: boolean | null;
}

@InputType({ description: 'Changes to a client account; what is left out stays, null clears.' })
export class UpdateClientAccountInput {
  @Field(() => ID, { description: 'The client account to change.' })
  clientAccountId: string;

  @Field(() => String, { nullable: true, description: 'Its new name.' })
  name?: string | null;

  @Field(() => ID, { nullable: true, description: 'The plan that it buys from now on.' })
  planId?: string | null;

  @Field(() => TimeZoneScalar, {
    nullable: true,
    description: "Its new zone, from the old zone's next boundary of each calendar limit on.",
  })
  timeZone?: string | null;

  @Field(() => ClientAccountStatusEnum, {
    nullable: true,
    description: 'Whether anything may be sent for it.',
  })
  status?: ClientAccountStatus | null;

  @Field(() => String, { nullable: true, description: "The agency's own reference; null for none." })
  externalRef?: string | null;

  @Field(() => LimitModeEnum, {
    nullable: true,
    description: "Which of the policy's two numbers refuses, for all its seats.",
  })
  limitMode?: LimitMode | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether its contacts are pooled with those of the agency's others that say so too, from the next request on, what was sent before among them.",
  })
  poolsContacts?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the client approves each of its campaigns before it is launched.',
  })
  approvalRequired?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'Whom of the client the link of an approval is sent to; null for nobody.',
  })
  approverEmail?: string | null;
}

@ObjectType({ description: 'The client account that was created or changed.' })
export class ClientAccountPayload {
  @Field(() => ClientAccount, { nullable: true, description: 'It; null when nothing was done.' })
  clientAccount: ClientAccount | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
