import { createHmac } from 'node:crypto';
import { SECOND } from '../quota/window.js';

/** Signatures as Standard Webhooks has them (https://www.standardwebhooks.com): HMAC-SHA256 of id, time and body. */

const SECRET_PREFIX = 'whsec_';

export interface Message {
  /** The same for every try: by it a receiver knows what it has had. */
  readonly id: string;
  /** Of the try, in epoch milliseconds: a receiver takes none that is far from its own clock. */
  readonly at: number;
  readonly body: string;
}

/** The headers of a request: one signature by each secret that counts, so that a receiver may have either. */
export function signedHeaders({ id, at, body }: Message, secrets: readonly string[]): Record<string, string> {
  const timestamp = String(Math.floor(at / SECOND));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
