import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

/** Where a request came from, by the word of the proxies that are trusted, if any is; an empty text where its connection has gone. */
export function placeFinder(trustProxy: string | null): (request: IncomingMessage) => string {
  const trusted = proxyAddr.compile((trustProxy ?? '').split(',').flatMap((one) => one.trim() || []));
  return (request) => proxyAddr(request, trusted) ?? '';
}
