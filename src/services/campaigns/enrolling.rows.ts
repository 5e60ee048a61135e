import type { EntityManager } from 'typeorm';
import { writeRows } from '../../ledger/books/manager-rows.js';
import type { Table } from '../../ledger/books/rows.js';

/** Somebody who is taken into a campaign. */
export interface EnrolmentRow {
  agency_id: string;
  id: string;
  campaign_id: string;
  recipient_id: string;
  seat_id: string;
  version: number;
  state: 'ACTIVE';
  step: string;
  step_since: number;
  next_due_at: number;
  degree: 'FIRST' | 'UNKNOWN';
  open_profile: boolean;
  enrolled_at: number;
}

const ENROLMENT: Table<EnrolmentRow> = {
  name: 'enrolment',
  columns: {
    ...{ agency_id: 'uuid', id: 'uuid', campaign_id: 'uuid', recipient_id: 'uuid', seat_id: 'uuid' },
    ...{ version: 'int4', state: 'text', step: 'text', step_since: 'int8', next_due_at: 'int8' },
    ...{ degree: 'text', open_profile: 'bool', enrolled_at: 'int8' },
  },
  onConflict: 'ON CONFLICT (agency_id, campaign_id, recipient_id) DO NOTHING',
};

/** Whoever is in the campaign already stays as they are. */
export function insertEnrolments(manager: EntityManager, rows: readonly EnrolmentRow[]): Promise<void> {
  return writeRows(manager, ENROLMENT, rows);
}
