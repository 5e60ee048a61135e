import { Column, Entity } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

/** A person of an agency. The address and the name are here and nowhere else. */
@Entity('member')
export class MemberEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'id')
  id: string;

  /** In lower case; null once it was erased. */
  @Column('text', { name: 'email', nullable: true })
  email: string | null;

  /** Null until an invitation is accepted, and once it was erased. */
  @Column('text', { name: 'name', nullable: true })
  name: string | null;

  @Column('text', { name: 'role' })
  role: 'OWNER' | 'ADMIN' | 'MANAGER' | 'OPERATOR' | 'ANALYST' | 'CLIENT';

  @Column('text', { name: 'status' })
  status: 'INVITED' | 'ACTIVE' | 'REMOVED';

  /** Another one after every change of what the member may do or see. */
  @Column('integer', { name: 'rights' })
  rights: number;

  @Column('text', { name: 'invited_by' })
  invitedBy: string;

  @Bigint('created_at')
  createdAt: number;

  @Bigint('joined_at', { nullable: true })
  joinedAt: number | null;

  @Bigint('removed_at', { nullable: true })
  removedAt: number | null;
}

/** A client account that a member was given the whole of. */
@Entity('member_client_account')
export class MemberClientAccountEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'member_id')
  memberId: string;

  @Key('uuid', 'client_account_id')
  clientAccountId: string;

  @Bigint('given_at')
  givenAt: number;
}

/** A single seat that a member was given. */
@Entity('member_seat')
export class MemberSeatEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'member_id')
  memberId: string;

  @Key('uuid', 'seat_id')
  seatId: string;

  @Bigint('given_at')
  givenAt: number;
}
