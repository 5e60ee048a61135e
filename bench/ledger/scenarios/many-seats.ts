import { randomUUID } from 'node:crypto';
import { NaiveService, type NaivePlace } from '../naive.js';
import { openOffices, type Office } from '../../office.js';
import { askAboutEach, contender, holdAndRelease, openLedger } from '../asking.js';
import { pick } from '../measure.js';
import type { Bench, Plan, Scenario } from '../scenario.js';

const AGENCIES = 200;
const SEATS_EACH = 10;
const IN_FLIGHT = 512;
const PEOPLE = 500;
const OURS = 'Headroom';
const ALONE = 'Headroom, one a transaction';
const NAIVE = 'TypeORM: lock, count, insert';

/** Callers want any of very many seats. */
export const MANY_SEATS: Plan = {
  name: 'many-seats',
  title: '2,000 seats of 200 agencies, 512 in flight',
  async open({ appUrl, ownerUrl }: Bench): Promise<Scenario> {
    const offices = await openOffices(appUrl, AGENCIES, SEATS_EACH);
    const ledger = openLedger(appUrl);
    const alone = openLedger(appUrl, 1);
    for (const one of [ledger, alone]) await askAboutEach(one, offices);
    const places = offices.flatMap(placesOf);
    const naive = await NaiveService.open(ownerUrl, places);
    return {
      contenders: [
        contender(OURS, IN_FLIGHT, (timed) => holdAndRelease(ledger, pick(offices), timed)),
        contender(ALONE, IN_FLIGHT, (timed) => holdAndRelease(alone, pick(offices), timed)),
        contender(
          NAIVE,
          IN_FLIGHT,
          async (timed) => {
            const person = String(Math.floor(Math.random() * PEOPLE));
            const id = await timed(naive.reserve(pick(places), person, randomUUID()));
            await timed(naive.release(id));
          },
          'no retryAt, time zones, audit',
        ),
      ],
      targets: [
        { of: OURS, against: ALONE, figure: 'perSecond', least: 8 },
        { of: OURS, against: NAIVE, figure: 'perSecond', least: 30 },
      ],
      leftOut: [],
      close: async () => {
        await Promise.all([ledger.close(), alone.close(), naive.close()]);
      },
    };
  },
};

function placesOf({ viewer, clientAccountId, seatIds }: Office): NaivePlace[] {
  return seatIds.map((seatId) => ({ agencyId: viewer.agencyId, clientAccountId, seatId }));
}
