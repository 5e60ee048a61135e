import fc from 'fast-check';
import { pendingCounter } from '../../src/quota/counter.js';
import { PendingPast, type PastEnd, type PastInvitation } from '../../src/quota/pending-past.js';
import type { Instant } from '../../src/quota/window.js';

const LAPSE_MS = 10_000;
const GAUGE = pendingCounter(LAPSE_MS / 1_000);
const NOTHING = new Set<string>();

/** Plainly: each person's newest invitation, unless something ended it since; what is of nobody, until it lapses. */
function pendingPlainly(
  invitations: readonly PastInvitation[],
  ends: readonly PastEnd[],
  at: Instant,
  notYet: ReadonlySet<string>,
): number {
  const sent = invitations.filter((one) => one.at <= at && !notYet.has(one.chargeId));
  const known = ends.filter((one) => one.at <= at && (one.chargeId === null || !notYet.has(one.chargeId)));
  const isOpen = (one: PastInvitation): boolean => one.at > at - LAPSE_MS;
  let pending = 0;
  for (const one of sent) if (one.personId === null && isOpen(one)) pending += one.count;
  for (const personId of new Set(sent.flatMap((one) => one.personId ?? []))) {
    const newest = Math.max(...sent.filter((one) => one.personId === personId).map((one) => one.at));
    const isEnded = known.some((end) => end.personId === personId && end.at >= newest);
    if (!isEnded && newest > at - LAPSE_MS) pending += 1;
  }
  return pending;
}

function used(past: PendingPast, at: Instant, notYet: ReadonlySet<string> = NOTHING): number {
  return past.tallyAt(at, notYet).used;
}

describe('PendingPast', () => {
  it('lets an invitation go with its answer, with a withdrawal, and when it lapses', () => {
    const invitations = ['a', 'b', 'c'].map((personId) => ({
      chargeId: personId,
      personId,
      at: 0,
      count: 1,
    }));
    const ends = [
      { chargeId: null, personId: 'a', at: 5 },
      { chargeId: 'w', personId: 'b', at: 7 },
    ];
    const past = new PendingPast(GAUGE, invitations, ends);
    expect([-1, 0, 4, 5, 7, LAPSE_MS - 1, LAPSE_MS].map((at) => used(past, at))).toEqual([
      0, 3, 3, 2, 1, 1, 0,
    ]);
  });

  it('has one of a person at most, and sees nothing of what was sent only behind it', () => {
    const invitations = [
      { chargeId: 'first', personId: 'a', at: 0, count: 1 },
      { chargeId: 'again', personId: 'a', at: 9_000, count: 1 },
      { chargeId: 'some', personId: null, at: 9_000, count: 4 },
    ];
    const past = new PendingPast(GAUGE, invitations, []);
    expect(used(past, 9_000)).toBe(5);
    expect(used(past, 9_000, new Set(['some']))).toBe(1);
    expect(used(past, 9_000, new Set(['again', 'some']))).toBe(1);
    expect(used(past, LAPSE_MS)).toBe(5);
  });

  it('is what plain counting says, at any instant', () => {
    const at = fc.integer({ min: 0, max: 30 }).map((step) => step * 1_000);
    const personId = fc.constantFrom('a', 'b', 'c');
    const sends = fc.array(fc.tuple(fc.option(personId), at, fc.integer({ min: 1, max: 3 })), {
      maxLength: 10,
    });
    const answers = fc.array(fc.tuple(personId, at, fc.boolean()), { maxLength: 6 });
    fc.assert(
      fc.property(sends, answers, at, fc.array(fc.nat(9)), (drawn, ended, now, later) => {
        const invitations = drawn.map(([person, sentAt, count], index) => ({
          ...{ chargeId: `i${index}`, personId: person, at: sentAt, count: person === null ? count : 1 },
        }));
        const ends = ended.map(([person, endedAt, isCharge], index) => ({
          ...{ chargeId: isCharge ? `e${index}` : null, personId: person, at: endedAt },
        }));
        const ofNow = [...invitations, ...ends].filter((one) => one.at === now);
        const notYet = new Set(later.flatMap((index) => ofNow[index]?.chargeId ?? []));
        const past = new PendingPast(GAUGE, invitations, ends);
        expect(used(past, now, notYet)).toBe(pendingPlainly(invitations, ends, now, notYet));
      }),
      { numRuns: 300 },
    );
  });
});
