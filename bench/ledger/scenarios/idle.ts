import { openOffices } from '../../office.js';
import { contender, holdAndRelease, openLedger } from '../asking.js';
import type { Bench, Plan, Scenario } from '../scenario.js';

const OURS = 'Headroom';
const ALONE = 'Headroom, one a transaction';
/** There is no timer: what can be seen is noise. */
const NOTHING = 1.1;

/** One caller on a server that has nothing else to do. */
export const IDLE: Plan = {
  name: 'idle',
  title: 'one caller on an idle ledger',
  async open({ appUrl }: Bench): Promise<Scenario> {
    const [office] = await openOffices(appUrl, 1, 1);
    if (!office) throw new Error('An office was opened.');
    const ledger = openLedger(appUrl);
    const alone = openLedger(appUrl, 1);
    return {
      contenders: [
        contender(OURS, 1, (timed) => holdAndRelease(ledger, office, timed)),
        contender(ALONE, 1, (timed) => holdAndRelease(alone, office, timed)),
      ],
      targets: [{ of: OURS, against: ALONE, figure: 'p50Ms', most: NOTHING }],
      leftOut: [],
      close: async () => {
        await Promise.all([ledger.close(), alone.close()]);
      },
    };
  },
};
