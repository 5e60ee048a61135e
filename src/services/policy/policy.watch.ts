import type { DataSource } from 'typeorm';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { raisePolicyNews, readPolicyNews } from '../../ledger/alerts/policy-alerts.js';
import { clockOf } from '../../tenancy/clock.js';
import { byItself, inAgency } from '../../tenancy/door.js';
import { systemViewer } from '../../tenancy/viewer.js';
import type { Changes } from '../changes.js';

/**
 * Tells what time alone does to the versions of the policy: one that was published ahead comes into force, a newer built-in
 * one is there, numbers were unchecked for too long. Decisions go by the versions whether it is told or not.
 */
export class PolicyWatch {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
  ) {}

  /** Takes the book only where there is something to tell, which is hardly ever. */
  async look(agencyId: string): Promise<void> {
    const isDue = await inAgency(this.dataSource, byItself(agencyId), async (manager) => {
      const at = await clockOf(manager);
      const { news } = await readPolicyNews(await ledgerOn(manager), { agencyId, at });
      return news.length > 0;
    });
    if (!isDue) return;
    await this.changes.make(systemViewer(agencyId, 'sweep'), (manager, at) =>
      raisePolicyNews(manager, { agencyId, at }),
    );
  }
}
