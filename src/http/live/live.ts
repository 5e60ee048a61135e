import { AuthorityWatch } from '../../live/authority.js';
import type { Authenticator } from '../../tenancy/authenticate.js';
import type { Routes } from '../app.js';
import type { SessionCookie } from '../cookies.js';
import { EventStreams } from './event-streams.js';
import type { Pipeline } from '../operations/graphql.js';
import { LiveDoor, type LiveDoorParts } from './live-door.js';
import type { OperationContext } from '../operations/operations.js';
import { Sockets } from './sockets.js';
import { Subscribing } from './subscribing.js';

export interface LiveRoutesParts<Context extends OperationContext> extends Pick<
  LiveDoorParts,
  'metrics' | 'logger'
> {
  readonly authenticator: Pick<Authenticator, 'authenticate' | 'lookAgain'>;
  readonly pipeline: Pipeline<Context>;
  readonly cookie: SessionCookie;
  readonly trustProxy: string | null;
}

/** Both ways in which connections stay open, behind one door. */
export function liveRoutes<Context extends OperationContext>({
  pipeline,
  authenticator,
  cookie,
  trustProxy,
  ...parts
}: LiveRoutesParts<Context>): {
  readonly routes: Routes[];
  /** Before the server stops listening: it would wait for all that is open. */
  readonly close: () => Promise<void>;
} {
  const { schema, requestLimit } = pipeline;
  const authorities = new AuthorityWatch({
    look: ({ authorization, session }) => authenticator.lookAgain(authorization, session),
  });
  const subscribing = new Subscribing(pipeline);
  const door = new LiveDoor({
    ...{ ...parts, authorities, schema, requestLimit },
    authenticate: ({ authorization, session }) => authenticator.authenticate(authorization, session),
    ask: (request, caller) => subscribing.ask(request, caller),
  });
  const sockets = new Sockets({ door, cookie, trustProxy });
  const streams = new EventStreams(door, pipeline);
  return {
    routes: [(server) => sockets.routes(server), (server) => streams.routes(server)],
    close: async () => {
      await Promise.all([sockets.close(), streams.close()]);
      authorities.close();
    },
  };
}
