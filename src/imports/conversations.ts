/** What the owner's messages were, seen in their conversations: to whom, an InMail or not, answered or not. */
import type { Network } from './connections.js';
import { rangeOf } from './export-dates.js';
import { Ordinals, type Engagement, type Reading, type Send } from './export-records.js';
import type { Conversation, Message, Sender, SentRow } from './messages.js';
import type { Owner } from './owner.js';
import { isHiddenMember, isOneName, nameKey, personName } from './people.js';

/** Whom a message went to. A message to several people is one send, to nobody in particular. */
interface Recipient {
  readonly isSeveral: boolean;
  readonly url: string | null;
  readonly name: string | null;
}

/** Who else wrote in a conversation. */
interface Others {
  readonly byName: ReadonlyMap<string, Sender>;
  readonly byUrl: ReadonlyMap<string | null, Sender>;
}

const SEVERAL: Recipient = { isSeveral: true, url: null, name: null };
const UNKNOWN: Recipient = { isSeveral: false, url: null, name: null };

/** The sends and replies of all conversations, in the conversations' order. */
export class ConversationJudge {
  readonly sends: Send[] = [];
  readonly engagements: Engagement[] = [];

  /** Of rows without a conversation; rows of one can only be alike within it. */
  private readonly ordinals = new Ordinals();

  constructor(
    private readonly owner: Owner,
    private readonly network: Network,
    private readonly reading: Reading,
  ) {}

  judge(conversation: Conversation): void {
    const messages = chronological(conversation);
    const isMine = ({ sender, sent }: Message): boolean =>
      sent !== null && this.owner.isOwner(sender.url, sender.key);
    const firstSent = messages.find(isMine);
    if (firstSent === undefined) return;
    const received = messages.filter((message) => !isMine(message));
    const others = othersOf(received);
    const ordinals = conversation.id === null ? this.ordinals : new Ordinals();
    let firstSend: Send | null = null;
    for (const message of messages.filter(isMine)) {
      const send = this.judgeSend(message, message === messages[0], others, ordinals);
      firstSend ??= send;
    }
    const reply = received.find(({ wallMs }) => wallMs > firstSent.wallMs);
    if (reply !== undefined) this.judgeReply(conversation, reply, firstSend);
  }

  /**
   * InMails aren't marked. One is a message that opens a conversation, with a subject, to one person who wasn't
   * connected then: the dialogue for connections has no subject.
   */
  private judgeSend(message: Message, opens: boolean, others: Others, ordinals: Ordinals): Send | null {
    const { sent } = message;
    const range = rangeOf(message, this.reading.importedAt);
    if (sent === null || range === null) return null;
    const { isSeveral, url, name } = this.recipient(sent, others);
    const isInMail = opens && sent.hasSubject && !isSeveral && !this.network.wasConnected(url, name, message);
    const send: Send = {
      action: isInMail ? 'INMAIL' : 'DIRECT_MESSAGE',
      noted: false,
      recipientUrl: url,
      recipientName: name,
      at: range.at,
      earliest: range.earliest,
      latest: range.latest,
      fingerprint: sent.fingerprint,
      ordinal: ordinals.next(sent.fingerprint),
      file: sent.file,
      line: sent.line,
    };
    this.sends.push(send);
    return send;
  }

  private judgeReply(conversation: Conversation, reply: Message, send: Send | null): void {
    const range = rangeOf(reply, this.reading.importedAt);
    if (range === null) return;
    const { url, name } = reply.sender;
    // Who answers without an address is the one that was written to, unless the name says otherwise.
    const isRecipient =
      url === null && send !== null && (name === null || nameKey(name) === nameKey(send.recipientName));
    this.engagements.push({
      kind: 'REPLIED',
      recipientUrl: isRecipient ? send.recipientUrl : (url ?? this.addressOf(name)),
      recipientName: isRecipient ? send.recipientName : name,
      ...range,
      // One a conversation, whichever of its replies is in the archive.
      fingerprint: this.reading.fingerprint(['replied', conversation.id ?? '']),
      ordinal: 1,
    });
  }

  private recipient(sent: SentRow, others: Others): Recipient {
    // Some rows of groups list everybody, the sender included.
    const listed = sent.toUrls.filter((url) => url === null || !this.owner.isOwner(url, ''));
    if (listed.length > 1 || namesHiddenMember(sent.to)) return SEVERAL;
    const [url] = listed;
    if (typeof url === 'string') {
      const written = sent.toUrls.length === 1 ? personName(sent.to) : null;
      return { isSeveral: false, url, name: written ?? this.nameOf(url, others) };
    }
    if (sent.to === '') return UNKNOWN;
    const isKnown = (name: string): boolean =>
      this.network.knowsName(name) || others.byName.has(nameKey(personName(name)));
    if (!isOneName(sent.to, isKnown)) return SEVERAL;
    const name = personName(sent.to);
    const answerer = others.byName.get(nameKey(name));
    return { isSeveral: false, url: answerer?.url ?? this.addressOf(name), name };
  }

  private nameOf(url: string, others: Others): string | null {
    const connected = this.network.find(url, null)?.connection.name ?? null;
    return connected ?? others.byUrl.get(url)?.name ?? null;
  }

  private addressOf(name: string | null): string | null {
    return this.network.find(null, name)?.connection.profileUrl ?? null;
  }
}

function othersOf(received: readonly Message[]): Others {
  const byName = new Map(received.map(({ sender }) => [sender.key, sender]));
  return { byName, byUrl: new Map(received.map(({ sender }) => [sender.url, sender])) };
}

/** Somebody hidden besides somebody else: has no address to be counted by. */
function namesHiddenMember(list: string): boolean {
  const names = list.split(',');
  return names.length > 1 && names.some(isHiddenMember);
}

/** By the written time: within a file all of them are in one zone. Rows of one time in the file's order. */
function chronological({ last }: Conversation): Message[] {
  const messages: Message[] = [];
  for (let message = last; message !== null; message = message.previous) messages.push(message);
  return messages.reverse().sort((one, other) => one.wallMs - other.wallMs);
}
