/** `npm run bench -- NAME`: ratios within one run, medians of interleaved rounds, the audit clean afterwards. */
import { benchFairness } from './fairness.js';
import { benchImport } from './import.js';
import { benchLedger } from './ledger/index.js';
import { benchProspects } from './prospects.js';
import { benchLive } from './live/index.js';

const BENCHES: Readonly<Record<string, (options: readonly string[]) => Promise<void>>> = {
  ledger: benchLedger,
  import: benchImport,
  fairness: benchFairness,
  prospects: benchProspects,
  live: benchLive,
};

const [name = '', ...options] = process.argv.slice(2);
const bench = BENCHES[name];
if (!bench) {
  console.error(`Usage: npm run bench -- ${Object.keys(BENCHES).join('|')}`);
  console.error('Of live: [--idle 10000] [--active 1000] [--seconds 20] [--rate 500] [--write]');
  console.error('Of live rival, which is beside two servers of GraphQL Yoga, one of which dies:');
  console.error('  [--listeners 200] [--seconds 20] [--rate 20]');
  console.error('Of ledger: [--only hot-seat,idle] [--rounds 5] [--seconds 3] [--json] [--write]');
  process.exit(1);
}
await bench(options);
