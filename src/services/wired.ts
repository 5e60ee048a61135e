import type { DataSource } from 'typeorm';
import type { Ledger } from '../ledger/ledger.js';
import type { LedgerReader } from '../ledger/told/reader.js';
import type { Fingerprints } from '../tenancy/fingerprint.js';
import type { TextVault } from '../tenancy/text-vault.js';
import { ActivityService } from './decisions/activity.service.js';
import { AgencyService } from './agency/agency.service.js';
import { AlertService } from './alerts/alert.service.js';
import { AlertMuteService } from './alerts/alert-mute.service.js';
import { ApiKeyRotation } from './members/api-key.rotation.js';
import { ApiKeyService } from './members/api-key.service.js';
import { AuditLog } from './audit-log.js';
import { AuditLogReader } from './audit-log.reader.js';
import { wireCampaigns } from './campaigns/campaigns.js';
import { BusyWork } from './busy-work.js';
import { Changes } from './changes.js';
import { ClientAccountService } from './agency/client-account.service.js';
import { DoNotContactService } from './prospects/do-not-contact.service.js';
import { EngagementService } from './decisions/engagement.service.js';
import { InboundSourceService } from './tools/inbound-source.service.js';
import { InboundPeople } from './tools/inbound.people.js';
import { InboundService } from './tools/inbound.service.js';
import { ToolCaps } from './tools/tool-caps.js';
import { HolderService } from './seats/holder.service.js';
import { ImportService } from './imports/import.service.js';
import { KeptTexts } from './decisions/kept-texts.js';
import { LimitService } from './agency/limit.service.js';
import type { Letters } from './members/letters.js';
import { MessageService } from './decisions/message.service.js';
import { OutsideUseService } from './seats/outside-use.service.js';
import { PlanService } from './agency/plan.service.js';
import { PolicyService } from './policy/policy.service.js';
import { wireProspects } from './prospects/prospects.js';
import { RatesService } from './campaigns/rates.service.js';
import { wireQueue } from './campaigns/queue.js';
import { ReleaseService } from './decisions/release.service.js';
import { ReservationService } from './decisions/reservation.service.js';
import { RestrictionService } from './seats/restriction.service.js';
import { SeatBulk } from './seats/seat.bulk.js';
import { SeatMoves } from './seats/seat.moves.js';
import { SeatReader } from './seats/seat.reader.js';
import { SeatService } from './seats/seat.service.js';
import { TextClearing } from './agency/text-clearing.js';
import { TextKeepingService } from './agency/text-keeping.service.js';
import { TrustedDocuments } from './members/trusted-documents.js';
import type { PreviewCap } from './decisions/preview-cap.js';

/** What the services are made from. */
export interface ServiceParts {
  readonly dataSource: DataSource;
  readonly ledger: Ledger;
  readonly reader: LedgerReader;
  readonly fingerprints: Fingerprints;
  /** Null where previews are not capped. */
  readonly previewCap: PreviewCap | null;
  /** Null where no texts can be kept. */
  readonly textVault?: TextVault | null;
  /** Null where no mail can be sent. */
  readonly letters?: Letters | null;
  /** Those of the whole process, where there are others besides. */
  readonly changes?: Changes;
}

/** All services but those of members, wired. */
export function wireServices({ dataSource, ledger, reader, fingerprints, ...parts }: ServiceParts) {
  const { previewCap, textVault = null, letters = null, changes = new Changes(dataSource) } = parts;
  const audit = new AuditLog(fingerprints);
  const restrictions = new RestrictionService(changes, audit);
  const busy = new BusyWork();
  const policies = new PolicyService(reader, changes, audit, busy);
  const seats = new SeatReader(dataSource);
  const activities = new ActivityService(ledger, reader, fingerprints, changes);
  const engagements = new EngagementService(ledger, fingerprints);
  const prospects = wireProspects({ dataSource, changes, audit, fingerprints, textVault });
  const doNotContact = new DoNotContactService(changes, audit, fingerprints);
  const people = new InboundPeople({ prospects: prospects.prospects, doNotContact });
  const reservations = new ReservationService(ledger, reader, fingerprints, { previewCap, textVault });
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
    ...wireCampaigns({ dataSource, reader, changes, audit, fingerprints, policies, busy, letters }),
    limits: new LimitService(dataSource, changes, audit),
    apiKeys: new ApiKeyService(dataSource, changes, audit),
    apiKeyRotation: new ApiKeyRotation(changes, audit),
    trustedDocuments: new TrustedDocuments(dataSource, changes, audit),
    auditLog: new AuditLogReader(dataSource),
    policies,
    messages: new MessageService(policies, busy),
    reservations,
    releases,
    keptTexts: new KeptTexts(reader, textVault),
    textKeeping: new TextKeepingService(
      dataSource,
      { changes, audit, clearing: new TextClearing(dataSource) },
      textVault !== null,
    ),
    ...wireQueue({ dataSource, reader, changes, audit, reservations, releases, activities }),
    restrictions,
    activities,
    engagements,
    rates: new RatesService(reader, prospects.segments),
    inboundSources: new InboundSourceService(dataSource, { changes, audit }),
    inbound: new InboundService(dataSource, { activities, engagements, people, fingerprints }),
    toolCaps: new ToolCaps(seats, reader),
    doNotContact,
    alerts: new AlertService(dataSource, reader),
    alertMutes: new AlertMuteService(reader, changes, audit),
    imports: new ImportService(dataSource, audit, fingerprints),
    ...prospects,
    ledger: reader,
  };
}
