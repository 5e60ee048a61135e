import { openOffices } from '../../office.js';
import { contender, holdAndRelease, openLedger, recordViews, reserve } from '../asking.js';
import type { Bench, Plan, Scenario } from '../scenario.js';

const IN_FLIGHT = 64;
/** As many as the policy allows in 24 hours, a minute apart. */
const VIEWS = 80;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SHARE_REFUSED = 0.95;
const ALLOWED = 'all allowed';
const REFUSED = '95 % refused';

/** A refusal looks ahead, at what has to leave the window; allowing does not. */
export const REFUSALS: Plan = {
  name: 'refused',
  title: 'one agency, 64 in flight, all allowed and 95 % refused',
  async open({ appUrl }: Bench): Promise<Scenario> {
    const [calm, refusing] = await openOffices(appUrl, 2, 2);
    if (!calm || !refusing) throw new Error('Two offices were opened.');
    const [full, free] = refusing.seatIds;
    if (full === undefined || free === undefined) throw new Error('An office has two seats.');
    const ledger = openLedger(appUrl);
    const now = Date.now();
    const instants = Array.from({ length: VIEWS }, (_, index) => now - (index + 1) * MINUTE_MS);
    await recordViews(ledger, refusing.viewer, full, instants);
    // The oldest leaves first, exactly 24 hours after it was made: then there is room for one.
    const retryAt = now - VIEWS * MINUTE_MS + DAY_MS;
    let looked = 0;
    const ask = async (): Promise<void> => {
      const decision = await reserve(ledger, refusing.viewer, full);
      looked += 1;
      if (decision.outcome !== 'DENIED' || decision.retryAt !== retryAt) {
        throw new Error(`Refused until ${retryAt}, not ${decision.outcome} until ${decision.retryAt}.`);
      }
    };
    const allowed = contender(ALLOWED, IN_FLIGHT, (timed) => holdAndRelease(ledger, calm, timed));
    const refused = contender(REFUSED, IN_FLIGHT, (timed) =>
      Math.random() < SHARE_REFUSED
        ? timed(ask())
        : holdAndRelease(ledger, { ...refusing, seatIds: [free] }, timed),
    );
    return {
      contenders: [allowed, refused],
      targets: [{ of: REFUSED, against: ALLOWED, figure: 'perSecond', least: 1 }],
      leftOut: [],
      check: () => `${looked} refusals, each with its exact retryAt`,
      close: () => ledger.close(),
    };
  },
};
