import 'reflect-metadata';
import { ArgsType, createUnionType, Field, ID, ObjectType } from 'type-graphql';
import { Reservation } from './reservation.schema.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({
  description:
    'What is held when the stream begins, 100 at most; others follow until `isLast`. What is in none of them is held no more.',
})
export class ReservationsHeld {
  @Field(() => String, { description: 'Where the stream stands behind it: a valid `since`.' })
  cursor: string;

  @Field(() => [Reservation], { description: 'In the order in which they were held; none where nothing is.' })
  reservations: Reservation[];

  @Field(() => Boolean, { description: 'All that is held was told.' })
  isLast: boolean;
}

@ObjectType({ description: 'A reservation that was held, committed or released, or that expired.' })
export class ReservationChanged {
  @Field(() => String, { description: 'Where the stream stands behind it: a valid `since`.' })
  cursor: string;

  @Field(() => Reservation, {
    description:
      'As it was when it was told. Released with `releasedBecause`, it must not be sent any more: take it out of your queue.',
  })
  reservation: Reservation;

  @Field(() => DateTimeScalar, { description: 'When it was held, committed or released, or expired.' })
  changedAt: number;
}

/** What each event is made of says which of the two it is. */
export const ReservationEvent = createUnionType({
  name: 'ReservationEvent',
  description: 'What the stream of reservations tells.',
  types: () => [ReservationsHeld, ReservationChanged] as const,
});

@ArgsType()
export class ReservationChangedArgs {
  @Field(() => ID, { nullable: true, description: 'Only those of this seat.' })
  seatId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only those of this client account.' })
  clientAccountId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Begins behind this cursor of an event: first what changed meanwhile. Some two days back; beyond, and without it, what is held comes first.',
  })
  since?: string | null;
}
