import { LAWFUL_BASES } from '../outreach/campaign/lawful-basis.js';
import { APPROVAL_STATES } from '../outreach/campaign/approval.js';
import { CAMPAIGN_PROBLEM_CODES } from '../outreach/campaign/problem.js';
import { CONDITION_KINDS, ENGAGE_ACTIONS, STEP_KINDS } from '../outreach/campaign/steps.js';
import { enumOf } from './enums.js';

export const LawfulBasisEnum = enumOf(
  'LawfulBasis',
  LAWFUL_BASES,
  'The ground of the law on which people are written to.',
  {
    CONSENT: 'They have agreed to it.',
    CONTRACT: 'There is a contract with them, or they asked for one.',
    LEGITIMATE_INTERESTS:
      'Interests of the client that weigh more than theirs; it is for the client to have weighed them.',
  },
);

export const StepKindEnum = enumOf('StepKind', STEP_KINDS, 'What a step of a campaign does.', {
  ENGAGE: 'Gives attention before anything is written: a view, a reaction, a comment.',
  CONNECT: 'Invites; with a text, the text is the note. Passed over for whoever is connected.',
  MESSAGE: 'A direct message: the person has to be connected by then.',
  INMAIL: 'An InMail; to an open profile, a free message.',
  WAIT: 'Lets time pass.',
  BRANCH: 'Goes one of two ways.',
});

export const EngageActionEnum = enumOf('EngageAction', ENGAGE_ACTIONS, 'How attention is given.', {
  PROFILE_VIEW: 'By looking at the profile.',
  REACTION: 'By a reaction to a post.',
  COMMENT: 'By a comment.',
});

export const ConditionKindEnum = enumOf('ConditionKind', CONDITION_KINDS, 'What a branch goes by.', {
  ACCEPTED: 'The person is connected to the seat.',
  REPLIED: 'The person has answered since they were taken in.',
  DEGREE: 'How the seat stands to the person: any of `degrees`.',
  OPEN_PROFILE: 'The person takes free messages from anyone.',
});

export const ApprovalStateEnum = enumOf(
  'ApprovalState',
  APPROVAL_STATES,
  'What became of a question to a client.',
  {
    OPEN: 'Nobody has answered yet. No time answers it.',
    APPROVED: 'The client approved it, and it is the same still.',
    DECLINED: 'The client declined, or took an approval back.',
    CHANGED: 'The campaign is another one since: it has to be asked again.',
    SUPERSEDED:
      'It was asked again since, or was sent to an address that is not the approverEmail of the client account any more.',
    CLOSED: 'The campaign has ended.',
  },
);

export const CampaignProblemCodeEnum = enumOf(
  'CampaignProblemCode',
  CAMPAIGN_PROBLEM_CODES,
  'What can be wrong with a campaign.',
  {
    STEPS_MISSING: 'There are no steps.',
    TOO_MANY_STEPS: 'There are too many.',
    TOUCH_MISSING: 'No step does anything but wait.',
    KEY_INVALID: 'A key is written otherwise.',
    KEY_TWICE: 'A key is there twice.',
    NEXT_UNKNOWN: 'A step leads to one that there is not.',
    ENDLESS: 'A way leads back.',
    UNREACHABLE: 'No way leads to a step.',
    DELAY_OUT_OF_RANGE: 'A delay is too long, or none.',
    DEGREES_MISSING: 'A branch by degree names none.',
    BRANCH_IN_VAIN: 'A branch makes no difference.',
    NOT_CONNECTED_YET: 'Somebody may come to a message who is not connected.',
    TEXT_MISSING: 'A message has no text.',
    WEIGHT_OUT_OF_RANGE: 'A weight is out of range.',
    TEMPLATE_INVALID: 'A template can’t be read.',
    VALUE_MISSING: 'A template can’t be filled in for some.',
    TEXT_FINDING: 'A text is not as it should be, as lintMessage tells it.',
    TEXTS_TOO_SLOW: 'The texts take too long to be filled in, and were not all tried.',
    TEXT_FOR_TOO_MANY:
      'More people of a seat would get a text than may in the time that the policy looks back.',
    AUDIENCE_MISSING: 'Nobody has said whom it is for.',
    AUDIENCE_EMPTY: 'It is for nobody now.',
    SEATS_MISSING: 'No seat could send.',
    SEAT_REMOVED: 'A seat is removed.',
    ACTION_NOT_IN_TIER: 'Seats have no InMails.',
    PURPOSE_MISSING: 'It does not say what it is for.',
    LAWFUL_BASIS_MISSING: 'It does not say on which ground.',
    DATA_SOURCE_MISSING: 'It does not say where the data is from.',
    ENDED_ALREADY: 'Its last day is over.',
  },
);
