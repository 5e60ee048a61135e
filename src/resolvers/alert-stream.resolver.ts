import { Args, Ctx, Resolver, Root, Subscription } from 'type-graphql';
import { Failure } from '../errors.js';
import type { AlertStreamEvent, AlertStreams } from '../live/alert-stream.js';
import {
  AlertCheckpoint,
  AlertEvent,
  AlertRaised,
  AlertRaisedArgs,
  ResyncRequired,
} from '../schema/alert-stream.schema.js';
import { fill } from '../schema/fill.js';
import { ALERTS, severitiesFrom } from './alert.resolver.js';
import { showAlert } from './alert.show.js';
import type { RequestContext } from './context.js';
import { uuidOrNull } from './ids.js';
import type { Pages } from './pages.js';
import type { Subscriber } from './streams.js';

@Resolver()
export class AlertStreamResolver {
  constructor(private readonly pages: Pages) {}

  @Subscription(() => AlertEvent, {
    description:
      'First everything after `since` that was missed, in order, then what comes; without `since`, from now on. Nothing is lost or told twice.',
    subscribe: ({ args, context }: { args: AlertRaisedArgs; context: RequestContext }) =>
      context.streams.alerts.open(context, args),
  })
  alertRaised(
    @Root() event: AlertStreamEvent,
    // The arguments are for the opening alone.
    @Args(() => AlertRaisedArgs) _args: AlertRaisedArgs,
    @Ctx() { viewer }: RequestContext,
  ): AlertRaised | AlertCheckpoint | ResyncRequired {
    const cursor = this.pages.cursor(viewer, ALERTS, event.position);
    switch (event.kind) {
      case 'RAISED':
        return fill(AlertRaised, { cursor, alert: showAlert(viewer, event.alert) });
      case 'CHECKPOINT':
        return fill(AlertCheckpoint, { cursor });
      case 'RESYNC':
        return fill(ResyncRequired, { cursor });
    }
  }
}

/** Opens the streams of `alertRaised`. */
export class AlertStreamOpener {
  constructor(
    private readonly streams: AlertStreams,
    private readonly pages: Pages,
  ) {}

  /**
   * Throws BAD_USER_INPUT where `since` is no cursor of this agency's alerts, NOT_FOUND where the viewer sees no such
   * client account: one of another agency is as little there as one of nobody.
   */
  async open(
    { viewer, loaders }: Subscriber,
    { since, clientAccountId, minSeverity }: AlertRaisedArgs,
  ): Promise<AsyncIterable<AlertStreamEvent>> {
    const asked = {
      since: typeof since === 'string' ? this.sequenceOf(viewer.agencyId, since) : null,
      clientAccountId: uuidOrNull('client', clientAccountId),
      severities: severitiesFrom(minSeverity ?? null),
    };
    if (asked.clientAccountId !== null && !(await loaders.clientAccount.load(asked.clientAccountId))) {
      throw new Failure('NOT_FOUND', 'There is no such client account.');
    }
    return this.streams.open(viewer, asked);
  }

  private sequenceOf(agencyId: string, since: string): number {
    const [sequence] = this.pages.position({ agencyId }, ALERTS, since) ?? [];
    if (typeof sequence === 'number') return sequence;
    throw new Failure(
      'BAD_USER_INPUT',
      '`since` is no cursor of the alerts: take that of an event of the stream, of an edge of `alerts`, or `alertCursor`.',
    );
  }
}
