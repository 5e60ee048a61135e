import { Arg, Args, Ctx, Query, Resolver } from 'type-graphql';
import type { LedgerReader } from '../ledger/reader.js';
import { BUILT_IN_POLICIES, type Policy as PolicyVersion, policyAt } from '../quota/policy/index.js';
import { type Connection, PageArgs } from '../schema/connection.js';
import { Policy, PolicyConnection } from '../schema/policy.schema.js';
import { DateTimeScalar } from '../schema/scalars.js';
import { afterId, type Page, type PageAsked, pageOf } from '../services/page.js';
import type { RequestContext } from './context.js';
import type { Pages } from './pages.js';
import { showPolicy } from './show.js';

@Resolver(() => Policy)
export class PolicyResolver {
  constructor(
    private readonly ledger: LedgerReader,
    private readonly pages: Pages,
  ) {}

  @Query(() => Policy, { description: 'The policy in force, now or at an instant.' })
  async policy(
    @Arg('at', () => DateTimeScalar, { nullable: true, description: 'The instant; now, where left out.' })
    at: number | null | undefined,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Policy> {
    // What is in force now is so by the clock that decides.
    const instant = at ?? (await this.ledger.read(viewer, (_, now) => Promise.resolve(now)));
    return showPolicy(policyAt(instant));
  }

  @Query(() => PolicyConnection, { description: 'Every version, newest first.' })
  policies(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<Policy>> {
    return this.pages.of(viewer, {
      type: PolicyConnection,
      name: 'Query.policies',
      args,
      read: (asked) => Promise.resolve(pageOfPolicies(asked)),
      show: showPolicy,
    });
  }
}

function pageOfPolicies(asked: PageAsked): Page<PolicyVersion> {
  const newestFirst = BUILT_IN_POLICIES.toReversed();
  const after = afterId(asked);
  const from = after === null ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1;
  return pageOf(newestFirst.slice(from, from + asked.rows + 1), asked, ({ id }) => [id]);
}
