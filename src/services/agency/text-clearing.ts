import type { DataSource } from 'typeorm';
import { DAY, type Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { type Asking, inAgency } from '../../tenancy/door.js';

/** Texts of one agency that go in one transaction. It holds no book. */
const AT_ONCE = 10_000;
/** How many portions go in one turn, and how long a turn takes; the next one goes on. */
const PORTIONS_MAX = 100;
const TURN_MS = 5_000;

/** From the last instant that went on, so that what was deleted is not gone through again each time. */
const DELETE_OVER = `
WITH over AS (
  SELECT id, kept_at FROM kept_text WHERE agency_id = $1 AND kept_at >= $3 AND kept_at <= (
    SELECT greatest(k.kept_after, $2::int8 - k.days * ${DAY}::int8) FROM text_keeping k WHERE k.agency_id = $1)
  ORDER BY kept_at LIMIT ${AT_ONCE}
), gone AS (
  DELETE FROM kept_text WHERE agency_id = $1 AND id IN (SELECT id FROM over) RETURNING kept_at
)
SELECT count(*)::int4 AS deleted, max(kept_at) AS last FROM gone`;

/** Deletes what an agency keeps no more, a portion at a time: nobody reads it by then, so that nothing waits for it. */
export class TextClearing {
  constructor(private readonly dataSource: DataSource) {}

  /** Answers how many went. Whoever has more than go in a turn has the rest in the next one. */
  async sweep(viewer: Asking): Promise<number> {
    const endsAt = performance.now() + TURN_MS;
    let [deleted, after] = [0, 0];
    for (let portion = 0; portion < PORTIONS_MAX && performance.now() < endsAt; portion += 1) {
      const [some, last] = await this.sweepSome(viewer, after);
      deleted += some;
      if (some < AT_ONCE) break;
      after = last;
    }
    return deleted;
  }

  private sweepSome(viewer: Asking, after: Instant): Promise<[deleted: number, last: Instant]> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const at = await clockOf(manager);
      const [row] = await manager.query<{ deleted: number; last: string | null }[]>(DELETE_OVER, [
        ...[viewer.agencyId, at, after],
      ]);
      return [row?.deleted ?? 0, Number(row?.last ?? after)];
    });
  }
}
