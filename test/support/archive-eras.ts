/** How LinkedIn, and Excel after it, wrote the same facts down over the years. */
import {
  OWNER,
  type Person,
  type Story,
  type StoryConversation,
  type StoryMessage,
} from './archive-story.js';

export interface MessagesEra {
  readonly columns: readonly MessageColumn[];
  readonly hasRecipientUrls: boolean;
  readonly isUtc: boolean;
  readonly quotesAll?: boolean;
  readonly hasLineBreaks?: boolean;
  readonly isTitleCase?: boolean;
}

export interface ConnectionsEra {
  readonly hasUrl: boolean;
  readonly hasPreamble: boolean;
  readonly isExcel?: boolean;
  readonly isGerman?: boolean;
}

export interface InvitationsEra {
  readonly hasUrls: boolean;
  readonly isUtc?: boolean;
}

export interface Eras {
  readonly messages: MessagesEra;
  readonly connections: ConnectionsEra;
  readonly invitations: InvitationsEra;
}

const EIGHT = [
  'CONVERSATION ID',
  'CONVERSATION TITLE',
  'FROM',
  'SENDER PROFILE URL',
  'TO',
  'DATE',
  'SUBJECT',
  'CONTENT',
] as const;
const NINE = [...EIGHT, 'FOLDER'] as const;
const TEN = [...EIGHT.slice(0, 5), 'RECIPIENT PROFILE URLS', ...NINE.slice(5)] as const;
const ELEVEN = [...TEN, 'ATTACHMENTS'] as const;
const THIRTEEN = [...ELEVEN, 'IS MESSAGE DRAFT', 'IS CONVERSATION DRAFT'] as const;
type MessageColumn = (typeof THIRTEEN)[number];

/** Every era that was seen, each file by itself: archives mix them. */
export const ERAS = {
  messages: {
    'eight columns, no zone': { columns: EIGHT, hasRecipientUrls: false, isUtc: false },
    'nine columns, to early 2023': { columns: NINE, hasRecipientUrls: false, isUtc: true },
    'ten columns': { columns: TEN, hasRecipientUrls: true, isUtc: true },
    'eleven columns, drafts but no attachments': {
      columns: [...TEN, 'IS MESSAGE DRAFT'],
      hasRecipientUrls: true,
      isUtc: true,
    },
    'eleven columns of 2026, all quoted': {
      columns: ELEVEN,
      hasRecipientUrls: true,
      isUtc: true,
      quotesAll: true,
      hasLineBreaks: true,
    },
    'thirteen columns': { columns: THIRTEEN, hasRecipientUrls: true, isUtc: true, hasLineBreaks: true },
    'title case, no zone': { columns: ELEVEN, hasRecipientUrls: true, isUtc: false, isTitleCase: true },
  },
  connections: {
    'before mid-2021': { hasUrl: false, hasPreamble: false },
    'before mid-2023': { hasUrl: false, hasPreamble: true },
    'since mid-2023': { hasUrl: true, hasPreamble: true },
    'saved by Excel': { hasUrl: true, hasPreamble: true, isExcel: true },
    german: { hasUrl: true, hasPreamble: false, isGerman: true },
  },
  invitations: {
    'before late 2023': { hasUrls: false },
    'since late 2023': { hasUrls: true },
    'in UTC': { hasUrls: true, isUtc: true },
  },
} as const satisfies {
  messages: Record<string, MessagesEra>;
  connections: Record<string, ConnectionsEra>;
  invitations: Record<string, InvitationsEra>;
};

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** One line of CSV, without its end. */
function csvLine(fields: readonly string[], quotesAll = false): string {
  return fields
    .map((field) => (quotesAll || /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',');
}

export function* messageLines(story: Story, era: MessagesEra): Generator<string> {
  const heading = era.isTitleCase ? era.columns.map(titleCase) : era.columns;
  yield `${csvLine(heading, era.quotesAll)}\n`;
  for (const conversation of story.conversations) {
    // The newest comes first.
    for (const message of conversation.messages.toReversed()) {
      // An era without the flags has no way to mark a draft, and leaves it out.
      if (message.kind === 'draft' && !era.columns.includes('IS MESSAGE DRAFT')) {
        yield `${csvLine(era.columns.map(() => ''))}\n`;
        continue;
      }
      const cells = messageCells(conversation, message, era);
      yield `${csvLine(
        era.columns.map((column) => cells[column]),
        era.quotesAll,
      )}\n`;
    }
  }
}

function messageCells(
  { id, people }: StoryConversation,
  message: StoryMessage,
  era: MessagesEra,
): Record<MessageColumn, string> {
  const { from } = message;
  const recipients = from === null ? people : people.filter((person) => person !== from);
  const toOwner = from === null ? [] : [OWNER];
  const isCampaign = message.kind === 'campaign';
  return {
    'CONVERSATION ID': id,
    'CONVERSATION TITLE': people.length > 1 ? 'A group' : '',
    FROM: from === null ? OWNER.name : shownName(from),
    'SENDER PROFILE URL': from === null ? OWNER.url : isCampaign ? '' : from.url,
    TO: [...toOwner.map(({ name }) => name), ...recipients.map(shownName)].join(', '),
    'RECIPIENT PROFILE URLS': [...toOwner, ...recipients].map(({ url }) => url).join(','),
    DATE: `${isoTime(message.at)}${era.isUtc ? ' UTC' : ''}`,
    SUBJECT: message.subject,
    CONTENT: isCampaign ? campaignText(message.text) : textOf(message.text, era.hasLineBreaks === true),
    FOLDER: 'INBOX',
    ATTACHMENTS: '',
    'IS MESSAGE DRAFT': message.kind === 'draft' ? 'Yes' : 'No',
    'IS CONVERSATION DRAFT': 'No',
  };
}

function shownName(person: Person): string {
  return person.isHidden ? 'LinkedIn Member' : person.name;
}

function textOf(number: number, hasLineBreaks: boolean): string {
  const texts = [
    `Hello,\nthanks for "${number}" — shall we talk? 👋`,
    `About ${number}: ${'we look into it, and tell you next week. '.repeat(1 + (number % 8))}`,
    `Très bien.\n\n${number}`,
  ];
  const text = texts[number % texts.length] ?? '';
  return hasLineBreaks ? text : text.replaceAll('\n', ' ');
}

function campaignText(number: number): string {
  return `<p class="spinmail-quill-editor__spin-break">Hi %FIRSTNAME%, offer ${number}</p>`;
}

export function* connectionLines(story: Story, era: ConnectionsEra): Generator<string> {
  if (era.isExcel) yield '\ufeff';
  if (era.hasPreamble) {
    yield 'Notes:\n"When exporting your connection data, you may notice that some of the email addresses are missing."\n\n';
  }
  const columns = ['First Name', 'Last Name', 'URL', 'Email Address', 'Company', 'Position', 'Connected On'];
  const german = ['Vorname', 'Nachname', 'URL', 'E-Mail-Adresse', 'Unternehmen', 'Position', 'Verbunden am'];
  const heading = era.isGerman ? german : columns;
  yield csvLine(chooseColumns(heading, era)) + (era.isExcel ? '\r\n' : '\n');
  for (const { first, last, url, connectedOn } of story.people) {
    if (connectedOn === null) continue;
    const cells = [first, last, url, '', 'Acme, Inc.', 'Head', dayOf(connectedOn, era)];
    yield `${csvLine(chooseColumns(cells, era))}\n`;
  }
  for (const day of story.hiddenConnections) {
    yield `${csvLine(chooseColumns(['', '', '', '', '', '', dayOf(day, era)], era))}\n`;
  }
}

function chooseColumns(cells: readonly string[], { hasUrl, isExcel }: ConnectionsEra): string[] {
  return cells.filter((_, index) => (index !== 2 || hasUrl) && (index !== 3 || isExcel !== true));
}

function dayOf(day: number, { isExcel }: ConnectionsEra): string {
  const date = new Date(day);
  const [number, month, year] = [date.getUTCDate(), MONTHS[date.getUTCMonth()] ?? '', date.getUTCFullYear()];
  return isExcel ? `${number}-${month}-${year % 100}` : `${String(number).padStart(2, '0')} ${month} ${year}`;
}

export function* invitationLines(story: Story, era: InvitationsEra): Generator<string> {
  const columns = ['From', 'To', 'Sent At', 'Message', 'Direction', 'inviterProfileUrl', 'inviteeProfileUrl'];
  const width = era.hasUrls ? 7 : 5;
  yield `${csvLine(columns.slice(0, width))}\n`;
  for (const { person, at, note, isOutgoing } of story.invitations) {
    const [from, to] = isOutgoing ? [OWNER, person] : [person, OWNER];
    const direction = isOutgoing ? 'OUTGOING' : 'INCOMING';
    const sentAt = era.isUtc ? `${isoTime(at)} UTC` : halfDayTime(at);
    const cells = [from.name, to.name, sentAt, note, direction, from.url, to.url];
    yield `${csvLine(cells.slice(0, width))}\n`;
  }
}

export function* profileLines(_story: Story): Generator<string> {
  yield 'First Name,Last Name,Maiden Name,Address,Birth Date,Headline\n';
  const [first, ...last] = OWNER.name.split(' ');
  yield `${csvLine([first ?? '', last.join(' '), '', '', '', 'Owner, of "things"'])}\n`;
}

function isoTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

function halfDayTime(at: number): string {
  const date = new Date(at);
  const hour = date.getUTCHours();
  const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${String(date.getUTCFullYear()).slice(2)}`;
  return `${day}, ${hour % 12 || 12}:${String(date.getUTCMinutes()).padStart(2, '0')} ${hour < 12 ? 'AM' : 'PM'}`;
}

function titleCase(text: string): string {
  return text.toLowerCase().replace(/\b\p{L}/gu, (letter) => letter.toUpperCase());
}
