import type { DataSource } from 'typeorm';
import { refuse, Refusal } from '../../errors.js';
import { inAgency } from '../../tenancy/door.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { checkInteger } from '../checks.js';
import { forbiddenBeyondClientAccount } from '../members/access.js';
import type { TextClearing } from './text-clearing.js';
import { readTextDays, writeTextDays } from './text-keeping.rows.js';

/** As long as decisions are kept. */
const DAYS_MAX = 400;

/** Whether an agency keeps texts, and how long. */
export interface TextKeeping {
  /** 0 where it keeps none. */
  readonly days: number;
  /** Whether this server has a key to seal them with. */
  readonly hasKey: boolean;
}

/** What came of setting it. */
export interface TextKeepingSet {
  readonly textKeeping: TextKeeping | null;
  /** Texts that were taken out; where there are very many, by the time that it was answered. */
  readonly deleted: number;
}

/** Whether the texts that an agency asks about are kept at all: none are, unless it says so. */
export class TextKeepingService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: {
      readonly changes: Changes;
      readonly audit: AuditLog;
      readonly clearing: Pick<TextClearing, 'sweep'>;
    },
    private readonly hasKey: boolean,
  ) {}

  async keepingOf(viewer: Viewer): Promise<TextKeeping> {
    const { agencyId } = viewer;
    const days = await inAgency(this.dataSource, viewer, (manager) => readTextDays(manager, agencyId));
    return { days, hasKey: this.hasKey };
  }

  /**
   * Nobody reads what is older than that, or any of it where none are kept any more, from then on: said under the book, so that nothing
   * that is decided meanwhile is left behind. It is deleted afterwards, while others decide. Refuses with FORBIDDEN_FOR_ROLE, INVALID, and WRONG_STATE where this server has no key.
   */
  async setTextKeeping(viewer: Viewer, days: number): Promise<TextKeepingSet | Refusal> {
    const refusal =
      forbiddenBeyondClientAccount(viewer, 'setTextKeeping') ?? checkInteger(days, 0, DAYS_MAX, 'days');
    if (refusal) return refusal;
    const { agencyId } = viewer;
    const { hasKey } = this;
    if (days > 0 && !hasKey) {
      const why = 'This server has no key for texts, so none can be kept: HEADROOM_TEXT_KEY is not set.';
      return refuse('WRONG_STATE', why, 'days');
    }
    const set = await this.parts.changes.make(viewer, async (manager, at) => {
      const before = await readTextDays(manager, agencyId);
      await writeTextDays(manager, agencyId, days, at);
      await this.parts.audit.write(manager, viewer, at, {
        verb: 'setTextKeeping',
        subjectKind: 'AGENCY',
        subjectId: agencyId,
        before: { textDays: before },
        after: { textDays: days },
      });
      return { days, hasKey };
    });
    if (set instanceof Refusal) return set;
    return { textKeeping: set, deleted: await this.parts.clearing.sweep(viewer) };
  }
}
