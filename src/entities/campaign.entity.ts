import { Column, Entity } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

/** One effort for a client account. */
@Entity('campaign')
export class CampaignEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'id')
  id: string;

  @Column('uuid', { name: 'client_account_id' })
  clientAccountId: string;

  @Column('text', { name: 'external_ref', nullable: true })
  externalRef: string | null;

  @Column('text', { name: 'name' })
  name: string;

  @Column('text', { name: 'status' })
  status: 'DRAFT' | 'RUNNING' | 'PAUSED' | 'COMPLETED' | 'ARCHIVED';

  @Bigint('created_at')
  createdAt: number;

  /** What it is for. */
  @Column('text', { name: 'purpose', nullable: true })
  purpose: string | null;

  @Column('text', { name: 'lawful_basis', nullable: true })
  lawfulBasis: 'CONSENT' | 'CONTRACT' | 'LEGITIMATE_INTERESTS' | null;

  /** Where what is known of its people is from. */
  @Column('text', { name: 'data_source', nullable: true })
  dataSource: string | null;

  @Column('uuid', { name: 'segment_id', nullable: true })
  segmentId: string | null;

  /** Empty: all of the list; null: nobody has said, or it is a segment. */
  @Column('text', { name: 'audience_tags', array: true, nullable: true })
  audienceTags: string[] | null;

  @Column('date', { name: 'starts_on', nullable: true })
  startsOn: string | null;

  @Column('date', { name: 'ends_on', nullable: true })
  endsOn: string | null;

  @Column('boolean', { name: 'approval_required' })
  approvalRequired: boolean;

  /** Of the steps that people are started under; null before the first launch. */
  @Column('integer', { name: 'version', nullable: true })
  version: number | null;

  /** The newest of the steps. */
  @Column('integer', { name: 'draft_version', nullable: true })
  draftVersion: number | null;

  @Bigint('launched_at', { nullable: true })
  launchedAt: number | null;

  @Bigint('ended_at', { nullable: true })
  endedAt: number | null;

  /** The last person who was looked at while people are taken in; null when it is through. */
  @Column('uuid', { name: 'enrolling_after', nullable: true })
  enrollingAfter: string | null;
}
