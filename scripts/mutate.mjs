// `npm run test:mutate`: breaks the core that decides in hundreds of small ways, one at a time, and sees for each whether a
// test goes red. What no test sees must be in test/mutate/survivors.json, with the reason why it is no defect.
// `npm run test:mutate -- --mutate src/quota/book.ts` for one file of it.
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** Histories of a run: enough to see a break, few enough for hundreds of runs. Always the same ones. */
const HISTORIES = { HEADROOM_HISTORIES: '40', HEADROOM_SEED: '20261101' };
const REPORT = new URL('../coverage/mutation.json', import.meta.url);
const SURVIVORS = new URL('../test/mutate/survivors.json', import.meta.url);

const RED = new Set(['Killed', 'Timeout']);
const SEEN_BY_NO_TEST = new Set(['Survived', 'NoCoverage']);

/** What was changed into what, by the text of its line: numbers of lines move. */
function* mutantsOf({ files }) {
  for (const [file, { source, mutants }] of Object.entries(files)) {
    const lines = source.split('\n');
    for (const { status, location, replacement } of mutants) {
      const { start, end } = location;
      const lastColumn = end.line === start.line ? end.column - 1 : undefined;
      const code = lines[start.line - 1].slice(start.column - 1, lastColumn);
      const line = lines[start.line - 1].trim();
      yield { status, place: `${file}:${start.line}`, file, line, code, becomes: replacement };
    }
  }
}

function isSame(one, other) {
  return ['file', 'line', 'code', 'becomes'].every((name) => one[name] === other[name]);
}

const { status } = spawnSync('stryker', ['run', ...process.argv.slice(2)], {
  env: { ...process.env, ...HISTORIES },
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

const mutants = [...mutantsOf(JSON.parse(await readFile(REPORT, 'utf8')))];
const known = JSON.parse(await readFile(SURVIVORS, 'utf8'));
const survivors = mutants.filter((mutant) => SEEN_BY_NO_TEST.has(mutant.status));
const unknown = survivors.filter((mutant) => !known.some((one) => isSame(one, mutant)));
for (const { place, line, code, becomes } of unknown) {
  console.log(`${place}: no test sees it when  ${code}  becomes  ${becomes}\n    ${line}`);
}
const red = mutants.filter((mutant) => RED.has(mutant.status)).length;
console.log(
  `${red + survivors.length} changes: ${red} red, ${survivors.length - unknown.length} known to be none, ${unknown.length} unseen.`,
);
if (unknown.length > 0) process.exitCode = 1;
