import type { DataSource, QueryRunner } from 'typeorm';
import { Failure } from '../errors.js';
import type { Role } from '../quota/words.js';
import { hasSecret, parseKey, type ParsedKey } from './api-key.js';
import { KeyUses, type KeyUse } from './key-uses.js';
import { isWorthRetrying } from './sqlstate.js';
import type { Viewer } from './viewer.js';

/** Most different keys that one statement looks up. */
const BATCH_KEYS_MAX = 200;
/** Most callers that wait at once; beyond, they are sent away. */
const WAITING_MAX = 10_000;
const RETRY_AFTER_MS = 1_000;
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
  /** Neither revoked nor expired. */
  readonly in_force: boolean;
  /** `last_used_at` is old enough to be written anew. */
  readonly stale: boolean;
}

interface Waiting {
  readonly key: ParsedKey;
  readonly resolve: (viewer: Viewer | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Finds out who is asking. Nothing is cached: a key that was revoked, by whatever process, is refused at the very next
 * request. Callers that come while a look-up is under way share the next one, so that many cost hardly more than one.
 */
export class Authenticator {
  private waiting: Waiting[] = [];
  private isLookingUp = false;
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
   * Whose key an `Authorization: Bearer hr_live_…` header holds. Throws UNAUTHENTICATED, with one message for a key
   * that is missing, malformed, unknown, revoked or expired; THROTTLED when too many are waiting.
   */
  async authenticate(authorizationHeader: string | undefined): Promise<Viewer> {
    const key = readHeader(authorizationHeader);
    const viewer = key && (await this.viewerOf(key));
    if (!viewer) throw unauthenticated();
    return viewer;
  }

  /** Once it is written which keys were used; to be awaited before the pool is closed. */
  settled(): Promise<void> {
    return this.uses.settled();
  }

  private viewerOf(key: ParsedKey): Promise<Viewer | null> {
    if (this.waiting.length >= WAITING_MAX) {
      throw new Failure('THROTTLED', 'Too many callers at once; ask again later.', RETRY_AFTER_MS);
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      if (!this.isLookingUp) void this.lookUpAll();
    });
  }

  /** Looks up until nobody is waiting. Whoever comes meanwhile waits for a look-up that begins after they came. */
  private async lookUpAll(): Promise<void> {
    this.isLookingUp = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH_KEYS_MAX);
      try {
        const keys = batch.map(({ key }) => key);
        const found = await lookUp(this.dataSource, keys);
        batch.forEach(({ key, resolve }) => resolve(viewerOf(key, found)));
        this.uses.note(usesOf(keys, found));
      } catch (error) {
        batch.forEach(({ reject }) => reject(error));
      }
    }
    this.isLookingUp = false;
  }
}

export function unauthenticated(): Failure {
  return new Failure(
    'UNAUTHENTICATED',
    'A valid API key is needed, as the header `Authorization: Bearer hr_live_…`.',
  );
}

function readHeader(header: string | undefined): ParsedKey | null {
  if (header === undefined || header.length > HEADER_LENGTH_MAX) return null;
  const [, key] = /^Bearer +(\S+) *$/i.exec(header) ?? [];
  return key === undefined ? null : parseKey(key);
}

/** The keys of a look-up that are in force, and when it was. */
interface Found {
  readonly known: ReadonlyMap<string, KeyRow>;
  readonly at: string;
}

async function lookUp(dataSource: DataSource, keys: readonly ParsedKey[]): Promise<Found> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await lookUpOnce(dataSource, keys);
    } catch (error) {
      if (tries >= TRIES_MAX || !isWorthRetrying(error)) throw error;
    }
  }
}

async function lookUpOnce(dataSource: DataSource, keys: readonly ParsedKey[]): Promise<Found> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    const found = await inForce(runner, keys);
    await runner.commitTransaction();
    return found;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}

async function inForce(runner: QueryRunner, keys: readonly ParsedKey[]): Promise<Found> {
  const agencyIds = [...new Set(keys.map(({ agencyId }) => agencyId))];
  const keyIds = [...new Set(keys.map(({ keyId }) => keyId))];
  // The door is opened for the agencies that the keys name. Whoever guesses an agency sees nothing by it: a row is
  // only ever compared with the hash of the secret that was shown.
  const [clock] = await runner.manager.query<{ at: string }[]>(SEE_AGENCIES_AND_CLOCK, [agencyIds]);
  if (!clock) throw new Error('see_clock() answers with one row.');
  const rows = await runner.manager.query<KeyRow[]>(
    `SELECT agency_id, id, role, client_account_id, secret_sha256, expires_at,
       revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3::bigint) AS in_force,
       last_used_at IS NULL OR last_used_at <= $3::bigint - ${LAST_USED_STEP_MS} AS stale
     FROM api_key WHERE agency_id = ANY ($1::uuid[]) AND id = ANY ($2::uuid[])`,
    [agencyIds, keyIds, clock.at],
  );
  const known = new Map(
    rows.filter((row) => row.in_force).map((row) => [nameOf(row.agency_id, row.id), row]),
  );
  return { known, at: clock.at };
}

/** Keys whose use is to be told: theirs alone who showed the secret too. */
function usesOf(keys: readonly ParsedKey[], { known, at }: Found): KeyUse[] {
  return keys.flatMap((key) => {
    const row = known.get(nameOf(key.agencyId, key.keyId));
    const { agencyId, keyId } = key;
    return row?.stale && hasSecret(key, row.secret_sha256) ? [{ agencyId, keyId, at }] : [];
  });
}

function viewerOf(key: ParsedKey, { known }: Found): Viewer | null {
  const row = known.get(nameOf(key.agencyId, key.keyId));
  return row && hasSecret(key, row.secret_sha256) ? toViewer(row) : null;
}

function toViewer(row: KeyRow): Viewer {
  return {
    agencyId: row.agency_id,
    role: row.role,
    clientAccountId: row.client_account_id,
    actor: `key:${row.id}`,
    keyId: row.id,
    expiresAt: row.expires_at === null ? null : Number(row.expires_at),
  };
}

function nameOf(agencyId: string, keyId: string): string {
  return `${agencyId} ${keyId}`;
}
