import type { Facts } from '../quota/rule.js';
import type { Finding, FindingCode } from './finding.js';

/** A finding as a person reads it: made from its code and facts whenever it is told. */
export interface FindingWords {
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Where the rule is from. */
  readonly source: string;
}

export function findingInWords({ code, facts }: Pick<Finding, 'code' | 'facts'>): FindingWords {
  const { message, remedy, source } = WORDS[code];
  return { message: typeof message === 'string' ? message : message(facts), remedy, source };
}

/** The eight steps of the guide that this product follows. */
const GUIDE = 'LeadCRM, "How many LinkedIn messages can I send per day" (undated; read 2026-11)';
const LINKEDIN_INVITATIONS = 'LinkedIn Help a551012, "Types of restrictions for sending invitations"';
const LINKEDIN_INMAIL = 'LinkedIn Help 437 and a554514, InMail';
const INMAIL_STUDY = 'LinkedIn InMail study 2021–22, as told by Search Engine Journal 451007';
const PRACTITIONERS = 'Practitioners of outreach, who agree; LinkedIn says nothing of it';
const OWN = 'A rule of Headroom’s own';
const GDPR = 'GDPR, article 14: data that was not had from the person';

interface Entry {
  readonly message: string | ((facts: Facts) => string);
  readonly remedy: string;
  readonly source: string;
}

const WORDS: Record<FindingCode, Entry> = {
  NOT_PERSONALIZED: {
    message: ({ values }) =>
      values === 0 ? 'Nothing in it is of the person.' : 'Nothing in it is of the person but the name.',
    remedy: 'Say why it is this person that you write to: what they do, wrote, or have in common with you.',
    source: GUIDE,
  },
  PLACEHOLDER_LEFT: {
    message: 'A placeholder was not filled in.',
    remedy: 'Put in what it stands for, or write the sentence without it.',
    source: GUIDE,
  },
  TEXT_TOO_LONG: {
    message: ({ length, most, recommended }) =>
      most === undefined
        ? `It is ${length} characters long; fewer than ${recommended} are recommended.`
        : `It is ${length} characters long; LinkedIn takes ${most}.`,
    remedy: 'Shorten it. Short messages are answered more often.',
    source: INMAIL_STUDY,
  },
  SUBJECT_MISSING: {
    message: 'The InMail has no subject.',
    remedy: 'Say in the subject what it is about, in a few words.',
    source: LINKEDIN_INMAIL,
  },
  LINK_AT_FIRST_TOUCH: {
    message: 'A first message has a link in it.',
    remedy: 'Leave it out, and offer it; send it once they have answered.',
    source: PRACTITIONERS,
  },
  ATTACHMENT_AT_FIRST_TOUCH: {
    message: 'A first message speaks of something that is attached.',
    remedy: 'Leave it out, and offer it; send it once they have answered.',
    source: PRACTITIONERS,
  },
  PITCH_AT_FIRST_TOUCH: {
    message: ({ phrases }) => `A first message sells: ${phrases} phrases of it do.`,
    remedy: 'Begin a conversation; what you offer can wait until they show that they want it.',
    source: GUIDE,
  },
  ORIGIN_NOT_TOLD: {
    message: 'A first message does not say how you came upon the person.',
    remedy: 'Say where you know their name from: a post, a group, a person whom you both know.',
    source: GDPR,
  },
  TOO_MANY_LINKS: {
    message: ({ links, recommended }) => `It has ${links} links; ${recommended} are plenty.`,
    remedy: 'Leave the one that matters.',
    source: PRACTITIONERS,
  },
  SHOUTING: {
    message: 'It shouts: words in capitals follow each other.',
    remedy: 'Write them in small letters.',
    source: OWN,
  },
  TOO_MANY_EXCLAMATION_MARKS: {
    message: ({ count, recommended }) => `It has ${count} exclamation marks; ${recommended} are plenty.`,
    remedy: 'End the sentences with a full stop.',
    source: OWN,
  },
  TOO_MANY_EMOJI: {
    message: ({ count, recommended }) => `It has ${count} emoji; ${recommended} are plenty.`,
    remedy: 'Leave some out.',
    source: OWN,
  },
  FOLLOW_UP_WITHOUT_ANSWER: {
    message: ({ unanswered, most }) =>
      Number(unanswered) > Number(most)
        ? `${unanswered} messages were not answered; after a first one, ${most} follow-ups are the most.`
        : `${unanswered === 1 ? 'A message was' : `${unanswered} messages were`} not answered yet.`,
    remedy: 'Leave the person in peace until they answer.',
    source: `${PRACTITIONERS}; ${LINKEDIN_INVITATIONS}`,
  },
  OPTED_OUT_WORDING: {
    message: 'It writes on to somebody who asked to be left alone, and says so.',
    remedy: 'Don’t send it. Put the person on the do-not-contact list.',
    source: 'GDPR, article 21: whoever objects to direct marketing is no longer written to',
  },
};
