import { Column, Entity } from 'typeorm';
import { AgencyId, Key } from './columns.js';

/** Who changed what. */
@Entity('audit_entry')
export class AuditEntryEntity {
  @AgencyId()
  agencyId: string;

  /** A uuidv7 made from the instant of the change. */
  @Key('uuid', 'id')
  id: string;

  @Column('text', { name: 'actor' })
  actor: string;

  /** What was done, by the name of its mutation. */
  @Column('text', { name: 'verb' })
  verb: string;

  @Column('text', { name: 'subject_kind' })
  subjectKind: string;

  @Column('uuid', { name: 'subject_id' })
  subjectId: string;

  /**
   * Each field that changed: `{"v": 1, "status": {"old": "ACTIVE", "new": "PAUSED"}}`. Codes, ids and numbers as they
   * are, texts as keyed fingerprints; `v` is the version of this form.
   */
  @Column('jsonb', { name: 'changes' })
  changes: object;
}
