// `npm run check`: everything that can be judged without running the tests, one line each; what failed is shown at the
// end, all of it. `npm run fix`: whatever of it can be put right by itself.
import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const CHECKS = [
  {
    name: 'format',
    check: 'prettier --check --log-level warn .',
    fix: 'prettier --write --log-level warn .',
  },
  { name: 'lint', check: 'eslint --max-warnings 0 .', fix: 'eslint --fix .' },
  { name: 'types', check: 'tsc -p tsconfig.json' },
  { name: 'import rules', check: 'depcruise --config .dependency-cruiser.cjs src test bench scripts' },
  { name: 'unused code', check: 'knip' },
  {
    name: 'schema',
    check: 'node --import tsx scripts/print-schema.ts --check',
    fix: 'node --import tsx scripts/print-schema.ts',
  },
  { name: 'contract', check: 'node --import tsx scripts/check-contract.ts' },
  {
    name: 'roles',
    check: 'node --import tsx scripts/write-roles.ts --check',
    fix: 'node --import tsx scripts/write-roles.ts',
  },
];

/** Each takes one core for most of its time, and 1 GB at most. */
const CHECKS_AT_ONCE = 2;

/** Runs a command as npm would: from the root, with the programs of the packages on its path. */
function run(command) {
  return new Promise((resolve) => {
    const path = `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`;
    const child = spawn(command, { cwd: ROOT, env: { ...process.env, PATH: path }, shell: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => (output += text));
    }
    child.stdin.end();
    child.on('error', (error) => (output += error.message));
    child.on('close', (code) => resolve({ passed: code === 0, output }));
  });
}

async function report(name, command) {
  const startedAt = performance.now();
  const { passed, output } = await run(command);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name.padEnd(12)} ${seconds} s`);
  return { name, command, passed, output };
}

async function checkAll() {
  const results = new Map();
  // One queue for all: each takes the next when it is through with its last.
  const queue = CHECKS.values();
  const work = async () => {
    for (const { name, check } of queue) results.set(name, await report(name, check));
  };
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, work));

  const failures = CHECKS.map(({ name }) => results.get(name)).filter(({ passed }) => !passed);
  for (const { name, command, output } of failures) console.log(`\n${name}: ${command}\n${output.trimEnd()}`);
  console.log(`\n${CHECKS.length - failures.length} of ${CHECKS.length} checks passed.`);
  return failures.length === 0;
}

/** One after the other, the last first: what is written is linted then, and what is linted is formatted. */
async function fixAll() {
  let passed = true;
  for (const { name, fix } of CHECKS.filter((check) => check.fix).reverse()) {
    const result = await report(name, fix);
    if (!result.passed) console.log(`${result.output.trimEnd()}\n`);
    passed &&= result.passed;
  }
  return passed;
}

process.exitCode = (await (process.argv.includes('--fix') ? fixAll() : checkAll())) ? 0 : 1;
