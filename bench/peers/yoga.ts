/**
 * Alerts as a team writes them on GraphQL Yoga in an afternoon: its own publish and subscribe in memory, and PostgreSQL's NOTIFY
 * between processes. `DATABASE_URL` and `PORT` say where; its address is its first line.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { peer } from './peer.js';

interface Yoga {
  readonly createSchema: (options: object) => unknown;
  readonly createPubSub: () => {
    publish(topic: string, event: object): void;
    subscribe(topic: string): AsyncIterable<object>;
  };
  readonly createYoga: (options: object) => ((...asked: unknown[]) => unknown) & {
    getEnveloped(context: object): Enveloped;
  };
}

interface Enveloped {
  readonly schema: unknown;
  readonly execute: unknown;
  readonly subscribe: unknown;
  readonly contextFactory: () => Promise<unknown>;
  readonly parse: (query: string) => unknown;
}

const CHANNEL = 'peer_live';
const CONNECTIONS_MAX = 10;

const { createPubSub, createSchema, createYoga } = await peer<Yoga>('graphql-yoga');
const { useServer } = await peer<{ useServer: (options: object, server: unknown) => unknown }>(
  'graphql-ws/use/ws',
);
const {
  default: { WebSocketServer },
} = await peer<{ default: { WebSocketServer: new (options: object) => unknown } }>('ws');

const connectionString = process.env['DATABASE_URL'];
const pool = new pg.Pool({ connectionString, max: CONNECTIONS_MAX });
const pubSub = createPubSub();
const listener = new pg.Client({ connectionString });
await listener.connect();
listener.on('notification', ({ payload = '{}' }) => {
  const alert = JSON.parse(payload) as { readonly agency: string };
  pubSub.publish(`alerts ${alert.agency}`, alert);
});
await listener.query(`LISTEN ${CHANNEL}`);

/** One alert, in a transaction of its own; whoever listens is told when it commits. */
const RAISE = `WITH next AS (
  INSERT INTO peer_live_book AS b (agency, sequence) VALUES ($1, 1)
  ON CONFLICT (agency) DO UPDATE SET sequence = b.sequence + 1 RETURNING sequence),
raised AS (INSERT INTO peer_live_alert (agency, sequence, raised_at) SELECT $1, sequence, $2 FROM next RETURNING *)
SELECT pg_notify('${CHANNEL}', json_build_object('agency', agency, 'sequence', sequence, 'raisedAt', raised_at)::text) FROM raised`;

const schema = createSchema({
  typeDefs: `
    type Query { ready: Boolean! }
    type Mutation { raise(agency: ID!): Boolean! }
    type Subscription { alertRaised(agency: ID!): AlertRaised! }
    type AlertRaised { alert: Alert! }
    type Alert { sequence: Int! raisedAt: String! }`,
  resolvers: {
    Query: { ready: () => true },
    Mutation: {
      raise: async (_: unknown, { agency }: { agency: string }) => {
        await pool.query(RAISE, [agency, new Date().toISOString()]);
        return true;
      },
    },
    Subscription: {
      alertRaised: {
        subscribe: (_: unknown, { agency }: { agency: string }) => pubSub.subscribe(`alerts ${agency}`),
        resolve: (alert: object) => ({ alert }),
      },
    },
  },
});
const yoga = createYoga({ schema, logging: false, graphiql: false, maskedErrors: false });
const server = createServer((request, response) => void yoga(request, response));
useServer(
  {
    execute: ({ rootValue, ...args }: { rootValue: { execute: (args: object) => unknown } }) =>
      rootValue.execute({ ...args, rootValue }),
    subscribe: ({ rootValue, ...args }: { rootValue: { subscribe: (args: object) => unknown } }) =>
      rootValue.subscribe({ ...args, rootValue }),
    onSubscribe: async (context: { extra: object }, _id: string, payload: Payload) => {
      const {
        schema: enveloped,
        execute,
        subscribe,
        contextFactory,
        parse,
      } = yoga.getEnveloped({
        ...context,
        ...context.extra,
        params: payload,
      });
      return {
        ...{ schema: enveloped, document: parse(payload.query), variableValues: payload.variables },
        ...{ contextValue: await contextFactory(), rootValue: { execute, subscribe } },
      };
    },
  },
  new WebSocketServer({ server, path: '/graphql' }),
);

interface Payload {
  readonly query: string;
  readonly variables?: object;
}

server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
