import { Arg, Args, Ctx, FieldResolver, Int, Mutation, Query, Resolver } from 'type-graphql';
import { Agency } from '../schema/agency.schema.js';
import { payloadOfFacts } from '../schema/payload.js';
import {
  ErasePersonInput,
  ErasePersonPayload,
  ExportPersonArgs,
  RetentionPayload,
  SetRetentionInput,
} from '../schema/person.schema.js';
import { withPublicIds } from '../schema/public-ids.js';
import type { PersonService } from '../services/prospects/person.service.js';
import type { RetentionService } from '../services/prospects/retention.service.js';
import type { RequestContext } from './context.js';

@Resolver(() => Agency)
export class PersonResolver {
  constructor(
    private readonly persons: PersonService,
    private readonly retention: RetentionService,
  ) {}

  @Query(() => String, {
    nullable: true,
    description:
      'Everything that the agency has of a person, as JSON, 8,000,000 bytes of it at most: `leftOut` names the parts of which there is more. Null where nobody is known by the address.',
  })
  exportPerson(
    @Args(() => ExportPersonArgs) { profileUrl }: ExportPersonArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<string | null> {
    return this.persons.exportPerson(viewer, profileUrl, (row) => JSON.stringify(withPublicIds(row)));
  }

  @Mutation(() => ErasePersonPayload, {
    description:
      'Erases what says who a person is, everywhere in the agency, for good. They stay uncontacted, and what was done stays countable.',
  })
  erasePerson(
    @Arg('input', () => ErasePersonInput, { description: 'Whom.' }) { profileUrl }: ErasePersonInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<ErasePersonPayload> {
    return payloadOfFacts(this.persons.erasePerson(viewer, profileUrl), { prospects: 0, released: 0 });
  }

  @Mutation(() => RetentionPayload, {
    description: 'Sets after how many months without contact people are taken off their lists.',
  })
  setRetention(
    @Arg('input', () => SetRetentionInput, { description: 'How long.' })
    { prospectMonths }: SetRetentionInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<RetentionPayload> {
    const done = this.retention.setRetention(viewer, prospectMonths ?? null);
    return payloadOfFacts(done, { prospectMonths: null });
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'Months after the last contact, after which people are taken off their lists: 36 unless told otherwise; null for no end.',
  })
  prospectRetentionMonths(@Ctx() { viewer }: RequestContext): Promise<number | null> {
    return this.retention.monthsOf(viewer);
  }
}
