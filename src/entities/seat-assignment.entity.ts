import { Column, Entity } from 'typeorm';
import { AgencyId, BigintKey, Key } from './columns.js';

/** Which client account a seat belonged to, from when on. */
@Entity('seat_assignment')
export class SeatAssignmentEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'seat_id')
  seatId: string;

  @BigintKey('from_at')
  fromAt: number;

  @Column('uuid', { name: 'client_account_id' })
  clientAccountId: string;
}
