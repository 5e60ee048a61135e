import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import { codeOf } from '../database/connect.js';
import { StartError } from '../errors.js';

/**
 * Connections that wait to be accepted, as many as Linux lets there be. Node asks for 511: beyond them whoever else connects is dropped
 * by the system, and tries again after one second, three and seven.
 */
const BACKLOG = 4_096;

/** Listens, and answers with the address. Throws a StartError that says what to do where it can't. */
export async function listen(app: FastifyInstance, { host, port }: Config): Promise<string> {
  try {
    await app.listen({ host, port, backlog: BACKLOG });
  } catch (cause) {
    throw cannotListen(host, port, cause);
  }
  const { port: taken } = app.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
}

/** How long requests in flight are waited for once the server stops. */
const DRAIN_MS_MAX = 10_000;

/** Stops accepting and waits for what is in flight; whoever takes longer than that is cut off. */
export async function drain(app: FastifyInstance): Promise<void> {
  const cutOff = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS_MAX);
  try {
    await app.close();
  } finally {
    clearTimeout(cutOff);
  }
}

function cannotListen(host: string, port: number, cause: unknown): unknown {
  const say = (message: string): StartError => new StartError(message, { cause });
  switch (codeOf(cause)) {
    case 'EADDRINUSE':
      return say(
        `Port ${port} of ${host} is taken: end what uses it, or take another, such as PORT=${port + 1} npm start.`,
      );
    case 'EACCES':
      return say(
        `Port ${port} of ${host} may not be used: take one above 1023, such as PORT=4000 npm start.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return say(`HOST is "${host}", which is no address of this machine: set it to one, such as 127.0.0.1.`);
    default:
      return cause;
  }
}
