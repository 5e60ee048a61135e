import 'reflect-metadata';
import { ArgsType, createUnionType, Field, ID, ObjectType } from 'type-graphql';
import type { Severity } from '../quota/words.js';
import { SeverityEnum } from './alert.enums.js';
import { Alert } from './alert.schema.js';

@ObjectType({ description: 'An alert, in the order of the stream.' })
export class AlertRaised {
  @Field(() => String, { description: 'Where the stream stands behind it: a valid `since`.' })
  cursor: string;

  @Field(() => Alert, { description: 'The alert.' })
  alert: Alert;
}

@ObjectType({ description: 'Nothing for this subscriber up to here; keep the cursor.' })
export class AlertCheckpoint {
  @Field(() => String, { description: 'Where the stream stands: a valid `since`.' })
  cursor: string;
}

@ObjectType({
  description: "The stream can't go back as far as `since`: read the alerts again, then go on from `cursor`.",
})
export class ResyncRequired {
  @Field(() => String, { description: 'From where the stream goes on: a valid `since`.' })
  cursor: string;
}

/** What each event is made of says which of the three it is. */
export const AlertEvent = createUnionType({
  name: 'AlertEvent',
  description: 'What the stream of alerts tells.',
  types: () => [AlertRaised, AlertCheckpoint, ResyncRequired] as const,
});

@ArgsType()
export class AlertRaisedArgs {
  @Field(() => String, {
    nullable: true,
    description:
      'Begins behind this cursor: of an event of the stream, of an edge of `alerts`, or `alertCursor`.',
  })
  since?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only those of this client account.' })
  clientAccountId?: string | null;

  @Field(() => SeverityEnum, { nullable: true, description: 'Only those at least as urgent.' })
  minSeverity?: Severity | null;
}
