import { counted, verbOf } from './counted.js';
import { counterInWords, type Limit } from './limit.js';
import type { Facts, Objection } from './rule.js';
import type { Action, LimitOrigin, ReasonCode } from './words.js';

/** A reason as a person reads it: made from its code and facts whenever it is told, and kept nowhere. */
export interface Words {
  readonly message: string;
  /** What a person can do about it. */
  readonly remedy: string;
}

export function reasonInWords({ code, facts, limit }: Objection): Words {
  if (code === 'LIMIT_REACHED') return limitInWords(facts, limit);
  if (code === 'NOT_CONNECTED' && facts['openProfile'] === 0) return PROFILE_NOT_OPEN;
  const { message, remedy } = WORDS[code];
  return { message: typeof message === 'string' ? message : message(facts), remedy };
}

const WORDS: Record<
  Exclude<ReasonCode, 'LIMIT_REACHED'>,
  { readonly message: string | ((facts: Facts) => string); readonly remedy: string }
> = {
  NO_CREDITS: {
    message: ({ available, held }) =>
      available === 0
        ? `No InMail credit is left: ${available} available, ${held} held.`
        : `After ${available} more, no InMail credit is left.`,
    remedy:
      'Wait for the next grant, release holds that will not be sent, or tell the balance with setCredits.',
  },
  TOO_MANY_PENDING_INVITATIONS: {
    message: ({ pending, most }) =>
      `${counted(pending, 'invitation')} ${verbOf(pending)} pending or held; ${most} ${verbOf(most)} the most.`,
    remedy: 'Withdraw old invitations, and record what was answered.',
  },
  TOO_SOON: {
    message: ({ seconds }) => `The seat did something less than ${counted(seconds, 'second')} ago.`,
    remedy: 'Leave more time between two actions.',
  },
  OUTSIDE_WORKING_HOURS: {
    message: 'It is outside of the seat’s working hours.',
    remedy: 'Send within the working hours of the seat’s time zone, or change them.',
  },
  COOLDOWN: {
    message: 'The person was contacted often enough for now.',
    remedy: 'Leave the person in peace until then.',
  },
  SEAT_PAUSED: { message: 'The seat is paused.', remedy: 'Resume the seat.' },
  SEAT_RESTRICTED: {
    message: ({ kind }) => `LinkedIn restricted the account: ${kind}.`,
    remedy: 'Wait until it ends, or lift the restriction once LinkedIn has.',
  },
  CLIENT_ACCOUNT_PAUSED: {
    message: ({ status }) => `The client account is ${String(status).toLowerCase()}.`,
    remedy: 'Make the client account active.',
  },
  CAMPAIGN_PAUSED: { message: 'The campaign is paused.', remedy: 'Resume the campaign.' },
  LOW_ACCEPTANCE: {
    message: ({ accepted, judged }) =>
      `Of ${counted(judged, 'invitation')} that ${verbOf(judged, 'was', 'were')} judged, ${accepted} ${verbOf(accepted, 'was', 'were')} accepted.`,
    remedy: 'Invite people who know why, and withdraw what nobody answers.',
  },
  HOLDER_NOT_AGREED: {
    message: 'The holder of the LinkedIn account has not agreed to outreach from it.',
    remedy: 'Get the holder’s agreement and set holderAgreedOn.',
  },
  HISTORY_UNKNOWN: {
    message: 'It is not known what this account sent before it came here, so less is allowed.',
    remedy: 'Import the account’s LinkedIn archive, or declare what it sent before.',
  },
  SEAT_REMOVED: { message: 'The seat was removed.', remedy: 'Restore the seat.' },
  SEAT_MOVED: {
    message: 'The seat was moved to another client account.',
    remedy: 'Ask again for the client account that has it now.',
  },
  DO_NOT_CONTACT: {
    message: ({ by }) => `${DO_NOT_CONTACT_BY[String(by)] ?? 'The person'} may not be contacted.`,
    remedy:
      'Don’t contact this person. A mark can be taken back with removeDoNotContact by whoever set it; that of somebody who was erased stays.',
  },
  ALREADY_INVITED: {
    message: 'The person was invited, or is about to be, and has not answered.',
    remedy: 'Wait for the answer and record it, or withdraw the invitation.',
  },
  REINVITE_EMBARGO: {
    message: ({ days }) => `An invitation to the person was withdrawn less than ${counted(days, 'day')} ago.`,
    remedy: 'Wait: LinkedIn refuses an earlier invitation.',
  },
  AWAITING_REPLY: {
    message: ({ days }) =>
      `The person has an InMail of the last ${counted(days, 'day')}, or one on its way, to answer.`,
    remedy: 'Wait for the answer, or record it with recordEngagement.',
  },
  TAKEN_BY_OTHER_CLIENT: {
    message: 'The person was contacted for somebody else of the agency, or is about to be.',
    remedy: 'Leave the person to them until then.',
  },
  NOT_CONNECTED: {
    message: 'The person is not a first-degree connection of the seat.',
    remedy: 'Send a connection request or an InMail, or tell degree FIRST if they are connected by now.',
  },
  ALREADY_CONNECTED: {
    message: 'The person is a first-degree connection of the seat already.',
    remedy: 'Send a direct message instead.',
  },
  DEGREE_UNKNOWN: {
    message: 'It is not known whether the person is a first-degree connection of the seat.',
    remedy: 'Tell the recipient’s degree, or import the account’s LinkedIn archive.',
  },
  ACTION_NOT_IN_TIER: {
    message: ({ tier }) => `The tier ${tier} has no such action.`,
    remedy: 'Choose another action, or tell the seat’s tier if it has changed.',
  },
  TEXT_TOO_LONG: {
    message: ({ field, length, most, recommended }) =>
      `The ${field} has ${counted(length, 'character')}; ` +
      (most === undefined ? `from ${recommended} on it is long.` : `${most} ${verbOf(most)} the most.`),
    remedy: 'Shorten the text.',
  },
  PLACEHOLDER_LEFT: {
    message: ({ field, place }) => `The ${field} still has a placeholder at character ${place}.`,
    remedy: 'Fill in every placeholder for this person.',
  },
  NOT_PERSONALIZED: {
    message: 'Nothing in this first message is of the person.',
    remedy: 'Put something into the text that is true of this person alone.',
  },
  REPEATED_TEXT: {
    message: ({ people, after, most }) =>
      `${counted(people ?? after, 'person', 'people')} ${people === undefined ? 'will have had' : 'had'} this text, or nearly, in 30 days; ${most} ${verbOf(most)} the most.`,
    remedy: 'Write another text.',
  },
  SPAM_PATTERN: {
    message: 'The text reads like spam.',
    remedy: 'Write the text anew.',
  },
};

/** Why something else would work, for people. */
export function suggestionInWords(action: Action, isOtherSeat: boolean): string {
  if (isOtherSeat) return 'Another seat of the client account is connected to the person.';
  return SUGGESTIONS[action] ?? 'This is open to the seat.';
}

const SUGGESTIONS: { readonly [Suggested in Action]?: string } = {
  INMAIL: 'An InMail reaches people who are not connected, for a credit.',
  OPEN_PROFILE_MESSAGE: 'The profile is open: a message to it is free.',
  CONNECTION_REQUEST: 'Once the invitation is accepted, a direct message can follow.',
  DIRECT_MESSAGE: 'The person is a first-degree connection of the seat.',
};

/** NOT_CONNECTED of an OPEN_PROFILE_MESSAGE. */
const PROFILE_NOT_OPEN: Words = {
  message: 'It is not known that the person takes free messages from anyone.',
  remedy: 'Tell openProfile true if the profile is open, or send an InMail or a connection request.',
};

const DO_NOT_CONTACT_BY: Readonly<Record<string, string>> = {
  PERSON: 'The person',
  COMPANY: 'The person’s company',
  DOMAIN: 'The person’s company',
};

/** A limit refuses, or binds next, or its recommended number is passed: its facts tell which. */
/** `words` say besides how many, where there are any. */
function takenWith(words: string, count: Facts[string], { counter, max }: Limit): string {
  const besides = Number(count) === 0 ? '' : words.replace('*', String(count));
  return `${besides}${max} ${counterInWords(counter, max)} ${verbOf(max)} taken.`;
}

function limitInWords(facts: Facts, limit: Limit | null): Words {
  if (!limit) throw new Error('LIMIT_REACHED is of a limit.');
  const counter = counterInWords(limit.counter, limit.max);
  if (facts['after'] !== undefined) {
    const after = Number(facts['after']);
    return {
      message: `${after} ${counterInWords(limit.counter, after)} ${verbOf(after)} over the recommended ${limit.recommended}.`,
      remedy: 'Go on more slowly; at the limit itself nothing more is allowed.',
    };
  }
  if (facts['planned'] !== undefined) {
    return {
      message: takenWith('With * planned, ', facts['planned'], limit),
      remedy: 'Plan for longer, or plan fewer.',
    };
  }
  if (facts['remaining'] !== undefined) {
    return {
      message: takenWith('After * more, ', facts['remaining'], limit),
      remedy: 'Wait until the window gives room back.',
    };
  }
  const where = limit.scope.kind.replace('_', ' ').toLowerCase();
  if (limit.max === 0) {
    return { message: `The ${where} is allowed no ${counter}.`, remedy: NOTHING_REMEDIES[limit.origin] };
  }
  const { used, held, unknown } = facts;
  const elsewhere =
    unknown === 0 ? '' : `, and ${unknown} ${verbOf(unknown)} set aside for what is done elsewhere`;
  return {
    message: `The ${where} has room for ${limit.max} ${counter}; ${used} went out and ${held} ${verbOf(held)} held${elsewhere}.`,
    remedy: LIMIT_REMEDIES[limit.origin],
  };
}

/** Of a maximum of 0: time alone gives no room. */
const NOTHING_REMEDIES: Record<LimitOrigin, string> = {
  POLICY: 'Choose another action.',
  PLAN: 'Give the client account a larger plan.',
  CUSTOM: 'Raise the limit that was set.',
  CAMPAIGN: 'Raise the campaign’s cap.',
  WARM_UP: 'Wait: the account is warming up, and its limits grow every day.',
  HEALTH: 'Wait: the cap is lowered until more invitations are accepted.',
  RESTRICTION: 'Wait until the restriction has ended.',
  HISTORY_UNKNOWN: 'Import the account’s LinkedIn archive, or declare what it sent before.',
};

const LIMIT_REMEDIES: Record<LimitOrigin, string> = {
  POLICY: 'Wait until the window gives room back, or release holds that will not be sent.',
  PLAN: 'Wait, release holds that will not be sent, or give the client account a larger plan.',
  CUSTOM: 'Wait, release holds that will not be sent, or raise the limit that was set.',
  CAMPAIGN: 'Wait, release holds that will not be sent, or raise the campaign’s cap.',
  WARM_UP: 'Wait: the account is warming up, and its limits grow every day.',
  HEALTH: 'Wait: the cap is lowered until more invitations are accepted.',
  RESTRICTION: 'Wait: caps are halved for a time after a restriction.',
  HISTORY_UNKNOWN: 'Import the account’s LinkedIn archive, or declare what it sent before.',
};
