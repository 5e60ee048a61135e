import type { RowUpdate } from '../../ledger/books/rows.js';
import type { Enrolled } from './enrolment.rows.js';

/** What becomes of enrolments. */

export type EndedBecause =
  | 'STEPS_DONE'
  | 'REPLIED'
  | 'OPTED_OUT'
  | 'DO_NOT_CONTACT'
  | 'OFF_THE_LIST'
  | 'FAILED'
  | 'BY_HAND'
  | 'CAMPAIGN_ENDED'
  | 'SAME_PERSON';

export interface EnrolmentChange {
  agency_id: string;
  id: string;
  state: Enrolled['state'];
  ended_because: EndedBecause | null;
  step: string | null;
  step_since: number;
  next_due_at: number | null;
  started_at: number | null;
  ended_at: number | null;
}

export const ENROLMENTS_CHANGED: RowUpdate<EnrolmentChange> = {
  name: 'change_enrolments',
  table: 'enrolment',
  key: { agency_id: 'uuid', id: 'uuid' },
  set: {
    ...{ state: 'text', ended_because: 'text', step: 'text', step_since: 'int8', next_due_at: 'int8' },
    ...{ started_at: 'int8', ended_at: 'int8' },
  },
  // Whoever has ended stays so.
  where: "kept.state = 'ACTIVE'",
};
