import { DAY } from '../../quota/window.js';
import type { OldRows, RowKeys, RowUpdate } from './rows.js';
import type { ScopeStateRow } from './tables.js';

/** The rows of the books that are altered or deleted, and by which columns: all others are written once. */

/** Of holds that were committed or released. */
export const HOLDS_RESOLVED: RowKeys<{ agency_id: string; id: string }> = {
  name: 'delete_holds',
  table: 'hold',
  key: { agency_id: 'uuid', id: 'uuid' },
};

/**
 * Lapsed holds that nothing asks for any more: two days after their end no zone's today reaches back to them. Looked for
 * once a minute of an agency's books; so many at once that they never pile up, and few enough to be gone in milliseconds.
 */
export const HOLDS_FORGOTTEN: OldRows = {
  name: 'forget_holds',
  table: 'hold',
  instant: 'expires_at',
  max: 2_000,
};
export const HOLD_FORGOTTEN_AFTER_MS = 2 * DAY;

/** Of holds of which somebody told what came of them after they had lapsed. */
export const HOLDS_ACCOUNTED: RowUpdate<{ agency_id: string; id: string; accounted_at: number }> = {
  name: 'account_holds',
  table: 'hold',
  key: { agency_id: 'uuid', id: 'uuid' },
  set: { accounted_at: 'int8' },
};

/** Of the books of a batch: the last instant that was used, and the number of the batch among all that held the book. */
export const BOOKS_ADVANCED: RowUpdate<{ agency_id: string; last_at: number; turn: number }> = {
  name: 'advance_books',
  table: 'agency_book',
  key: { agency_id: 'uuid' },
  set: { last_at: 'int8', turn: 'int8' },
};

/** Of states whose counters were counted on. */
export const STATES_COUNTED: RowUpdate<ScopeStateRow> = {
  name: 'count_in_states',
  table: 'scope_state',
  key: { agency_id: 'uuid', scope_kind: 'text', scope_id: 'uuid' },
  set: { state: 'jsonb' },
};
