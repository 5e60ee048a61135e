import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printSchema } from 'graphql';
import { buildApiSchema } from '../src/resolvers/build.js';

/**
 * Writes the published schema, in the order in which it is defined, so that a change of the API is seen in review:
 *
 *   node --import tsx scripts/print-schema.ts [--check]
 *
 * With `--check` nothing is written: what the file lacks is shown, and the exit code is 1.
 */
const FILE = fileURLToPath(new URL('../schema.graphql', import.meta.url));

/** Lines of a difference that are shown. */
const LINES_SHOWN_MAX = 20;

const published = `${printSchema(await buildApiSchema())}\n`;
if (process.argv.includes('--check')) check(readKept());
else writeFileSync(FILE, published);

function readKept(): string {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return '';
  }
}

function check(kept: string): void {
  if (kept === published) return;
  console.error('schema.graphql is not the schema of the code; `npm run fix` writes it anew.');
  for (const line of differences(kept, published).slice(0, LINES_SHOWN_MAX)) console.error(line);
  process.exitCode = 1;
}

/** From the first line that differs on: those that are kept (-) and those that are published (+). */
function differences(kept: string, wanted: string): string[] {
  const [before, after] = [kept.split('\n'), wanted.split('\n')];
  const first = after.findIndex((line, index) => line !== before[index]);
  const start = first < 0 ? after.length : first;
  const half = LINES_SHOWN_MAX / 2;
  return [
    `@@ line ${start + 1}`,
    ...before.slice(start, start + half).map((line) => `-${line}`),
    ...after.slice(start, start + half).map((line) => `+${line}`),
  ];
}
