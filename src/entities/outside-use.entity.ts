import { Column, Entity } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

/** What a seat does elsewhere on each of some days, as its agency declares it. */
@Entity('outside_use')
export class OutsideUseEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'seat_id')
  seatId: string;

  @Key('uuid', 'id')
  id: string;

  @Column('text', { name: 'action' })
  action: string;

  @Column('integer', { name: 'per_day' })
  perDay: number;

  /** `2026-11-24`, in the seat's zone. */
  @Column('date', { name: 'from_on' })
  fromOn: string;

  /** The last day; null where it has no end. */
  @Column('date', { name: 'until_on', nullable: true })
  untilOn: string | null;

  @Bigint('declared_at')
  declaredAt: number;
}
