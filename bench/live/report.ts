import { writeDocs } from '../docs.js';

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

export function tellLive(figures: LiveFigures): void {
  console.table(rowsOf(figures));
}

export function writeLive(machine: string, figures: LiveFigures): Promise<void> {
  const rows = Object.entries(rowsOf(figures)).map(([what, figure]) => `| ${what} | ${figure} |`);
  const table = ['| what | figure |', '| --- | ---: |', ...rows].join('\n');
  return writeDocs('live', `${machine}\n\n${table}`);
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
