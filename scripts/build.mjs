// Writes the JavaScript that runs, a file for each source: `src` to `dist/src`, and `bench` beside it where it is named. What
// is as new as its source stays, so a start that finds all of it there waits for next to nothing. Types are for
// `npm run check`.
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OUT = join(ROOT, 'dist');
/** As old as what is made: a new version of these makes all of it anew. */
const RECIPE = ['package-lock.json', 'tsconfig.json', 'scripts/build.mjs'].map((name) => join(ROOT, name));

const DRAFT = '.draft';

/** Of `src`, and of the other folders that are named. */
export async function build(...others) {
  const folders = ['src', ...others];
  const recipeAt = Math.max(...RECIPE.map(changedAt));
  const wanted = folders.flatMap((folder) => filesOf(join(ROOT, folder)).map(asMade));
  const stale = wanted.filter(({ source, made }) => changedAt(made) <= Math.max(changedAt(source), recipeAt));
  const programs = stale.filter(({ source }) => source.endsWith('.ts'));
  if (programs.length > 0) {
    for (const { path, contents } of await compile(programs))
      put(path, (draft) => writeFileSync(draft, contents));
  }
  for (const { source, made } of stale) {
    if (!source.endsWith('.ts')) put(made, (draft) => copyFileSync(source, draft));
  }
  const known = new Set(wanted.flatMap(({ made }) => [made, `${made}.map`]));
  const there = folders.flatMap((folder) => filesOf(join(OUT, folder)));
  for (const file of there) if (!known.has(file) && !file.endsWith(DRAFT)) rmSync(file, { force: true });
}

async function compile(programs) {
  const { outputFiles } = await esbuild.build({
    entryPoints: programs.map(({ source }) => source),
    outdir: OUT,
    outbase: ROOT,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    tsconfig: join(ROOT, 'tsconfig.json'),
    logLevel: 'error',
  });
  return outputFiles;
}

function filesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return files.filter((file) => !file.includes('node_modules') && !/\.(?:md|json|npmrc)$/.test(file));
}

function asMade(source) {
  return { source, made: join(OUT, relative(ROOT, source)).replace(/\.ts$/, '.js') };
}

function changedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** In one step: two starts at once write the same, and neither reads the half of a file. */
function put(file, write) {
  const draft = `${file}.${process.pid}${DRAFT}`;
  mkdirSync(dirname(file), { recursive: true });
  write(draft);
  renameSync(draft, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build(...process.argv.slice(2));
