import type { DataSource } from 'typeorm';
import { refuse, type Refusal } from '../../errors.js';
import {
  isAsked,
  listAlerts,
  listAlertsAfter,
  readAlerts,
  readLastSequence,
  type AlertFilter,
  type AlertRecord,
  type AlertsAfter,
  type StreamedAlert,
  type StreamFilter,
} from '../../ledger/alerts/alert-list.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import { seenOf, seenValues } from '../../ledger/told/seen.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import { afterNumber, pageOf, type Page, type PageAsked } from '../page.js';

export type { StreamedAlert, StreamFilter };

/** What someone should know of: read, and ticked off. */
export class AlertService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reader: LedgerReader,
  ) {}

  /** Newest first. */
  async list(viewer: Viewer, filter: AlertFilter, asked: PageAsked): Promise<Page<AlertRecord>> {
    const found = await this.reader.read(viewer, (transaction) =>
      listAlerts(transaction, viewer, filter, { before: afterNumber(asked), rows: asked.rows + 1 }),
    );
    return pageOf(found, asked, ({ sequence }) => [sequence]);
  }

  byIds(viewer: Viewer, ids: readonly string[]): Promise<AlertRecord[]> {
    return this.reader.read(viewer, (transaction) => readAlerts(transaction, viewer, ids));
  }

  /** The number of the last alert that the viewer sees. */
  lastSequence(viewer: Viewer): Promise<number> {
    return this.reader.read(viewer, (transaction) => readLastSequence(transaction, viewer));
  }

  /** What the stream of alerts reads: in the order of their numbers, behind one of them. */
  after(
    viewer: Viewer,
    filter: StreamFilter,
    asked: { readonly after: number; readonly rows: number },
  ): Promise<AlertsAfter> {
    return this.reader.read(viewer, async (transaction, at) => ({
      ...(await listAlertsAfter(transaction, viewer, filter, { ...asked, at })),
      at,
    }));
  }

  /** Whether an alert that was read for all is for this viewer, and asked for. */
  isAsked(viewer: Viewer, filter: StreamFilter, alert: StreamedAlert): boolean {
    return isAsked(viewer, filter, alert);
  }

  /**
   * Ticks an alert off, by whoever did it first; again, it is a no-op. It changes nothing that is decided: no book is
   * taken. Refuses with FORBIDDEN_FOR_ROLE and NOT_FOUND.
   */
  async acknowledge(viewer: Viewer, id: string): Promise<AlertRecord | Refusal> {
    const refusal = forbidden(viewer, 'acknowledgeAlert');
    if (refusal) return refusal;
    return inAgency(this.dataSource, viewer, async (manager) => {
      const at = await clockOf(manager);
      await manager.query(
        `UPDATE alert SET acknowledged_at = $4, acknowledged_by = $5
         WHERE ${seenOf('alert')} AND id = $6 AND acknowledged_at IS NULL`,
        [...seenValues(viewer), at, viewer.actor, id],
      );
      const [alert] = await readAlerts(await ledgerOn(manager), viewer, [id]);
      return alert ?? refuse('NOT_FOUND', 'There is no such alert.', 'alertId');
    });
  }
}
