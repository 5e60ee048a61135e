import type pg from 'pg';
import { isRolling } from '../../quota/counter.js';
import { acceptanceFromJson } from '../invitations/acceptance-state.js';
import type { Counted, Drift } from './drift.js';
import type { OpenCounter, StateJson } from '../books/state.js';

/** What the books tell of a seat's invitations, counted plainly: flat lists, filtered at each question. */

interface Invitation {
  readonly at: number;
  readonly order: string;
  readonly count: number;
  readonly recipientId: string | null;
  readonly origin: string;
}

interface End {
  readonly at: number;
  readonly recipientId: string;
  readonly kind: string;
}

interface Books {
  readonly invitations: readonly Invitation[];
  readonly ends: readonly End[];
}

async function readBooks(client: pg.Client, agencyId: string, seatId: string): Promise<Books> {
  const charges = await client.query<{
    id: string;
    at: string;
    action: string;
    count: number;
    recipient_id: string | null;
    origin: string;
    voids: string | null;
  }>(
    `SELECT id, effective_at AS at, action, count, recipient_id, origin, voids FROM charge
     WHERE agency_id = $1 AND seat_id = $2 AND action IN ('CONNECTION_REQUEST', 'INVITATION_WITHDRAWAL')`,
    [agencyId, seatId],
  );
  const told = await client.query<{ at: string; recipient_id: string; kind: string }>(
    `SELECT occurred_at AS at, recipient_id, kind FROM engagement WHERE agency_id = $1 AND seat_id = $2
     UNION ALL
     SELECT connected_at, recipient_id, 'CONNECTED' FROM connection WHERE agency_id = $1 AND seat_id = $2`,
    [agencyId, seatId],
  );
  const voided = new Set(charges.rows.map(({ voids }) => voids));
  const standing = charges.rows.filter(({ id, voids }) => voids === null && !voided.has(id));
  const invitations = standing
    .filter(({ action, origin }) => action === 'CONNECTION_REQUEST' && origin !== 'OPENING')
    .map(({ id, at, count, recipient_id: recipientId, origin }) => {
      return { at: Number(at), order: id, count, recipientId, origin };
    });
  const withdrawals = standing.flatMap(({ action, at, recipient_id: recipientId }): End[] =>
    action === 'INVITATION_WITHDRAWAL' && recipientId !== null
      ? [{ at: Number(at), recipientId, kind: 'INVITATION_WITHDRAWN' }]
      : [],
  );
  const ends = told.rows.map(({ at, recipient_id: recipientId, kind }): End => {
    return { at: Number(at), recipientId, kind };
  });
  return { invitations, ends: [...withdrawals, ...ends] };
}

const ENDS = ['INVITATION_ACCEPTED', 'INVITATION_DECLINED', 'INVITATION_WITHDRAWN', 'CONNECTED'];
const ANSWERS = ['INVITATION_ACCEPTED', 'INVITATION_DECLINED', 'CONNECTED'];
const ACCEPTANCES = ['INVITATION_ACCEPTED', 'CONNECTED'];

/** An invitation with what came of it before the person was invited again. */
interface Story extends Invitation {
  readonly isNewest: boolean;
  /** The first of each kind of end since it was sent. */
  readonly ends: ReadonlyMap<string, number>;
}

function storiesOf({ invitations, ends }: Books): Story[] {
  const people = new Map<string, Invitation[]>();
  for (const one of invitations) {
    const name = one.recipientId ?? one.order;
    people.set(name, [...(people.get(name) ?? []), one]);
  }
  const endsOf = new Map<string, End[]>();
  for (const end of ends) endsOf.set(end.recipientId, [...(endsOf.get(end.recipientId) ?? []), end]);
  return [...people].flatMap(([name, ofPerson]) => {
    const inOrder = ofPerson.toSorted(
      (one, other) => one.at - other.at || (one.order < other.order ? -1 : 1),
    );
    return inOrder.map((one, index) => {
      const until = inOrder[index + 1]?.at ?? Infinity;
      const since = new Map<string, number>();
      for (const { at, kind } of endsOf.get(name) ?? []) {
        if (at >= one.at && at < until) since.set(kind, Math.min(since.get(kind) ?? at, at));
      }
      return { ...one, isNewest: index === inOrder.length - 1, ends: since };
    });
  });
}

interface CountAt {
  readonly at: number;
  readonly count: number;
}

/** What was taken out of the invitations to nobody in particular, by what still stands. */
async function readEnded(client: pg.Client, agencyId: string, seatId: string): Promise<CountAt[]> {
  const { rows } = await client.query<{ at: string; count: number }>(
    `SELECT sent_at AS at, count FROM invitation_end WHERE agency_id = $1 AND seat_id = $2
     AND ended_by NOT IN (SELECT voids FROM charge WHERE agency_id = $1 AND seat_id = $2 AND voids IS NOT NULL)`,
    [agencyId, seatId],
  );
  return rows.map(({ at, count }) => ({ at: Number(at), count }));
}

function leftOf(sent: readonly CountAt[], ended: readonly CountAt[]): CountAt[] {
  const sumAt = (all: readonly CountAt[], instant: number): number =>
    all.filter(({ at }) => at === instant).reduce((sum, { count }) => sum + count, 0);
  return [...new Set(sent.map(({ at }) => at))]
    .map((at) => ({ at, count: sumAt(sent, at) - sumAt(ended, at) }))
    .filter(({ count }) => count > 0);
}

/** What the seat had pending when it was added. */
interface Opening {
  readonly at: number;
  readonly count: number;
}

async function readOpening(client: pg.Client, agencyId: string, seatId: string): Promise<Opening> {
  const { rows } = await client.query<{ at: string; count: number }>(
    `SELECT created_at AS at, opening_pending_invitations AS count FROM seat WHERE agency_id = $1 AND id = $2`,
    [agencyId, seatId],
  );
  return { at: Number(rows[0]?.at), count: rows[0]?.count ?? 0 };
}

/** Those who answered, or were withdrawn, since the seat was added, and weren't invited between the two. */
function endedOf({ invitations, ends }: Books, { at }: Opening, named: ReadonlySet<string | null>): number {
  const ended = ends.filter((end) => {
    const again = invitations.some(
      (one) => one.recipientId === end.recipientId && one.at > at && one.at <= end.at,
    );
    const isOurs = end.kind === 'CONNECTED' ? named.has(end.recipientId) : ENDS.includes(end.kind);
    return end.at >= at && !again && isOurs;
  });
  return new Set(ended.map(({ recipientId }) => recipientId)).size;
}

export async function countPending(
  client: pg.Client,
  agencyId: string,
  { id: seatId }: { readonly id: string },
  { counter: { window }, tally }: OpenCounter,
): Promise<Counted> {
  const books = await readBooks(client, agencyId, seatId);
  const opening = await readOpening(client, agencyId, seatId);
  const life = window.kind === 'ROLLING' ? window.seconds * 1_000 : 0;
  const open = storiesOf(books).filter(
    ({ isNewest, ends }) => isNewest && !ENDS.some((kind) => ends.has(kind)),
  );
  const isAmong = ({ at, origin }: Invitation): boolean =>
    opening.count > 0 && origin === 'IMPORT' && at <= opening.at;
  const isNamed = (one: Invitation): boolean => isAmong(one) && one.at > opening.at - life;
  const named = new Set(books.invitations.filter(isNamed).map(({ recipientId }) => recipientId));
  const people = open.filter((one) => one.recipientId !== null && !isAmong(one));
  const listed = open.filter((one) => one.recipientId !== null && isNamed(one)).length;
  const left = opening.count - endedOf(books, opening, named);
  const nobodys = [
    ...open.filter(({ recipientId }) => recipientId === null),
    ...(opening.count > 0 ? [{ at: opening.at, count: Math.max(left, listed) }] : []),
  ];
  const ended = await readEnded(client, agencyId, seatId);
  const pending = [...people, ...leftOf(nobodys, ended)];
  const after = isRolling(tally) ? tally.tail : tally.start;
  const counted = pending.filter(({ at }) => at > after);
  const first = Math.min(...counted.map(({ at }) => at));
  return {
    used: counted.reduce((sum, { count }) => sum + count, 0),
    first: counted.length === 0 ? null : first,
  };
}

/** Whether what is kept of how a seat's invitations are taken is so at each end of each of its steps. */
export async function acceptanceDrift(
  client: pg.Client,
  agencyId: string,
  seatId: string,
  state: StateJson,
): Promise<Drift[]> {
  const kept = acceptanceFromJson(state);
  if (!kept) return [];
  const books = await readBooks(client, agencyId, seatId);
  const stories = storiesOf(books).filter(
    ({ recipientId, origin }) => recipientId !== null && origin !== 'IMPORT',
  );
  const numbers = numbersOf(kept.judgedBy);
  const what = `SEAT ${seatId} acceptance`;
  return kept.steps.flatMap(({ from, acceptance, judged, accepted }, index): Drift[] => {
    const until = kept.steps[index + 1]?.from ?? kept.until;
    if (from >= until) return [];
    const begins = plainly(stories, from, numbers);
    const ends = plainly(stories, until - 1, numbers);
    const keptText = `${acceptance} ${accepted} of ${judged}, ${acceptance} until ${until}`;
    const counted = `${begins.acceptance} ${begins.accepted} of ${begins.judged}, ${ends.acceptance} until ${until}`;
    return keptText === counted ? [] : [{ agencyId, what, kept: keptText, counted }];
  });
}

interface Numbers {
  readonly reach: number;
  readonly age: number;
  readonly fewest: number;
  readonly low: number;
  readonly tooLow: number;
  readonly stopFor: number;
}

function plainly(stories: readonly Story[], at: number, numbers: Numbers) {
  const now = rateAt(stories, at, numbers);
  if (!now.isTooLow) return { ...now, acceptance: now.isLow ? 'LOW' : 'FINE' };
  // It is stopped for some days from when it came to be too low; that changes where one is answered, comes of age or goes.
  const { stopFor, age, reach } = numbers;
  const changes = stories
    .flatMap((one) => [one.at + age, one.at + reach, ...ANSWERS.map((kind) => one.ends.get(kind) ?? -1)])
    .filter((change) => change > at - stopFor && change <= at);
  const wasFine = [at - stopFor, ...changes].some((change) => !rateAt(stories, change, numbers).isTooLow);
  return { ...now, acceptance: wasFine ? 'STOPPED' : 'SLOWED' };
}

function rateAt(stories: readonly Story[], at: number, numbers: Numbers) {
  const { reach, age, fewest, low, tooLow } = numbers;
  const hasEnd = (one: Story, kinds: readonly string[]): boolean =>
    kinds.some((kind) => (one.ends.get(kind) ?? Infinity) <= at);
  const judged = stories.filter(
    (one) => one.at <= at && at < one.at + reach && (at >= one.at + age || hasEnd(one, ANSWERS)),
  );
  const accepted = judged.filter((one) => hasEnd(one, ACCEPTANCES)).length;
  const percent = (accepted * 100) / judged.length;
  const isLow = judged.length >= fewest && percent < low;
  const isTold = judged.some((one) => hasEnd(one, ANSWERS));
  return { judged: judged.length, accepted, isLow, isTooLow: isLow && isTold && percent < tooLow };
}

/** Of what is kept: by which numbers it was judged. It counts only while they are those of the policy in force. */
function numbersOf(judgedBy: string): Numbers {
  const [reach = 0, age = 0, fewest = 0, low = 0, tooLow = 0, stopFor = 0] = judgedBy.split(',').map(Number);
  return { reach, age, fewest, low, tooLow, stopFor };
}
