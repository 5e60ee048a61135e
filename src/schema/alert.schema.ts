import 'reflect-metadata';
import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { AlertKind, Severity } from '../quota/words.js';
import { AlertKindEnum, SeverityEnum } from './alert.enums.js';
import { connectionOf, PageArgs } from './connection.js';
import { Usage } from './limit.schema.js';
import { Node } from './node.js';
import { UserError } from './payload.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ implements: Node, description: 'A numbered event that someone should know of.' })
export class Alert implements Node {
  id: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'Grows by one within an agency, without gaps, in the order of commit. Null for a viewer of one client account.',
  })
  sequence: number | null;

  @Field(() => AlertKindEnum, { description: 'What happened.' })
  kind: AlertKind;

  @Field(() => SeverityEnum, { description: 'How urgent it is.' })
  severity: Severity;

  @Field(() => String, { description: 'The same for people, with its numbers.' })
  message: string;

  /** `clientAccount` is resolved from it. */
  clientAccountId: string | null;

  /** `seat` is resolved from it. */
  seatId: string | null;

  /** `campaign` is resolved from it. */
  campaignId: string | null;

  @Field(() => Usage, {
    nullable: true,
    description: 'The counter as it stood when the alert was raised.',
  })
  usage: Usage | null;

  @Field(() => DateTimeScalar, {
    description: 'When it happened: what time alone caused is written by the next write.',
  })
  raisedAt: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When somebody first acknowledged it; null while nobody has.',
  })
  acknowledgedAt: number | null;

  @Field(() => String, { nullable: true, description: 'The key or member that did.' })
  acknowledgedBy: string | null;
}

export const AlertConnection = connectionOf(
  'Alert',
  Alert,
  "An edge's cursor is a valid `since` of alertRaised.",
);

@ArgsType()
export class AlertsArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: 'Only those of this client account.' })
  clientAccountId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only those of this seat.' })
  seatId?: string | null;

  @Field(() => [AlertKindEnum], { nullable: true, description: 'Only those of one of these kinds.' })
  kinds?: AlertKind[] | null;

  @Field(() => SeverityEnum, { nullable: true, description: 'Only those at least as urgent.' })
  minSeverity?: Severity | null;

  @Field(() => Boolean, { nullable: true, description: 'Only those that nobody acknowledged.' })
  unacknowledgedOnly?: boolean | null;
}

@InputType({ description: 'Which alert was seen.' })
export class AcknowledgeAlertInput {
  @Field(() => ID, { description: 'The alert.' })
  alertId: string;
}

@ObjectType({ description: 'The alert that was acknowledged.' })
export class AlertPayload {
  @Field(() => Alert, { nullable: true, description: 'The alert; null when nothing was done.' })
  alert: Alert | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
