import fc from 'fast-check';
import { calendarBounds, dayOf, dayStart } from '../../../src/quota/calendar.js';
import { CONTACT_ACTIONS, type CollisionFacts } from '../../../src/quota/collision.js';
import { collisionUnit } from '../../../src/quota/rules/collision.rule.js';
import { DAY as DAY_MS, HOUR, type Instant } from '../../../src/quota/window.js';
import { ACTIONS, type Action } from '../../../src/quota/words.js';
import { askOf, at, DAY, limitOf, Seat } from '../make.js';

const NOW = at('2026-11-26T12:00:00.000Z');
const FREE: CollisionFacts = {
  ...{
    contacts: [],
    holds: [],
    queue: [],
    isReply: false,
    embargo: 30 * DAY_MS,
    pressure: { most: 3, within: 30 * DAY_MS },
  },
  zones: [{ from: 0, timeZone: 'Europe/Madrid' }],
};
const others = (when: string) => ({ at: at(when), isOthers: true });
const own = (when: string) => ({ at: at(when), isOthers: false });
const held = (from: string, until: string, isOthers = true) => ({
  ...{ heldAt: at(from), expiresAt: at(until), isOthers },
});

function ask(facts: Partial<CollisionFacts>, now: Instant = NOW, action: Action = 'DIRECT_MESSAGE') {
  return new Seat([limitOf(1_000, DAY)]).ask(now, { action, collision: { ...FREE, ...facts } });
}

type Case = readonly [string, Partial<CollisionFacts>, string | null, string | null, string | null];

const CASES: readonly Case[] = [
  ['nothing at all', {}, null, null, null],
  ['its own contact', { contacts: [own('2026-11-26T11:00:00Z')] }, null, null, null],
  // 30 days later it is 09:59 in Madrid: the day is over at 23:00 UTC.
  [
    'a contact for somebody else',
    { contacts: [others('2026-11-20T08:59:00Z')] },
    'TAKEN_BY_OTHER_CLIENT',
    '2026-12-20T23:00:00Z',
    '2026-12-20T23:00:00Z',
  ],
  [
    'one whose embargo ends at a midnight',
    { contacts: [others('2026-11-19T23:00:00Z')] },
    'TAKEN_BY_OTHER_CLIENT',
    '2026-12-19T23:00:00Z',
    '2026-12-19T23:00:00Z',
  ],
  [
    'one whose embargo ends a millisecond after a midnight',
    { contacts: [others('2026-11-19T23:00:00.001Z')] },
    'TAKEN_BY_OTHER_CLIENT',
    '2026-12-20T23:00:00Z',
    '2026-12-20T23:00:00Z',
  ],
  [
    'one whose embargo ended today',
    { contacts: [others('2026-10-27T11:00:00Z')] },
    'TAKEN_BY_OTHER_CLIENT',
    '2026-11-26T23:00:00Z',
    '2026-11-26T23:00:00Z',
  ],
  ['one whose embargo ended yesterday', { contacts: [others('2026-10-26T22:59:00Z')] }, null, null, null],
  [
    'a hold of somebody else',
    { holds: [held('2026-11-26T11:00:00Z', '2026-11-26T13:00:00Z')] },
    'TAKEN_BY_OTHER_CLIENT',
    '2026-11-26T23:00:00Z',
    '2026-12-26T23:00:00Z',
  ],
  [
    'a hold that lapsed today',
    { holds: [held('2026-11-26T08:00:00Z', '2026-11-26T09:00:00Z')] },
    'TAKEN_BY_OTHER_CLIENT',
    '2026-11-26T23:00:00Z',
    '2026-11-26T23:00:00Z',
  ],
  [
    'a hold that lapsed yesterday',
    { holds: [held('2026-11-25T08:00:00Z', '2026-11-25T23:00:00Z')] },
    null,
    null,
    null,
  ],
  [
    'its own hold',
    { holds: [held('2026-11-26T11:00:00Z', '2026-11-26T13:00:00Z', false)] },
    null,
    null,
    null,
  ],
  [
    'an answer to what the person wrote',
    { contacts: [others('2026-11-26T11:00:00Z')], isReply: true },
    null,
    null,
    null,
  ],
  [
    'a policy without an embargo',
    { contacts: [others('2026-11-26T11:00:00Z')], embargo: null },
    null,
    null,
    null,
  ],
  [
    'as many as may be, of its own',
    { contacts: [own('2026-11-10T10:00:00Z'), own('2026-11-15T10:00:00Z'), own('2026-11-20T10:00:00Z')] },
    'COOLDOWN',
    '2026-12-10T23:00:00Z',
    '2026-12-10T23:00:00Z',
  ],
  ['one fewer', { contacts: [own('2026-11-15T10:00:00Z'), own('2026-11-20T10:00:00Z')] }, null, null, null],
  [
    'as many with what it holds',
    {
      contacts: [own('2026-11-15T10:00:00Z'), own('2026-11-20T10:00:00Z')],
      holds: [held('2026-11-26T11:00:00Z', '2026-11-26T13:00:00Z', false)],
    },
    'COOLDOWN',
    '2026-11-26T23:00:00Z',
    '2026-12-15T23:00:00Z',
  ],
  [
    'a policy without a cap',
    { contacts: [1, 2, 3, 4].map((day) => own(`2026-11-0${day}T10:00:00Z`)), pressure: null },
    null,
    null,
    null,
  ],
];

it.each(CASES)('P6: %s', (_, facts, code, retryAt, certainAt) => {
  const verdict = ask(facts);
  expect(verdict.reasons.map((reason) => [reason.code, reason.facts])).toEqual(
    code === null ? [] : [[code, {}]],
  );
  if (retryAt === null || certainAt === null) return;
  expect([verdict.retryAt, verdict.certainAt]).toEqual([at(retryAt), at(certainAt)]);
  expect(ask(facts, at(retryAt) - 1).outcome).toBe('DENIED');
  expect(ask(facts, at(retryAt)).outcome).toBe('ALLOWED');
});

it('is about what a person notices, and nothing else', () => {
  const contacts = [others('2026-11-26T11:00:00Z')];
  const refused = ACTIONS.filter((action) => {
    const judged = {
      ask: askOf([], { action, collision: { ...FREE, contacts } }),
      books: neverAsked,
      at: NOW,
    };
    return collisionUnit.rules(judged, 'LAPSE').length > 0;
  });
  expect(refused.toSorted()).toEqual([...CONTACT_ACTIONS].toSorted());
});

function neverAsked(): never {
  throw new Error('No book is needed.');
}

/** Whether somebody was refused at an instant, whatever the day: by counting. */
function isRaw(facts: CollisionFacts, when: Instant, now: Instant, sends: boolean): boolean {
  const { embargo, pressure } = facts;
  // Whoever has contacted them, or has them first, goes on until the midnight that is told to others.
  const goesOn = (at: Instant, until: Instant) =>
    at < until && when < calendarBounds('CALENDAR_DAY', facts.zones, until - 1).end;
  const first = facts.queue.find(({ at, endsAt, isOthers }) => {
    const until = Math.min(endsAt, at + (embargo ?? 0));
    return at <= when && (isOthers ? when < until : goesOn(at, until));
  });
  if (first?.isOthers && !facts.contacts.some(({ at, isOthers }) => !isOthers && goesOn(at, at + embargo!))) {
    return true;
  }
  const isMinded = (from: Instant, length: number): boolean => from <= when && when < from + length;
  const counted = (length: number, onlyOthers: boolean): number => {
    const contacts = facts.contacts.filter(
      (one) => (one.isOthers || !onlyOthers) && isMinded(one.at, length),
    );
    const holds = facts.holds.filter(({ heldAt, expiresAt, isOthers }) => {
      if (onlyOthers && !isOthers) return false;
      const isHeld = heldAt <= when && when < expiresAt;
      return isHeld || (sends && expiresAt > now && isMinded(expiresAt - 1, length));
    });
    return contacts.length + holds.length;
  };
  return (
    (embargo !== null && counted(embargo, true) > 0) ||
    (pressure !== null && counted(pressure.within, false) >= pressure.most)
  );
}

const ZONES = ['UTC', 'Europe/Madrid', 'America/Sao_Paulo', 'Asia/Kolkata', 'Pacific/Chatham'];
const hours = (from: number, until: number) =>
  fc.integer({ min: from, max: until }).map((hour) => NOW + hour * HOUR);
const facts = fc
  .record({
    contacts: fc.array(fc.record({ at: hours(-300, 0), isOthers: fc.boolean() }), { maxLength: 6 }),
    holds: fc.array(
      fc.record({ heldAt: hours(-40, -1), length: fc.integer({ min: 1, max: 60 }), isOthers: fc.boolean() }),
      { maxLength: 3 },
    ),
    queue: fc.array(
      fc.record({
        at: hours(-300, 0),
        endsAt: fc.oneof(fc.constant(Infinity), hours(-100, 300)),
        isOthers: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
    embargo: fc.option(fc.integer({ min: 1, max: 240 }).map((length) => length * HOUR)),
    pressure: fc.option(
      fc.record({
        most: fc.integer({ min: 1, max: 4 }),
        within: fc.integer({ min: 1, max: 240 }).map((length) => length * HOUR),
      }),
    ),
    timeZone: fc.constantFrom(...ZONES),
  })
  .map(({ holds, queue, timeZone, ...rest }) => ({
    ...rest,
    queue: queue.toSorted((one, other) => one.at - other.at),
    isReply: false,
    holds: holds.map(({ heldAt, length, isOthers }) => ({
      heldAt,
      expiresAt: heldAt + length * HOUR,
      isOthers,
    })),
    zones: [{ from: 0, timeZone }],
  }));

/** Who has contacted the person goes on with them, and another campaign's turn begins an hour after a midnight by the hour alone. */
const GOING_ON = {
  contacts: [own('2026-11-26T11:00:00Z'), own('2026-11-26T09:00:00Z'), others('2026-11-26T10:00:00Z')],
  queue: [{ ...others('2026-11-26T12:00:00Z'), endsAt: Infinity }],
  ...{ holds: [], isReply: false, embargo: 133 * HOUR, pressure: { most: 2, within: 134 * HOUR } },
  zones: [{ from: 0, timeZone: 'Europe/Madrid' }],
};

it('P6: refuses exactly while, that day, counting refused; and admits from there', () => {
  fc.assert(
    fc.property(facts, fc.boolean(), hours(0, 400), (known, sends, from) => {
      const { timeZone } = known.zones[0]!;
      const changes = [
        ...known.contacts.flatMap((one) => [one.at, one.at + (known.embargo ?? 0)]),
        ...known.queue.flatMap((one) => [one.at, one.endsAt, one.at + (known.embargo ?? 0)]),
        ...known.holds.flatMap(({ heldAt, expiresAt }) => [heldAt, expiresAt - 1, expiresAt]),
      ];
      const isRefused = (when: Instant): boolean => {
        const start = dayStart(dayOf(when, timeZone), timeZone);
        // A refusal begins where something was sent or held, and is looked at there, at the day's start and now.
        const looked = [start, when, ...changes.filter((change) => start <= change && change <= when)];
        return looked.some((instant) => isRaw(known, instant, NOW, sends));
      };
      const judged = { ask: askOf([], { collision: known }), books: neverAsked, at: NOW };
      const rules = collisionUnit.rules(judged, sends ? 'COMMIT' : 'LAPSE');
      const isObjected = (when: Instant) => rules.some((rule) => rule.objectionAt(when) !== null);
      expect(isObjected(from)).toBe(isRefused(from));
      expect(isObjected(from + 1)).toBe(isRefused(from + 1));
      const admitted = rules.map((rule) => rule.admitsFrom(from) ?? NaN);
      for (const instant of admitted) {
        if (instant === from) continue;
        // A midnight of the agency's zone, and nothing finer.
        expect(dayStart(dayOf(instant, timeZone), timeZone)).toBe(instant);
        expect(isObjected(instant - 1)).toBe(true);
      }
      if (isRefused(from) && admitted.length === 1) expect(isRefused(admitted[0]!)).toBe(false);
    }),
    { numRuns: 2_000, examples: [[GOING_ON, false, NOW]] },
  );
});
