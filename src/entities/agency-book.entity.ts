import { Entity } from 'typeorm';
import { AgencyId, Bigint } from './columns.js';

/** The one row that is locked before anything of an agency is decided or changed. */
@Entity('agency_book')
export class AgencyBookEntity {
  @AgencyId()
  agencyId: string;

  /** Grows with every change of what decisions rest on. */
  @Bigint('revision')
  revision: number;

  /** The last instant used, in epoch milliseconds. */
  @Bigint('last_at')
  lastAt: number;

  @Bigint('alert_sequence')
  alertSequence: number;

  /** How many transactions have decided or changed anything under it. */
  @Bigint('turn')
  turn: number;
}
