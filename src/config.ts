import { resolve } from 'node:path';
import proxyAddr from '@fastify/proxy-addr';
import { StartError } from './errors.js';
import { parseUrl } from './unicode.js';

/** Everything that the environment decides, parsed once. Nothing else reads `process.env`. */
export interface Config {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** Absolute. Only the embedded database lives in it. */
  readonly dataDirectory: string;
  /** The run-time role's PostgreSQL; null starts the embedded one. */
  readonly databaseUrl: string | null;
  /** The same database for the role that owns it and runs the migrations. */
  readonly databaseOwnerUrl: string | null;
  /** The key of all fingerprints, at least SECRET_LENGTH_MIN characters; null with the embedded database's own. */
  readonly secret: string | null;
  /** The key before it, while fingerprints under it are still to be found; null where there was none. */
  readonly secretPrevious: string | null;
  /** The key of texts that agencies keep, at least SECRET_LENGTH_MIN characters; null where none can be kept. */
  readonly textKey: string | null;
  /** The key before it, while texts under it are still to be read; null where there was none. */
  readonly textKeyPrevious: string | null;
  /** Where people reach this server, `https://headroom.example.com`; null takes the address that it listens on. */
  readonly publicUrl: string | null;
  /** How mail is sent, `smtps://user:password@host`; null sends none: links are shown to whoever makes them. */
  readonly smtpUrl: string | null;
  /** Proxies in front of this server whose word on where a request came from counts, as addresses and networks; null for none. */
  readonly trustProxy: string | null;
  /** Whether this server may ask an agency's provider on this machine itself: for development and tests. */
  readonly loopbackAllowed: boolean;
  /** The Redis that all processes count the API's own limits in, `redis://host:6379`; null counts in each process by itself. */
  readonly redisUrl: string | null;
  /** What whoever reads `/metrics` shows, at least SECRET_LENGTH_MIN characters; null tells it to anybody, and to nobody in production. */
  readonly metricsToken: string | null;
  /** From whom mail is. */
  readonly mailFrom: string;
  readonly mode: Mode;
  readonly logLevel: LogLevel;
  /** Connections that the services share; who is asking, and each lane of the ledger, have others. */
  readonly poolConnections: number;
  /** How many days back the stream of alerts can be resumed. */
  readonly alertDays: number;
  /** Whether the API's own limits are on: of requests, of what an operation may cost, of whom a key previews. */
  readonly apiLimits: boolean;
  /** Whether this process sends to webhooks; others on the same database may. */
  readonly webhooks: boolean;
  /** Whether this process looks now and then for what time alone did; others on the same database may. */
  readonly sweep: boolean;
}

const MODES = ['development', 'test', 'production'] as const;
export type Mode = (typeof MODES)[number];

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const PORT_MAX = 65_535;
const POOL_CONNECTIONS_MAX = 200;
const ALERT_DAYS_MAX = 3_650;
export const SECRET_LENGTH_MIN = 32;
/** So that the key of texts can be thrown away by itself: without HEADROOM_SECRET nobody who was erased stays uncontacted. */
const OTHERS_OF_TEXT_KEY = ['HEADROOM_SECRET', 'HEADROOM_SECRET_PREVIOUS', 'HEADROOM_TEXT_KEY_PREVIOUS'];

/**
 * Reads the environment; a variable that is set to nothing counts as not set.
 * Throws a StartError that names the variable and says what it may be. No message repeats a secret or a password.
 */
export function parseConfig(env: NodeJS.ProcessEnv): Config {
  return Object.freeze({
    port: parsePort(valueOf(env, 'PORT') ?? '4000'),
    host: parseHost(valueOf(env, 'HOST') ?? '127.0.0.1'),
    dataDirectory: resolve(valueOf(env, 'HEADROOM_DATA_DIR') ?? '.headroom'),
    databaseUrl: parseDatabaseUrl(env, 'DATABASE_URL'),
    databaseOwnerUrl: parseDatabaseUrl(env, 'DATABASE_OWNER_URL'),
    secret: parseOwnSecret(env, 'HEADROOM_SECRET', ['HEADROOM_SECRET_PREVIOUS']),
    secretPrevious: parseSecret(env, 'HEADROOM_SECRET_PREVIOUS'),
    textKey: parseOwnSecret(env, 'HEADROOM_TEXT_KEY', OTHERS_OF_TEXT_KEY),
    textKeyPrevious: parseSecret(env, 'HEADROOM_TEXT_KEY_PREVIOUS'),
    publicUrl: parsePublicUrl(valueOf(env, 'HEADROOM_PUBLIC_URL')),
    smtpUrl: parseSmtpUrl(valueOf(env, 'SMTP_URL')),
    redisUrl: parseRedisUrl(valueOf(env, 'REDIS_URL')),
    metricsToken: parseSecret(env, 'HEADROOM_METRICS_TOKEN'),
    trustProxy: parseTrustProxy(valueOf(env, 'HEADROOM_TRUST_PROXY')),
    mailFrom: valueOf(env, 'HEADROOM_MAIL_FROM') ?? 'Headroom <headroom@localhost>',
    loopbackAllowed: parseLoopbackAllowed(env),
    mode: oneOf(MODES, 'NODE_ENV', valueOf(env, 'NODE_ENV') ?? 'development'),
    logLevel: oneOf(LOG_LEVELS, 'LOG_LEVEL', valueOf(env, 'LOG_LEVEL') ?? 'info'),
    poolConnections: parsePoolConnections(valueOf(env, 'HEADROOM_POOL_CONNECTIONS') ?? '10'),
    alertDays: parseAlertDays(valueOf(env, 'HEADROOM_ALERT_DAYS') ?? '90'),
    apiLimits:
      oneOf(['on', 'off'], 'HEADROOM_API_LIMITS', valueOf(env, 'HEADROOM_API_LIMITS') ?? 'on') === 'on',
    webhooks: oneOf(['on', 'off'], 'HEADROOM_WEBHOOKS', valueOf(env, 'HEADROOM_WEBHOOKS') ?? 'on') === 'on',
    sweep: oneOf(['on', 'off'], 'HEADROOM_SWEEP', valueOf(env, 'HEADROOM_SWEEP') ?? 'on') === 'on',
  });
}

function valueOf(env: NodeJS.ProcessEnv, name: string): string | null {
  const value = env[name]?.trim() ?? '';
  return value === '' ? null : value;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port >= 0 && port <= PORT_MAX) return port;
  throw new StartError(`PORT is "${text}": set it to a whole number from 0 (any free port) to ${PORT_MAX}.`);
}

function parsePoolConnections(text: string): number {
  const connections = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  if (connections >= 1 && connections <= POOL_CONNECTIONS_MAX) return connections;
  throw new StartError(
    `HEADROOM_POOL_CONNECTIONS is "${text}": set it to a whole number from 1 to ${POOL_CONNECTIONS_MAX}.`,
  );
}

function parseAlertDays(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (days >= 1 && days <= ALERT_DAYS_MAX) return days;
  throw new StartError(
    `HEADROOM_ALERT_DAYS is "${text}": set it to a whole number of days from 1 to ${ALERT_DAYS_MAX}.`,
  );
}

function parseHost(text: string): string {
  if (/^[\w.:-]+$/.test(text)) return text;
  throw new StartError(`HOST is "${text}": set it to an address or a name to listen on, such as 127.0.0.1.`);
}

function parseDatabaseUrl(env: NodeJS.ProcessEnv, name: string): string | null {
  const text = valueOf(env, name);
  if (text === null) return null;
  const url = parseUrl(text);
  const complete = url !== null && /^postgres(ql)?:$/.test(url.protocol) && url.username !== '';
  if (complete && isEncoded(url) && url.pathname.length > 1) return text;
  // The text itself is not repeated: it may hold a password.
  throw new StartError(
    `${name} can't be read: write it as postgres://ROLE:PASSWORD@HOST:PORT/DATABASE, with special characters percent-encoded.`,
  );
}

function isEncoded(url: URL): boolean {
  try {
    decodeURIComponent(url.username + url.password + url.pathname);
    return true;
  } catch {
    return false;
  }
}

/** An origin, with nothing behind it. */
function parsePublicUrl(text: string | null): string | null {
  if (text === null) return null;
  const url = parseUrl(text);
  if (url && ['http:', 'https:'].includes(url.protocol) && [url.origin, `${url.origin}/`].includes(text)) {
    return url.origin;
  }
  throw new StartError(
    `HEADROOM_PUBLIC_URL is "${text}": set it to where people reach this server, such as https://headroom.example.com, with no path.`,
  );
}

function parseTrustProxy(text: string | null): string | null {
  const proxies = (text ?? '').split(',').flatMap((one) => one.trim() || []);
  try {
    proxyAddr.compile(proxies);
    return proxies.join(',') || null;
  } catch {
    throw new StartError(
      `HEADROOM_TRUST_PROXY is "${text}": set it to the addresses and networks of your proxies, such as 10.0.0.0/8, with commas between them.`,
    );
  }
}

function parseSmtpUrl(text: string | null): string | null {
  if (text === null) return null;
  const url = parseUrl(text);
  if (url && ['smtp:', 'smtps:'].includes(url.protocol) && url.hostname !== '') return text;
  // The text itself is not repeated: it may hold a password.
  throw new StartError("SMTP_URL can't be read: write it as smtps://USER:PASSWORD@HOST:PORT.");
}

function parseRedisUrl(text: string | null): string | null {
  if (text === null) return null;
  const url = parseUrl(text);
  if (url && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== '') return text;
  // The text itself is not repeated: it may hold a password.
  throw new StartError("REDIS_URL can't be read: write it as redis://USER:PASSWORD@HOST:PORT, or rediss://.");
}

/** What an agency's owner writes would lead to whatever else listens on this machine: never where it matters. */
function parseLoopbackAllowed(env: NodeJS.ProcessEnv): boolean {
  const name = 'HEADROOM_ALLOW_LOOPBACK';
  const isAllowed = oneOf(['on', 'off'], name, valueOf(env, name) ?? 'off') === 'on';
  if (!isAllowed || valueOf(env, 'NODE_ENV') !== 'production') return isAllowed;
  throw new StartError(`${name} is "on": it is for development and tests, not for NODE_ENV=production.`);
}

function parseSecret(env: NodeJS.ProcessEnv, name: string): string | null {
  const text = valueOf(env, name);
  if (text === null || text.length >= SECRET_LENGTH_MIN) return text;
  throw new StartError(
    `${name} has ${text.length} characters: set it to at least ${SECRET_LENGTH_MIN}, such as the output of "openssl rand -base64 32".`,
  );
}

/** One that is the same as none of the others. */
function parseOwnSecret(env: NodeJS.ProcessEnv, name: string, others: readonly string[]): string | null {
  const secret = parseSecret(env, name);
  const same = others.find((other) => secret !== null && valueOf(env, other) === secret);
  if (same === undefined) return secret;
  throw new StartError(`${name} is the same as ${same}: set it to one of its own.`);
}

function oneOf<const T extends string>(choices: readonly T[], name: string, text: string): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new StartError(`${name} is "${text}": set it to one of ${choices.join(', ')}.`);
}

/** The secrets before the one in force, newest first. */
export function previousSecrets({ secretPrevious }: Pick<Config, 'secretPrevious'>): string[] {
  return secretPrevious === null ? [] : [secretPrevious];
}

/** The keys of texts, the one in force first; none where no texts can be kept. */
export function textKeys({
  textKey,
  textKeyPrevious,
}: Pick<Config, 'textKey' | 'textKeyPrevious'>): string[] {
  if (textKey === null) return [];
  return textKeyPrevious === null ? [textKey] : [textKey, textKeyPrevious];
}
