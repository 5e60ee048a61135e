import { openOffices, type Office } from '../../office.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { holdAndRelease, openLedger } from '../asking.js';
import { openLoop } from '../measure.js';
import type { Bench, Contender, Plan, Scenario } from '../scenario.js';

/** Pairs of a hold and a release that come due in a second, however long those before them take. */
const RATES = [20, 100, 300];

/** Requests come when they are due, as they do from the outside: latency is from then. */
export const OPEN_LOOP: Plan = {
  name: 'open-loop',
  title: 'one seat, requests at a fixed rate',
  async open({ appUrl }: Bench): Promise<Scenario> {
    const [office] = await openOffices(appUrl, 1, 1);
    if (!office) throw new Error('An office was opened.');
    const ledger = openLedger(appUrl);
    const alone = openLedger(appUrl, 1);
    const [lowest = 0] = RATES;
    return {
      contenders: [
        ...RATES.map((rate) => atRate('Headroom', ledger, office, rate)),
        atRate('Headroom, one a transaction', alone, office, lowest),
      ],
      targets: [],
      leftOut: [],
      close: async () => {
        await Promise.all([ledger.close(), alone.close()]);
      },
    };
  },
};

function atRate(name: string, ledger: Ledger, office: Office, pairs: number): Contender {
  return {
    name: `${name}, ${2 * pairs} a second`,
    measure: (span) =>
      openLoop((timed) => holdAndRelease(ledger, office, timed), { ...span, perSecond: pairs }),
  };
}
