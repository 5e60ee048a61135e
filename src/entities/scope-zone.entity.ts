import { Column, Entity } from 'typeorm';
import { AgencyId, BigintKey, Key } from './columns.js';

/** Which zone a scope's calendar windows follow, from when on. Kept for ever. */
@Entity('scope_zone')
export class ScopeZoneEntity {
  @AgencyId()
  agencyId: string;

  @Key('text', 'scope_kind')
  scopeKind: 'AGENCY' | 'CLIENT_ACCOUNT' | 'SEAT';

  @Key('uuid', 'scope_id')
  scopeId: string;

  @BigintKey('from_at')
  fromAt: number;

  @Column('text', { name: 'time_zone' })
  timeZone: string;
}
