import { readFileSync } from 'node:fs';
import { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastify from 'fastify';
import { buildSchema, GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { playground } from '../../src/http/playground.js';

const KEY = 'hr_live_standin_0123456789abcdef';
const SEAT_ID = 'seat_01hzzzzzzzzzzzzzzzzzzzzzzz';

interface Context {
  authorization: string | undefined;
}

/**
 * The contract's schema with fixed answers, for HTTP and for sockets, and the Playground in front of it. As in production,
 * the schema may need a key as well.
 */
export async function startStandIn({ schemaNeedsKey = false } = {}) {
  const schema = buildSchema(readFileSync('docs/contract.graphql', 'utf8'));
  const apollo = new ApolloServer<Context>({ schema, rootValue: ROOT, introspection: true });
  await apollo.start();
  const server = fastify({ forceCloseConnections: true });
  await server.register(playground, {});
  server.route({
    url: '/graphql',
    method: 'POST',
    preHandler: async ({ headers, body }, reply) => {
      if (!schemaNeedsKey || headers.authorization === `Bearer ${KEY}`) return;
      if (JSON.stringify(body).includes('__schema')) return reply.send({ errors: [UNAUTHENTICATED] });
    },
    handler: fastifyApolloHandler(apollo, {
      context: ({ headers }) => Promise.resolve({ authorization: headers.authorization }),
    }),
  });
  const sockets = new WebSocketServer({ server: server.server, path: '/graphql' });
  const disposable = useServer(
    {
      schema,
      roots: { subscription: ROOT },
      // As an unknown key is refused: with 4403 Forbidden.
      onConnect: ({ connectionParams }) => connectionParams?.['Authorization'] === `Bearer ${KEY}`,
      context: ({ connectionParams }) => ({ authorization: connectionParams?.['Authorization'] }),
    },
    sockets,
  );
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const close = async () => {
    await disposable.dispose();
    await server.close();
    await apollo.stop();
  };
  return { url, key: KEY, seatId: SEAT_ID, close };
}

const UNAUTHENTICATED = new GraphQLError('Who is asking?', { extensions: { code: 'UNAUTHENTICATED' } });

function known<T>(answer: (input: Record<string, unknown>) => T) {
  return ({ input }: { input: Record<string, unknown> }, context: Context): T => {
    if (context.authorization !== `Bearer ${KEY}`) {
      throw UNAUTHENTICATED;
    }
    return answer(input);
  };
}

const CLIENT_ACCOUNT = { id: 'client_1', name: 'Acme' };
const SEAT = {
  id: SEAT_ID,
  holderName: 'Grace',
  tier: 'BASIC',
  status: 'ACTIVE',
  timeZone: 'Europe/Madrid',
  clientAccount: CLIENT_ACCOUNT,
  room: [{ action: 'DIRECT_MESSAGE', remaining: 15 }],
  usage: [],
};
const RESERVATION = {
  id: 'reservation_1',
  heldAt: '2026-11-24T09:00:00.000Z',
  expiresAt: '2026-11-24T09:15:00.000Z',
};
const DECISION = {
  id: 'decision_1',
  reasons: [],
  warnings: [],
  suggestions: [],
  usage: [],
  policyVersion: '2026-11',
  decidedAt: '2026-11-24T09:00:00.000Z',
};

const outcomeFor = (seatId: unknown) => (seatId === SEAT_ID ? 'ALLOWED' : 'DENIED');

const ROOT = {
  viewer: known(() => ({ role: 'OWNER', agency: { id: 'agency_1', name: 'Stand-in', timeZone: 'UTC' } })),
  seats: known(() => ({ totalCount: 1, nodes: [SEAT] })),
  previewDecision: known(({ seatId }) => ({ ...DECISION, outcome: outcomeFor(seatId) })),
  reserve: known(({ seatId }) => ({
    decision: {
      ...DECISION,
      outcome: outcomeFor(seatId),
      replayed: false,
      reservation: { ...RESERVATION, status: 'HELD' },
    },
    userErrors: [],
  })),
  commitReservation: known(({ reservationId }) => ({
    reservation: reservationId === RESERVATION.id ? { ...RESERVATION, status: 'COMMITTED' } : null,
    userErrors: [],
  })),
  async *alertRaised(_arguments: unknown, { authorization }: Context) {
    for (const cursor of ['first', 'second']) {
      await Promise.resolve();
      yield { alertRaised: { __typename: 'AlertCheckpoint', cursor: `${cursor} for ${authorization}` } };
    }
  },
};
