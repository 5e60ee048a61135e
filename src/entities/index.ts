import { AgencyBookEntity } from './agency-book.entity.js';
import { AgencyDirectoryEntity, AgencyEntity } from './agency.entity.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { CampaignApprovalEntity } from './campaign-approval.entity.js';
import { CampaignSeatEntity } from './campaign-seat.entity.js';
import { CampaignVersionEntity } from './campaign-version.entity.js';
import { CampaignEntity } from './campaign.entity.js';
import { ClientAccountEntity } from './client-account.entity.js';
import { MemberClientAccountEntity, MemberEntity, MemberSeatEntity } from './member.entity.js';
import { OutsideUseEntity } from './outside-use.entity.js';
import { PlanEntity } from './plan.entity.js';
import { RecipientKeyEntity } from './recipient-key.entity.js';
import { RecipientEntity } from './recipient.entity.js';
import { ScopeLimitEntity } from './scope-limit.entity.js';
import { ScopeZoneEntity } from './scope-zone.entity.js';
import { SeatAddressEntity } from './seat-address.entity.js';
import { SeatAssignmentEntity } from './seat-assignment.entity.js';
import { RestrictionEntity } from './restriction.entity.js';
import { SeatEntity } from './seat.entity.js';

/** Every table that is read or written through TypeORM. The books are written by src/ledger with `pg` itself. */
export const ENTITIES = [
  AgencyDirectoryEntity,
  AgencyEntity,
  AgencyBookEntity,
  PlanEntity,
  ClientAccountEntity,
  SeatEntity,
  SeatAddressEntity,
  SeatAssignmentEntity,
  ScopeZoneEntity,
  CampaignEntity,
  CampaignSeatEntity,
  CampaignVersionEntity,
  CampaignApprovalEntity,
  ScopeLimitEntity,
  OutsideUseEntity,
  ApiKeyEntity,
  MemberEntity,
  MemberClientAccountEntity,
  MemberSeatEntity,
  RecipientEntity,
  RecipientKeyEntity,
  AuditEntryEntity,
  RestrictionEntity,
];
