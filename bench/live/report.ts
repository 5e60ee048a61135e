import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** What a run found. */
export interface LiveFigures {
  readonly idle: number;
  readonly active: number;
  readonly bytesEach: number;
  readonly decisionsASecond: number;
  readonly eventsASecond: number;
  /** From the instant of a decision until a subscriber has it; endless where it never came. */
  readonly usageMs: readonly number[];
  readonly alertMs: readonly number[];
  readonly alertsRaised: number;
  readonly alertsLost: number;
  readonly closed: number;
}

const DOCS = resolve('docs/benchmarks.md');
const BEGIN = '<!-- What follows is written by `npm run bench -- live --write`. -->';
const END = '<!-- Here the live figures end. -->';

export function tellLive(figures: LiveFigures): void {
  console.table(rowsOf(figures));
}

/** Puts the table into docs/benchmarks.md, in the place of the one that was there. */
export async function writeLive(machine: string, figures: LiveFigures): Promise<void> {
  const text = await readFile(DOCS, 'utf8');
  const [before, rest = ''] = text.split(BEGIN);
  const [, after] = rest.split(END);
  if (before === undefined || after === undefined) throw new Error(`${DOCS} has no place for the table.`);
  const rows = Object.entries(rowsOf(figures)).map(([what, figure]) => `| ${what} | ${figure} |`);
  const table = ['| what | figure |', '| --- | ---: |', ...rows].join('\n');
  const style = await resolveConfig(DOCS);
  const written = `${before}${BEGIN}\n\n${machine}\n\n${table}\n\n${END}${after}`;
  await writeFile(DOCS, await format(written, { ...style, parser: 'markdown' }));
}

function rowsOf(figures: LiveFigures): Record<string, string> {
  const { idle, active, bytesEach, decisionsASecond, eventsASecond, usageMs, alertMs } = figures;
  const never = usageMs.filter((time) => time === Infinity).length;
  return {
    'idle and active subscribers': `${idle} and ${active}`,
    'memory of an idle subscription, its socket included': `${Math.round(bytesEach / 1_024)} KiB`,
    'decisions a second': decisionsASecond.toFixed(0),
    'events a second': eventsASecond.toFixed(0),
    'decision to subscriber, usage: p50, p99': percentiles(usageMs),
    'decision to subscriber, alerts: p50, p99': percentiles(alertMs),
    'decisions whose usage never came': String(never),
    'alerts raised, lost': `${figures.alertsRaised}, ${figures.alertsLost}`,
    'sockets that were closed': String(figures.closed),
  };
}

function percentiles(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return [at(0.5), at(0.99)].map((time) => (time === undefined ? 'none' : `${time} ms`)).join(', ');
}
