import { Entity } from 'typeorm';
import { AgencyId, Key } from './columns.js';

/** Whose key works with a seat. */
@Entity('seat_operator')
export class SeatOperatorEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'seat_id')
  seatId: string;

  @Key('uuid', 'api_key_id')
  apiKeyId: string;
}
