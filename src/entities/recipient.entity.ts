import { Column, Entity } from 'typeorm';
import { AgencyId, Bigint, Key } from './columns.js';

/** A person that was written to. The only place of a person's data; erasing empties the row. */
@Entity('recipient')
export class RecipientEntity {
  @AgencyId()
  agencyId: string;

  @Key('uuid', 'id')
  id: string;

  @Column('text', { name: 'profile_url', nullable: true })
  profileUrl: string | null;

  @Column('text', { name: 'name', nullable: true })
  name: string | null;

  @Column('text', { name: 'company', nullable: true })
  company: string | null;

  @Column('text', { name: 'company_domain', nullable: true })
  companyDomain: string | null;

  @Bigint('created_at')
  createdAt: number;

  @Bigint('erased_at', { nullable: true })
  erasedAt: number | null;

  /** The row of the same person, where two turned out to be one. */
  @Column('uuid', { name: 'merged_into', nullable: true })
  mergedInto: string | null;
}
