/** A made-up member's years on LinkedIn, told without a single line of CSV. */
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export const OWNER = { name: 'Robin Owner', url: 'https://www.linkedin.com/in/robin-owner' } as const;
const BEGIN_MS = Date.UTC(2021, 0, 4);
const END_MS = Date.UTC(2026, 9, 1);

export interface StoryOptions {
  readonly seed: number;
  readonly messages: number;
  readonly connections: number;
  readonly invitations: number;
  /** Of the messages, how many are the owner's own, 0 to 1; half of them unless told. */
  readonly ownShare?: number;
}

export interface Person {
  readonly first: string;
  readonly last: string;
  readonly name: string;
  readonly url: string;
  /** Midnight UTC of the day; null for who isn't connected. */
  readonly connectedOn: number | null;
  /** Deleted or hidden: LinkedIn shows neither name nor address. */
  readonly isHidden: boolean;
}

export interface StoryMessage {
  /** Null: the owner's own. */
  readonly from: Person | null;
  readonly at: number;
  readonly subject: string;
  /** Chooses the text. */
  readonly text: number;
  readonly kind: 'message' | 'draft' | 'campaign';
}

export interface StoryConversation {
  /** Empty for a conversation that LinkedIn gave no id. */
  readonly id: string;
  readonly people: readonly Person[];
  readonly messages: readonly StoryMessage[];
}

export interface StoryInvitation {
  readonly person: Person;
  /** A whole minute. */
  readonly at: number;
  readonly note: string;
  readonly isOutgoing: boolean;
}

export interface Story {
  readonly people: readonly Person[];
  readonly conversations: readonly StoryConversation[];
  readonly invitations: readonly StoryInvitation[];
  /** Days of connections that LinkedIn hides. */
  readonly hiddenConnections: readonly number[];
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
class Dice {
  constructor(private state: number) {}

  /** 0 to below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number below `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  happens(chance: number): boolean {
    return this.next() < chance;
  }

  instant(stepMs: number): number {
    return BEGIN_MS + this.below(Math.floor((END_MS - BEGIN_MS) / stepMs)) * stepMs;
  }

  of<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }
}

export function tellStory(options: StoryOptions): Story {
  const dice = new Dice(options.seed);
  const people = Array.from({ length: options.connections }, (_, index) => person(dice, index, true));
  const strangers = Array.from({ length: 10 + Math.floor(options.connections / 4) }, (_, index) =>
    person(dice, options.connections + index, false),
  );
  const all = [...people, ...strangers];
  return {
    people: all,
    conversations: conversations(dice, all, options),
    invitations: Array.from({ length: options.invitations }, () => invitation(dice, all)),
    hiddenConnections: Array.from({ length: Math.ceil(options.connections / 20) }, () =>
      dice.instant(DAY_MS),
    ),
  };
}

function person(dice: Dice, index: number, isConnected: boolean): Person {
  const first = dice.of(['Ada', 'Bo', 'Élodie', 'Jürgen', 'Mary Ann', '陽子']);
  const last = `${dice.of(['Nguyen', 'Okafor', 'García', "O'Neil", 'Smith "Smitty"'])}${index}${dice.of(['', '', '', ', Ph.D.', ', MBA, PMP'])}`;
  const isHidden = !isConnected && dice.happens(0.1);
  return {
    first,
    last,
    name: isHidden ? '' : `${first} ${last}`,
    url: isHidden ? '' : `https://www.linkedin.com/in/person-${index}`,
    connectedOn: isConnected ? dice.instant(DAY_MS) : null,
    isHidden,
  };
}

function someone(dice: Dice, people: readonly Person[]): Person {
  const found = people[dice.below(people.length)];
  if (found === undefined) throw new Error('A story needs people.');
  return found;
}

function invitation(dice: Dice, people: readonly Person[]): StoryInvitation {
  const invited = someone(dice, people);
  // Who is connected was invited in the weeks before that.
  const at =
    invited.connectedOn === null
      ? dice.instant(MINUTE_MS)
      : invited.connectedOn - (2 * DAY_MS + dice.below(20_000) * MINUTE_MS);
  const note = dice.happens(0.4) ? dice.of(['Hi, shall we connect?', 'We met at "Expo",\nremember?']) : '';
  return { person: invited, at, note, isOutgoing: dice.happens(0.8) };
}

function conversations(
  dice: Dice,
  people: readonly Person[],
  { messages, ownShare = 0.5 }: StoryOptions,
): StoryConversation[] {
  const told: StoryConversation[] = [];
  for (let left = messages, index = 0; left > 0; index++) {
    const conversation = tellConversation(dice, people, {
      index,
      count: Math.min(left, 1 + dice.below(6)),
      ownShare,
    });
    told.push(conversation);
    left -= conversation.messages.length;
  }
  return told;
}

function tellConversation(
  dice: Dice,
  people: readonly Person[],
  { index, count, ownShare }: { readonly index: number; readonly count: number; readonly ownShare: number },
): StoryConversation {
  const first = someone(dice, people);
  const isGroup = !first.isHidden && dice.happens(0.1);
  const second = someone(dice, people);
  const members = isGroup && second !== first && !second.isHidden ? [first, second] : [first];
  const hasId = count > 1 || dice.happens(0.8);
  const opensWithSubject = dice.happens(0.3);
  let at = dice.instant(1_000);
  const messages = Array.from({ length: count }, (_, position): StoryMessage => {
    at += 1_000 + dice.below((5 * DAY_MS) / 1_000) * 1_000;
    const kind = dice.happens(0.05) ? 'draft' : dice.happens(0.05) ? 'campaign' : 'message';
    const isMine = kind === 'draft' || (kind === 'message' && dice.happens(ownShare));
    return {
      from: isMine ? null : (members[dice.below(members.length)] ?? first),
      at,
      subject: position === 0 && opensWithSubject ? 'A word, please' : '',
      text: dice.below(1_000_000),
      kind,
    };
  });
  return { id: hasId ? `2-conversation${index}==` : '', people: members, messages };
}
