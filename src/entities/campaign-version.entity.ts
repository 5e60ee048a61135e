import { Column, Entity, PrimaryColumn } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

/** The steps of a campaign and their texts, as they were. */
@Entity('campaign_version')
export class CampaignVersionEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'campaign_id')
  campaignId: string;

  @PrimaryColumn('integer', { name: 'number' })
  number: number;

  @Column('jsonb', { name: 'definition' })
  definition: object;

  @Bigint('created_at')
  createdAt: number;

  @Column('text', { name: 'created_by' })
  createdBy: string;
}
