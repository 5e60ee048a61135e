import { Column, Entity } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

/** What a client was asked to approve, and what it said. */
@Entity('campaign_approval')
export class CampaignApprovalEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'id')
  id: string;

  @Column('uuid', { name: 'campaign_id' })
  campaignId: string;

  @Column('integer', { name: 'version' })
  version: number;

  @Column('jsonb', { name: 'content' })
  content: object;

  /** What the campaign was called when it was asked; null where that isn't known. No part of the content that is compared. */
  @Column('text', { name: 'campaign_name', nullable: true })
  campaignName: string | null;

  @Column('bytea', { name: 'content_sha256' })
  contentSha256: Buffer;

  /** How many people it is for. */
  @Column('integer', { name: 'people' })
  people: number;

  @Bigint('asked_at')
  askedAt: number;

  @Column('text', { name: 'asked_by' })
  askedBy: string;

  @Column('text', { name: 'answer', nullable: true })
  answer: 'APPROVED' | 'DECLINED' | null;

  @Bigint('answered_at', { nullable: true })
  answeredAt: number | null;

  @Column('text', { name: 'answered_name', nullable: true })
  answeredName: string | null;

  /** Whom of the agency the link was shown to; null where it was sent to the client alone. */
  @Column('text', { name: 'link_shown_to', nullable: true })
  linkShownTo: string | null;

  /** Since when the client account had the address that the link was sent to; null where it was shown. */
  @Bigint('approver_set_at', { nullable: true })
  approverSetAt: number | null;

  @Column('text', { name: 'remark', nullable: true })
  remark: string | null;
}
