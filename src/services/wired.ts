import type { DataSource } from 'typeorm';
import type { Ledger } from '../ledger/ledger.js';
import type { LedgerReader } from '../ledger/reader.js';
import type { Fingerprints } from '../tenancy/fingerprint.js';
import { ActivityService } from './activity.service.js';
import { AgencyService } from './agency.service.js';
import { AlertService } from './alert.service.js';
import { AlertMuteService } from './alert-mute.service.js';
import { ApiKeyRotation } from './api-key.rotation.js';
import { ApiKeyService } from './api-key.service.js';
import { AuditLog } from './audit-log.js';
import { AuditLogReader } from './audit-log.reader.js';
import { wireCampaigns } from './campaigns.js';
import { Changes } from './changes.js';
import { ClientAccountService } from './client-account.service.js';
import { DoNotContactService } from './do-not-contact.service.js';
import { EngagementService } from './engagement.service.js';
import { InboundSourceService } from './inbound-source.service.js';
import { InboundService } from './inbound.service.js';
import { ToolCaps } from './tool-caps.js';
import { HolderService } from './holder.service.js';
import { ImportService } from './import.service.js';
import { LimitService } from './limit.service.js';
import { MessageService } from './message.service.js';
import { OutsideUseService } from './outside-use.service.js';
import { PlanService } from './plan.service.js';
import { PolicyService } from './policy.service.js';
import { wireProspects } from './prospects.js';
import { RatesService } from './rates.service.js';
import { wireQueue } from './queue.js';
import { ReleaseService } from './release.service.js';
import { ReservationService } from './reservation.service.js';
import { RestrictionService } from './restriction.service.js';
import { SeatBulk } from './seat.bulk.js';
import { SeatMoves } from './seat.moves.js';
import { SeatReader } from './seat.reader.js';
import { SeatService } from './seat.service.js';
import { TrustedDocuments } from './trusted-documents.js';
import type { PreviewCap } from './preview-cap.js';

/** What the services are made from. */
export interface ServiceParts {
  readonly dataSource: DataSource;
  readonly ledger: Ledger;
  readonly reader: LedgerReader;
  readonly fingerprints: Fingerprints;
  /** Null where previews are not capped. */
  readonly previewCap: PreviewCap | null;
}

/** All services but those of people, wired. */
export function wireServices({ dataSource, ledger, reader, fingerprints, previewCap }: ServiceParts) {
  const changes = new Changes(dataSource);
  const audit = new AuditLog(fingerprints);
  const restrictions = new RestrictionService(changes, audit);
  const policies = new PolicyService(reader, changes, audit);
  const seats = new SeatReader(dataSource);
  const activities = new ActivityService(ledger, reader, fingerprints);
  const engagements = new EngagementService(ledger, fingerprints);
  const prospects = wireProspects({ dataSource, changes, audit, fingerprints });
  const reservations = new ReservationService(ledger, reader, fingerprints, previewCap);
  const releases = new ReleaseService(ledger, restrictions);
  return {
    agencies: new AgencyService(dataSource, audit),
    clientAccounts: new ClientAccountService(dataSource, changes, audit),
    plans: new PlanService(dataSource, changes, audit),
    seats,
    seatChanges: new SeatService(changes, audit),
    seatMoves: new SeatMoves(changes, audit),
    seatBulk: new SeatBulk(changes, audit),
    holders: new HolderService(dataSource, changes, audit, fingerprints),
    outsideUses: new OutsideUseService(changes, audit),
    ...wireCampaigns({ dataSource, reader, changes, audit, fingerprints, policies }),
    limits: new LimitService(dataSource, changes, audit),
    apiKeys: new ApiKeyService(dataSource, changes, audit),
    apiKeyRotation: new ApiKeyRotation(changes, audit),
    trustedDocuments: new TrustedDocuments(dataSource, changes, audit),
    auditLog: new AuditLogReader(dataSource),
    policies,
    messages: new MessageService(policies),
    reservations,
    releases,
    ...wireQueue({ dataSource, reader, reservations, releases, activities }),
    restrictions,
    activities,
    engagements,
    rates: new RatesService(reader, prospects.segments),
    inboundSources: new InboundSourceService(dataSource, { changes, audit }),
    inbound: new InboundService(dataSource, { activities, engagements, fingerprints }),
    toolCaps: new ToolCaps(seats, reader),
    doNotContact: new DoNotContactService(changes, audit, fingerprints),
    alerts: new AlertService(dataSource, reader),
    alertMutes: new AlertMuteService(reader, changes, audit),
    imports: new ImportService(dataSource, audit, fingerprints),
    ...prospects,
    ledger: reader,
  };
}
