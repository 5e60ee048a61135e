import { Column, Entity } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

/** What a client account buys. Its limits are in scope_limit, with the scope kind PLAN. */
@Entity('plan')
export class PlanEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'id')
  id: string;

  @Column('text', { name: 'name' })
  name: string;

  @Column('integer', { name: 'seat_allowance' })
  seatAllowance: number;

  @Bigint('created_at')
  createdAt: number;
}
