import type { Ask, States } from '../../src/quota/ask.js';
import type { Scope } from '../../src/quota/counter.js';
import { coreLimits, oracleLimits, type BothBooks } from './history-limits.js';
import { seatFacts } from './history-seat.js';
import type { SeatPlaces } from './history-places.js';
import { SEATS, type LimitSpec, type RequestSpec, type Stop } from './history.js';
import type { OfSeat, OracleLimit } from './oracle.js';
import { scopeName } from './world.js';

/** A request as the core and as the oracle are asked. */
interface Question {
  readonly ask: Ask;
  readonly concerned: readonly OracleLimit[];
  readonly ofSeat: OfSeat;
}

/** A request with what it is judged by, in both. */
export function questionOf(
  specs: readonly LimitSpec[],
  request: RequestSpec,
  stop: Stop | null,
  books: BothBooks,
): Question {
  const { action, noted, isReply } = request;
  const scopes = scopesOf(request, books.places);
  const [seat] = SEATS[request.seat]!;
  const facts = seatFacts(books.oracle.seat(scopeName(seat)), books.world.ledger(seat).zones, isReply);
  const limits = coreLimits(specs, scopes, books);
  const names = scopes.map(scopeName);
  return {
    ask: { action, noted, history: 'DECLARED', states: statesWith(stop), limits, ...facts },
    concerned: oracleLimits(specs).filter(
      ({ scope, counted }) =>
        names.includes(scope) && counted.actions.includes(action) && (noted || !counted.onlyWithNote),
    ),
    ofSeat: { seat: scopeName(seat), action, isReply },
  };
}

export function scopesOf({ seat, ofCampaign }: RequestSpec, places: SeatPlaces): Scope[] {
  return places.of(seat).slice(0, ofCampaign ? 4 : 3);
}

function statesWith(stop: Stop | null): States {
  return {
    seatPaused: stop === 'SEAT_PAUSED',
    holderAgreed: stop !== 'HOLDER_NOT_AGREED',
    clientAccountStatus: stop === 'CLIENT_ACCOUNT_PAUSED' ? 'PAUSED' : 'ACTIVE',
    campaignStatus: stop === 'CAMPAIGN_PAUSED' ? 'PAUSED' : 'RUNNING',
  };
}
