import type { DataSource, EntityManager } from 'typeorm';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { AuditLog, Change } from '../audit-log.js';

/** How many of what a list changed, by what they are. */
export type Numbers = Readonly<Record<string, number>>;

/**
 * What the audit log has of a list, with numbers and no name. A list is written piece by piece, and what was written stays, whatever
 * becomes of the process: the first piece that changes something says in its transaction that a list was begun, and all numbers are
 * told at the end. One that is the last as well tells them itself.
 */
export class ListEntry {
  private readonly sums = new Map<string, number>();
  private told: 'NOTHING' | 'BEGUN' | 'ALL' = 'NOTHING';

  constructor(
    private readonly audit: AuditLog,
    private readonly viewer: Viewer,
    private readonly subject: Pick<Change, 'verb' | 'subjectKind' | 'subjectId'>,
  ) {}

  /** In the transaction of a piece that changes so many. */
  async write(manager: EntityManager, at: Instant, numbers: Numbers, isLast: boolean): Promise<void> {
    if (this.told !== 'NOTHING' || !isAny(numbers)) return;
    await this.put(manager, at, isLast ? numbers : { begun: true });
  }

  /** Once that is committed: a transaction that failed told nothing, and changed nobody. */
  wrote(numbers: Numbers, isLast: boolean): void {
    for (const [name, number] of Object.entries(numbers)) {
      this.sums.set(name, (this.sums.get(name) ?? 0) + number);
    }
    if (this.told === 'NOTHING' && isAny(numbers)) this.told = isLast ? 'ALL' : 'BEGUN';
  }

  /** However the list came to its end, and also where the viewer's authority has ended. */
  async end(dataSource: DataSource): Promise<void> {
    if (this.told !== 'BEGUN') return;
    await inAgency(dataSource, this.viewer, async (manager) =>
      this.put(manager, await clockOf(manager), Object.fromEntries(this.sums)),
    );
  }

  private put(manager: EntityManager, at: Instant, words: Numbers | { readonly begun: true }): Promise<void> {
    const after = Object.fromEntries(Object.entries(words).map(([name, word]) => [name, word || null]));
    return this.audit.write(manager, this.viewer, at, { ...this.subject, before: {}, after });
  }
}

function isAny(numbers: Numbers): boolean {
  return Object.values(numbers).some((number) => number > 0);
}
