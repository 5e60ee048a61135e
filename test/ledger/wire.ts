import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What PostgreSQL answers to a COMMIT that went through. */
const COMMITTED = Buffer.from('COMMIT\0');

/** The wire between a ledger and PostgreSQL, in the hands of a test. */
export class Wire {
  /** Connections that were tried. */
  tried = 0;
  commitsLost = 0;
  private refusing = false;
  private losesCommit = false;
  private isMute = false;
  private readonly pairs = new Set<readonly [Socket, Socket]>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async to(url: string): Promise<Wire> {
    const server = createServer();
    const wire = new Wire(server, new URL(url));
    server.on('connection', (socket) => wire.accept(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return wire;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return Object.assign(new URL(this.target), { host: `127.0.0.1:${port}` }).href;
  }

  /** Refuses new connections until it is mended; those there are go on. */
  refuse(): void {
    this.refusing = true;
  }

  /** Ends every connection, and refuses new ones until it is mended. */
  cut(): void {
    this.refuse();
    for (const pair of this.pairs) pair.forEach((socket) => socket.destroy());
  }

  mend(): void {
    this.refusing = false;
  }

  /** Takes every connection and carries nothing, of those there are as of new ones: nobody is told. */
  mute(): void {
    this.isMute = true;
    for (const pair of this.pairs) pair.forEach((socket) => socket.pause());
  }

  /** Carries on with what was under way. */
  unmute(): void {
    this.isMute = false;
    for (const pair of this.pairs) pair.forEach((socket) => socket.resume());
  }

  /** The connections there are carry nothing any more, and nobody is told; new ones work. */
  silence(): void {
    for (const pair of this.pairs) pair.forEach((socket) => socket.removeAllListeners('data').pause());
  }

  /** Breaks the connection at the next answer to a COMMIT: it went through, and nobody is told. */
  loseNextCommit(): void {
    this.losesCommit = true;
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(near: Socket): void {
    this.tried += 1;
    if (this.refusing) {
      near.destroy();
      return;
    }
    const far = connect(Number(this.target.port), this.target.hostname);
    const pair = [near, far] as const;
    this.pairs.add(pair);
    near.on('data', (asked: Buffer) => far.write(asked));
    far.on('data', (answer: Buffer) => {
      if (this.losesCommit && answer.includes(COMMITTED)) {
        this.losesCommit = false;
        this.commitsLost += 1;
        near.destroy();
      } else near.write(answer);
    });
    for (const socket of pair) {
      if (this.isMute) socket.pause();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.pairs.delete(pair);
        pair.forEach((each) => each.destroy());
      });
    }
  }
}
