import { counted, verbOf } from './counted.js';
import { counterInWords } from './limit.js';
import type { Facts } from './rule.js';
import { taken, type Usage } from './usage.js';
import type { AlertKind, Severity } from './words.js';

/** What an alert is about; of what somebody wrote it holds names of versions and endpoints alone, and nothing of a person. */
export interface AlertAbout {
  readonly kind: AlertKind;
  /** The counter as it stood; null where the alert is of none. */
  readonly usage: Usage | null;
  readonly facts: Facts;
}

/** What became of the maximum of a counter that nothing was added to: the fact `maximum` of a limit's alert. */
export type MaximumChange = 'LOWERED' | 'NEW';

/** How urgent each kind is. */
export const SEVERITY_OF_KIND: Record<AlertKind, Severity> = {
  LIMIT_WARNING: 'WARNING',
  LIMIT_CRITICAL: 'CRITICAL',
  LIMIT_REACHED: 'CRITICAL',
  LIMIT_BREACHED: 'CRITICAL',
  CREDITS_LOW: 'WARNING',
  CREDITS_EXPIRING: 'INFO',
  PENDING_INVITATIONS_HIGH: 'WARNING',
  LOW_ACCEPTANCE: 'WARNING',
  LOW_REPLY_RATE: 'WARNING',
  REPEATED_TEXT: 'WARNING',
  ACTIVITY_SPIKE: 'WARNING',
  SEVERAL_TOOLS: 'WARNING',
  HOLDS_EXPIRED: 'WARNING',
  HISTORY_UNKNOWN: 'WARNING',
  SEAT_RESTRICTED: 'CRITICAL',
  SEAT_IDLE: 'INFO',
  CAMPAIGN_STALLED: 'WARNING',
  CAMPAIGN_COMPLETED: 'INFO',
  POLICY_CHANGED: 'INFO',
  POLICY_STALE: 'WARNING',
  SEAT_ALLOWANCE_REACHED: 'INFO',
  WEBHOOK_FAILING: 'WARNING',
  CLOCK_BEHIND: 'CRITICAL',
  HOLDER_WITHDREW: 'CRITICAL',
  EVENTS_UNREAD: 'WARNING',
  CAMPAIGN_APPROVED: 'INFO',
  CAMPAIGN_DECLINED: 'WARNING',
};

/** An alert as a person reads it: made from its kind and numbers whenever it is told, and kept nowhere. */
export function alertInWords({ kind, usage, facts }: AlertAbout): string {
  const words = WORDS[kind];
  return typeof words === 'string' ? words : words(facts, usage);
}

const WORDS: Record<AlertKind, string | ((facts: Facts, usage: Usage | null) => string)> = {
  LIMIT_WARNING: ({ maximum }, usage) =>
    // It may be the recommended number that fell: that is not the limit.
    maximum === 'LOWERED'
      ? `Limits were lowered, and ${fullness({}, usage)}: go on more slowly.`
      : `${fullness({ maximum }, usage)}: go on more slowly.`,
  LIMIT_CRITICAL: (facts, usage) => `${fullness(facts, usage)}: hardly any room is left.`,
  LIMIT_REACHED: (facts, usage) => `${fullness(facts, usage)}: nothing more is allowed for now.`,
  LIMIT_BREACHED: (facts, usage) => `${fullness(facts, usage)}: what was done elsewhere went over the limit.`,
  CREDITS_LOW: ({ available, monthly }) =>
    `Only ${counted(available, 'InMail credit')} ${verbOf(available)} left; a month brings ${monthly}.`,
  CREDITS_EXPIRING: ({ credits }) =>
    `${counted(credits, 'InMail credit')} ${verbOf(credits, 'expires', 'expire')} within 7 days.`,
  PENDING_INVITATIONS_HIGH: ({ pending, most }) =>
    `${counted(pending, 'invitation')} ${verbOf(pending)} pending; ${most} ${verbOf(most)} the most. Withdraw old ones.`,
  LOW_ACCEPTANCE: ({ judged, accepted, stopDays }) =>
    `Of ${counted(judged, 'invitation')} that ${verbOf(judged, 'was', 'were')} judged, ${accepted} ${verbOf(accepted, 'was', 'were')} accepted${stopDays === undefined ? '' : `: no more are allowed for ${counted(stopDays, 'day')}`}.`,
  LOW_REPLY_RATE: ({ sent, answered }) =>
    `Of ${counted(sent, 'InMail')}, ${answered} ${verbOf(answered, 'was', 'were')} answered.`,
  REPEATED_TEXT: ({ people }) => `${counted(people, 'person', 'people')} had the same text, or nearly.`,
  ACTIVITY_SPIKE: ({ today, mean }) =>
    `The seat did ${counted(today, 'thing')} today; the mean of the seven days before is ${mean}.`,
  SEVERAL_TOOLS: ({ sources }) =>
    `Records of the last 7 days name ${counted(sources, 'tool')}: each of them counts only its own sends.`,
  HOLDS_EXPIRED: ({ lapsed, held }) =>
    `${lapsed} of ${counted(held, 'hold')} of the day lapsed without word of what came of them: commit or release each.`,
  HISTORY_UNKNOWN:
    'It is not known what the account sent before it came here, so less is allowed: import its archive, or declare it.',
  SEAT_RESTRICTED: ({ kind }) => `LinkedIn restricted the account: ${kind}.`,
  SEAT_IDLE: ({ days }) => `The seat did nothing for ${counted(days, 'day')}.`,
  CAMPAIGN_STALLED: ({ days, because }) => {
    const quiet = `Nothing of the campaign has gone out for ${counted(days, 'working day')}, though there is something to do`;
    if (because === 'NOBODY') return `${quiet}: its seats could send, and nobody works their queues.`;
    return because === 'SEATS_GONE'
      ? `${quiet}: its people wait for seats that it has no more. Give them to others with reassignTouches.`
      : `${quiet}: what stops it most often is ${because}.`;
  },
  CAMPAIGN_COMPLETED: 'The campaign is through.',
  POLICY_CHANGED: ({ version, inForce }) =>
    inForce === undefined
      ? `Version ${version} of the policy is in force.`
      : `There is a newer built-in policy, ${version}: ${inForce} stays in force until you take it over.`,
  POLICY_STALE: ({ version, days }) =>
    `Version ${version} of the policy has numbers that nobody has checked for ${counted(days, 'day')}.`,
  SEAT_ALLOWANCE_REACHED: ({ allowance }) =>
    `${Number(allowance) === 1 ? 'The one seat' : `All ${allowance} seats`} of the client account’s plan ${verbOf(allowance)} taken.`,
  WEBHOOK_FAILING: webhookFailing,
  CLOCK_BEHIND: ({ behindMs }) =>
    `The database’s clock is ${behindMs} ms behind the books: nothing is decided until it has caught up.`,
  EVENTS_UNREAD: ({ why }) =>
    `An event of a tool could not be read (${why}): what it tells of is not counted. unreadEvents lists all of them.`,
  CAMPAIGN_APPROVED: 'The client has approved the campaign as it was shown.',
  CAMPAIGN_DECLINED: ({ before }) =>
    before === 'APPROVED'
      ? 'The client took its approval of the campaign back: it is paused, where it needs one.'
      : 'The client has declined the campaign as it was shown.',
  HOLDER_WITHDREW:
    'The holder of the account took their agreement back: the seat is paused, and can’t be resumed until they have agreed again.',
};

/** "47 of 50 direct messages in 24 hours are taken at the seat"; and where that is so since the maximum is another one. */
function fullness({ maximum }: { readonly maximum?: unknown }, usage: Usage | null): string {
  if (!usage) throw new Error('A limit’s alert is of a counter.');
  const { limit } = usage;
  const where = `at the ${limit.scope.kind.replace('_', ' ').toLowerCase()}`;
  const count = taken(usage);
  const most = `${limit.max} ${counterInWords(limit.counter, limit.max)}`;
  const areTaken = `${verbOf(count)} taken`;
  switch (maximum) {
    case 'LOWERED' satisfies MaximumChange:
      return `The limit ${where} was lowered to ${most}, and ${count} ${areTaken}`;
    case 'NEW' satisfies MaximumChange:
      return `There is a limit of ${most} ${where} now, and ${count} ${areTaken}`;
    default:
      return `${count} of ${most} ${areTaken} ${where}`;
  }
}

/** What came back, as whoever mends the receiver would say it; alerts of before know nothing of it. */
const CAME_BACK: Readonly<Record<string, string>> = {
  UNREACHABLE: ' It can’t be reached.',
  TIMED_OUT: ' It did not answer within 5 seconds.',
  UNWRITABLE: ' The server itself fails at writing or signing what comes next: its log says why.',
  ADDRESS_REFUSED: ' Its address is not one of the public internet.',
};

function webhookFailing({ name, host, webhookId, tries, hours, answer, ...facts }: Facts): string {
  const { waiting, isMore, failure, statusCode } = facts;
  const which =
    name === undefined
      ? 'A webhook'
      : `The webhook “${name}”${host === '' ? '' : ` at ${host}`} (${webhookId})`;
  const count = waiting === undefined ? '' : ` (${waiting}${isMore ? ' or more' : ''})`;
  if (answer === 'GONE') {
    return `${which} answered that it is gone (410), so it is paused. What waits${count} is sent once updateWebhook sets it ACTIVE again.`;
  }
  const answers = failure === 'HTTP_STATUS' ? ` It answers ${statusCode}.` : CAME_BACK[String(failure)];
  return `${which} did not take what it was sent: ${counted(tries, 'try', 'tries')} in ${counted(hours, 'hour')}.${answers ?? ''} Mend what answers there, or its address by updateWebhook; then sendTestEvent tries what waits${count} at once, and replayWebhook sends again what was given up.`;
}
