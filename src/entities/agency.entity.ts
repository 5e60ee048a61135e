import { Column, Entity, PrimaryColumn } from 'typeorm';
import { AgencyId, Bigint } from './columns.js';

/** The tenant. */
@Entity('agency')
export class AgencyEntity {
  @AgencyId()
  agencyId: string;

  @Column('text', { name: 'name' })
  name: string;

  @Column('text', { name: 'time_zone' })
  timeZone: string;

  @Bigint('created_at')
  createdAt: number;
}

/** Which agencies there are, outside of the walls: an id and nothing else. */
@Entity('agency_directory')
export class AgencyDirectoryEntity {
  @PrimaryColumn('uuid', { name: 'id' })
  id: string;

  @Bigint('created_at')
  createdAt: number;
}
