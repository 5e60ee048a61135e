import type { Entry } from './book.js';
import { SumsOverTime } from './hindsight.js';
import { isForTier, type Policy, type PolicyRuleKind } from './policy/index.js';
import { SECOND, type Instant } from './window.js';
import type { LinkedInTier } from './words.js';

/** How many of a seat's InMails are answered, and when that is told (docs/design.md 3). Nothing is refused for it. */

/** The numbers that the answers are judged by, as the policy has them for a tier. */
export interface ResponseTerms {
  /** An InMail is judged from its send on, for so long. */
  readonly reach: number;
  /** So many have to be sent before any of it is said. */
  readonly sentMin: number;
  /** In per cent: under it, it is told. */
  readonly low: number;
}

/** Null where the policy has no such rule for the tier. */
export function responseTerms(policy: Policy, tier: LinkedInTier): ResponseTerms | null {
  const rule = (kind: PolicyRuleKind) =>
    policy.rules.find((one) => one.kind === kind && isForTier(one, tier));
  const rate = rule('RESPONSE_RATE');
  const sentMin = rule('RESPONSE_COUNT')?.recommended;
  if (rate?.window?.kind !== 'ROLLING' || !sentMin) return null;
  return { reach: rate.window.seconds * SECOND, sentMin, low: rate.recommended ?? 0 };
}

/** An InMail to somebody, and the first answer to it. */
export interface SentInMail {
  readonly sentAt: Instant;
  readonly answeredAt: Instant | null;
}

interface ToPerson {
  readonly recipientId: string;
  readonly at: Instant;
}

/** Each InMail with its answer: an answer is of the newest InMail that the person had by then. */
export function answeredInMails(sends: readonly ToPerson[], answers: readonly ToPerson[]): SentInMail[] {
  const sentTo = byPerson(sends);
  const answersOf = byPerson(answers);
  return [...sentTo].flatMap(([recipientId, sent]) => {
    const told = answersOf.get(recipientId) ?? [];
    let place = 0;
    return sent.map(({ at: sentAt }, index) => {
      const until = sent[index + 1]?.at ?? Infinity;
      while (place < told.length && told[place]!.at < sentAt) place += 1;
      const first = told[place]?.at ?? Infinity;
      return { sentAt, answeredAt: first < until ? first : null };
    });
  });
}

/** In their order in time. */
function byPerson(all: readonly ToPerson[]): Map<string, ToPerson[]> {
  const found = new Map<string, ToPerson[]>();
  for (const one of all.toSorted((left, right) => left.at - right.at)) {
    const ofPerson = found.get(one.recipientId);
    if (ofPerson) ofPerson.push(one);
    else found.set(one.recipientId, [one]);
  }
  return found;
}

export interface Responses {
  readonly sent: number;
  readonly answered: number;
}

/** Of the InMails that are judged at an instant. */
export function responsesAt(
  inMails: readonly SentInMail[],
  { reach }: ResponseTerms,
  at: Instant,
): Responses {
  const judged = inMails.filter(({ sentAt }) => sentAt > at - reach && sentAt <= at);
  const answered = judged.filter(({ answeredAt }) => answeredAt !== null && answeredAt <= at);
  return { sent: judged.length, answered: answered.length };
}

export function isResponseLow({ sent, answered }: Responses, { sentMin, low }: ResponseTerms): boolean {
  return sent >= sentMin && answered * 100 < low * sent;
}

/** How far, in points of a hundred, it has to go back before it is told again (P10). */
const ARMED_AGAIN_PERCENT = 5;

/** Whether so many were answered, or so few sent, that the next time it is low is told. */
export function isResponseArmed({ sent, answered }: Responses, { sentMin, low }: ResponseTerms): boolean {
  const isFewSent = sent * 100 <= sentMin * (100 - ARMED_AGAIN_PERCENT);
  return isFewSent || answered * 100 >= (low + ARMED_AGAIN_PERCENT) * sent;
}

/** What was sent until then says nothing of the time since a low rate began, as far back as it is looked for. */
export function responsesSince({ reach }: ResponseTerms, at: Instant): Instant {
  return at - 2 * reach;
}

/** Since when the rate has been as low as it is, of InMails since `responsesSince()`. */
export function lowSince(inMails: readonly SentInMail[], terms: ResponseTerms, at: Instant): Instant {
  const earliest = at - terms.reach + 1;
  const changes = inMails
    .flatMap(({ sentAt, answeredAt }) => [sentAt, sentAt + terms.reach, answeredAt ?? sentAt])
    .filter((change) => change > earliest && change <= at)
    .toSorted((one, other) => other - one);
  const responses = responsesOverTime(inMails, terms);
  let since = at;
  // At the earliest it may have been low already, by what was sent before and has left since.
  for (const change of new Set([...changes, earliest])) {
    if (!isResponseLow(responses(change), terms)) return since;
    since = change;
  }
  return since;
}

/** The same as `responsesAt()`, for whoever asks of as many instants as there are InMails. */
function responsesOverTime(
  inMails: readonly SentInMail[],
  { reach }: ResponseTerms,
): (at: Instant) => Responses {
  const sent = new SumsOverTime(inMails.flatMap(({ sentAt }) => stay(sentAt, sentAt + reach)));
  const answered = new SumsOverTime(
    inMails.flatMap(({ sentAt, answeredAt }) =>
      answeredAt === null ? [] : stay(Math.max(sentAt, answeredAt), sentAt + reach),
    ),
  );
  return (at) => ({ sent: sent.until(at), answered: answered.until(at) });
}

/** What is counted from an instant on, and from another one on no more: where that came first, never. */
function stay(from: Instant, until: Instant): Entry[] {
  return from < until
    ? [
        { at: from, count: 1 },
        { at: until, count: -1 },
      ]
    : [];
}
