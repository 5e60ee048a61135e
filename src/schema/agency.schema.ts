import 'reflect-metadata';
import { Field, ObjectType } from 'type-graphql';
import type { Role } from '../quota/words.js';
import { RoleEnum } from './enums.js';
import { Node } from './node.js';
import { DateTimeScalar, TimeZoneScalar } from './scalars.js';

@ObjectType({ implements: Node, description: 'The tenant: everything belongs to exactly one agency.' })
export class Agency implements Node {
  id: string;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => TimeZoneScalar, { description: "The zone of the agency's own calendar limits." })
  timeZone: string;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;
}

@ObjectType({ description: 'Who is asking: a member with a session, or an API key.' })
export class Viewer {
  /** `agency` is resolved from it. */
  agencyId: string;

  @Field(() => RoleEnum, { description: 'What the viewer may do.' })
  role: Role;

  /** Set when a member asks; `member` is resolved from it. */
  memberId: string | null;

  /** Set when the viewer sees one client account only; `clientAccount` is resolved from it. */
  clientAccountId: string | null;
}
