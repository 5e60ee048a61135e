import 'reflect-metadata';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Campaign } from './campaign.schema.js';
import { UserError } from './payload.js';
import { Seat } from './seat.schema.js';

@InputType({ description: 'Where a seat goes.' })
export class MoveSeatInput {
  @Field(() => ID, { description: 'The seat.' })
  seatId: string;

  @Field(() => ID, { description: 'The client account that it is operated for from now on.' })
  clientAccountId: string;
}

@ObjectType({ description: 'The seat that went to another client account, and what it left behind.' })
export class MoveSeatPayload {
  @Field(() => Seat, { nullable: true, description: 'The seat; null when nothing was done.' })
  seat: Seat | null;

  @Field(() => Int, { description: 'How many reservations were released.' })
  releasedReservations: number;

  @Field(() => [Campaign], { description: 'The campaigns that had the seat, and have it no more.' })
  leftCampaigns: Campaign[];

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
