import { TooManyOpen } from '../../src/errors.js';
import { TURN_MS } from '../../src/ledger/long-work.js';
import type { AgencyScopes, SeatOfAgency } from '../../src/ledger/told/agency-scopes.js';
import type { AgencyHome } from '../../src/live/agency-feed.js';
import { AgencyUsage } from '../../src/live/agency-usage.js';
import type { UsageFilter } from '../../src/live/usage-scopes.js';
import { UsageSubscription } from '../../src/live/usage-subscription.js';
import type { Shares } from '../../src/tenancy/shares.js';
import { systemViewer } from '../../src/tenancy/viewer.js';
import { busy } from '../support/busy.js';
import { mostBetweenTurns } from '../support/turns.js';

const AGENCY_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const VIEWER = systemViewer(AGENCY_ID, 'test');
const EVERYTHING = { seatId: null, clientAccountId: null };
const MANY = 8;

/** Once it is due, an agency finds that it consists of four scopes with its own, of which nothing is known yet. */
function agencyOf(toldMax?: Shares) {
  const seats = new Map<string, SeatOfAgency>([
    ['seat one', { clientAccountId: 'one', status: 'ACTIVE' }],
    ['seat two', { clientAccountId: 'one', status: 'ACTIVE' }],
  ]);
  const scopes: AgencyScopes = { seats, clientAccountIds: new Set(['one']), campaigns: new Map() };
  const find = (revision: number): void => {
    const taken = agency.take();
    const book = { agencyId: AGENCY_ID, revision, turn: revision, lastAt: 0, alertSequence: 0 };
    const isKnown = taken.asked.knownRevision === revision;
    agency.found({ book, scopes: isKnown ? null : scopes, readings: new Map() }, taken);
  };
  let isDue = false;
  const nothing = (): void => undefined;
  const home: AgencyHome<AgencyUsage> = {
    ...{ later: nothing, cancel: nothing, wake: nothing, empty: nothing },
    due: () => {
      if (!isDue) setImmediate(() => ((isDue = false), find(1)));
      isDue = true;
    },
  };
  const agency = new AgencyUsage(AGENCY_ID, home, toldMax);
  const grow = (): void => {
    for (const id of ['seat three', 'seat four']) seats.set(id, { clientAccountId: 'one', status: 'ACTIVE' });
  };
  return { agency, find, grow };
}

const subscribeTo = ({ agency }: { agency: AgencyUsage }, filter: UsageFilter = EVERYTHING) =>
  agency.subscribe(VIEWER, filter, Promise.resolve());

afterEach(() => jest.restoreAllMocks());

describe('those who watch a large agency', () => {
  it('come, and are told of what there is anew, in turns with others', async () => {
    const watched = agencyOf();
    const setScopes = jest.spyOn(UsageSubscription.prototype, 'setScopes');
    const inTurns = (work: () => Promise<unknown>) =>
      mostBetweenTurns((took) => {
        setScopes.mockImplementation(() => {
          took();
          busy(TURN_MS);
        });
        return work();
      });
    const comeAtOnce = () => Promise.all(Array.from({ length: MANY }, () => subscribeTo(watched)));
    expect(await inTurns(comeAtOnce)).toBeLessThanOrEqual(2);
    expect(setScopes).toHaveBeenCalledTimes(MANY);
    const anew = async () => {
      watched.find(2);
      while (setScopes.mock.calls.length < 2 * MANY) await new Promise((resolve) => setImmediate(resolve));
    };
    expect(await inTurns(anew)).toBeLessThanOrEqual(2);
    watched.agency.close();
  });

  it('are told of so many scopes together, and no more, but of a single seat', async () => {
    const watched = agencyOf({ whole: 10, parts: 10, account: 10 });
    expect(await subscribeTo(watched)).not.toBeNull();
    const second = await subscribeTo(watched);
    await expect(subscribeTo(watched)).rejects.toThrow(TooManyOpen);
    expect(await subscribeTo(watched, { seatId: 'seat one', clientAccountId: null })).not.toBeNull();
    second?.end();
    expect(await subscribeTo(watched)).toMatchObject({ scopesCount: 4 });
    watched.agency.close();
  });

  it('are told of no more where there comes to be more of the agency', async () => {
    const watched = agencyOf({ whole: 10, parts: 10, account: 10 });
    const both = [await subscribeTo(watched), await subscribeTo(watched)];
    watched.grow();
    watched.find(2);
    while (both.some((one) => one?.scopesCount === 4)) await new Promise((resolve) => setImmediate(resolve));
    expect(both.map((one) => one?.scopesCount)).toEqual([6, 0]);
    await expect(both[1]!.next()).rejects.toThrow(TooManyOpen);
    watched.agency.close();
  });
});
