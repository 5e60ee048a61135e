import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { audit } from '../../src/ledger/audit/audit.js';
import { writeDocs } from '../docs.js';
import { Meter } from './counting.js';
import { describeMachine } from './machine.js';
import { markdownOf, tellResult } from './report.js';
import type { Measured, Result, Round } from './result.js';
import type { Bench, Plan, Scenario } from './scenario.js';
import { GRAPHQL } from './scenarios/graphql.js';
import { HOT_SEAT } from './scenarios/hot-seat.js';
import { IDLE } from './scenarios/idle.js';
import { MANY_SEATS } from './scenarios/many-seats.js';
import { OPEN_LOOP } from './scenarios/open-loop.js';
import { REFUSALS } from './scenarios/refused.js';
import { WINDOWS } from './scenarios/windows.js';

const PLANS: readonly Plan[] = [HOT_SEAT, MANY_SEATS, REFUSALS, WINDOWS, IDLE, OPEN_LOOP, GRAPHQL];

const WARM_UP_SECONDS = 0.5;
/**
 * Each contender runs once before any is measured: Node compiles then what is called often, and PostgreSQL's statistics
 * are taken of tables that are in use, as autovacuum would within the minute.
 */
const RUN_IN_SECONDS = 4;
/** All of it takes less, with the usual options; what has not begun by then is left out, and it is said. */
const MINUTES_MAX = 11;

interface Options {
  readonly plans: readonly Plan[];
  readonly rounds: number;
  readonly seconds: number;
  readonly json: boolean;
  readonly write: boolean;
}

/**
 * The ledger against others and against itself without what makes it fast: each scenario in rounds, its contenders in
 * turn, so that a ratio is of one and the same minute. The audit is clean after each scenario, or the run has failed.
 */
export async function benchLedger(words: readonly string[]): Promise<void> {
  const options = read(words);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-bench-'));
  const database = await openDatabase(parseConfig({ HEADROOM_DATA_DIR: dataDirectory }));
  const meter = await Meter.open(database.ownerUrl);
  try {
    await migrate(database.ownerUrl, database.appUrl);
    const machine = await describeMachine(dataDirectory, await meter.version());
    const results = await runAll({ ...database, dataDirectory }, meter, options);
    const shape = `${options.rounds} rounds of ${options.seconds} s each after ${WARM_UP_SECONDS} s of warming up`;
    const markdown = `${machine()} ${shape}.\n\n${results.map(markdownOf).join('\n\n')}`;
    if (options.write) await writeDocs('ledger', markdown);
    if (options.json) console.log(JSON.stringify({ machine: machine(), results }, null, 2));
  } finally {
    await meter.close();
    await database.close();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

function read(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      only: { type: 'string', default: PLANS.map(({ name }) => name).join(',') },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const names = values.only.split(',');
  const plans = PLANS.filter(({ name }) => names.includes(name));
  const unknown = names.filter((name) => !PLANS.some((plan) => plan.name === name));
  if (unknown.length > 0) {
    throw new Error(`--only takes ${PLANS.map(({ name }) => name).join(', ')}; not ${unknown.join(', ')}.`);
  }
  return { ...values, plans, rounds: Number(values.rounds), seconds: Number(values.seconds) };
}

async function runAll(bench: Bench, meter: Meter, options: Options): Promise<Result[]> {
  const endsAt = performance.now() + MINUTES_MAX * 60_000;
  const results: Result[] = [];
  for (const plan of options.plans) {
    if (performance.now() > endsAt) {
      console.error(`${plan.name} is left out: ${MINUTES_MAX} minutes are over.`);
      continue;
    }
    const result = await runOne(bench, meter, plan, options);
    tellResult(result, options.json);
    results.push(result);
  }
  return results;
}

async function runOne(bench: Bench, meter: Meter, plan: Plan, options: Options): Promise<Result> {
  console.error(`${plan.name}: ${plan.title}…`);
  const scenario = await plan.open(bench);
  try {
    await scenario.prepare?.();
    for (const contender of scenario.contenders) {
      await contender.measure({ warmUpSeconds: 0, seconds: RUN_IN_SECONDS });
    }
    await meter.analyze();
    const measured = await measureInTurn(scenario, meter, options);
    const { targets, leftOut } = scenario;
    const seen = (await scenario.check?.()) ?? null;
    return { ...plan, measured, targets, leftOut, seen, audit: await auditClean(bench) };
  } finally {
    await scenario.close();
  }
}

/** Each round begins with another contender, so that none is always measured behind the same one. */
async function measureInTurn(
  { contenders }: Scenario,
  meter: Meter,
  { rounds, seconds }: Options,
): Promise<Measured[]> {
  const measured = contenders.map((): Round[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const index = (round + turn) % contenders.length;
      const work = () => contenders[index]!.measure({ warmUpSeconds: WARM_UP_SECONDS, seconds });
      const { result, cost } = await meter.costOf(work);
      measured[index]!.push({ ...result, ...cost });
    }
  }
  return contenders.map(({ name, note }, index) => ({
    contender: name,
    note: note ?? null,
    rounds: measured[index]!,
  }));
}

async function auditClean({ appUrl }: Bench): Promise<string> {
  const { agencies, counters, drift } = await audit(appUrl);
  if (drift.length > 0) throw new Error(`The audit found drift: ${JSON.stringify(drift.slice(0, 3))}`);
  return `${agencies} agencies, ${counters.toLocaleString('en')} counters, no drift`;
}
