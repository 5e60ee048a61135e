import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip as gzipWithCallback } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Where the page is. Everything it loads is below. */
const PLAYGROUND_PATH = '/playground';

export interface PlaygroundOptions {
  /**
   * Whether the page is for whoever asks; without it, it is for everybody. A browser that is not admitted asks for a name
   * and a password: `presentedKey` finds an API key that was given as the password.
   */
  admit?: (request: FastifyRequest) => boolean | Promise<boolean>;
}

/**
 * A fastify plugin: GraphQL Playground at `/playground`, for the GraphQL endpoint `/graphql` of the same server, HTTP and
 * WebSocket. Everything comes from this process, so it works with the network cut, and its policy lets nothing else in.
 */
export async function playground(server: FastifyInstance, options: PlaygroundOptions): Promise<void> {
  const assets = await loadAssets();
  // One version for all of them, so that the modules of the page find each other by their relative names.
  const folder = `${PLAYGROUND_PATH}/${versionOf(assets)}`;
  const page = htmlPage(await readFile(join(CLIENT_FOLDER, 'index.html'), 'utf8'), folder);

  server.addHook('onRequest', async (_request, reply) => void reply.headers(SECURITY_HEADERS));
  server.get(PLAYGROUND_PATH, async (request, reply) => {
    if (options.admit && !(await options.admit(request))) return refuseToShow(reply);
    return send(request, reply, page, 'no-cache');
  });
  server.get(`${PLAYGROUND_PATH}/`, (_request, reply) => reply.redirect(PLAYGROUND_PATH, 308));
  for (const asset of assets) {
    server.get(`${folder}/${asset.name}`, (request, reply) => send(request, reply, asset, CACHE_FOR_A_YEAR));
  }
}

/** The API key that a request came with, as a bearer token or as the password of Basic authentication. */
export function presentedKey(request: FastifyRequest): string | undefined {
  const [scheme, credentials] = (request.headers.authorization ?? '').split(' ');
  if (!scheme || !credentials) return undefined;
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const [, ...password] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
  return password.join(':') || undefined;
}

/**
 * `style-src` needs 'unsafe-inline' because Playground makes its styles at run time; scripts need nothing of the kind.
 * `connect-src 'self'` is also what makes a hostile endpoint in a link harmless, whatever the bundle does with it.
 */
const SECURITY_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Only for addresses that name the version of what they lead to. */
const CACHE_FOR_A_YEAR = 'public, max-age=31536000, immutable';

const CLIENT_FOLDER = fileURLToPath(new URL('./playground/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
};

interface Asset {
  name: string;
  body: Buffer;
  /** Distinguishes contents, not names. */
  digest: string;
  /** Made when first asked for: the bundle is 2.3 MB, and a start shouldn't wait for a page that nobody opens. */
  gzipped?: Promise<Buffer>;
}

async function loadAssets(): Promise<Asset[]> {
  const resolve = createRequire(import.meta.url).resolve;
  const bundle = join(dirname(resolve('graphql-playground-react/package.json')), 'build');
  // The package doesn't export its browser build by name; it lies beside the folder of its main file.
  const graphqlWs = join(dirname(resolve('graphql-ws')), '..', 'umd');
  const paths = [
    join(bundle, 'static/js/middleware.js'),
    join(bundle, 'static/css/middleware.css'),
    join(bundle, 'favicon.png'),
    join(graphqlWs, 'graphql-ws.min.js'),
    ...['page.css', 'page.js', 'storage.js', 'link.js', 'blanks.js', 'examples.js'].map((name) =>
      join(CLIENT_FOLDER, name),
    ),
  ];
  return Promise.all(
    paths.map(async (path) => assetOf(path.split(/[\\/]/).at(-1) ?? path, await readFile(path))),
  );
}

function assetOf(name: string, body: Buffer): Asset {
  return { name, body, digest: createHash('sha256').update(body).digest('hex').slice(0, 16) };
}

function versionOf(assets: readonly Asset[]): string {
  const digests = assets.map((asset) => asset.digest).join();
  return createHash('sha256').update(digests).digest('hex').slice(0, 16);
}

/** The page names its files as `./name`; they are served from a folder that bears their version. */
function htmlPage(template: string, folder: string): Asset {
  return assetOf('index.html', Buffer.from(template.replaceAll(/(src|href)="\.\//g, `$1="${folder}/`)));
}

const gzip = promisify(gzipWithCallback);

async function send(request: FastifyRequest, reply: FastifyReply, asset: Asset, cacheControl: string) {
  const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const tag = `"${asset.digest}${zipped ? '-gzip' : ''}"`;
  void reply.headers({ etag: tag, 'cache-control': cacheControl, vary: 'accept-encoding' });
  if (request.headers['if-none-match'] === tag) return reply.code(304).send();
  if (zipped) void reply.header('content-encoding', 'gzip');
  void reply.type(TYPES[extname(asset.name)] ?? 'application/octet-stream');
  return reply.send(zipped ? await (asset.gzipped ??= gzip(asset.body)) : asset.body);
}

function refuseToShow(reply: FastifyReply) {
  return reply
    .code(401)
    .headers({ 'www-authenticate': 'Basic realm="Headroom", charset="UTF-8"', 'cache-control': 'no-store' })
    .type('text/plain; charset=utf-8')
    .send('The Playground asks for a session of the console, or an API key as the password (any name).\n');
}
