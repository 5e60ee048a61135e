/** What the owner's messages were, seen in their conversations: to whom, an InMail or not, answered or not. */
import type { Network } from './connections.js';
import { rangeOf } from './export-dates.js';
import { Ordinals, type Engagement, type Reading, type Send } from './export-records.js';
import {
  addressesIn,
  LISTED_MAX,
  type Conversation,
  type Message,
  type Sender,
  type SentRow,
} from './messages.js';
import type { Owner } from './owner.js';
import { isHiddenMember, isOneName, nameKey, personName } from './people.js';

/** Messages that are looked at before others get a turn: a few milliseconds. */
export const JUDGED_AT_ONCE = 250;
/** And for how long, of messages that take long. */
export const JUDGED_MS = 10;

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

  /** Tells how many more messages were looked at, where the rest may wait: all of an archive may be one conversation. */
  *judge(conversation: Conversation): Generator<number, void> {
    const messages = yield* chronological(conversation);
    const others = { byName: new Map<string, Sender>(), byUrl: new Map<string | null, Sender>() };
    const mine: Message[] = [];
    let reply: Message | null = null;
    for (const message of messages) {
      const { sender, sent, wallMs } = message;
      if (sent !== null && this.owner.isOwner(sender.url, sender.key)) {
        mine.push(message);
      } else {
        others.byName.set(sender.key, sender);
        others.byUrl.set(sender.url, sender);
        if (mine[0] !== undefined && wallMs > mine[0].wallMs) reply ??= message;
      }
      yield 1;
    }
    const ordinals = conversation.id === null ? this.ordinals : new Ordinals();
    let firstSend: Send | null = null;
    for (const message of mine) {
      const send = this.judgeSend(message, message === messages[0], others, ordinals);
      firstSend ??= send;
      yield 1;
    }
    if (reply !== null) this.judgeReply(conversation, reply, firstSend);
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
    let addresses = 0;
    const theirs: (string | null)[] = [];
    for (const url of addressesIn(sent.toUrls)) {
      addresses += 1;
      // Some rows of groups list everybody, the sender included.
      if (url === null || !this.owner.isOwner(url, '')) theirs.push(url);
      if (theirs.length > 1) return SEVERAL;
    }
    if (namesMany(sent.to)) return SEVERAL;
    const [url] = theirs;
    if (typeof url === 'string') {
      const written = addresses === 1 ? personName(sent.to) : null;
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

/** More than anybody's name has commas; or somebody hidden besides somebody else, who has no address to be counted by. */
function namesMany(list: string): boolean {
  const names = list.split(',', LISTED_MAX + 1);
  return names.length > LISTED_MAX || (names.length > 1 && names.some(isHiddenMember));
}

/** By the written time: within a file all of them are in one zone. Rows of one time in the file's order. */
function* chronological({ last }: Conversation): Generator<number, Message[]> {
  let runs: Message[][] = [];
  let run: Message[] = [];
  for (let message = last; message !== null; message = message.previous) {
    run.push(message);
    if (message.previous !== null && run.length < JUDGED_AT_ONCE) continue;
    runs.push(run.reverse().sort((one, other) => one.wallMs - other.wallMs));
    yield run.length;
    run = [];
  }
  runs.reverse();
  while (runs.length > 1) {
    const merged: Message[][] = [];
    for (let at = 0; at < runs.length; at += 2) merged.push(yield* merge(runs[at] ?? [], runs[at + 1] ?? []));
    runs = merged;
  }
  return runs[0] ?? [];
}

/** Of one time those of the first come first. */
function* merge(first: readonly Message[], second: readonly Message[]): Generator<number, Message[]> {
  const merged: Message[] = [];
  let taken = 0;
  for (const message of first) {
    for (let next = second[taken]; next !== undefined && next.wallMs < message.wallMs; next = second[taken]) {
      merged.push(next);
      taken++;
      yield 1;
    }
    merged.push(message);
    yield 1;
  }
  for (const message of second.slice(taken)) merged.push(message);
  return merged;
}
