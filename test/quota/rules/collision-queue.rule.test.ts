import fc from 'fast-check';
import type { CollisionFacts } from '../../../src/quota/collision.js';
import { collisionUnit } from '../../../src/quota/rules/collision.rule.js';
import { DAY as DAY_MS, HOUR } from '../../../src/quota/window.js';
import { askOf, at, DAY, limitOf, Seat } from '../make.js';

/** Who has a person while nobody has written to them yet. What else refuses between client accounts is in collision.rule.test.ts. */
const NOW = at('2026-11-26T12:00:00.000Z');
const FREE: CollisionFacts = {
  ...{ contacts: [], holds: [], queue: [], isReply: false, embargo: 30 * DAY_MS, pressure: null },
  zones: [{ from: 0, timeZone: 'Europe/Madrid' }],
};
const own = (when: string) => ({ at: at(when), isOthers: false });
const ahead = (when: string, isOthers = true, endsAt = Infinity) => ({ at: at(when), endsAt, isOthers });

function ask(facts: Partial<CollisionFacts>, now = NOW) {
  const collision = { ...FREE, ...facts };
  return new Seat([limitOf(1_000, DAY)]).ask(now, { action: 'DIRECT_MESSAGE', collision });
}

type Case = readonly [string, Partial<CollisionFacts>, string | null];

const CASES: readonly Case[] = [
  [
    'somebody who is in a campaign of another one, from when they were taken in',
    { queue: [ahead('2026-11-20T08:59:00Z')] },
    '2026-12-20T23:00:00Z',
  ],
  ['somebody who is in one of its own', { queue: [ahead('2026-11-20T08:59:00Z', false)] }, null],
  [
    'somebody who was in its own before',
    { queue: [ahead('2026-11-20T08:59:00Z', false), ahead('2026-11-20T08:59:00Z')] },
    null,
  ],
  [
    'somebody who was in another one before',
    { queue: [ahead('2026-11-20T08:59:00Z'), ahead('2026-11-20T08:59:00Z', false)] },
    '2026-12-20T23:00:00Z',
  ],
  [
    'somebody whom its own campaign had for too long',
    { queue: [ahead('2026-10-20T08:59:00Z', false), ahead('2026-11-20T08:59:00Z')] },
    '2026-12-20T23:00:00Z',
  ],
  ['somebody who has waited for too long', { queue: [ahead('2026-10-26T22:59:00Z')] }, null],
  [
    'somebody of a campaign that ends before',
    { queue: [ahead('2026-11-20T08:59:00Z', true, at('2026-11-28T05:00:00Z'))] },
    '2026-11-28T23:00:00Z',
  ],
  [
    'somebody of one that has ended',
    { queue: [ahead('2026-11-20T08:59:00Z', true, at('2026-11-25T05:00:00Z'))] },
    null,
  ],
  [
    'somebody whom it has contacted itself, while another one has them ahead',
    { queue: [ahead('2026-11-20T08:59:00Z')], contacts: [own('2026-11-26T11:00:00Z')] },
    null,
  ],
  [
    'a policy without an embargo, of somebody who is ahead',
    { queue: [ahead('2026-11-20T08:59:00Z')], embargo: null },
    null,
  ],
];

it.each(CASES)('P6: %s', (_, facts, retryAt) => {
  const verdict = ask(facts);
  const reason = { code: 'TAKEN_BY_OTHER_CLIENT', facts: {} };
  expect(verdict.reasons).toEqual(retryAt === null ? [] : [expect.objectContaining(reason)]);
  if (retryAt === null) return;
  expect([verdict.retryAt, verdict.certainAt]).toEqual([at(retryAt), at(retryAt)]);
  expect(ask(facts, at(retryAt) - 1).outcome).toBe('DENIED');
  expect(ask(facts, at(retryAt)).outcome).toBe('ALLOWED');
});

function neverAsked(): never {
  throw new Error('No book is needed.');
}

const hours = (from: number, until: number) =>
  fc.integer({ min: from, max: until }).map((hour) => NOW + hour * HOUR);

it('of those who wait for the same person exactly one may go ahead at each midnight', () => {
  const embargo = 200 * HOUR;
  const places = fc.array(fc.record({ at: hours(-300, 0), who: fc.nat(3), endsAt: hours(-100, 300) }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(places, fc.nat(9), (all, days) => {
      const midnight = at('2026-11-26T23:00:00Z') + days * DAY_MS;
      const inOrder = all.toSorted((one, other) => one.at - other.at);
      const waiting = inOrder.filter(({ at: from, endsAt }) => midnight < Math.min(endsAt, from + embargo));
      const isFree = (who: number): boolean => {
        const queue = inOrder.map((one) => ({ ...one, isOthers: one.who !== who }));
        const judged = {
          ask: askOf([], { collision: { ...FREE, embargo, queue } }),
          ...{ books: neverAsked, at: NOW },
        };
        return collisionUnit.rules(judged, 'LAPSE').every((rule) => rule.objectionAt(midnight) === null);
      };
      const free = new Set(waiting.map(({ who }) => who).filter(isFree));
      expect(free.size).toBe(waiting.length > 0 ? 1 : 0);
    }),
  );
});
