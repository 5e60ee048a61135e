import { guardedFetch, GuardError, type GuardOptions } from '../egress/guarded-fetch.js';
import type { Tried } from '../services/webhooks/webhook.outcome.js';
import { signedHeaders, type Message } from './webhook-signature.js';

/** From the look-up of the name to the head of the answer. */
const TIMEOUT_MS = 5_000;
/** Of an answer its status alone is of interest: nothing else of it is read. */
const ANSWER_BYTES_MAX = 0;

/** Sends one signed request. Whatever comes of it is told; it never throws for what the receiver does. */
export type SendWebhook = (url: string, message: Message, secrets: readonly string[]) => Promise<Tried>;

/** Where the address leads to is judged at every try; a redirect is an answer that is none of 2xx. */
export function webhookSender(options: Pick<GuardOptions, 'isLoopbackAllowed' | 'resolve'>): SendWebhook {
  const post = guardedFetch({ ...options, timeoutMs: TIMEOUT_MS, bytesMax: ANSWER_BYTES_MAX });
  return async (url, message, secrets) => {
    const begunAt = performance.now();
    const told = (tried: Omit<Tried, 'tookMs'>): Tried => ({ ...tried, tookMs: performance.now() - begunAt });
    try {
      const { status: statusCode, ok } = await post(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Headroom-Webhooks',
          ...signedHeaders(message, secrets),
        },
        body: message.body,
      });
      return told({ statusCode, failure: ok ? null : 'HTTP_STATUS' });
    } catch (error) {
      if (!(error instanceof GuardError)) throw error;
      return told({ statusCode: null, failure: failureOf(error) });
    }
  };
}

/** What is refused here, before anybody is asked, has no cause outside. */
function failureOf({ cause }: GuardError): Tried['failure'] {
  if (cause === undefined) return 'ADDRESS_REFUSED';
  const isTimeout =
    typeof cause === 'object' && cause !== null && 'name' in cause && cause.name === 'TimeoutError';
  return isTimeout ? 'TIMED_OUT' : 'UNREACHABLE';
}
