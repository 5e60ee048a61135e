/** `messages.csv`: everything in the inbox, most of it received. Texts are looked at and let go. */
import type { TableLayout, TableRow } from './csv-table.js';
import { parseExportDate, rangeOf, type ExportDate } from './export-dates.js';
import { quoted } from './export-error.js';
import type { Reading } from './export-records.js';
import type { OwnerEvidence } from './owner.js';
import { nameKey, nameSkeleton, personName, skeleton } from './people.js';
import { normalizeProfileUrl } from './profile-url.js';

export type MessageColumn =
  | 'conversationId'
  | 'from'
  | 'senderUrl'
  | 'to'
  | 'recipientUrls'
  | 'date'
  | 'subject'
  | 'content'
  | 'messageDraft'
  | 'conversationDraft';

/** 8 to 13 columns over the years; the rest (title, folder, attachments) says nothing of what was sent. */
export const MESSAGES: TableLayout<MessageColumn> = {
  headings: {
    conversationId: ['CONVERSATION ID'],
    from: ['FROM'],
    senderUrl: ['SENDER PROFILE URL'],
    to: ['TO'],
    recipientUrls: ['RECIPIENT PROFILE URLS', 'RECIPIENT PROFILE URL'],
    date: ['DATE'],
    subject: ['SUBJECT'],
    content: ['CONTENT'],
    messageDraft: ['IS MESSAGE DRAFT'],
    conversationDraft: ['IS CONVERSATION DRAFT'],
  },
  required: ['from', 'date'],
};

/** Campaign mail is written in LinkedIn's own editor, which leaves its mark at the start. */
const CAMPAIGN_MARKUP = /^<[a-z]+ class="spinmail/i;

/** Names, or addresses, that a list of recipients is looked through for: twice as many as a group has. */
export const LISTED_MAX = 100;

const TRUE = /^(?:yes|true|1)$/i;

/** Somebody who wrote a message; the same object for the same person. */
export interface Sender {
  readonly url: string | null;
  readonly name: string | null;
  readonly key: string;
}

/** One message, sent or received, at its date. */
export interface Message extends ExportDate {
  readonly sender: Sender;
  /** Set where the owner may have sent it. */
  readonly sent: SentRow | null;
  /** The row before it of the same conversation. A chain, because 50,000 small arrays take twice the memory. */
  readonly previous: Message | null;
}

/** What is kept of a row that the owner may have sent. */
export interface SentRow {
  readonly fingerprint: string;
  readonly hasSubject: boolean;
  /** Names as they are written, joined by commas. */
  readonly to: string;
  /** Addresses as they are written, joined by commas: read one by one, a hundred of them would take ten times the memory. */
  readonly toUrls: string;
  readonly file: string;
  readonly line: number;
}

export interface Conversation {
  /** Null for a row without one, which is a conversation of its own. */
  readonly id: string | null;
  last: Message | null;
}

/**
 * Collects conversations, without a text. Who the owner is may only be known at the end, so nothing is decided here;
 * fingerprints are made of rows that can be the owner's alone.
 */
export class MessageReader {
  private readonly conversations: Conversation[] = [];
  private readonly byId = new Map<string, Conversation>();
  // The parser makes a new string of every field: people and lists of people are kept once.
  private readonly sendersByUrl = new Map<string, Sender>();
  private readonly sendersByName = new Map<string, Sender>();
  private readonly lists = new Map<string, string>();

  constructor(
    private readonly owner: OwnerEvidence,
    private readonly reading: Reading,
  ) {}

  takeRow(row: TableRow<MessageColumn>, file: string): void {
    if (row.isEmptyBut('date') || isDraft(row) || CAMPAIGN_MARKUP.test(row.get('content'))) return;
    const written = row.get('date');
    const date = parseExportDate(written);
    if (date === null || rangeOf(date, this.reading.importedAt) === null) {
      const problem = date === null ? 'is no date that LinkedIn writes' : 'is after the import';
      return this.reading.reject(file, row.line, `DATE ${quoted(written)} ${problem}`);
    }
    const sender = this.sender(row.get('senderUrl'), row.get('from'));
    const mayBeSent = this.owner.noteSender(sender.url, sender.key);
    const sent = mayBeSent ? this.sentRow(row, date, file) : null;
    const conversation = this.conversation(row.get('conversationId'));
    const { wallMs, spread } = date;
    conversation.last = { wallMs, spread, sender, sent, previous: conversation.last };
  }

  /** Hands out the conversations, once, and forgets everything that was only needed to collect them. */
  takeConversations(): Conversation[] {
    const { byId, sendersByUrl, sendersByName, lists } = this;
    for (const index of [byId, sendersByUrl, sendersByName, lists]) index.clear();
    return this.conversations.splice(0);
  }

  private sentRow(row: TableRow<MessageColumn>, date: ExportDate, file: string): SentRow {
    return {
      fingerprint: this.reading.fingerprint(identity(row, date)),
      hasSubject: row.get('subject') !== '',
      to: once(this.lists, row.get('to'), (list) => list),
      toUrls: once(this.lists, row.get('recipientUrls'), (list) => list),
      file,
      line: row.line,
    };
  }

  private sender(urlText: string, nameText: string): Sender {
    const make = (): Sender => {
      const name = personName(nameText);
      return { url: normalizeProfileUrl(urlText), name, key: nameKey(name) };
    };
    const byUrl = urlText === '' ? null : once(this.sendersByUrl, urlText, make);
    // An address that can't be read is none, and nobody's in particular.
    return byUrl?.url ? byUrl : once(this.sendersByName, nameText, () => ({ ...make(), url: null }));
  }

  private conversation(id: string): Conversation {
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const conversation: Conversation = { id: id === '' ? null : id, last: null };
    this.conversations.push(conversation);
    if (id !== '') this.byId.set(id, conversation);
    return conversation;
  }
}

function once<T>(known: Map<string, T>, text: string, make: (text: string) => T): T {
  const found = known.get(text);
  if (found !== undefined) return found;
  const made = make(text);
  known.set(text, made);
  return made;
}

/** The different addresses of a list, one after the other; null for each that can't be read. */
export function* addressesIn(list: string): Generator<string | null, void> {
  const told = new Set<string>();
  for (const part of list.split(',', LISTED_MAX).map((text) => text.trim())) {
    if (part === '' || told.has(part)) continue;
    const url = normalizeProfileUrl(part);
    const isNew = !told.has(url ?? part);
    told.add(part).add(url ?? part);
    if (isNew) yield url;
  }
}

function isDraft(row: TableRow<MessageColumn>): boolean {
  return TRUE.test(row.get('messageDraft')) || TRUE.test(row.get('conversationDraft'));
}

/**
 * By what a sent message is known again in a newer archive: conversation, written time, subject and content. Not by
 * folder, flags or number of columns, which change; nor by people, where the conversation tells them: names
 * change, and the addresses came later. Rows that agree in all this are told apart by their number alone.
 */
function identity(row: TableRow<MessageColumn>, date: ExportDate): string[] {
  const conversation = row.get('conversationId');
  const people = conversation === '' ? nameSkeleton(row.get('to')) || row.get('recipientUrls') : '';
  const texts = [skeleton(row.get('subject')), skeleton(row.get('content'))];
  return ['message', conversation, people, String(date.wallMs), ...texts];
}
