import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A letter as it came. */
export interface Letter {
  readonly from: string;
  readonly to: string;
  readonly head: string;
  readonly text: string;
}

/** A mail server on loopback, of as much SMTP as a letter takes; what comes is kept, in order. */
export class Mailbox {
  /** Whether it takes no letter for now: when it hears to whom, or what; or to say that it took one. It quotes what it heard. Or it says so without an end. */
  refusing: 'NONE' | 'RECIPIENTS' | 'TEXTS' | 'TO_SAY_SO' | 'TO_COME_TO_AN_END' = 'NONE';
  /** Addresses whose letters it takes, and says so when they are let go. */
  private readonly held = new Map<string, (() => void)[]>();
  private readonly letters: Letter[] = [];
  /** To whom letters were refused, in order. */
  readonly refusals: string[] = [];
  private readonly sockets = new Set<Socket>();
  private taken = 0;
  private told: () => void = () => undefined;

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.serve(socket));
  }

  static async open(): Promise<Mailbox> {
    const server = createServer();
    const mailbox = new Mailbox(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return mailbox;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.hangUp();
    this.server.close();
    await once(this.server, 'close');
  }

  /** The next letter to an address, that was not handed out yet; waits for it. */
  async next(to: string): Promise<Letter> {
    for (;;) {
      const place = this.letters.findIndex((letter, index) => index >= this.taken && letter.to === to);
      const letter = this.letters[place];
      if (letter) {
        this.taken = place + 1;
        return letter;
      }
      await this.change();
    }
  }

  /** Waits until a letter to an address was refused. */
  async refused(to: string): Promise<void> {
    while (!this.refusals.includes(to)) await this.change();
  }

  /** Says nothing of letters to an address that it takes from now on. */
  hold(to: string): void {
    this.held.set(to, []);
  }

  /** Says that it took those that it held, of this address or of all, and holds no more. */
  letGo(address?: string): void {
    for (const to of address === undefined ? [...this.held.keys()] : [address]) {
      for (const say of this.held.get(to) ?? []) say();
      this.held.delete(to);
    }
  }

  /** How many came for an address. */
  addressed(to: string): number {
    return this.letters.filter((letter) => letter.to === to).length;
  }

  /** To whom letters came, in order. */
  get addresses(): readonly string[] {
    return this.letters.map(({ to }) => to);
  }

  /** The newest of those that came for an address. */
  newest(to: string): Letter {
    const letter = this.letters.findLast((one) => one.to === to);
    if (!letter) throw new Error('None came.');
    return letter;
  }

  /** Ends all connections without a word. */
  hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Waits until something comes. */
  change(): Promise<void> {
    return new Promise((resolve) => (this.told = resolve));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket.on('close', () => this.sockets.delete(socket)));
    const say = (line: string) => socket.write(`${line}\r\n`);
    let [from, to, data]: [string, string, string[] | null] = ['', '', null];
    say('220 mailbox');
    // Whoever leaves with something unread resets it, which is told as an error of the lines too.
    const lines = createInterface({ input: socket.on('error', () => undefined), crlfDelay: Infinity });
    lines.on('error', () => undefined);
    lines.on('line', (line) => {
      if (data && line !== '.') return void data.push(line.replace(/^\./, ''));
      if (data) {
        const [head = '', text = ''] = data.join('\n').split(/\n\n([^]*)/);
        data = null;
        if (this.refusing === 'TEXTS') {
          say(`554 spam: ${plain(text).replaceAll('\n', ' ')}`);
          this.refusals.push(to);
          return this.told();
        }
        this.letters.push({ from, to, head, text: plain(text) });
        this.told();
        if (this.refusing === 'TO_COME_TO_AN_END') {
          const stutter = setInterval(() => say('250-wait a bit'), 50);
          return void socket.on('close', () => clearInterval(stutter));
        }
        const taken = (): void => void say('250 taken');
        return void (this.held.get(to)?.push(taken) ?? (this.refusing !== 'TO_SAY_SO' && taken()));
      }
      const inBrackets = /<([^>]*)>/.exec(line)?.[1] ?? '';
      if (/^MAIL FROM/i.test(line)) from = inBrackets;
      if (/^RCPT TO/i.test(line)) to = inBrackets;
      if (/^RCPT TO/i.test(line) && this.refusing === 'RECIPIENTS') {
        say(`451 <${to}> later`);
        this.refusals.push(to);
        return this.told();
      }
      if (/^DATA/i.test(line)) return void ((data = []), say('354 go on'));
      say(/^QUIT/i.test(line) ? '221 bye' : '250 good');
    });
  }
}

/** How long a mail server may take to answer in a test that is about no time: longer than any machine stalls, and nobody else waits so long. */
export const MAIL_TIMEOUT_MS = 19_999;

/** The time that a letter has for all of its answers runs out when this is called, and not before. */
export function timeOfLetter(): { runsOut(): void } {
  const plainly = globalThis.setTimeout;
  const time = { runsOut: (): void => undefined };
  jest.spyOn(globalThis, 'setTimeout').mockImplementation((work: () => void, ms?: number) => {
    if (ms === 3 * MAIL_TIMEOUT_MS) time.runsOut = work;
    return plainly(work, ms);
  });
  return time;
}

/** A text of quoted-printable as it was written. */
function plain(text: string): string {
  return text
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
