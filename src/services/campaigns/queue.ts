import type { DataSource } from 'typeorm';
import type { LedgerReader } from '../../ledger/told/reader.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import type { ActivityService } from '../decisions/activity.service.js';
import { CampaignStalls } from './campaign.stalls.js';
import { TouchClaims } from './queue.claims.js';
import { TouchEnds } from './queue.ends.js';
import { QueueKeeper } from './queue.keeper.js';
import { QueueReader } from './queue.reading.js';
import { TouchReassigning } from './queue.reassigning.js';
import { TakenLooks } from './queue.taken.js';
import type { ReleaseService } from '../decisions/release.service.js';
import type { ReservationService } from '../decisions/reservation.service.js';

interface QueueParts {
  readonly dataSource: DataSource;
  readonly reader: LedgerReader;
  readonly reservations: ReservationService;
  readonly releases: ReleaseService;
  readonly activities: ActivityService;
  readonly changes: Changes;
  readonly audit: AuditLog;
}

/** The work queue's services, wired. */
export function wireQueue({ dataSource, reader, changes, audit, ...parts }: QueueParts) {
  const { reservations, releases, activities } = parts;
  const keeper = new QueueKeeper(dataSource, new TakenLooks(dataSource, reservations));
  return {
    queueKeeper: keeper,
    campaignStalls: new CampaignStalls(dataSource, changes, reader, keeper),
    touches: new QueueReader(dataSource, reader, keeper),
    touchReassigning: new TouchReassigning(changes, audit, keeper),
    touchClaims: new TouchClaims(dataSource, { changes, reservations, releases }),
    touchEnds: new TouchEnds(dataSource, { changes, reservations, releases, activities }),
  };
}
