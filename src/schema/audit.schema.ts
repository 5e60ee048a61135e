import 'reflect-metadata';
import { ArgsType, Field, ID, ObjectType } from 'type-graphql';
import { AUDIT_SUBJECT_KINDS, type SubjectKind } from '../quota/words.js';
import { connectionOf, PageArgs } from './connection.js';
import { enumOf } from './enums.js';
import { DateTimeScalar } from './scalars.js';

const AuditSubjectKindEnum = enumOf('AuditSubjectKind', AUDIT_SUBJECT_KINDS, 'What can be changed.', {
  AGENCY: 'The agency.',
  PLAN: 'A plan.',
  CLIENT_ACCOUNT: 'A client account.',
  SEAT: 'A seat, and what is said of it: credits, outside use, restrictions, days off.',
  CAMPAIGN: 'A campaign.',
  LIMIT: 'A custom limit.',
  API_KEY: 'An API key.',
  DO_NOT_CONTACT: 'A mark on people who may not be contacted.',
  POLICY: "A version of the policy of the agency's own.",
  MEMBER: 'A member: what they are, and what was given to them.',
  ACCESS_RULES: 'What the agency demands of whoever signs in.',
  TRUSTED_DOCUMENTS: 'The documents that keys of trusted documents alone may send.',
  INBOUND_SOURCE: 'An address that a tool sends its events to.',
  ALERT_MUTE: 'Alerts that nobody is pushed for a while.',
  WEBHOOK: 'An endpoint that is told of what happens.',
  PROSPECT: 'Somebody on the list of a client account.',
  SEGMENT: "A saved filter of a client account's list.",
  PERSON: 'Somebody who was erased; which one, nobody can tell any more.',
  ACTIVITY: 'A record of what was sent, which was taken back.',
});

/** Which way a change came in. */
export const AUDIT_ORIGINS = ['API_KEY', 'SYSTEM', 'MEMBER'] as const;
export type AuditOrigin = (typeof AUDIT_ORIGINS)[number];

const AuditOriginEnum = enumOf('AuditOrigin', AUDIT_ORIGINS, 'Which way a change came in.', {
  API_KEY: 'Through the API, with a key.',
  MEMBER: 'Through the console, by somebody who had signed in.',
  SYSTEM: 'From the command line, or by the server itself.',
});

@ObjectType({ description: 'A value that was changed.' })
export class AuditChange {
  @Field(() => String, { description: 'Which field, by its name in the schema.' })
  field: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The value before, as JSON; null where there was none. Of names and other texts a keyed fingerprint alone is kept, `hmac…`: it tells whether a value came back.',
  })
  old: string | null;

  @Field(() => String, { nullable: true, description: 'The value after, in the same form.' })
  new: string | null;
}

@ObjectType({ description: 'Who changed what, when. Nobody can alter it.' })
export class AuditEntry {
  @Field(() => ID, { description: 'Of the entry; opaque.' })
  id: string;

  @Field(() => DateTimeScalar, { description: 'When it was changed.' })
  at: number;

  @Field(() => String, { description: 'The key, the member or the part of the system that changed it.' })
  actor: string;

  @Field(() => AuditOriginEnum, { description: 'Which way it came in.' })
  origin: AuditOrigin;

  @Field(() => String, {
    description: 'What was done, by the name of its mutation: of `addSeats`, `addSeat`.',
  })
  verb: string;

  @Field(() => AuditSubjectKindEnum, { description: 'What kind of thing was changed.' })
  subjectKind: SubjectKind;

  @Field(() => ID, {
    nullable: true,
    description: 'The thing that was changed; null for one that the API gives no id.',
  })
  subjectId: string | null;

  @Field(() => [AuditChange], { description: 'Every field that is otherwise since, with both values.' })
  changes: AuditChange[];
}

export const AuditEntryConnection = connectionOf('AuditEntry', AuditEntry);

@ArgsType()
export class AuditLogArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: 'Only what was done to this thing.' })
  subjectId?: string | null;

  @Field(() => [AuditSubjectKindEnum], { nullable: true, description: 'Only what was done to these kinds.' })
  subjectKinds?: SubjectKind[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Only what these mutations did; one that no entry is ever of is BAD_USER_INPUT, which tells all that there are.',
  })
  verbs?: string[] | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Only what was done from then on.' })
  from?: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Only what was done before.' })
  until?: number | null;
}
