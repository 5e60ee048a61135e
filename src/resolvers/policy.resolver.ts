import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Policy as PolicyVersion } from '../quota/policy/index.js';
import { type Connection, PageArgs } from '../schema/connection.js';
import { fill } from '../schema/fill.js';
import { payloadOfFacts } from '../schema/payload.js';
import { PublishPolicyInput, PublishPolicyPayload } from '../schema/policy.input.js';
import {
  Policy,
  PolicyConnection,
  PolicyEffect,
  RoomChange,
  RoomChangeConnection,
} from '../schema/policy.schema.js';
import { DateTimeScalar } from '../schema/scalars.js';
import { Seat } from '../schema/seat.schema.js';
import { afterId, type Page, type PageAsked, pageOf } from '../services/page.js';
import type {
  PolicyEffect as Effect,
  PolicyService,
  RoomChange as Change,
} from '../services/policy/policy.service.js';
import type { RequestContext } from './context.js';
import type { Pages } from './pages.js';
import { showLoaded, showPolicy, shown, showSeat } from './show.js';

@Resolver(() => Policy)
export class PolicyResolver {
  constructor(
    private readonly service: PolicyService,
    private readonly pages: Pages,
  ) {}

  @Query(() => Policy, { description: 'The policy in force, now or at an instant.' })
  async policy(
    @Arg('at', () => DateTimeScalar, { nullable: true, description: 'The instant; now, where left out.' })
    at: number | null | undefined,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Policy> {
    return showPolicy(await this.service.policyAt(viewer, at ?? null));
  }

  @Query(() => PolicyConnection, {
    description: "Every version, the built-in ones and the agency's own, newest first.",
  })
  policies(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<Policy>> {
    return this.pages.of(viewer, {
      type: PolicyConnection,
      name: 'Query.policies',
      args,
      read: async (asked) => pageOfPolicies(await this.service.versions(viewer), asked),
      show: showPolicy,
    });
  }

  @Mutation(() => PublishPolicyPayload, {
    description:
      "Publishes a version of the policy of the agency's own. From effectiveFrom on it decides, until the agency publishes another; a newer built-in one moves it no more.",
  })
  publishPolicy(
    @Arg('input', () => PublishPolicyInput, {
      description: 'What it changes, from when on, and who says so.',
    })
    input: PublishPolicyInput,
    @Ctx() { viewer }: RequestContext,
  ): Promise<PublishPolicyPayload> {
    const published = shown(this.service.publishPolicy(viewer, input), ({ policy, effect }) => ({
      policy: showPolicy(policy),
      effect: effect && showEffect(effect),
    }));
    return payloadOfFacts<{ policy: Policy | null; effect: PolicyEffect | null }>(published, {
      policy: null,
      effect: null,
    });
  }
}

/** Tells what a version would change. */
@Resolver(() => PolicyEffect)
export class PolicyEffectFields {
  constructor(private readonly pages: Pages) {}

  @FieldResolver(() => RoomChangeConnection, {
    description:
      'Whatever would be otherwise, by seat and action. For a further page, ask for the dry run again.',
  })
  changes(
    @Root() { roomChanges }: PolicyEffect,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Connection<RoomChange>> {
    return this.pages.of(viewer, {
      type: RoomChangeConnection,
      name: 'PolicyEffect.changes',
      args,
      read: (asked) => Promise.resolve(pageOfChanges(roomChanges, asked)),
      show: (change) => change,
    });
  }
}

@Resolver(() => RoomChange)
export class RoomChangeFields {
  @FieldResolver(() => Seat, {
    nullable: true,
    description: 'The seat; null where it was removed meanwhile.',
  })
  seat(@Root() { seatId }: RoomChange, @Ctx() { loaders }: RequestContext): Promise<Seat | null> {
    return showLoaded(loaders.seat, seatId, showSeat);
  }
}

function pageOfPolicies(newestFirst: readonly PolicyVersion[], asked: PageAsked): Page<PolicyVersion> {
  const after = afterId(asked);
  const from = after === null ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1;
  return pageOf(newestFirst.slice(from, from + asked.rows + 1), asked, ({ id }) => [id]);
}

/** In the order of seats and actions, so that a page goes on where the last one ended whatever has changed since. */
function pageOfChanges(changes: readonly RoomChange[], asked: PageAsked): Page<RoomChange> {
  const nameOf = ({ seatId, action }: RoomChange): string => `${seatId} ${action}`;
  const after = afterId(asked) ?? '';
  const ordered = changes.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  const behind = ordered.filter((change) => nameOf(change) > after);
  return pageOf(behind.slice(0, asked.rows + 1), asked, (change) => [nameOf(change)]);
}

function showEffect({ seats, changes }: Effect): PolicyEffect {
  const seatsWith = (isMeant: (change: Change) => boolean): number =>
    new Set(changes.filter(isMeant).map(({ seatId }) => seatId)).size;
  return fill(PolicyEffect, {
    seats,
    seatsLosing: seatsWith(({ now, then }) => then < now),
    seatsGaining: seatsWith(({ now, then }) => then > now),
    roomChanges: changes.map(({ seatId, action, now, then }) =>
      fill(RoomChange, { seatId, action, roomNow: now, roomThen: then }),
    ),
  });
}
