import { endOf, peopleOf } from '../../src/quota/invited-past.js';
import fc from 'fast-check';
import { pendingCounter } from '../../src/quota/counter.js';
import type { PastEnd, PastInvitation, PastWithdrawal } from '../../src/quota/invited-past.js';
import { PendingPast, type InvitationsPast } from '../../src/quota/pending-past.js';
import type { Instant } from '../../src/quota/window.js';

const LAPSE_MS = 10_000;
const GAUGE = pendingCounter(LAPSE_MS / 1_000);
const NOTHING = new Set<string>();
const NO_PAST: InvitationsPast = {
  ...{ invitations: [], ends: [], withdrawals: [], opening: { at: 0, count: 0 } },
};

/** What was known at an instant, as flat lists. */
function knownPlainly(past: InvitationsPast, at: Instant, notYet: ReadonlySet<string>): InvitationsPast {
  const known = <One extends { at: Instant; chargeId: string | null }>(all: readonly One[]): One[] =>
    all.filter((one) => one.at <= at && (one.chargeId === null || !notYet.has(one.chargeId)));
  const { invitations, ends, withdrawals, opening } = past;
  return {
    ...{ invitations: known(invitations), ends: known(ends), withdrawals: known(withdrawals) },
    opening: opening.at <= at ? opening : { ...opening, count: 0 },
  };
}

/** Each person's newest invitation, unless something ended it since. */
function openPlainly({ invitations, ends }: InvitationsPast): PastInvitation[] {
  return invitations.filter(
    (one) =>
      one.personId !== null &&
      !invitations.some((other) => other.personId === one.personId && isLater(other, one)) &&
      !ends.some((end) => end.personId === one.personId && end.at >= one.at),
  );
}

function isLater(other: PastInvitation, one: PastInvitation): boolean {
  return other.at > one.at || (other.at === one.at && other.chargeId > one.chargeId);
}

function sumOf(all: readonly { count: number }[]): number {
  return all.reduce((sum, { count }) => sum + count, 0);
}

/** Of the number at the seat's adding: without those who ended one since and weren't invited since, but all who are named. */
function openingPlainly(known: InvitationsPast, isNamed: (one: PastInvitation) => boolean): number {
  const { invitations, ends, withdrawals, opening } = known;
  const ended = ends.filter(({ personId, at, isConnection }) => {
    const mine = invitations.filter((one) => one.personId === personId);
    const again = mine.some((one) => one.at > opening.at && one.at <= at);
    return at >= opening.at && !again && (!isConnection || mine.some(isNamed));
  });
  const left = opening.count - new Set(ended.map(({ personId }) => personId)).size;
  const listed = openPlainly(known).filter(isNamed).length;
  const withdrawn = sumOf(withdrawals.filter(({ sentAt }) => sentAt === opening.at));
  return Math.max(0, Math.max(left, listed) - withdrawn);
}

/** Plainly: people by their newest invitation, what is of nobody until it lapses or is withdrawn, and the number of before. */
function pendingPlainly(past: InvitationsPast, at: Instant, notYet: ReadonlySet<string>): number {
  const known = knownPlainly(past, at, notYet);
  const { invitations, withdrawals, opening } = known;
  const isAlive = (one: { readonly at: Instant }): boolean => one.at > at - LAPSE_MS;
  const isAmong = (one: PastInvitation): boolean =>
    opening.count > 0 && one.isArchived && one.at <= opening.at;
  const isNamed = (one: PastInvitation): boolean => isAmong(one) && one.at > opening.at - LAPSE_MS;
  const people = openPlainly(known).filter((one) => isAlive(one) && !isAmong(one)).length;
  const nobodys = invitations.filter((one) => one.personId === null && isAlive(one));
  const withdrawn = withdrawals.filter(({ sentAt }) => nobodys.some((one) => one.at === sentAt));
  const number = opening.count > 0 && isAlive(opening) ? openingPlainly(known, isNamed) : 0;
  return people + sumOf(nobodys) - sumOf(withdrawn) + number;
}

function used(past: PendingPast, at: Instant, notYet: ReadonlySet<string> = NOTHING): number {
  return past.tallyAt(at, notYet).used;
}

const sentTo = (personId: string | null, at: Instant, more: Partial<PastInvitation> = {}): PastInvitation => {
  return { chargeId: `${personId} ${at}`, personId, at, count: 1, isArchived: false, ...more };
};
const answeredBy = (personId: string, at: Instant, more: Partial<PastEnd> = {}): PastEnd => {
  return { chargeId: null, personId, at, isConnection: false, ...more };
};

describe('PendingPast', () => {
  it('lets an invitation go with its answer, with a withdrawal, and when it lapses', () => {
    const invitations = ['a', 'b', 'c'].map((personId) => sentTo(personId, 0));
    const ends = [answeredBy('a', 5), answeredBy('b', 7, { chargeId: 'w' })];
    const past = new PendingPast(GAUGE, { ...NO_PAST, invitations, ends });
    expect([-1, 0, 4, 5, 7, LAPSE_MS - 1, LAPSE_MS].map((at) => used(past, at))).toEqual([
      0, 3, 3, 2, 1, 1, 0,
    ]);
  });

  it('has one of a person at most, and sees nothing of what was sent only behind it', () => {
    const invitations = [
      sentTo('a', 0),
      sentTo('a', 9_000, { chargeId: 'again' }),
      sentTo(null, 9_000, { chargeId: 'some', count: 4 }),
    ];
    const past = new PendingPast(GAUGE, { ...NO_PAST, invitations });
    expect(used(past, 9_000)).toBe(5);
    expect(used(past, 9_000, new Set(['some']))).toBe(1);
    expect(used(past, 9_000, new Set(['again', 'some']))).toBe(1);
    expect(used(past, LAPSE_MS)).toBe(5);
  });

  it('lets those go that were withdrawn without a name', () => {
    const invitations = [sentTo(null, 0, { count: 4 }), sentTo(null, 100, { count: 2 })];
    const withdrawals = [
      { chargeId: 'w', at: 500, sentAt: 0, count: 3 },
      { chargeId: 'w', at: 500, sentAt: 100, count: 1 },
    ];
    const past = new PendingPast(GAUGE, { ...NO_PAST, invitations, withdrawals });
    expect([499, 500, LAPSE_MS, LAPSE_MS + 100].map((at) => used(past, at))).toEqual([6, 2, 1, 0]);
    expect(used(past, 500, new Set(['w']))).toBe(6);
  });

  it('lowers the number at the adding by whoever answers, or is withdrawn, since', () => {
    const opening = { at: 1_000, count: 700 };
    const ends = [answeredBy('nobody knew', 2_000), answeredBy('later', 3_000, { chargeId: 'w' })];
    const withdrawals = [{ chargeId: 'two', at: 4_000, sentAt: 1_000, count: 2 }];
    const past = new PendingPast(GAUGE, { ...NO_PAST, ends, withdrawals, opening });
    expect([999, 1_000, 2_000, 3_000, 4_000, 1_000 + LAPSE_MS].map((at) => used(past, at))).toEqual([
      0, 700, 699, 698, 696, 0,
    ]);
    expect(used(past, 3_000, new Set(['w']))).toBe(699);
  });

  it('counts whom an archive names among the number', () => {
    const opening = { at: 1_000, count: 1 };
    const invitations = ['a', 'b'].map((personId) => sentTo(personId, 500, { isArchived: true }));
    const ends = [answeredBy('a', 2_000, { isConnection: true })];
    const past = new PendingPast(GAUGE, { ...NO_PAST, invitations, ends, opening });
    expect([999, 1_000, 2_000].map((at) => used(past, at))).toEqual([2, 2, 1]);
  });

  it('is what plain counting says, at any instant', () => {
    let withNumber = 0;
    const at = fc.integer({ min: 0, max: 60 }).map((step) => step * 500);
    const personId = fc.constantFrom('a', 'b', 'c', 'd');
    const sends = fc.array(
      fc.record({ person: fc.option(personId), at, count: fc.nat(3), isArchived: fc.boolean() }),
      {
        maxLength: 10,
      },
    );
    const answers = fc.array(fc.record({ personId, at, kind: fc.nat(2) }), { maxLength: 6 });
    const takings = fc.array(fc.record({ of: fc.nat(9), after: fc.nat(8), count: fc.nat(3) }), {
      maxLength: 4,
    });
    const opening = fc.record({ at, count: fc.nat(4) });
    fc.assert(
      fc.property(
        sends,
        answers,
        takings,
        opening,
        at,
        fc.array(fc.nat(9)),
        (drawn, ended, taken, number, now, later) => {
          const invitations = drawn
            .filter((one) => one.person !== null || one.at !== number.at)
            .map(({ person, count, ...one }, index) =>
              sentTo(person, one.at, {
                chargeId: `i${index}`,
                ...(person === null ? { count: count + 1 } : { isArchived: one.isArchived }),
              }),
            );
          const ends = ended.map(({ kind, ...one }, index) =>
            answeredBy(one.personId, one.at, {
              chargeId: kind === 1 ? `e${index}` : null,
              isConnection:
                kind === 2 &&
                ended.findIndex((other) => other.kind === 2 && other.personId === one.personId) === index,
            }),
          );
          const withdrawals = takenOf(taken, invitations, number);
          const past = { invitations, ends, withdrawals, opening: number };
          const ofNow = [...invitations, ...ends, ...withdrawals].filter((one) => one.at === now);
          const notYet = withTakers(
            new Set(later.flatMap((index) => ofNow[index]?.chargeId ?? [])),
            past,
            now,
          );
          const counted = pendingPlainly(past, now, notYet);
          expect(used(new PendingPast(GAUGE, past), now, notYet)).toBe(counted);
          if (number.count > 0 && counted > 0) withNumber += 1;
        },
      ),
      { numRuns: 2_000 },
    );
    expect(withNumber).toBeGreaterThan(400);
  });
});

/** What takes an invitation of this very instant was written behind it: it is not known before that one is. */
function withTakers(
  notYet: ReadonlySet<string>,
  { invitations, withdrawals }: InvitationsPast,
  now: Instant,
): ReadonlySet<string> {
  const isLate = invitations.some(
    (one) => one.personId === null && one.at === now && notYet.has(one.chargeId),
  );
  const takers = withdrawals.filter((one) => one.sentAt === now && one.at === now);
  return new Set([...notYet, ...(isLate ? takers.map(({ chargeId }) => chargeId) : [])]);
}

/** Withdrawals that take no more than there is, of the number or of what was sent to nobody. */
function takenOf(
  taken: readonly { of: number; after: number; count: number }[],
  invitations: readonly PastInvitation[],
  opening: InvitationsPast['opening'],
): PastWithdrawal[] {
  const left = new Map([[opening.at, opening.count]]);
  for (const { personId, at, count } of invitations) {
    if (personId === null) left.set(at, (left.get(at) ?? 0) + count);
  }
  return taken.flatMap(({ of, after, count: asked }, index) => {
    const sentAt = [...left.keys()][of % left.size]!;
    const count = Math.min(asked, left.get(sentAt)!);
    left.set(sentAt, left.get(sentAt)! - count);
    const at = sentAt + after * 500;
    return count > 0 && at < sentAt + LAPSE_MS ? [{ chargeId: `w${index}`, at, sentAt, count }] : [];
  });
}

it('finds the first end of very many, in whatever order they were told', () => {
  const times = Array.from({ length: 200_000 }, (_, index) => (index * 7_919) % 200_000);
  const ends = times.map((at) => ({ chargeId: null, personId: 'p', at: at * 2, isConnection: false }));
  const sent = (at: number) => ({ chargeId: 'c', personId: 'p', at, count: 1, isArchived: false });
  const person = peopleOf([], ends).get('p')!;
  const found = [0, 1, 2, 199_999, 399_998, 399_999].map((at) => endOf(sent(at), person));
  expect(found).toEqual([0, 2, 2, 200_000, 399_998, Infinity]);
});

it('looks a person’s history up by halves, however long it is', () => {
  let looked = 0;
  const stepped = <One extends { readonly at: Instant }>(one: One): One =>
    Object.defineProperty({ ...one }, 'at', {
      get: () => {
        looked += 1;
        return one.at;
      },
    });
  const times = Array.from({ length: 5_000 }, (_, index) => index * 10);
  const archived = { at: 20_000, count: 5 };
  const invitations = times.map((at) => stepped(sentTo('a', at, { isArchived: at < 10_000 })));
  const ends = times.map((at) => stepped(answeredBy('a', at + 5, { chargeId: `e${at}` })));
  const past = new PendingPast(GAUGE, { ...NO_PAST, invitations, ends, opening: archived });
  looked = 0;
  const counted = times.map((at) => used(past, at, new Set([`a ${at}`])));
  expect(looked / times.length).toBeLessThan(200);
  expect(counted.slice(1_999, 2_002)).toEqual([0, 5, 4]);
});
