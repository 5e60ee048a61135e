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
}
