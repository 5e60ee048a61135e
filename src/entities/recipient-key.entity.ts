import { Column, Entity } from 'typeorm';
import { AgencyId, Key } from './columns.js';

/** Finds a person by what is known of them, without keeping it. */
@Entity('recipient_key')
export class RecipientKeyEntity {
  @AgencyId()
  agencyId: string;

  @Key('text', 'kind')
  kind: 'PROFILE' | 'SALES_NAVIGATOR' | 'NAME';

  @Key('smallint', 'key_version')
  keyVersion: number;

  @Key('bytea', 'fingerprint')
  fingerprint: Buffer;

  @Column('uuid', { name: 'recipient_id' })
  recipientId: string;
}
