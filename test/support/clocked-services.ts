import type { DataSource } from 'typeorm';
import { Ledger, LEDGER_DEFAULTS } from '../../src/ledger/ledger.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import { wireServices } from '../../src/services/wired.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { clockedDatabase, type ClockedDatabase } from '../ledger/fake-clock.js';
import { TEST_FINGERPRINTS } from './agency.js';

/** All services, on a database of their own whose clock stands still. */
export class ClockedServices {
  private constructor(
    readonly database: ClockedDatabase,
    private readonly parts: { readonly dataSource: DataSource; readonly reader: LedgerReader },
    readonly services: ReturnType<typeof wireServices>,
    readonly close: () => Promise<void>,
  ) {}

  static async open(connectionsMax: number): Promise<ClockedServices> {
    const database = await clockedDatabase();
    const dataSource = await openDataSource(database.appUrl, { connectionsMax });
    const ledger = new Ledger(database.appUrl, { ...LEDGER_DEFAULTS, lanes: 1 });
    const reader = new LedgerReader(database.appUrl);
    const parts = { dataSource, ledger, reader, fingerprints: TEST_FINGERPRINTS, previewCap: null };
    return new ClockedServices(database, parts, wireServices(parts), async () => {
      await ledger.close();
      await reader.close();
      await dataSource.destroy();
      await database.close();
    });
  }

  get dataSource(): DataSource {
    return this.parts.dataSource;
  }

  /** What the services read the books by. */
  get reader(): LedgerReader {
    return this.parts.reader;
  }
}
