import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const OUT = join(ROOT, 'dist', 'tests');
/** What tests start as processes of their own, and what jest's teardown calls. */
const PROGRAMS = [
  'test/support/test-server.ts',
  'test/support/start-test-server.ts',
  'test/support/hold-database.ts',
  'test/live/courier-process.ts',
];

/** Where the module of a test file is, or of a program: `dist/tests/quota/window.test.js`. */
export function bundleOf(source) {
  return join(OUT, relative(join(ROOT, 'test'), resolve(ROOT, source))).replace(/\.ts$/, '.js');
}

/** `src` is what `scripts/build.mjs` makes of it, at one address whoever imports it: Node loads each file of it once. */
const srcStaysOutside = {
  name: 'src stays outside',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\/.*\bsrc\// }, ({ path, resolveDir }) => {
      const built = join(ROOT, 'dist', relative(ROOT, resolve(resolveDir, path)));
      return { path: pathToFileURL(built).href, external: true };
    });
  },
};

/** A class of src/schema registers itself with type-graphql when it is loaded: these begin with none, and load their own. */
export function hasSrcOfItsOwn(source) {
  return relative(ROOT, resolve(ROOT, source)).startsWith(join('test', 'schema'));
}

/** Writes each test file with all that it imports of `test` as one module; what it imports of `src` and packages stays outside. */
export async function bundleTests() {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true });
  const tests = files.filter((file) => file.endsWith('.test.ts')).map((file) => join('test', file));
  const entries = [...tests, ...PROGRAMS];
  await Promise.all([
    bundle(
      entries.filter((entry) => !hasSrcOfItsOwn(entry)),
      [srcStaysOutside],
    ),
    bundle(entries.filter(hasSrcOfItsOwn), []),
  ]);
}

async function bundle(entryPoints, plugins) {
  const { outputFiles } = await esbuild.build({
    entryPoints,
    plugins,
    absWorkingDir: ROOT,
    outdir: OUT,
    outbase: join(ROOT, 'test'),
    write: false,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    tsconfig: join(ROOT, 'tsconfig.json'),
    logLevel: 'error',
  });
  for (const { path, contents } of outputFiles) put(path, contents);
}

/** In one step: two runs at once write the same, and neither reads the half of a file. */
function put(path, contents) {
  const draft = `${path}.${process.pid}.draft`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(draft, contents);
  renameSync(draft, path);
}
