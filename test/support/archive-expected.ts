/** What a reader must find in the archive of a made-up life, by the rules alone: the oracle of the reader's tests. */
import type { Eras } from './archive-eras.js';
import { OWNER, type Story, type StoryConversation, type StoryInvitation } from './archive-story.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What a reader must find; people by name, which is unique in a story, and '' where nobody is to be named. */
export interface Expected {
  readonly owner: string;
  readonly rowsRead: number;
  readonly sends: readonly ExpectedSend[];
  readonly accepted: readonly ExpectedAnswer[];
  readonly replied: readonly ExpectedAnswer[];
  readonly connections: number;
  readonly notedInvitations: number;
}

export interface ExpectedSend {
  readonly action: 'CONNECTION_REQUEST' | 'DIRECT_MESSAGE' | 'INMAIL';
  readonly noted: boolean;
  readonly name: string;
  readonly url: string;
  readonly latest: number;
}

export interface ExpectedAnswer {
  readonly name: string;
  readonly latest: number;
}

/** What counts of a story, by the rules alone. */
export function expectedOf(story: Story, eras: Eras): Expected {
  const dayLatest = DAY_MS - 1 + 12 * HOUR_MS;
  const outgoing = story.invitations.filter(({ isOutgoing }) => isOutgoing);
  const accepted = new Map<string, number>();
  for (const { person: invited } of outgoing) {
    if (invited.connectedOn !== null) accepted.set(invited.name, invited.connectedOn + dayLatest);
  }
  const messages = story.conversations.reduce((sum, conversation) => sum + conversation.messages.length, 0);
  const connected = story.people.filter(({ connectedOn }) => connectedOn !== null).length;
  return {
    owner: OWNER.url,
    rowsRead: messages + connected + story.hiddenConnections.length + story.invitations.length,
    sends: [...outgoing.map((sent) => expectedInvitation(sent, eras)), ...expectedMessages(story, eras)],
    accepted: [...accepted].map(([name, latest]) => ({ name, latest })),
    replied: story.conversations.flatMap((conversation) => expectedReply(conversation, eras)),
    connections: connected,
    notedInvitations: outgoing.filter(({ note }) => note !== '').length,
  };
}

function expectedInvitation({ person: invited, at, note }: StoryInvitation, eras: Eras): ExpectedSend {
  const isFound = eras.invitations.hasUrls || (invited.connectedOn !== null && eras.connections.hasUrl);
  return {
    action: 'CONNECTION_REQUEST',
    noted: note !== '',
    name: invited.name,
    url: isFound ? invited.url : '',
    latest: eras.invitations.isUtc ? at : at + 12 * HOUR_MS + MINUTE_MS - 1,
  };
}

function expectedMessages(story: Story, eras: Eras): ExpectedSend[] {
  return story.conversations.flatMap((conversation) => {
    const counting = conversation.messages.filter(({ kind }) => kind === 'message');
    return counting.flatMap((message, position) => {
      if (message.from !== null) return [];
      const opens = position === 0 || conversation.id === '';
      const [one, ...others] = conversation.people;
      if (one === undefined) return [];
      const wasConnected = one.connectedOn !== null && one.connectedOn <= message.at;
      const isInMail = opens && message.subject !== '' && others.length === 0 && !wasConnected;
      const answers = counting.some(({ from }) => from === one);
      const isFound =
        eras.messages.hasRecipientUrls || answers || (one.connectedOn !== null && eras.connections.hasUrl);
      return {
        action: isInMail ? ('INMAIL' as const) : ('DIRECT_MESSAGE' as const),
        noted: false,
        name: others.length === 0 ? one.name : '',
        url: others.length === 0 && isFound ? one.url : '',
        latest: messageLatest(message.at, eras),
      };
    });
  });
}

function expectedReply({ id, messages }: StoryConversation, eras: Eras): ExpectedAnswer[] {
  const counting = messages.filter(({ kind }) => kind === 'message');
  const first = counting.findIndex(({ from }) => from === null);
  const reply = first < 0 || id === '' ? undefined : counting.slice(first).find(({ from }) => from !== null);
  return reply?.from ? [{ name: reply.from.name, latest: messageLatest(reply.at, eras) }] : [];
}

function messageLatest(at: number, eras: Eras): number {
  return eras.messages.isUtc ? at : at + 12 * HOUR_MS + 999;
}
