import { Column, Entity } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

/** A customer of the agency. */
@Entity('client_account')
export class ClientAccountEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'id')
  id: string;

  @Column('uuid', { name: 'plan_id' })
  planId: string;

  @Column('text', { name: 'name' })
  name: string;

  @Column('text', { name: 'external_ref', nullable: true })
  externalRef: string | null;

  @Column('text', { name: 'time_zone' })
  timeZone: string;

  @Column('text', { name: 'status' })
  status: 'ACTIVE' | 'PAUSED' | 'ARCHIVED';

  @Column('text', { name: 'limit_mode' })
  limitMode: 'CEILING' | 'RECOMMENDED';

  @Column('boolean', { name: 'pools_contacts' })
  poolsContacts: boolean;

  /** Whether the client approves each of its campaigns. */
  @Column('boolean', { name: 'approval_required' })
  approvalRequired: boolean;

  /** Whom the link of an approval is sent to; null for nobody. */
  @Column('text', { name: 'approver_email', nullable: true })
  approverEmail: string | null;

  /** When another address took its place last; null while it is the first one. */
  @Bigint('approver_set_at', { nullable: true })
  approverSetAt: number | null;

  @Bigint('created_at')
  createdAt: number;
}
