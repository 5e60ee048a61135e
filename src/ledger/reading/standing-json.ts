import { counterOf } from '../../quota/counter.js';
import type { SetLimit } from '../../quota/limit.js';
import type { OutsideUse } from '../../quota/outside-use.js';
import type { Window, WorkingHours } from '../../quota/window.js';
import type {
  Action,
  CampaignStatus,
  ClientAccountStatus,
  LimitMode,
  LinkedInTier,
  SeatHistory,
  WindowKind,
} from '../../quota/words.js';
import type { HalfCapsJson, StopJson } from './restrictions.js';

/** What is read of where a seat stands comes in one row: many things of it in JSON. */

/** What is read of a limit `l`. */
export const LIMIT_JSON = `l.id, l.actions, l.only_with_note, l.window_kind, l.window_seconds, l.max`;

export type LimitJson = [
  id: string,
  actions: Action[],
  onlyWithNote: boolean,
  kind: WindowKind,
  seconds: number,
  max: number,
];
export type OutsideUseJson = [action: Action, perDay: number, from: string, until: string | null];
export type ZoneJson = [from: number, timeZone: string];

export function outsideUseFromJson([action, perDay, from, until]: OutsideUseJson): OutsideUse {
  return { action, perDay, from, until };
}

export function setLimitFromJson([id, actions, onlyWithNote, kind, seconds, max]: LimitJson): SetLimit {
  const window: Window = kind === 'ROLLING' ? { kind, seconds } : { kind };
  return { id, counter: counterOf(actions, onlyWithNote, window), max };
}

/** Where a seat stands, as it is read. */
export interface StandingRow {
  agency_id: string;
  seat_id: string;
  client_account_id: string;
  tier: LinkedInTier;
  status: 'ACTIVE' | 'PAUSED' | 'REMOVED';
  holder_agreed: boolean;
  client_account_status: ClientAccountStatus;
  pools_contacts: boolean;
  keeps_texts: boolean;
  history: SeatHistory;
  limit_mode: LimitMode;
  zones: ZoneJson[];
  limits: LimitJson[];
  assignments: [from: number, clientAccountId: string][];
  campaigns: [id: string, clientAccountId: string, status: CampaignStatus][];
  working_hours: WorkingHours | null;
  warm_up_started_on: string | null;
  stops: StopJson[];
  half_caps: HalfCapsJson[];
  days_off: string[];
  outside_uses: OutsideUseJson[];
  last_import_at: number | null;
  created_at: number;
  opening_pending_invitations: number;
}
