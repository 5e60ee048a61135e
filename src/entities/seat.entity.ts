import { Column, Entity } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

/** Working hours as they are kept; `v` is the version of this form. */
export interface WorkingHoursKept {
  readonly v: 1;
  /** 1 (Monday) to 7, in order. */
  readonly days: readonly number[];
  /** `09:00`, in the seat's zone. */
  readonly from: string;
  /** Exclusive; `24:00` is the end of the day. */
  readonly to: string;
}

/** One LinkedIn account that is operated for a client account. */
@Entity('seat')
export class SeatEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'id')
  id: string;

  @Column('uuid', { name: 'client_account_id' })
  clientAccountId: string;

  @Column('text', { name: 'external_ref', nullable: true })
  externalRef: string | null;

  @Column('text', { name: 'holder_name' })
  holderName: string;

  @Column('text', { name: 'holder_kind' })
  holderKind: 'AGENCY_STAFF' | 'CLIENT_STAFF';

  /** `2026-11-24`, as all days. */
  @Column('date', { name: 'holder_agreed_on', nullable: true })
  holderAgreedOn: string | null;

  /** When the holder took their agreement back; null while they have not, or have agreed again since. */
  @Bigint('holder_withdrew_at', { nullable: true })
  holderWithdrewAt: number | null;

  /** Of the links that stop the seat: those of another one are none. */
  @Column('integer', { name: 'holder_link_generation' })
  holderLinkGeneration: number;

  /** Normalised: https://www.linkedin.com/in/slug */
  @Column('text', { name: 'profile_url' })
  profileUrl: string;

  @Column('text', { name: 'tier' })
  tier:
    | 'BASIC'
    | 'PREMIUM_CAREER'
    | 'PREMIUM_BUSINESS'
    | 'SALES_NAVIGATOR'
    | 'RECRUITER_LITE'
    | 'RECRUITER_PROFESSIONAL_SERVICES'
    | 'RECRUITER_CORPORATE';

  @Column('text', { name: 'time_zone' })
  timeZone: string;

  @Column('jsonb', { name: 'working_hours', nullable: true })
  workingHours: WorkingHoursKept | null;

  @Column('text', { name: 'limit_mode' })
  limitMode: 'CEILING' | 'RECOMMENDED';

  @Column('text', { name: 'status' })
  status: 'ACTIVE' | 'PAUSED' | 'REMOVED';

  /** What it was when it was removed, and is again once it is restored; null of one that is not removed. */
  @Column('text', { name: 'removed_as', nullable: true })
  removedAs: 'ACTIVE' | 'PAUSED' | null;

  @Column('text', { name: 'history' })
  history: 'NONE' | 'DECLARED' | 'UNKNOWN';

  @Column('date', { name: 'warm_up_started_on', nullable: true })
  warmUpStartedOn: string | null;

  @Column('integer', { name: 'opening_pending_invitations' })
  openingPendingInvitations: number;

  @Column('integer', { name: 'opening_credits', nullable: true })
  openingCredits: number | null;

  @Column('date', { name: 'credits_renew_on', nullable: true })
  creditsRenewOn: string | null;

  @Column('integer', { name: 'credits_per_month', nullable: true })
  creditsPerMonth: number | null;

  @Bigint('created_at')
  createdAt: number;
}
