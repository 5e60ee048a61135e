import { Temporal } from 'temporal-polyfill';
import type { DataSource, EntityManager } from 'typeorm';
import type { Refusal } from '../../errors.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import type { Statement } from '../../ledger/books/connection.js';
import { recipientsOfPerson } from '../../ledger/people/one-person.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { TextClearing } from '../agency/text-clearing.js';
import { forgetAnswers } from '../campaigns/campaign.approval.keeping.js';
import { forbiddenBeyondClientAccount } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { checkInteger } from '../checks.js';
import { forgetOldUnread } from '../tools/unread-events.js';
import { forgetOldDeliveries } from '../webhooks/webhook.delivery.js';
import { writeTerms } from './prospect.storing.js';

/** Months after the last contact where an agency says nothing. */
const MONTHS_DEFAULT = 36;
const MONTHS_MAX = 120;
/** Prospects of one agency that go in one turn of a sweep. */
const SWEPT_AT_ONCE = 1_000;

// Found with the oldest first. Whoever was written to, answered, or is about to be written to, by any address, was in contact: with the
// client account of the list. Another one's contact would show by who stays.
const READ_OUT_OF_CONTACT: Statement = {
  name: 'read_prospects_out_of_contact',
  text: `
SELECT p.id FROM prospect p WHERE p.agency_id = $1 AND p.added_at < $2
  AND NOT EXISTS (SELECT 1 FROM unnest(${recipientsOfPerson('$1', 'p.recipient_id')}) AS one (id)
    WHERE EXISTS (SELECT 1 FROM charge c WHERE c.agency_id = $1 AND c.recipient_id = one.id
        AND c.client_account_id = p.client_account_id AND c.effective_at >= $2 OFFSET 0)
      OR EXISTS (SELECT 1 FROM hold h WHERE h.agency_id = $1 AND h.recipient_id = one.id
        AND h.client_account_id = p.client_account_id OFFSET 0)
      OR EXISTS (SELECT 1 FROM seat s CROSS JOIN LATERAL (
          SELECT 1 FROM engagement e WHERE e.agency_id = $1 AND e.seat_id = s.id AND e.recipient_id = one.id
            AND e.client_account_id = p.client_account_id AND e.occurred_at >= $2 LIMIT 1) AS answered
        WHERE s.agency_id = $1 OFFSET 0)
    OFFSET 0)
ORDER BY p.added_at, p.id LIMIT ${SWEPT_AT_ONCE}`,
};

/** How long people stay on lists to whom nobody writes any more. */
export class RetentionService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: { readonly changes: Changes; readonly audit: AuditLog },
  ) {}

  /** Months after the last contact; null where they stay. */
  monthsOf(viewer: Viewer): Promise<number | null> {
    return inAgency(this.dataSource, viewer, (manager) => readMonths(manager, viewer.agencyId));
  }

  /** Refuses with FORBIDDEN_FOR_ROLE and INVALID. */
  async setRetention(
    viewer: Viewer,
    months: number | null,
  ): Promise<{ readonly prospectMonths: number | null } | Refusal> {
    const refusal =
      forbiddenBeyondClientAccount(viewer, 'setRetention') ??
      checkInteger(months, 1, MONTHS_MAX, 'prospectMonths');
    if (refusal) return refusal;
    return this.parts.changes.make(viewer, async (manager, at) => {
      const before = await readMonths(manager, viewer.agencyId);
      await manager.query(
        `INSERT INTO retention (agency_id, prospect_months) VALUES ($1, $2)
         ON CONFLICT (agency_id) DO UPDATE SET prospect_months = excluded.prospect_months`,
        [viewer.agencyId, months],
      );
      await this.parts.audit.write(manager, viewer, at, {
        verb: 'setRetention',
        subjectKind: 'AGENCY',
        subjectId: viewer.agencyId,
        before: { prospectMonths: before },
        after: { prospectMonths: months },
      });
      return { prospectMonths: months };
    });
  }

  /**
   * Takes those off their lists whose last contact is too long ago, deletes texts whose time is over, and forgets who answered for
   * campaigns that ended long ago, so many at once; answers how many of all. Events that could not be read and deliveries are few.
   */
  async sweep(viewer: Viewer): Promise<number> {
    const texts = await new TextClearing(this.dataSource).sweep(viewer);
    const answers = await inAgency(this.dataSource, viewer, async (manager) => {
      const at = await clockOf(manager);
      await forgetOldUnread(manager, viewer.agencyId, at);
      await forgetOldDeliveries(manager, viewer.agencyId, at);
      return forgetAnswers(manager, viewer.agencyId, at);
    });
    return texts + answers + (await this.sweepProspects(viewer));
  }

  private sweepProspects(viewer: Viewer): Promise<number> {
    const { agencyId } = viewer;
    return inAgency(this.dataSource, viewer, async (manager) => {
      const months = await readMonths(manager, agencyId);
      if (months === null) return 0;
      const at = await clockOf(manager);
      const transaction = await ledgerOn(manager);
      const old = await transaction.query<{ id: string }>(READ_OUT_OF_CONTACT, [
        agencyId,
        monthsBefore(at, months),
      ]);
      if (old.length === 0) return 0;
      const ids = old.map(({ id }) => id);
      await manager.query('DELETE FROM prospect WHERE agency_id = $1 AND id = ANY ($2::uuid[])', [
        agencyId,
        ids,
      ]);
      await writeTerms(manager, agencyId, { all: ids, now: [] });
      await this.parts.audit.write(manager, viewer, at, {
        verb: 'removeProspects',
        subjectKind: 'AGENCY',
        subjectId: agencyId,
        before: {},
        after: { prospects: ids.length },
      });
      return ids.length;
    });
  }
}

async function readMonths(manager: EntityManager, agencyId: string): Promise<number | null> {
  const [row] = await manager.query<{ prospect_months: number | null }[]>(
    'SELECT prospect_months FROM retention WHERE agency_id = $1',
    [agencyId],
  );
  return row ? row.prospect_months : MONTHS_DEFAULT;
}

function monthsBefore(at: number, months: number): number {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('UTC').subtract({ months })
    .epochMilliseconds;
}
