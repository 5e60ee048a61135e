import type { DataSource, QueryRunner } from 'typeorm';
import { Failure } from '../errors.js';
import type { Role } from '../quota/words.js';
import { parseKey, type ParsedKey } from './api-key.js';
import { KeyUses, type KeyUse } from './key-uses.js';
import { LetIn } from './let-in.js';
import { readSessions, shownSession, type SessionRow, type ShownSession } from './session-rows.js';
import { LookUps } from './look-ups.js';
import { isWorthRetrying } from './sqlstate.js';
import { hasSecret, parseToken, type ParsedToken } from './token.js';
import { inTransaction } from './transaction.js';
import { reachOfKey, type Viewer } from './viewer.js';

/** A longer header is no key. */
const HEADER_LENGTH_MAX = 256;
/** `last_used_at` is told to the minute, so that a busy key is not written at every request. */
const LAST_USED_STEP_MS = 60_000;
const TRIES_MAX = 3;

/** The clock is read once, by itself: no statement on a table asks for it. */
const SEE_AGENCIES_AND_CLOCK = 'SELECT see_agencies($1), see_clock() AS at';

/** A key's row, as it stood when it was looked up; instants are epoch milliseconds of the database's clock. */
interface KeyRow {
  readonly agency_id: string;
  readonly id: string;
  readonly role: Role;
  readonly client_account_id: string | null;
  readonly secret_sha256: Buffer;
  readonly expires_at: string | null;
  readonly trusted_documents_only: boolean;
  readonly took_over_from: readonly string[];
  /** Neither revoked nor expired. */
  readonly in_force: boolean;
  /** `last_used_at` is old enough to be written anew. */
  readonly stale: boolean;
}

/** What was shown: a key, or the session in a cookie. */
type Shown =
  | { readonly kind: 'KEY'; readonly key: ParsedKey }
  | { readonly kind: 'SESSION'; readonly token: ParsedToken };

interface Asking {
  readonly shown: Shown;
  /** Whether it is told as a use of what was shown. */
  readonly isUse: boolean;
}

/**
 * Finds out who is asking. No answer is kept: a key or a session that was ended, by whatever process, is refused at the
 * very next request. Whoever names an agency of which somebody was let in before waits behind no key that names any other: of those
 * as many can be made up as somebody likes.
 */
export class Authenticator {
  private readonly known = this.lookUps();
  private readonly strangers = this.lookUps();
  private readonly letIn = new LetIn();
  private readonly uses: KeyUses;

  /**
   * `dataSource`: of its own, best, so that who is asking never waits behind what others asked. `onFailure` is told
   * when it could not be written that keys were used.
   */
  constructor(
    private readonly dataSource: DataSource,
    onFailure: (error: unknown) => void = () => undefined,
  ) {
    this.uses = new KeyUses(dataSource, onFailure);
  }

  /**
   * Whose key an `Authorization: Bearer hr_live_…` header holds; without one, see isKeyShown, whose session a cookie does. Throws
   * UNAUTHENTICATED, with one message for what is missing, malformed, unknown, ended or expired, and with another for a
   * session that still waits for its second factor; THROTTLED when too many are waiting.
   */
  authenticate(authorizationHeader: string | undefined, sessionToken?: string): Promise<Viewer> {
    return this.find(authorizationHeader, sessionToken, true);
  }

  /** The same for a connection that stays open: nobody used a session by that, which ends when it lies idle. */
  lookAgain(authorizationHeader: string | undefined, sessionToken?: string): Promise<Viewer> {
    return this.find(authorizationHeader, sessionToken, false);
  }

  /** The session of a token, whatever it is good for; null where there is none in force. */
  async sessionOf(sessionToken: string | undefined, isUse = true): Promise<ShownSession | null> {
    if (sessionToken === undefined || sessionToken.length > HEADER_LENGTH_MAX) return null;
    const token = parseToken('SESSION', sessionToken);
    return token && ((await this.ask({ kind: 'SESSION', token }, isUse)) as ShownSession | null);
  }

  /** Whether a token was in force when it was looked up last. Nobody is let in by that. */
  wasLetIn(token: ParsedToken): boolean {
    return this.letIn.has(token);
  }

  /** Once it is written which keys were used; to be awaited before the pool is closed. */
  settled(): Promise<void> {
    return this.uses.settled();
  }

  private async find(
    authorizationHeader: string | undefined,
    sessionToken: string | undefined,
    isUse: boolean,
  ): Promise<Viewer> {
    const viewer =
      sessionToken !== undefined && !isKeyShown(authorizationHeader)
        ? await this.memberSignedIn(sessionToken, isUse)
        : await this.viewerOfKey(authorizationHeader);
    if (!viewer) throw unauthenticated();
    return viewer;
  }

  private async memberSignedIn(sessionToken: string, isUse: boolean): Promise<Viewer | null> {
    const session = await this.sessionOf(sessionToken, isUse);
    if (session && session.stage !== 'SIGNED_IN') throw unfinished(session.stage);
    return session?.viewer ?? null;
  }

  private async viewerOfKey(header: string | undefined): Promise<Viewer | null> {
    const key = readHeader(header);
    return key && ((await this.ask({ kind: 'KEY', key }, true)) as Viewer | null);
  }

  private async ask(shown: Shown, isUse: boolean): Promise<Viewer | ShownSession | null> {
    const token = shown.kind === 'KEY' ? { ...shown.key, id: shown.key.keyId } : shown.token;
    const line = this.letIn.hasAgency(token.agencyId) ? this.known : this.strangers;
    const found = await line.ask(token.agencyId, token.id, { shown, isUse });
    this.letIn.note(token, found !== null);
    return found;
  }

  private lookUps(): LookUps<Asking, Viewer | ShownSession | null> {
    return new LookUps(async (asking) => {
      const found = await lookUp(this.dataSource, asking);
      this.uses.note(usesOf(asking, found));
      return asking.map(({ shown }) => answerTo(shown, found));
    });
  }
}

export function unauthenticated(): Failure {
  return new Failure(
    'UNAUTHENTICATED',
    'A valid API key is needed, as the header `Authorization: Bearer hr_live_…`, or a session of the console.',
  );
}

type Unfinished = Exclude<ShownSession['stage'], 'SIGNED_IN'>;

const STILL_TO_DO: Readonly<Record<Unfinished, string>> = {
  SECOND_FACTOR: 'The second factor is still asked for: send a code to POST /auth/session/second-factor.',
  ENROL:
    'The agency demanded a second factor when you signed in: set one up with POST /auth/second-factor, or sign in anew where it demands none any more.',
};

/** Of a session that its password alone was shown for: whoever has its token is told what it waits for. */
export function unfinished(stage: Unfinished): Failure {
  return new Failure('UNAUTHENTICATED', STILL_TO_DO[stage]);
}

/**
 * Whether a header is to say who asks, well or badly. Basic is none: a browser that opened the Playground by a name and a password
 * sends it unasked with all that it asks of this server, and nobody is let in by it here.
 */
export function isKeyShown(header: string | undefined): boolean {
  return header !== undefined && !/^Basic(?: |$)/i.test(header);
}

function readHeader(header: string | undefined): ParsedKey | null {
  if (header === undefined || header.length > HEADER_LENGTH_MAX) return null;
  const [, key] = /^Bearer +(\S+) *$/i.exec(header) ?? [];
  return key === undefined ? null : parseKey(key);
}

/** The keys and sessions of a look-up that are in force, and when it was. */
interface Found {
  readonly known: ReadonlyMap<string, KeyRow>;
  readonly sessions: ReadonlyMap<string, SessionRow>;
  readonly at: string;
}

async function lookUp(dataSource: DataSource, asking: readonly Asking[]): Promise<Found> {
  const shown = asking.map((one) => one.shown);
  for (let tries = 1; ; tries += 1) {
    try {
      return await lookUpOnce(dataSource, shown);
    } catch (error) {
      if (tries >= TRIES_MAX || !isWorthRetrying(error)) throw error;
    }
  }
}

function lookUpOnce(dataSource: DataSource, shown: readonly Shown[]): Promise<Found> {
  return inTransaction(dataSource, (runner) => inForce(runner, shown));
}

async function inForce(runner: QueryRunner, shown: readonly Shown[]): Promise<Found> {
  const keys = shown.flatMap((one) => (one.kind === 'KEY' ? [one.key] : []));
  const tokens = shown.flatMap((one) => (one.kind === 'SESSION' ? [one.token] : []));
  const agencyIds = [...new Set([...keys, ...tokens].map(({ agencyId }) => agencyId))];
  // The door is opened for the agencies that the keys name. Whoever guesses an agency sees nothing by it: a row is
  // only ever compared with the hash of the secret that was shown.
  const [clock] = await runner.manager.query<{ at: string }[]>(SEE_AGENCIES_AND_CLOCK, [agencyIds]);
  if (!clock) throw new Error('see_clock() answers with one row.');
  const { at } = clock;
  const rows = keys.length === 0 ? [] : await readKeys(runner, keys, at);
  const known = new Map(
    rows.filter((row) => row.in_force).map((row) => [nameOf(row.agency_id, row.id), row]),
  );
  const sessions = await readSessions(runner.manager, tokens, { at, staleMs: LAST_USED_STEP_MS });
  return { known, sessions: new Map(sessions.map((row) => [nameOf(row.agency_id, row.id), row])), at };
}

function readKeys(runner: QueryRunner, keys: readonly ParsedKey[], at: string): Promise<KeyRow[]> {
  return runner.manager.query<KeyRow[]>(
    `SELECT agency_id, id, role, client_account_id, secret_sha256, expires_at, trusted_documents_only, took_over_from,
       revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3::bigint) AS in_force,
       last_used_at IS NULL OR last_used_at <= $3::bigint - ${LAST_USED_STEP_MS} AS stale
     FROM api_key WHERE agency_id = ANY ($1::uuid[]) AND id = ANY ($2::uuid[])`,
    [[...new Set(keys.map(({ agencyId }) => agencyId))], [...new Set(keys.map(({ keyId }) => keyId))], at],
  );
}

/** Keys and sessions whose use is to be told: theirs alone who showed the secret too. */
function usesOf(asking: readonly Asking[], { known, sessions, at }: Found): KeyUse[] {
  return asking.flatMap(({ shown: one, isUse }): KeyUse[] => {
    if (!isUse) return [];
    if (one.kind === 'SESSION') {
      const { agencyId, id } = one.token;
      const row = sessions.get(nameOf(agencyId, id));
      const isUsed = row?.stale && hasSecret(one.token, row.secret_sha256);
      return isUsed ? [{ table: 'session', agencyId, keyId: id, at }] : [];
    }
    const { agencyId, keyId } = one.key;
    const row = known.get(nameOf(agencyId, keyId));
    const isUsed = row?.stale && hasSecret(one.key, row.secret_sha256);
    return isUsed ? [{ table: 'api_key', agencyId, keyId, at }] : [];
  });
}

function answerTo(shown: Shown, { known, sessions }: Found): Viewer | ShownSession | null {
  if (shown.kind === 'SESSION') {
    return shownSession(shown.token, sessions.get(nameOf(shown.token.agencyId, shown.token.id)));
  }
  const row = known.get(nameOf(shown.key.agencyId, shown.key.keyId));
  return row && hasSecret(shown.key, row.secret_sha256) ? toViewer(row) : null;
}

function toViewer(row: KeyRow): Viewer {
  return {
    agencyId: row.agency_id,
    role: row.role,
    reach: reachOfKey(row.client_account_id),
    actor: actorOfKey(row.id),
    ...(row.took_over_from.length > 0 && { tookOverFrom: row.took_over_from.map(actorOfKey) }),
    credential: { kind: 'KEY', id: row.id, rights: 0 },
    expiresAt: row.expires_at === null ? null : Number(row.expires_at),
    ...(row.trusted_documents_only && { trustedDocumentsOnly: true }),
  };
}

function actorOfKey(id: string): string {
  return `key:${id}`;
}

function nameOf(agencyId: string, keyId: string): string {
  return `${agencyId} ${keyId}`;
}
