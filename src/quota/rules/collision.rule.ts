import { calendarBounds, type ZoneFrom } from '../calendar.js';
import { CONTACT_ACTIONS, type CollisionFacts } from '../collision.js';
import type { Objection, Rule } from '../rule.js';
import type { Case, HoldsWill, Unit } from '../unit.js';
import type { Instant } from '../window.js';

/**
 * What client accounts that pool their contacts owe each other and the person: nobody writes to somebody who was just
 * contacted for another of them or is next in another's campaign, nor all of them together too often. A refusal lasts until
 * a midnight of the agency's zone, so that it tells a day and no hour, whatever zones whoever asks has seats in; and it tells
 * neither whose the contact was nor how many there were.
 */
export const collisionUnit: Unit = {
  rules: ({ ask, at }: Case, holdsWill) => {
    const { collision } = ask;
    if (!collision || collision.isReply || !CONTACT_ACTIONS.includes(ask.action)) return [];
    const toMidnight = (spans: readonly Span[]): Span[] =>
      spans.map((span) => rounded(span, collision.zones));
    const taken = toMidnight(takenSpans(collision, at, holdsWill));
    const ofOwn = toMidnight(pressedSpans(own(collision), at, holdsWill));
    const ofAll = toMidnight(pressedSpans(collision, at, holdsWill));
    return [
      ...refusing('TAKEN_BY_OTHER_CLIENT', taken),
      // While the person is another's, that they had enough as well would tell how many of that are the other's: whoever adds contacts
      // of their own until it is told counts them.
      ...refusing('COOLDOWN', [...ofOwn, ...ofAll.flatMap((span) => besides(span, taken))]),
    ];
  },
  warnings: () => [],
};

/** From its first instant on, and no more at its end. */
interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

/** While somebody else has the person: what they hold, the embargo after what they sent, and what they have ahead. */
function takenSpans(facts: CollisionFacts, at: Instant, holdsWill: HoldsWill): Span[] {
  const { embargo } = facts;
  if (embargo === null) return [];
  const others = {
    contacts: facts.contacts.filter(({ isOthers }) => isOthers),
    holds: facts.holds.filter(({ isOthers }) => isOthers),
  };
  return [...spansOf(others, embargo, at, holdsWill), ...queuedSpans(facts, embargo)];
}

/**
 * While somebody else has the person in a campaign: of all who do, the first one does, for as long as the embargo from when it
 * took them in. So of two that wait for the same person one never waits, and none for longer. Whoever has contacted the person within
 * the embargo goes on with them, whoever has them ahead, until the midnight at which the embargo is over for others. All of it
 * began before the question; what begins later begins at such a midnight.
 */
function queuedSpans({ queue, contacts, zones }: CollisionFacts, embargo: number): Span[] {
  const turns = queue
    .map(({ at, endsAt, isOthers }) => ({ from: at, until: Math.min(at + embargo, endsAt), isOthers }))
    .filter(({ from, until }) => from < until);
  const contacted = contacts
    .filter(({ isOthers }) => !isOthers)
    .map(({ at }) => rounded({ from: at, until: at + embargo }, zones));
  let ownUntil = Math.max(-Infinity, ...contacted.map(({ until }) => until));
  const spans: Span[] = [];
  for (const { isOthers, ...turn } of turns) {
    const from = Math.max(turn.from, ownUntil);
    if (!isOthers) ownUntil = Math.max(ownUntil, rounded(turn, zones).until);
    else if (from < turn.until) spans.push({ from, until: turn.until });
  }
  return spans;
}

/** While the person has as many as may be, of all of them together. */
function pressedSpans(facts: CollisionFacts, at: Instant, holdsWill: HoldsWill): Span[] {
  const { pressure } = facts;
  if (pressure === null) return [];
  const steps = spansOf(facts, pressure.within, at, holdsWill)
    .flatMap(({ from, until }) => [
      { at: from, by: 1 },
      { at: until, by: -1 },
    ])
    // What ends at an instant is no more at it.
    .toSorted((one, other) => one.at - other.at || one.by - other.by);
  const pressed: Span[] = [];
  let count = 0;
  let since: Instant | null = pressure.most <= 0 ? -Infinity : null;
  for (const step of steps) {
    count += step.by;
    if (since === null && count >= pressure.most) since = step.at;
    else if (since !== null && count < pressure.most) {
      pressed.push({ from: since, until: step.at });
      since = null;
    }
  }
  return since === null ? pressed : [...pressed, { from: since, until: Infinity }];
}

/** How long each contact is minded; what is held, for as long as it is, and from its last moment on where it is sent then. */
function spansOf(
  { contacts, holds }: Pick<CollisionFacts, 'contacts' | 'holds'>,
  length: number,
  now: Instant,
  holdsWill: HoldsWill,
): Span[] {
  const sent = contacts.map(({ at }) => ({ from: at, until: at + length }));
  const held = holds.map(({ heldAt, expiresAt }) => {
    const isSent = holdsWill === 'COMMIT' && expiresAt > now;
    return { from: heldAt, until: isSent ? expiresAt - 1 + length : expiresAt };
  });
  return [...sent, ...held];
}

/** Refuses through each span; at its end it admits. */
function refusing(code: Objection['code'], spans: readonly Span[]): Rule[] {
  if (spans.length === 0) return [];
  const objection: Objection = { code, facts: {}, limit: null };
  const covering = (at: Instant) => spans.find(({ from, until }) => from <= at && at < until);
  const admitsFrom = (at: Instant): Instant | null => {
    const span = covering(at);
    if (!span) return at;
    return span.until === Infinity ? null : admitsFrom(span.until);
  };
  return [{ objectionAt: (at) => (covering(at) ? objection : null), admitsFrom }];
}

/** What of a span lies in none of others. */
function besides(span: Span, others: readonly Span[]): Span[] {
  return others.reduce<Span[]>(
    (left, { from, until }) =>
      left
        .flatMap((part) => [
          { from: part.from, until: Math.min(part.until, from) },
          { from: Math.max(part.from, until), until: part.until },
        ])
        .filter((part) => part.from < part.until),
    [span],
  );
}

/** The same as if nobody else had done anything. */
function own(facts: CollisionFacts): CollisionFacts {
  const isOwn = ({ isOthers }: { readonly isOthers: boolean }): boolean => !isOthers;
  return { ...facts, contacts: facts.contacts.filter(isOwn), holds: facts.holds.filter(isOwn) };
}

/** On to the first midnight that is not before its end. */
function rounded({ from, until }: Span, zones: readonly ZoneFrom[]): Span {
  return { from, until: until === Infinity ? until : calendarBounds('CALENDAR_DAY', zones, until - 1).end };
}
