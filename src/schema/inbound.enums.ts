import * as words from '../quota/inbound-words.js';
import { enumOf } from './enums.js';

/** The enums of what tools tell, made as all others are. */

export const InboundToolEnum = enumOf('InboundTool', words.INBOUND_TOOLS, 'Whose events a source takes.', {
  HEYREACH: 'HeyReach: what it sends, and who answered.',
  SALESFLOW: 'Salesflow: who accepted or answered, and what it withdrew; not what it sends.',
  UNIPILE: 'Unipile: messages, whoever wrote them, and who is connected now; not invitations.',
  GENERIC: 'Any other: the agency says what stands where.',
});

export const InboundPersonChangeEnum = enumOf(
  'InboundPersonChange',
  words.INBOUND_PERSON_CHANGES,
  'What an event says is to become of a person.',
  {
    LISTED:
      "They are put on the list of the source's client account, or what it says of them is brought up to date.",
    DO_NOT_CONTACT: 'They are left alone by the client account, and what is held for them is given back.',
  },
);

export const ProspectFieldEnum = enumOf(
  'ProspectField',
  words.PROSPECT_FIELDS,
  'What a list says of a person.',
  {
    FIRST_NAME: 'The first name.',
    LAST_NAME: 'The last name.',
    COMPANY: 'The company.',
    COMPANY_DOMAIN: "The company's domain, such as example.com.",
    POSITION: 'What they do there.',
    INDUSTRY: 'In which industry.',
    LOCATION: 'Where they are.',
    NOTES: 'Whatever else.',
  },
);

export const UnreadReasonEnum = enumOf(
  'UnreadReason',
  words.UNREAD_REASONS,
  'Why an event of a tool did not count.',
  {
    NOT_JSON:
      'It is no JSON, or lies more than 100 values deep, or has more than 250 names of fields, or a list or an object for less than 16 bytes each.',
    NO_TYPE: 'It does not say what it is.',
    UNKNOWN_TYPE: 'It is of a type that nobody has said anything of.',
    NO_PERSON: 'It names no person.',
    PERSON_UNREADABLE: 'What it names the person by is no address of a LinkedIn profile.',
    TIME_UNREADABLE: 'When it happened is no instant, or one without a zone.',
    SEAT_UNKNOWN: 'No seat of the source has the account as its externalRef or its address, or several have.',
    REFUSED: 'It could not be recorded: the seat is gone, or it is of a time to come.',
  },
);
