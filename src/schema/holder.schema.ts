import 'reflect-metadata';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { UserError } from './payload.js';
import { Seat } from './seat.schema.js';

@InputType({ description: 'A link for the holder of a seat.' })
export class CreateHolderLinkInput {
  @Field(() => ID, { description: 'The seat.' })
  seatId: string;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether the links that were given before are none any more.',
  })
  revokeOthers: boolean | null;
}

@ObjectType({ description: 'The link that was made.' })
export class HolderLinkPayload {
  @Field(() => String, {
    nullable: true,
    description:
      'For the holder alone: whoever has it can stop the seat. At HEADROOM_PUBLIC_URL, else at the address that this server listens on; null when nothing was done.',
  })
  link: string | null;

  @Field(() => Seat, { nullable: true, description: 'The seat; null when nothing was done.' })
  seat: Seat | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
