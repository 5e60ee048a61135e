import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { EngagementInput, EngagementResult, RecordEngagementPayload } from '../schema/engagement.schema.js';
import { fill } from '../schema/fill.js';
import { payloadOfFacts } from '../schema/payload.js';
import type { EngagementService } from '../services/decisions/engagement.service.js';
import type { RequestContext } from './context.js';
import { engagementTerms } from './inputs.js';
import { shown } from './show.js';

/** What a record that was refused tells besides. */
const NOTHING_RECORDED = { results: [], creditsReturned: 0 };

@Resolver()
export class EngagementResolver {
  constructor(private readonly service: EngagementService) {}

  @Mutation(() => RecordEngagementPayload, {
    description: 'What people did in answer, 1000 at most: it ends what they were waited for.',
  })
  recordEngagement(
    @Arg('inputs', () => [EngagementInput], { description: 'What was done, in any order.' })
    inputs: EngagementInput[],
    @Ctx() { viewer }: RequestContext,
  ): Promise<RecordEngagementPayload> {
    const recorded = shown(this.service.record(viewer, inputs.map(engagementTerms)), (done) => ({
      ...done,
      results: done.results.map((result) => fill(EngagementResult, result)),
    }));
    return payloadOfFacts(recorded, NOTHING_RECORDED);
  }
}
