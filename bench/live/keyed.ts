import { Refusal } from '../../src/errors.js';
import { ApiKeyService } from '../../src/services/members/api-key.service.js';
import { AuditLog } from '../../src/services/audit-log.js';
import { Changes } from '../../src/services/changes.js';
import { openDataSource } from '../../src/tenancy/data-source.js';
import { Fingerprints } from '../../src/tenancy/fingerprint.js';
import type { Office } from '../office.js';

/** An agency with a key of its own. */
export interface KeyedOffice extends Office {
  readonly key: string;
}

export async function keyed(
  { appUrl, secret }: { readonly appUrl: string; readonly secret: Buffer },
  offices: readonly Office[],
): Promise<KeyedOffice[]> {
  const dataSource = await openDataSource(appUrl, { connectionsMax: 4 });
  try {
    const keys = new ApiKeyService(
      dataSource,
      new Changes(dataSource),
      new AuditLog(new Fingerprints(secret)),
    );
    return await Promise.all(
      offices.map(async (office) => {
        const created = await keys.createApiKey(office.viewer, {
          name: 'Bench',
          role: 'OWNER',
          clientAccountId: null,
        });
        if (created instanceof Refusal) throw new Error(created.message);
        return { ...office, key: created.secret };
      }),
    );
  } finally {
    await dataSource.destroy();
  }
}
