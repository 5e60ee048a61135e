import { Column, Entity } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

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

  /** When the account's holder took their agreement back; null where they had not, or had agreed again. */
  @Bigint('holder_withdrew_at', { nullable: true })
  holderWithdrewAt: number | null;
}
