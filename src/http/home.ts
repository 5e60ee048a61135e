import type { FastifyInstance } from 'fastify';

/** A fastify plugin: `/` says where things are. */
export async function home(server: FastifyInstance): Promise<void> {
  server.get('/', (_request, reply) => reply.type('text/plain; charset=utf-8').send(HOME));
}

const HOME = `Headroom: the ledger that LinkedIn outreach asks before it sends.

  /graphql        the API: POST, with the header Authorization: Bearer hr_live_…, and subscriptions over WebSocket
  /graphql/stream the same as server-sent events
  /playground     GraphQL Playground, with examples to try
  /imports/linkedin-export
                  LinkedIn's own data export: POST, as application/zip; the README says how
  /imports/lead-list
                  people for a list, or whom to leave alone: POST, as text/csv
  /inbound/…      where tools send their events, by an address that addInboundSource gave
  /holder/…       where the holder of a LinkedIn account stops its seat, by a link that they were given
  /approval/…     where a client approves a campaign, by a link that they were given
  /join, /password
                  where an invitation is accepted and a new password set, by a link that was given
  /auth/…         sign-in, with a session in a cookie
  /health/live    whether this process runs
  /health/ready   whether it can answer
  /metrics        for Prometheus; in production with the server's own token

Keys of the demo: npm run headroom -- demo --json

LinkedIn publishes almost no limits: Headroom's are dated opinions with their sources, and staying under them is not
permission. LinkedIn's User Agreement forbids automation that it did not approve. Headroom never touches LinkedIn.
If Headroom can't be reached, don't send.
`;
