import { audit } from '../../src/ledger/audit/audit.js';
import { clockedDatabase, type ClockedDatabase } from '../ledger/fake-clock.js';
import { Api } from './api.js';

/** The server on a database of its own whose clock stands where a test puts it; nothing happens there by itself. */
export class ClockedApi {
  private constructor(
    private readonly database: ClockedDatabase,
    private at: number,
    readonly api: Api,
  ) {}

  static async start(at: number): Promise<ClockedApi> {
    const database = await clockedDatabase();
    await database.setClock(at);
    const environment = { HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' };
    return new ClockedApi(database, at, await Api.start(environment, database));
  }

  now(): number {
    return this.at;
  }

  setClock(at: number): Promise<void> {
    this.at = at;
    return this.database.setClock(at);
  }

  /** So many milliseconds later. */
  pass(ms: number): Promise<void> {
    return this.setClock(this.at + ms);
  }

  /** With nothing in its books that differs. */
  async closeAudited(): Promise<void> {
    await this.api.close();
    expect((await audit(this.database.appUrl)).drift).toEqual([]);
    await this.database.close();
  }

  async close(): Promise<void> {
    await this.api.close();
    await this.database.close();
  }
}
