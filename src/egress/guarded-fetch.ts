import { isIP } from 'node:net';
import { Agent, buildConnector, fetch as undiciFetch } from 'undici';
import { addressOf } from '../unicode.js';
import { isLoopbackAddress, isPublicAddress } from './addresses.js';
import { nameLookup, type NameLookup } from './name-lookup.js';

/**
 * Requests to addresses that somebody else wrote. A name is looked up here, every address of it is judged, and the
 * connection goes to exactly the address that was: another answer of the name's server, a moment later, changes nothing.
 */

/** From asking for the name to the last byte. */
const TIMEOUT_MS = 10_000;
const BYTES_MAX = 1_048_576;
/** What comes besides the body of an answer: its head, any number of heads before it, and what encrypts them. */
const BYTES_BESIDES_MAX = 65_536;
/** Addresses of one name that are tried. */
const ADDRESSES_MAX = 4;

const addressesOf = nameLookup();

export interface GuardOptions {
  /** For development and tests: this machine's own addresses, and plain http there. */
  readonly isLoopbackAllowed: boolean;
  /** All addresses of a name. */
  readonly resolve?: NameLookup;
  readonly timeoutMs?: number;
  /** Longer answers are none. With 0 nothing of an answer is read but its head, whatever follows. */
  readonly bytesMax?: number;
}

export interface GuardedInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | URLSearchParams | null;
}

/** What was asked for is nothing that this server asks, or did not answer as it has to. */
export class GuardError extends Error {}

/** Asks and reads the whole answer. A redirect is an answer like any other, and is not followed. Throws a GuardError. */
export type GuardedFetch = (url: string | URL, init?: GuardedInit) => Promise<Response>;

export function guardedFetch(options: GuardOptions): GuardedFetch {
  return (url, init = {}) => ask(checkUrl(url, options), init, options);
}

/** An address as it may be asked for, as far as it tells by itself. Throws a GuardError. */
export function checkUrl(
  text: string | URL,
  { isLoopbackAllowed }: Pick<GuardOptions, 'isLoopbackAllowed'>,
): URL {
  const url = addressOf(String(text));
  if (!url) throw new GuardError('It is no address.');
  if (url.username !== '' || url.password !== '')
    throw new GuardError('The address holds a name or a password.');
  const host = hostOf(url);
  const isHere = isLoopbackAllowed && (host === 'localhost' || isLoopbackAddress(host));
  if (url.protocol !== 'https:' && !(isHere && url.protocol === 'http:')) {
    throw new GuardError('The address is not one of https.');
  }
  if (isIP(host) !== 0) judge(host, isLoopbackAllowed);
  return url;
}

async function ask(url: URL, init: GuardedInit, options: GuardOptions): Promise<Response> {
  const agent = new Agent({ connect: connector(options) });
  try {
    const response = await undiciFetch(url, {
      ...{ method: init.method ?? 'GET', headers: { ...init.headers }, body: init.body ?? null },
      ...{ redirect: 'manual', dispatcher: agent, credentials: 'omit' },
      signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
    });
    const bytes = await wholeOf(response.body, options.bytesMax ?? BYTES_MAX);
    const hasBody = ![101, 204, 205, 304].includes(response.status);
    return new Response(hasBody ? bytes : null, {
      status: response.status,
      headers: [...response.headers],
    });
  } catch (error) {
    if (error instanceof GuardError) throw error;
    // fetch tells of whatever is wrong with a connection as the cause of one and the same error.
    if (error instanceof Error && error.cause instanceof GuardError) throw error.cause;
    throw new GuardError('It could not be reached, or did not answer in time.', { cause: error });
  } finally {
    // Nothing stays open: what was judged is judged anew the next time.
    await agent.destroy();
  }
}

async function wholeOf(
  body: AsyncIterable<Uint8Array> | null,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (bytesMax === 0) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > bytesMax) throw tooLong(bytesMax);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** Connects to an address that was judged, under the name that was asked for: the certificate is that name's. */
function connector(options: GuardOptions) {
  const { isLoopbackAllowed, resolve = addressesOf, timeoutMs = TIMEOUT_MS, bytesMax = BYTES_MAX } = options;
  const connect = buildConnector({ timeout: timeoutMs, allowH2: false });
  const connectTo = (asked: buildConnector.Options, address: string): Promise<Connected> =>
    new Promise((done, failed) => {
      connect({ ...asked, hostname: address }, (...[error, socket]) =>
        error === null ? done(socket) : failed(error),
      );
    });
  const connectSafely = async (asked: buildConnector.Options): Promise<Connected> => {
    const name = asked.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(name) === 0 ? await resolve(name) : [name];
    if (addresses.length === 0) throw new GuardError('The name has no address.');
    for (const address of addresses) judge(address, isLoopbackAllowed);
    let failure: unknown;
    for (const address of addresses.slice(0, ADDRESSES_MAX)) {
      try {
        return await connectTo(asked, address);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
  return (asked: buildConnector.Options, callback: buildConnector.Callback): void => {
    connectSafely(asked).then(
      (socket) => {
        callback(null, socket);
        boundWhole(socket, bytesMax + BYTES_BESIDES_MAX);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

/** Ends a connection that more came over than an answer may have: heads without an end are no body, and nobody counts them. */
function boundWhole(socket: Connected, bytesMax: number): void {
  socket.on('readable', () => {
    if (socket.bytesRead > bytesMax) socket.destroy(tooLong(bytesMax));
  });
}

/** Somebody was asked, and answered so. */
function tooLong(bytesMax: number): GuardError {
  return new GuardError(`The answer is longer than ${bytesMax} bytes.`, { cause: 'LENGTH' });
}

type Connected = NonNullable<Parameters<buildConnector.Callback>[1]>;

/** One address that is not anybody's among those of a name is enough: whoever names both means no good. */
function judge(address: string, isLoopbackAllowed: boolean): void {
  if (isPublicAddress(address) || (isLoopbackAllowed && isLoopbackAddress(address))) return;
  throw new GuardError('The address is not one of the public internet.');
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}
