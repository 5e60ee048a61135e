/** Told where a type does not look like an event's name: it may be anything, a person's name as well. */
const UNNAMED = 'OTHER';

const WORDS_MAX = 6;
/** `CONNECTION_REQUEST_SENT`; whole names of people are written so as well. */
const CAPITALS = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;
/** Words of what happens in outreach. Written as people write, a name has one of them at least. */
const OF_EVENTS: ReadonlySet<string> = new Set(
  `accept accepted account action activity added answer answered archived assigned bounce bounced call campaign cancelled changed
   click clicked comment commented complete completed connect connected connection contact conversation converted created
   deal declined deleted delivered detected disconnected edited email ended endorsed engagement event failed finished follow
   followed group ignored inmail interested invitation invite invited lead like liked list lost mail meeting member mention
   message moved new note opened open opt opted out paused pending person post posted profile prospect reaction read received
   rejected relation removed reply replied request resumed scheduled seen sent sequence skill started status step stopped
   subscribed tag tagged task test unsubscribed update updated view viewed visit visited webhook withdrawn won`.split(
    /\s+/,
  ),
);

/** A type of event as it may be kept: where it has the shape of an event's name; anything else might be a person's. */
export function eventNameOf(type: string): string {
  // `messageReceived`, `message.received`, `message-received`
  const parted = CAPITALS.test(type) ? type : type.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  const words = parted.toLowerCase().split(/[._:-]+/);
  const isName = words.length <= WORDS_MAX && words.some((word) => OF_EVENTS.has(word));
  return isName ? type : UNNAMED;
}
