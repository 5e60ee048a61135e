/** PostGraphile on a schema of its own, as a process: `DATABASE_URL` says where, its address is its first line. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { peer } from './peer.js';

interface Preset {
  readonly [option: string]: unknown;
}

interface PostGraphile {
  readonly postgraphile: (preset: Preset) => {
    createServ(grafserv: unknown): { addTo(server: Server): unknown };
  };
}

const CONNECTIONS_MAX = 16;

/** PostGraphile 5 asks for Node 22; this is all of it that it uses, so that it can be measured on 20 too. */
interface WithResolvers {
  withResolvers?: () => object;
}
(Promise as WithResolvers).withResolvers ??= () => {
  let resolve, reject;
  const promise = new Promise((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
};

const { postgraphile } = await peer<PostGraphile>('postgraphile');
const { PostGraphileAmberPreset } = await peer<{ PostGraphileAmberPreset: Preset }>(
  'postgraphile/presets/amber',
);
const { makePgService } = await peer<{ readonly makePgService: (options: object) => unknown }>(
  'postgraphile/adaptors/pg',
);
const { grafserv } = await peer<{ grafserv: unknown }>('postgraphile/grafserv/node');

const service = makePgService({
  connectionString: process.env['DATABASE_URL'],
  schemas: ['peer_graphile'],
  poolConfig: { max: CONNECTIONS_MAX },
});
const graphile = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [service],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false },
});
const server = createServer();
await graphile.createServ(grafserv).addTo(server);
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('SIGTERM', () => process.exit(0));
