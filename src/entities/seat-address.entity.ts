import { Column, Entity } from 'typeorm';
import { AgencyId, Key } from './columns.js';

/** An address that a seat had before, and that none has now. */
@Entity('seat_address')
export class SeatAddressEntity {
  @AgencyId()
  agencyId: string;

  /** Normalised: https://www.linkedin.com/in/slug */
  @Key('text', 'profile_url')
  profileUrl: string;

  @Column('uuid', { name: 'seat_id' })
  seatId: string;
}
