import type { Action, SubjectKind } from '../../quota/words.js';
import type { Table } from './rows.js';

/** The rows that the ledger writes, as the migrations declare them. Instants are epoch milliseconds. */

export interface ChargeRow {
  agency_id: string;
  effective_at: number;
  id: string;
  seat_id: string;
  client_account_id: string;
  campaign_id: string | null;
  action: Action;
  noted: boolean;
  count: number;
  origin: 'COMMIT' | 'RECORD' | 'IMPORT' | 'OPENING' | 'VOID';
  earliest_at: number | null;
  recipient_id: string | null;
  /** By which other address it was told; null where it is the same. */
  told_recipient_id: string | null;
  reservation_id: string | null;
  voids: string | null;
  source_id: string | null;
  recorded_at: number;
  recorded_by: string;
}

export const CHARGE: Table<ChargeRow> = {
  name: 'charge',
  columns: {
    agency_id: 'uuid',
    effective_at: 'int8',
    id: 'uuid',
    seat_id: 'uuid',
    client_account_id: 'uuid',
    campaign_id: 'uuid',
    action: 'text',
    noted: 'bool',
    count: 'int4',
    origin: 'text',
    earliest_at: 'int8',
    recipient_id: 'uuid',
    told_recipient_id: 'uuid',
    reservation_id: 'uuid',
    voids: 'uuid',
    source_id: 'uuid',
    recorded_at: 'int8',
    recorded_by: 'text',
  },
};

/** What is asked, by the id of its answer: a decision, and the hold that it made. */
interface AskedRow {
  agency_id: string;
  id: string;
  seat_id: string;
  client_account_id: string;
  campaign_id: string | null;
  recipient_id: string;
  action: Action;
  noted: boolean;
}

const ASKED = {
  agency_id: 'uuid',
  id: 'uuid',
  seat_id: 'uuid',
  client_account_id: 'uuid',
  campaign_id: 'uuid',
  recipient_id: 'uuid',
  action: 'text',
  noted: 'bool',
} as const satisfies Table<AskedRow>['columns'];

export interface HoldRow extends AskedRow {
  held_at: number;
  expires_at: number;
}

export const HOLD: Table<HoldRow> = {
  name: 'hold',
  columns: { ...ASKED, held_at: 'int8', expires_at: 'int8' },
};

export interface DecisionRow extends AskedRow {
  outcome: string;
  reason_codes: readonly string[];
  expires_at: number | null;
  policy_version: string;
  asked_by: string;
  /** With all that it was held to, of which there may be hundreds. */
  answer: { readonly limits: readonly unknown[] };
}

export const DECISION: Table<DecisionRow> = {
  name: 'decision',
  columns: {
    ...ASKED,
    outcome: 'text',
    reason_codes: 'text[]',
    expires_at: 'int8',
    policy_version: 'text',
    asked_by: 'text',
    answer: 'jsonb',
  },
};

export interface ResolutionRow {
  agency_id: string;
  reservation_id: string;
  status: 'COMMITTED' | 'RELEASED';
  sent_at: number | null;
  resolved_at: number;
  released_because: string | null;
  resolved_by: string;
}

export const RESOLUTION: Table<ResolutionRow> = {
  name: 'resolution',
  columns: {
    agency_id: 'uuid',
    reservation_id: 'uuid',
    status: 'text',
    sent_at: 'int8',
    resolved_at: 'int8',
    released_because: 'text',
    resolved_by: 'text',
  },
};

export interface IdempotencyRow {
  agency_id: string;
  key: string;
  kind: 'RESERVE' | 'RECORD' | 'ENGAGEMENT';
  fingerprint: Buffer;
  fingerprint_version: number;
  subject_id: string;
  matched: boolean;
  /** That a matched record named. */
  reservation_id: string | null;
  created_at: number;
}

export const IDEMPOTENCY: Table<IdempotencyRow> = {
  name: 'idempotency',
  columns: {
    agency_id: 'uuid',
    key: 'text',
    kind: 'text',
    fingerprint: 'bytea',
    fingerprint_version: 'int2',
    subject_id: 'uuid',
    matched: 'bool',
    reservation_id: 'uuid',
    created_at: 'int8',
  },
};

export interface ScopeStateRow {
  agency_id: string;
  scope_kind: string;
  scope_id: string;
  state: object;
}

export const SCOPE_STATE: Table<ScopeStateRow> = {
  name: 'scope_state',
  columns: { agency_id: 'uuid', scope_kind: 'text', scope_id: 'uuid', state: 'jsonb' },
  onConflict: 'ON CONFLICT (agency_id, scope_kind, scope_id) DO UPDATE SET state = excluded.state',
};

export interface UsageHourRow {
  agency_id: string;
  seat_id: string;
  client_account_id: string;
  campaign_id: string;
  action: string;
  hour: number;
  allowed: number;
  denied: number;
  committed: number;
  released: number;
  recorded: number;
}

export const USAGE_HOUR: Table<UsageHourRow> = {
  name: 'usage_hour',
  columns: {
    agency_id: 'uuid',
    seat_id: 'uuid',
    client_account_id: 'uuid',
    campaign_id: 'uuid',
    action: 'text',
    hour: 'int8',
    allowed: 'int4',
    denied: 'int4',
    committed: 'int4',
    released: 'int4',
    recorded: 'int8',
  },
  onConflict: `ON CONFLICT (agency_id, seat_id, hour, client_account_id, campaign_id, action) DO UPDATE SET
    allowed = usage_hour.allowed + excluded.allowed,
    denied = usage_hour.denied + excluded.denied,
    committed = usage_hour.committed + excluded.committed,
    released = usage_hour.released + excluded.released,
    recorded = usage_hour.recorded + excluded.recorded`,
};

export interface RecipientRow {
  agency_id: string;
  id: string;
  profile_url: string | null;
  name: string | null;
  company: string | null;
  company_domain: string | null;
  created_at: number;
}

export const RECIPIENT: Table<RecipientRow> = {
  name: 'recipient',
  columns: {
    agency_id: 'uuid',
    id: 'uuid',
    profile_url: 'text',
    name: 'text',
    company: 'text',
    company_domain: 'text',
    created_at: 'int8',
  },
};

export interface RecipientKeyRow {
  agency_id: string;
  kind: string;
  key_version: number;
  fingerprint: Buffer;
  recipient_id: string;
}

export const RECIPIENT_KEY: Table<RecipientKeyRow> = {
  name: 'recipient_key',
  columns: {
    agency_id: 'uuid',
    kind: 'text',
    key_version: 'int2',
    fingerprint: 'bytea',
    recipient_id: 'uuid',
  },
};

export interface ActivitySourceRow {
  agency_id: string;
  id: string;
  name: string;
}

export const ACTIVITY_SOURCE: Table<ActivitySourceRow> = {
  name: 'activity_source',
  columns: { agency_id: 'uuid', id: 'uuid', name: 'text' },
};

export interface AuditEntryRow {
  agency_id: string;
  id: string;
  actor: string;
  verb: string;
  subject_kind: SubjectKind;
  subject_id: string;
  changes: object;
}

export const AUDIT_ENTRY: Table<AuditEntryRow> = {
  name: 'audit_entry',
  columns: {
    agency_id: 'uuid',
    id: 'uuid',
    actor: 'text',
    verb: 'text',
    subject_kind: 'text',
    subject_id: 'uuid',
    changes: 'jsonb',
  },
};
