import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '../support/api.js';

/** One request that came in. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly json: Json;
}

/** How a request is answered: with a status, or by whatever is done to the response; nothing leaves it hanging. */
export type Answer = number | ((response: ServerResponse, received: Received) => void);

/** An endpoint on loopback, as an agency would run it. */
export class Receiver {
  readonly received: Received[] = [];
  /** Of the next requests; then all are answered with 204. */
  answers: Answer[] = [];
  private waiting: (() => void)[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Receiver> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const { headers, url = '' } = request;
        receiver.take({ path: url, headers, body, json: JSON.parse(body) }, response);
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const receiver = new Receiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
    return receiver;
  }

  private take(received: Received, response: ServerResponse): void {
    this.received.push(received);
    const answer = this.answers.shift() ?? 204;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else answer(response, received);
    for (const tell of this.waiting.splice(0)) tell();
  }

  /** Waits until so many have come in. */
  async has(count: number): Promise<void> {
    while (this.received.length < count) await new Promise<void>((done) => this.waiting.push(done));
  }

  /** The ids that came in, in order. */
  get ids(): string[] {
    return this.received.map(({ headers }) => String(headers['webhook-id']));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
