import { Column, Entity } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

/** A seat that sends for a campaign. */
@Entity('campaign_seat')
export class CampaignSeatEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'campaign_id')
  campaignId: string;

  @Key('uuid', 'seat_id')
  seatId: string;

  @Bigint('joined_at')
  joinedAt: number;

  /** 1 to 3: its share of the campaign's people, and the campaign's of what the seat has left. */
  @Column('smallint', { name: 'weight' })
  weight: number;
}
