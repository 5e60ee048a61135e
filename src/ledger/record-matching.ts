import type { Refusal } from '../errors.js';
import { matchSightings, MATCH_WITHIN_MS, type Send } from '../quota/matching.js';
import type { Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';
import type { Desk } from './desk.js';
import { refuseInput } from './keyed-inputs.js';
import type { SendsSought, Whereabouts } from './reading/facts.js';
import { Missing } from './reading/needs.js';
import { soughtName, whereaboutsName } from './reading/names.js';

/** How many sends of the books are read for the records of one call: some 15 MB. Real calls come near a few each. */
const SENDS_MAX = 100_000;

/** A record of a send to somebody, which may be in the books already. */
export interface RecordSeen extends SendsSought {
  readonly at: Instant;
  /** What it names: it is no send of another one. */
  readonly reservationId: string | null;
}

/** Records of one seat, action and person that may be the same sends, by whichever address: their places among the call's, and where in the books their sends may be. */
interface Group {
  readonly to: SendsSought;
  readonly indexes: readonly number[];
  readonly spans: readonly Whereabouts[];
}

/** There are more sends around a record than it can be compared with: the place of the record. */
export interface TooManySends {
  readonly index: number;
}

/**
 * The sends in the books that records are (P14), in the order of the records; null for a record that is a send of its own,
 * or that nobody is looked for (it is null itself). Those of one call never match each other.
 */
export function matchRecords(
  desk: Desk,
  records: readonly (RecordSeen | null)[],
): (string | null)[] | TooManySends {
  const groups = groupsOf(desk, records);
  const missing = groups
    .flatMap(({ spans }) => spans)
    .filter((span) => !desk.loaded.candidates.has(whereaboutsName(span)));
  if (missing.length > 0) throw new Missing([], missing);

  const matches = records.map((): string | null => null);
  // Whose addresses nobody told may be of a person of another group.
  const taken = new Set<string>();
  for (const { to, indexes, spans } of groups) {
    const free = sendsOf(desk, to, spans);
    const sends = free === 'TOO_MANY' ? free : free.filter(({ id }) => !taken.has(id));
    const sightings = indexes.map((index) => {
      const { at, reservationId } = records[index]!;
      return { earliest: at, latest: at, reservationId };
    });
    const found = sends === 'TOO_MANY' ? sends : matchSightings(sightings, sends);
    if (found === 'TOO_MANY') return { index: indexes[0]! };
    for (const [place, index] of indexes.entries()) {
      const match = found[place] ?? null;
      matches[index] = match;
      if (match !== null) taken.add(match);
    }
  }
  return matches;
}

export function refuseCrowd(index: number, action: Action): Refusal {
  const message =
    `Around occurredAt there are more sends of ${action} to this person than it can be told apart from. ` +
    'So many to one person within minutes are no history.';
  return refuseInput(index, 'INVALID', message, 'occurredAt');
}

/** Each send once, those of the books before those of this pass. */
function sendsOf(desk: Desk, to: SendsSought, spans: readonly Whereabouts[]): Send[] | 'TOO_MANY' {
  const sends = new Map<string, Send>();
  for (const span of spans) {
    const read = desk.loaded.candidates.get(whereaboutsName(span)) ?? [];
    if (read.length > span.most) return 'TOO_MANY';
    for (const send of read) sends.set(send.id, send);
  }
  for (const recipientId of desk.people.idsOf(to.recipientId)) {
    for (const send of desk.sends.to({ ...to, recipientId })) sends.set(send.id, send);
  }
  return [...sends.values()].filter(({ id }) => desk.sends.isFree(id));
}

function groupsOf(desk: Desk, records: readonly (RecordSeen | null)[]): Group[] {
  const indexes = new Map<string, number[]>();
  for (const [index, record] of records.entries()) {
    if (!record) continue;
    const name = soughtName({ ...record, recipientId: desk.people.personOf(record.recipientId) });
    const ofName = indexes.get(name);
    if (ofName) ofName.push(index);
    else indexes.set(name, [index]);
  }
  const groups = [...indexes.values()].map((ofGroup) => {
    const to = records[ofGroup[0]!]!;
    // Of somebody new the books hold nothing.
    const isNew = desk.recipients.isNew(to.recipientId);
    const spans = isNew ? [] : spansAround(ofGroup.map((index) => records[index]!.at));
    return { to, indexes: ofGroup, spans };
  });
  // In equal parts, since nobody knows before where they are.
  const most = Math.floor(SENDS_MAX / groups.reduce((count, { spans }) => count + spans.length, 0));
  return groups.map((group) => {
    const { agencyId, seatId, action, recipientId, ofAccount } = group.to;
    const place = { agencyId, seatId, action, recipientId, ofAccount, most };
    return { ...group, spans: group.spans.map((span) => ({ ...place, ...span })) };
  });
}

/** All the time that sends can lie in that were seen at some instants: spans that have nothing in common. */
function spansAround(instants: readonly Instant[]): Pick<Whereabouts, 'from' | 'until'>[] {
  const spans: { from: Instant; until: Instant }[] = [];
  for (const at of instants.toSorted((one, other) => one - other)) {
    const last = spans.at(-1);
    const [from, until] = [at - MATCH_WITHIN_MS, at + MATCH_WITHIN_MS];
    if (last && from <= last.until) last.until = until;
    else spans.push({ from, until });
  }
  return spans;
}
