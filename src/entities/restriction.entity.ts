import { Column, Entity } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

/** What LinkedIn did to a seat's account, as somebody reported it. */
@Entity('restriction')
export class RestrictionEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'id')
  id: string;

  @Column('uuid', { name: 'seat_id' })
  seatId: string;

  @Column('text', { name: 'kind' })
  kind: 'INVITATION_LIMIT' | 'TOO_MANY_PENDING' | 'TEMPORARY' | 'IDENTITY_CHECK' | 'PERMANENT';

  /** Null: every action. */
  @Column('text', { name: 'actions', array: true, nullable: true })
  actions: string[] | null;

  @Bigint('reported_at')
  reportedAt: number;

  /** Null: until a person lifts it. */
  @Bigint('until_at', { nullable: true })
  untilAt: number | null;

  /** Half of every cap until then, from its end on. */
  @Bigint('half_caps_until', { nullable: true })
  halfCapsUntil: number | null;

  @Bigint('lifted_at', { nullable: true })
  liftedAt: number | null;

  @Column('text', { name: 'note', nullable: true })
  note: string | null;
}
