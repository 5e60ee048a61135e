import { open } from 'node:fs/promises';
import { cpus, loadavg, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { median } from './measure.js';

const FLUSHES = 50;
const BYTES = Buffer.alloc(8_192);

/** What a run was measured on, as a sentence to be asked for when it is over. */
export async function describeMachine(folder: string, postgresVersion: string): Promise<() => string> {
  const flushMs = await flushTime(folder);
  const [before = 0] = loadavg();
  return () => {
    const all = cpus();
    const gigabytes = Math.round(totalmem() / 1_024 ** 3);
    const [after = 0] = loadavg();
    const day = new Date().toISOString().slice(0, 10);
    return [
      `${day}: ${all.length} × ${all[0]?.model.trim() ?? 'an unknown processor'}, ${gigabytes} GB, ${type()},`,
      `Node ${process.versions.node}, PostgreSQL ${postgresVersion}; a flush to disk takes ${flushMs.toFixed(1)} ms;`,
      `load ${before.toFixed(1)} before and ${after.toFixed(1)} after, the bench's own included.`,
    ].join(' ');
  };
}

/** How long a write takes until it is on the disk: what each commit waits for. */
async function flushTime(folder: string): Promise<number> {
  const file = await open(join(folder, 'flush'), 'w');
  const times: number[] = [];
  for (let flush = 0; flush < FLUSHES; flush += 1) {
    const start = performance.now();
    await file.write(BYTES, 0, BYTES.length, 0);
    await file.datasync();
    times.push(performance.now() - start);
  }
  await file.close();
  return median(times);
}
