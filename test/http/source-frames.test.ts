import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ofSources } from '../../src/http/source-frames.js';

const MADE = pathToFileURL(join(process.cwd(), 'dist/src/config.js')).href;

/** What a process tells of an error that it meets there, and was started with `flags`. */
function stackWith(...flags: string[]): string {
  const program = `import { parseConfig } from '${MADE}';
    try { parseConfig({ PORT: 'none' }); } catch (error) { console.log(error.stack); }`;
  const { stdout } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  return stdout;
}

const placesIn = (stack: string): string[] => stack.match(/config\.[jt]s:\d+:\d+/g) ?? [];

it('tells the places of the sources, as Node does with their maps', () => {
  const plain = stackWith();
  const told = placesIn(ofSources(plain));
  expect(told.length).toBeGreaterThan(1);
  expect(told).toEqual(placesIn(stackWith('--enable-source-maps')));
  expect(told).not.toEqual(placesIn(plain));
  expect(ofSources(plain)).toContain(pathToFileURL(join(process.cwd(), 'src/config.ts')).href);
});

it('leaves what has no map, and what is of others, as it is', () => {
  const stack = [
    'Error: broken',
    '    at f (file:///nowhere/at/all.js:3:5)',
    '    at g (file:///somewhere/node_modules/graphql/index.js:1:1)',
    '    at node:internal/process/task_queues:95:5',
  ].join('\n');
  expect(ofSources(stack)).toBe(stack);
});
