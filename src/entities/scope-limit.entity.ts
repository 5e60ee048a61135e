import { Column, Entity } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

/** A maximum that people set: a plan's, or a custom one at a scope. */
@Entity('scope_limit')
export class ScopeLimitEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'id')
  id: string;

  @Column('text', { name: 'scope_kind' })
  scopeKind: 'PLAN' | 'AGENCY' | 'CLIENT_ACCOUNT' | 'CAMPAIGN' | 'SEAT';

  @Column('uuid', { name: 'scope_id' })
  scopeId: string;

  /** In the order of the words, so that the same actions are the same array. */
  @Column('text', { name: 'actions', array: true })
  actions: string[];

  @Column('boolean', { name: 'only_with_note' })
  onlyWithNote: boolean;

  @Column('text', { name: 'window_kind' })
  windowKind: 'ROLLING' | 'CALENDAR_DAY' | 'CALENDAR_WEEK' | 'CALENDAR_MONTH';

  /** 0 for the calendar kinds. */
  @Column('integer', { name: 'window_seconds' })
  windowSeconds: number;

  @Column('integer', { name: 'max' })
  max: number;

  @Bigint('created_at')
  createdAt: number;
}
