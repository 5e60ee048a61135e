import type { PersonFacts, Unanswered } from '../person.js';
import type { Objection, Rule } from '../rule.js';
import type { Case, HoldsWill, Unit } from '../unit.js';
import { DAY, type Instant } from '../window.js';
import type { Action } from '../words.js';

/** The rules about the person: may they be contacted, is this the way to, and are they being waited for. */
export const personUnit: Unit = {
  rules: ({ ask }: Case, holdsWill) =>
    ask.person
      ? [
          ...contactRules(ask.person),
          ...routeRules(ask.action, ask.person),
          ...waitingRules(ask.action, ask.person, holdsWill),
        ]
      : [],
  warnings: () => [],
};

/**
 * Whether anything but a mark may speak against an action: what the person was sent, answered or is connected to. Of all
 * other actions nobody needs to look it up.
 */
export function isJudgedByPast(action: Action): boolean {
  return JUDGED_BY_PAST.includes(action);
}

const JUDGED_BY_PAST: readonly Action[] = [
  'CONNECTION_REQUEST',
  'DIRECT_MESSAGE',
  'INMAIL',
  'OPEN_PROFILE_MESSAGE',
];

function contactRules({ doNotContact }: PersonFacts): Rule[] {
  return doNotContact === null ? [] : [stop('DO_NOT_CONTACT', { by: doNotContact })];
}

/** Whether the action is a way to this person. An answer goes the way that the person came. */
function routeRules(action: Action, { degree, openProfile, isReply }: PersonFacts): Rule[] {
  if (isReply) return [];
  if (action === 'DIRECT_MESSAGE' && degree !== 'FIRST') {
    return [degree === 'UNKNOWN' ? stop('DEGREE_UNKNOWN') : stop('NOT_CONNECTED')];
  }
  if (action === 'OPEN_PROFILE_MESSAGE' && !openProfile) return [stop('NOT_CONNECTED', { openProfile: 0 })];
  if (action === 'CONNECTION_REQUEST' && degree === 'FIRST') return [stop('ALREADY_CONNECTED')];
  return [];
}

/** What only a person can change. */
function stop(code: Objection['code'], facts: Objection['facts'] = {}): Rule {
  const objection: Objection = { code, facts, limit: null };
  return { objectionAt: () => objection, admitsFrom: () => null };
}

/** From its first instant on, and no more at its end. */
interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

function waitingRules(action: Action, facts: PersonFacts, holdsWill: HoldsWill): Rule[] {
  const { spans, inmailAt, isReply } = facts;
  if (action === 'INMAIL' && !isReply) {
    const sent = sentSpans(inmailAt, facts, 'INMAIL', spans.awaitsReplyFor, holdsWill);
    const awaited = [...heldSpans(facts, 'INMAIL'), ...sent];
    return during(awaited, 'AWAITING_REPLY', { days: inDays(spans.awaitsReplyFor) });
  }
  if (action !== 'CONNECTION_REQUEST') return [];
  const embargoes = embargoesOf(facts, holdsWill);
  return [
    ...during(invitationsOf(facts, embargoes, holdsWill), 'ALREADY_INVITED'),
    ...during(embargoes, 'REINVITE_EMBARGO', { days: inDays(spans.reinviteEmbargo) }),
  ];
}

/**
 * While an invitation is held or open. Whoever is connected by now has accepted it; a withdrawal ends what was sent before,
 * and nothing that is held: that was not sent yet.
 */
function invitationsOf(facts: PersonFacts, embargoes: readonly Span[], holdsWill: HoldsWill): Span[] {
  const { degree, invitedAt, spans } = facts;
  if (degree === 'FIRST') return [];
  const sent = sentSpans(invitedAt, facts, 'CONNECTION_REQUEST', spans.invitationLapsesAfter, holdsWill);
  const open = sent.map(({ from, until }) => {
    const ends = embargoes.filter((embargo) => embargo.from >= from).map((embargo) => embargo.from);
    return { from, until: Math.min(until, ...ends) };
  });
  return [...heldSpans(facts, 'CONNECTION_REQUEST'), ...open];
}

/** From each withdrawal on; one that is held begins none before it is committed. */
function embargoesOf({ withdrawnAt, holds, spans }: PersonFacts, holdsWill: HoldsWill): Span[] {
  const withdrawals = withdrawnAt === null ? [] : [withdrawnAt];
  if (holdsWill === 'COMMIT') {
    const held = holds.filter(({ action }) => action === 'INVITATION_WITHDRAWAL');
    withdrawals.push(...held.map(({ expiresAt }) => expiresAt - 1));
  }
  return withdrawals.map((from) => ({ from, until: from + spans.reinviteEmbargo }));
}

/** What is held counts from now on. */
function heldSpans({ holds }: PersonFacts, action: Action): Span[] {
  const held = holds.filter((hold) => hold.action === action);
  return held.map(({ expiresAt }) => ({ from: 0, until: expiresAt }));
}

/** How long a send is minded; one that is held, from its last moment on where it is committed then. */
function sentSpans(
  sentAt: Unanswered,
  { holds }: PersonFacts,
  action: Action,
  length: number,
  holdsWill: HoldsWill,
): Span[] {
  const toCome = holdsWill === 'COMMIT' ? holds.filter((hold) => hold.action === action) : [];
  const sent = [...(sentAt === null ? [] : [sentAt]), ...toCome.map(({ expiresAt }) => expiresAt - 1)];
  return sent.map((from) => ({ from, until: from + length }));
}

function during(spans: readonly Span[], code: Objection['code'], facts: Objection['facts'] = {}): Rule[] {
  const objection: Objection = { code, facts, limit: null };
  const covering = (at: Instant) => spans.find(({ from, until }) => from <= at && at < until);
  const admitsFrom = (at: Instant): Instant => {
    const span = covering(at);
    return span ? admitsFrom(span.until) : at;
  };
  return spans.length === 0 ? [] : [{ objectionAt: (at) => (covering(at) ? objection : null), admitsFrom }];
}

function inDays(span: number): number {
  return span / DAY;
}
