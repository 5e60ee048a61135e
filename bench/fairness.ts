import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Served } from './served.js';

/** Whether an agency that asks far more than it may makes another one wait. */

const ROUNDS = 5;
const ROUND_MS = 3_000;
const FLOOD_IN_FLIGHT = 64;
/** One caller, who asks and thinks: as a person at the console, or a tool between two sends. */
const THINKS_MS = 5;
const ASK = 'query { seats(first: 5) { nodes { id holderName } } }';

/** What the bench needs of `demo --json`. */
interface Demo {
  readonly agencies: readonly { readonly keys: Readonly<Record<string, string>> }[];
}

interface Round {
  readonly waits: readonly number[];
  readonly refused: number;
}

/** Medians of one agency alone and beside a flood, round by round in turn, and what the flood was answered. */
export async function benchFairness(): Promise<void> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-fairness-'));
  const served = await Served.start(dataDirectory, { NODE_ENV: 'production' });
  try {
    const { agencies } = await served.command<Demo>('demo');
    const [busy = '', calm = ''] = agencies.map(({ keys }) => keys['OWNER'] ?? '');
    await measure(served, calm);
    const [alone, beside]: [Round[], Round[]] = [[], []];
    const flood = startFlood(served, busy);
    for (let round = 0; round < ROUNDS; round += 1) {
      alone.push(await measure(served, calm));
      flood.begin();
      // It has a burst to use up first.
      await pause(ROUND_MS);
      beside.push(await measure(served, calm));
      await flood.pause();
    }
    tell(alone, beside, flood.answered);
  } finally {
    await served.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

async function measure(served: Served, key: string): Promise<Round> {
  const waits: number[] = [];
  let refused = 0;
  for (const until = performance.now() + ROUND_MS; performance.now() < until;) {
    const before = performance.now();
    const status = await ask(served, key);
    waits.push(performance.now() - before);
    if (status !== 200) refused += 1;
    await pause(THINKS_MS);
  }
  return { waits, refused };
}

async function ask({ url }: Served, key: string): Promise<number> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query: ASK }),
  });
  await response.arrayBuffer();
  return response.status;
}

/** As fast as it gets answers, from as many callers. */
function startFlood(served: Served, key: string) {
  const answered = new Map<number, number>();
  let isOn = false;
  let callers: Promise<unknown> = Promise.resolve();
  const caller = async (): Promise<void> => {
    while (isOn) {
      const status = await ask(served, key);
      answered.set(status, (answered.get(status) ?? 0) + 1);
    }
  };
  return {
    answered,
    begin: (): void => {
      isOn = true;
      callers = Promise.all(Array.from({ length: FLOOD_IN_FLIGHT }, caller));
    },
    pause: async (): Promise<void> => {
      isOn = false;
      await callers;
    },
  };
}

function tell(
  alone: readonly Round[],
  beside: readonly Round[],
  answered: ReadonlyMap<number, number>,
): void {
  const figure = (rounds: readonly Round[], share: number): number =>
    quantile(
      rounds.map(({ waits }) => quantile(waits, share)),
      0.5,
    );
  for (const [name, share] of [
    ['median', 0.5],
    ['95th of a hundred', 0.95],
  ] as const) {
    const [one, other] = [figure(alone, share), figure(beside, share)];
    console.log(
      `${name}: ${one.toFixed(1)} ms alone, ${other.toFixed(1)} ms beside the flood: ${(other / one).toFixed(2)} ×`,
    );
  }
  const refused = [...alone, ...beside].reduce((sum, round) => sum + round.refused, 0);
  console.log(`refused to the agency beside it: ${refused}`);
  const told = [...answered].map(([status, count]) => `${count} × ${status}`).join(', ');
  console.log(`answered to the flood, ${FLOOD_IN_FLIGHT} in flight: ${told}`);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
