import type { DataSource } from 'typeorm';
import { byItself, inAgency } from './door.js';
import { isUnreachable } from './sqlstate.js';

/** Keys whose use waits to be written; beyond, the next use of a key tells as much. */
const WAITING_MAX = 10_000;
/** Most keys of one statement. */
const KEYS_MAX = 200;
/** Somebody may hold a key's row, to revoke it: then this use of it goes untold. */
const LOCK_TIMEOUT_MS = 500;

/** A key, or a session, that was shown, and when. */
export interface KeyUse {
  readonly table: 'api_key' | 'session';
  readonly agencyId: string;
  readonly keyId: string;
  readonly at: string;
}

/**
 * Writes when keys and sessions were last used, behind the back of those who use them: nobody waits for it, and where it can't be
 * written it is told again by the next use.
 */
export class KeyUses {
  private readonly waiting = new Map<string, KeyUse>();
  private writing: Promise<void> | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  note(uses: readonly KeyUse[]): void {
    for (const use of uses) {
      if (this.waiting.size < WAITING_MAX) this.waiting.set(`${use.agencyId} ${use.keyId}`, use);
    }
    if (this.waiting.size > 0) this.writing ??= this.writeAll().finally(() => (this.writing = null));
  }

  /** Once nothing waits to be written. */
  async settled(): Promise<void> {
    while (this.writing !== null) await this.writing;
  }

  /** Agency by agency: the row that somebody holds is of one. */
  private async writeAll(): Promise<void> {
    for (let uses = this.take(); uses.length > 0; uses = this.take()) {
      await this.write(uses).catch((error: unknown) => this.failed(error));
    }
  }

  /** Where the database is away, nothing of it can be written: it would be found out agency by agency. */
  private failed(error: unknown): void {
    if (isUnreachable(error)) this.waiting.clear();
    this.onFailure(error);
  }

  private take(): KeyUse[] {
    const [first] = this.waiting.values();
    const uses = [...this.waiting.values()]
      .filter(({ agencyId, table }) => agencyId === first?.agencyId && table === first.table)
      .slice(0, KEYS_MAX);
    for (const { agencyId, keyId } of uses) this.waiting.delete(`${agencyId} ${keyId}`);
    return uses;
  }

  private write(uses: readonly KeyUse[]): Promise<void> {
    const { agencyId = '', table = 'api_key' } = uses[0] ?? {};
    return inAgency(this.dataSource, byItself(agencyId), async (manager) => {
      await manager.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
      // It is told to the minute: one instant does for all that waited together.
      await manager.query(
        `UPDATE ${table} SET last_used_at = $3 WHERE agency_id = $1 AND id = ANY ($2::uuid[])`,
        [agencyId, uses.map(({ keyId }) => keyId), uses.at(-1)?.at],
      );
    });
  }
}
