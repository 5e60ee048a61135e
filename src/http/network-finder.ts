import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import { networkOf } from '../tenancy/network.js';

/** Which network a request came from, by the word of the proxies that are trusted, if any is. */
export function networkFinder(trustProxy: string | null): (request: IncomingMessage) => string {
  const trusted = proxyAddr.compile((trustProxy ?? '').split(',').flatMap((one) => one.trim() || []));
  return (request) => networkOf(proxyAddr(request, trusted) ?? '');
}
