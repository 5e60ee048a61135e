import { readFileSync } from 'node:fs';
import fastify, { type FastifyInstance } from 'fastify';
import { buildSchema, parse, validate, type DocumentNode } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { playground, presentedKey, type PlaygroundOptions } from '../../src/http/playground.js';

let server: FastifyInstance;
let origin: string;

async function serve(options: PlaygroundOptions = {}): Promise<void> {
  server = fastify({ forceCloseConnections: true });
  await server.register(playground, options);
  origin = await server.listen({ host: '127.0.0.1', port: 0 });
}

afterEach(() => server?.close());

describe('the files of the Playground', () => {
  beforeEach(() => serve());

  it('come with a policy that lets nothing else in, the page always checked anew', async () => {
    const page = await get('/playground');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const policy = page.headers.get('content-security-policy')?.split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(await page.text()).not.toMatch(/<script(?![^>]* src=)|https?:\/\/|style=/);
  });

  it('are kept for ever under an address that bears their version, and are not sent twice', async () => {
    const url = await addressOf('middleware.js');
    const bundle = await get(url);
    expect(bundle.status).toBe(200);
    expect(bundle.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const again = await get(url, { 'if-none-match': String(bundle.headers.get('etag')) });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('are compressed for who takes it, and the bundle is the published one', async () => {
    const url = await addressOf('middleware.js');
    const plain = await get(url, { 'accept-encoding': 'identity' });
    const zipped = await get(url, { 'accept-encoding': 'br, gzip' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(zipped.headers.get('etag')).not.toBe(plain.headers.get('etag'));
    expect(lengthOf(zipped)).toBeLessThan(lengthOf(plain) / 3);
    const published = readFileSync(
      'node_modules/graphql-playground-react/build/static/js/middleware.js',
      'utf8',
    );
    expect((await plain.text()) === published).toBe(true);
    expect((await zipped.text()) === published).toBe(true);
  });

  it('all exist that the page and its modules name', async () => {
    const named = await addresses();
    expect(named).toHaveLength(7);
    for (const url of named) {
      const file = await get(url);
      expect([url, file.status]).toEqual([url, 200]);
      for (const [, imported] of (await file.text()).matchAll(/from '\.\/([\w-]+\.js)'/g)) {
        const path = url.replace(/[^/]+$/, String(imported));
        expect([path, (await get(path)).status]).toEqual([path, 200]);
      }
    }
  });

  it('are found with a slash at the end as well', async () => {
    const answer = await get('/playground/');
    expect([answer.status, answer.headers.get('location')]).toEqual([308, '/playground']);
  });
});

describe('a Playground that is not for everybody', () => {
  beforeEach(() => serve({ admit: (request) => presentedKey(request) === 'hr_live_known' }));

  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it.each([
    ['Bearer hr_live_known', 200],
    ['bearer hr_live_known', 200],
    [basic('anybody:hr_live_known'), 200],
    [basic('hr_live_known'), 401],
    ['Bearer hr_live_other', 401],
    ['Digest hr_live_known', 401],
    ['Bearer', 401],
    ['', 401],
  ])('answers %j with %d', async (authorization, status) => {
    const answer = await get('/playground', { authorization });
    expect(answer.status).toBe(status);
    expect(answer.headers.has('www-authenticate')).toBe(status === 401);
    expect((await answer.text()).includes('middleware.js')).toBe(status === 200);
  });
});

describe('the examples', () => {
  it('are valid by the contract, with their variables', async () => {
    const schema = buildSchema(readFileSync('docs/contract.graphql', 'utf8'));
    const module = '../../src/http/playground/examples.js';
    const { exampleTabs } = (await import(module)) as { exampleTabs: (endpoint: string) => Tab[] };
    const tabs = exampleTabs('http://127.0.0.1/graphql');
    expect(tabs.map((tab) => tab.name)).toEqual([
      ...['Who am I', 'My seats', 'May I send', 'Hold and commit', 'Live alerts'],
    ]);
    for (const { query, variables } of tabs) {
      const document = parse(query);
      expect(validate(schema, document)).toEqual([]);
      for (const definitions of variableDefinitionsOf(document)) {
        const values = getVariableValues(
          schema,
          definitions,
          JSON.parse(variables || '{}') as Record<string, unknown>,
        );
        expect(values.errors).toBeUndefined();
      }
    }
  });
});

interface Tab {
  name: string;
  query: string;
  variables: string;
}

function variableDefinitionsOf(document: DocumentNode) {
  return document.definitions.map((each) =>
    'variableDefinitions' in each ? (each.variableDefinitions ?? []) : [],
  );
}

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(new URL(path, origin), { headers, redirect: 'manual' });
}

const lengthOf = (response: Response) => Number(response.headers.get('content-length'));

async function addresses(): Promise<string[]> {
  const html = await (await get('/playground')).text();
  return [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => String(match[1]));
}

async function addressOf(name: string): Promise<string> {
  const address = (await addresses()).find((each) => each.endsWith(`/${name}`));
  if (!address) throw new Error(`The page names no ${name}.`);
  return address;
}
