import type { DataSource } from 'typeorm';
import type { LedgerReader } from '../../ledger/told/reader.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import type { AuditLog } from '../audit-log.js';
import { CampaignApprovals } from './campaign.approval.js';
import { CampaignChanges } from './campaign.changes.js';
import { CampaignEnrolling } from './campaign.enrolling.js';
import { CampaignForecasts } from './campaign.forecast.js';
import { CampaignLife } from './campaign.life.js';
import { CampaignReader } from './campaign.reading.js';
import { SegmentOrTags } from './campaign.segment.js';
import { CampaignService } from './campaign.service.js';
import type { BusyWork } from '../busy-work.js';
import type { Changes } from '../changes.js';
import type { Letters } from '../members/letters.js';
import type { PolicyService } from '../policy/policy.service.js';

export interface CampaignParts {
  readonly dataSource: DataSource;
  readonly reader: LedgerReader;
  readonly changes: Changes;
  readonly audit: AuditLog;
  readonly fingerprints: Fingerprints;
  readonly policies: PolicyService;
  readonly busy: BusyWork;
  /** Null where no mail can be sent. */
  readonly letters: Letters | null;
}

/** The services of campaigns, wired. */
export function wireCampaigns({ dataSource, reader, busy, ...parts }: CampaignParts) {
  const { changes, audit, policies } = parts;
  const audience = new SegmentOrTags();
  const enrolling = new CampaignEnrolling(dataSource, { reader, audience, busy, changes });
  const campaignChanges = new CampaignChanges(dataSource, changes, audit);
  return {
    campaigns: new CampaignService(dataSource, changes, audit),
    campaignReader: new CampaignReader(dataSource, { policies, audience, busy }),
    campaignEnrolling: enrolling,
    campaignForecasts: new CampaignForecasts(dataSource, { reader, audience, busy }),
    campaignDesk: {
      changes: campaignChanges,
      life: new CampaignLife(dataSource, { changes, audit, policies, audience, enrolling }),
      approvals: new CampaignApprovals(dataSource, { ...parts, audience }),
    },
  };
}
