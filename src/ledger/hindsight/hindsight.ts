import type { Ask } from '../../quota/ask.js';
import { POOLED_TIERS } from '../../quota/credit-days.js';
import { inOrderOfTime, personInHindsight, refusedInHindsight } from '../../quota/hindsight.js';
import type { PersonFacts } from '../../quota/person.js';
import { sees, seesWhole, type Viewer } from '../../tenancy/viewer.js';
import type { LedgerTransaction } from '../books/connection.js';
import { LongWork } from '../long-work.js';
import { ofOthersToo } from '../told/plan-at-desk.js';
import { CountersInHindsight } from './hindsight-counted.js';
import { readPursesInHindsight, type InMailAsked } from './hindsight-credits.js';
import { personAt, readPeopleOverTime } from './hindsight-people.js';
import { readSeatsInHindsight } from './hindsight-seats.js';
import type { PastAsk, UnaskedSendOf } from './past-ask.js';
import { campaignOfSeat } from '../reading/ended-campaigns.js';
import { clientAccountAt, type CampaignStanding, type Standing } from '../reading/standing.js';

/** Where the seats of some sends stand, and the campaigns of these that have ended, by campaignName(). */
interface SeatsStanding {
  readonly standings: readonly Standing[];
  readonly endedCampaigns: ReadonlyMap<string, CampaignStanding>;
}

/**
 * How many of some sends reserve would have refused, each at its own instant and in the order of time, as far as the ledger
 * knows of it. All that was sent counts, whether it would have been refused or not: so it happened. The rules that decide are
 * asked, of what was known by then; what is read for it is what the windows of these instants hold. Not judged, and so not
 * counted, is a send of a time at which the seat was a client account's that the viewer does not see: by what was refused then
 * it would tell what that one sent, and to whom.
 */
export async function countRefusedInHindsight(
  transaction: LedgerTransaction,
  viewer: Viewer,
  seatsStanding: SeatsStanding,
  sends: readonly UnaskedSendOf[],
): Promise<number> {
  const pasts = await inOrder(viewer, seatsStanding, sends);
  if (pasts.length === 0) return 0;
  const inMails = pasts.flatMap((past) => inMailOf(viewer, past) ?? []);
  const [seats, people, purses] = await Promise.all([
    readSeatsInHindsight(transaction, viewer, pasts),
    readPeople(transaction, viewer, pasts),
    readPursesInHindsight(transaction, inMails),
  ]);
  const asked = await new LongWork(viewer.agencyId).each(pasts, (past, index) => {
    const seat = seats.get(past.standing.seatId)!;
    // What others use up too would tell, by how many are over, what they had sent at any instant of the past.
    return { past, seat, ask: ofOthersToo(viewer, withPerson(seat.askAt(past), people[index]!), false) };
  });
  const counters = await CountersInHindsight.read(transaction, asked);
  const refused = await new LongWork(viewer.agencyId).each(asked, ({ past, seat, ask }) => {
    const { send, at, notYet } = past;
    const pending = (limit: Parameters<typeof seat.pendingAt>[0]) => seat.pendingAt(limit, at, notYet);
    const books = counters.booksAt(past, ask, pending, seat.outsideAt(past));
    const inMail = inMailOf(viewer, past);
    const purse = inMail && purses.at(inMail, notYet);
    return refusedInHindsight(send, { ...ask, credits: purse && { purse, holds: [] } }, books);
  });
  return refused.reduce((sum, count) => sum + count, 0);
}

function inOrder(
  viewer: Viewer,
  { standings, endedCampaigns }: SeatsStanding,
  sends: readonly UnaskedSendOf[],
): Promise<PastAsk[]> {
  const bySeat = new Map(standings.map((standing) => [standing.seatId, standing]));
  const known = sends.flatMap((send) => {
    const standing = bySeat.get(send.seatId);
    if (!standing) return [];
    const clientAccountId = clientAccountAt(standing, send.at);
    if (!sees(viewer, { ...send, clientAccountId })) return [];
    const campaign = campaignOfSeat({ endedCampaigns }, standing, send.campaignId);
    return [{ send, standing, campaign, at: send.at }];
  });
  return new LongWork(viewer.agencyId).each(inOrderOfTime(known), ({ sent, behind }) => {
    const notYet = new Set(behind.map(({ send }) => send.chargeId));
    return { ...sent, behind, notYet };
  });
}

function inMailOf(viewer: Viewer, { send, standing, at }: PastAsk): InMailAsked | null {
  const { action, clientAccountId } = send;
  if (action !== 'INMAIL') return null;
  const { agencyId, seatId, tier } = standing;
  if (POOLED_TIERS.includes(tier) && !seesWhole(viewer, clientAccountId)) return null;
  return { agencyId, seatId, clientAccountId, at };
}

/** To whom sends went, each as the person was known at its instant; null where nobody told. */
async function readPeople(
  transaction: LedgerTransaction,
  viewer: Viewer,
  pasts: readonly PastAsk[],
): Promise<(PersonFacts | null)[]> {
  const told = pasts.flatMap(({ send: { seatId, clientAccountId, recipientId }, at }, place) =>
    recipientId === null ? [] : [{ seatId, clientAccountId, recipientId, at, place }],
  );
  const read = await readPeopleOverTime(transaction, viewer.agencyId, told);
  const people = pasts.map((): PersonFacts | null => null);
  for (const [index, { place }] of told.entries()) {
    const { send, standing, at, notYet } = pasts[place]!;
    people[place] = personInHindsight(send.action, personAt(read[index]!, standing, at, notYet));
  }
  return people;
}

function withPerson(ask: Ask, person: PersonFacts | null): Ask {
  if (!person) return ask;
  const { hours } = ask;
  return { ...ask, person, ...(hours && { hours: { ...hours, isReply: person.isReply } }) };
}
