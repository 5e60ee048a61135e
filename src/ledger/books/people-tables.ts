import type { EngagementKind } from '../../quota/words.js';
import type { DoNotContactKind } from '../../quota/person.js';
import type { RowUpdate, Table } from './rows.js';

/** The rows about people that are written, as the migrations declare them. */

export interface EngagementRow {
  agency_id: string;
  id: string;
  seat_id: string;
  client_account_id: string;
  recipient_id: string;
  /** By which other address it was told; null where it is the same. */
  told_recipient_id: string | null;
  kind: EngagementKind;
  origin: 'REPORT' | 'IMPORT';
  occurred_at: number;
  earliest_at: number | null;
  reservation_id: string | null;
  recorded_at: number;
  recorded_by: string;
}

export const ENGAGEMENT: Table<EngagementRow> = {
  name: 'engagement',
  columns: {
    agency_id: 'uuid',
    id: 'uuid',
    seat_id: 'uuid',
    client_account_id: 'uuid',
    recipient_id: 'uuid',
    told_recipient_id: 'uuid',
    kind: 'text',
    origin: 'text',
    occurred_at: 'int8',
    earliest_at: 'int8',
    reservation_id: 'uuid',
    recorded_at: 'int8',
    recorded_by: 'text',
  },
};

/** By client account, how it spelled the address of somebody; and the version of that, `v`. */
export interface RecipientSpelledRow {
  agency_id: string;
  id: string;
  told_as: Readonly<Record<string, string>>;
}

/** That a client account spelled somebody's address so, besides what others of the same pass did `before`. */
export function spelledAs(
  { agencyId, id }: { readonly agencyId: string; readonly id: string },
  clientAccountId: string,
  profileUrl: string,
  before?: RecipientSpelledRow,
): RecipientSpelledRow {
  return { agency_id: agencyId, id, told_as: { v: '1', ...before?.told_as, [clientAccountId]: profileUrl } };
}

/** Where one spelled it otherwise than it is kept, or did so before. Of somebody who was erased nothing is ever told again. */
export const RECIPIENTS_SPELLED: RowUpdate<RecipientSpelledRow> = {
  name: 'spell_recipients',
  table: 'recipient',
  key: { agency_id: 'uuid', id: 'uuid' },
  set: { told_as: 'jsonb' },
  merges: true,
  where: `kept.erased_at IS NULL AND EXISTS (SELECT 1 FROM jsonb_each_text(new.told_as - 'v') AS told (account, url)
  WHERE CASE WHEN kept.told_as ? account THEN kept.told_as->>account ELSE kept.profile_url END IS DISTINCT FROM url)`,
};

/** So many invitations of an instant, to nobody in particular, that a withdrawal took out of the gauge. */
export interface InvitationEndRow {
  agency_id: string;
  ended_by: string;
  sent_at: number;
  seat_id: string;
  ended_at: number;
  count: number;
}

export const INVITATION_END: Table<InvitationEndRow> = {
  name: 'invitation_end',
  columns: {
    agency_id: 'uuid',
    ended_by: 'uuid',
    sent_at: 'int8',
    seat_id: 'uuid',
    ended_at: 'int8',
    count: 'int4',
  },
};

export interface ConnectionRow {
  agency_id: string;
  seat_id: string;
  recipient_id: string;
  connected_at: number;
  learned_at: number;
}

export const CONNECTION: Table<ConnectionRow> = {
  name: 'connection',
  columns: {
    agency_id: 'uuid',
    seat_id: 'uuid',
    recipient_id: 'uuid',
    connected_at: 'int8',
    learned_at: 'int8',
  },
  onConflict: `ON CONFLICT (agency_id, seat_id, recipient_id) DO UPDATE SET
    connected_at = excluded.connected_at, learned_at = least(connection.learned_at, excluded.learned_at)`,
};

export interface DoNotContactRow {
  agency_id: string;
  id: string;
  scope_kind: 'AGENCY' | 'CLIENT_ACCOUNT' | 'SEAT';
  scope_id: string;
  kind: DoNotContactKind;
  key_version: number;
  fingerprint: Buffer;
  created_at: number;
  created_by: string;
}

export const DO_NOT_CONTACT: Table<DoNotContactRow> = {
  name: 'do_not_contact',
  columns: {
    agency_id: 'uuid',
    id: 'uuid',
    scope_kind: 'text',
    scope_id: 'uuid',
    kind: 'text',
    key_version: 'int2',
    fingerprint: 'bytea',
    created_at: 'int8',
    created_by: 'text',
  },
};

/** Employers of a person, and as many domains with those above them, that are kept of one word: the lists', or a client account's. */
export const EMPLOYERS_MAX = 50;

export interface RecipientEmployerRow {
  agency_id: string;
  recipient_id: string;
  /** Whom it binds: of the agency, or of a client account. */
  scope_id: string;
  kind: 'COMPANY' | 'DOMAIN';
  key_version: number;
  fingerprint: Buffer;
}

export const RECIPIENT_EMPLOYER: Table<RecipientEmployerRow> = {
  name: 'recipient_employer',
  columns: {
    agency_id: 'uuid',
    recipient_id: 'uuid',
    scope_id: 'uuid',
    kind: 'text',
    key_version: 'int2',
    fingerprint: 'bytea',
  },
  // What is there stays: a mark that binds somebody is not to be got round by telling of ever other employers.
  room: { of: ['agency_id', 'recipient_id', 'scope_id', 'kind', 'key_version'], max: EMPLOYERS_MAX },
  // Told again and again, it is one row.
  onConflict: 'ON CONFLICT DO NOTHING',
};

/** Whom a campaign looks at again at once: there is news of them. What it makes of it is found when somebody looks. */
export interface StirredRow {
  agency_id: string;
  recipient_id: string;
  seat_id: string;
  next_due_at: number;
}

export const ENROLMENTS_STIRRED: RowUpdate<StirredRow> = {
  name: 'stir_enrolments',
  table: 'enrolment',
  key: { agency_id: 'uuid', recipient_id: 'uuid', seat_id: 'uuid' },
  set: { next_due_at: 'int8' },
  where: "kept.state = 'ACTIVE' AND (kept.next_due_at IS NULL OR kept.next_due_at > new.next_due_at)",
};

/** Whom somebody was about for a campaign: it is known what became of what was held for them. */
export function stirredByHolds(
  holds: readonly (Record<'agencyId' | 'seatId' | 'recipientId', string> & {
    readonly campaignId: string | null;
  })[],
  at: number,
): StirredRow[] {
  return holds.flatMap(({ agencyId, seatId, campaignId, recipientId }) =>
    campaignId === null
      ? []
      : [{ agency_id: agencyId, recipient_id: recipientId, seat_id: seatId, next_due_at: at }],
  );
}

/** Each person once, whatever was told of them. */
export function stirredBy(
  news: readonly (Pick<StirredRow, 'agency_id' | 'recipient_id' | 'seat_id'> &
    (
      { readonly recorded_at: number } | { readonly learned_at: number } | { readonly next_due_at: number }
    ))[],
): StirredRow[] {
  const rows = news.map((row) => {
    const { agency_id, recipient_id, seat_id } = row;
    if ('next_due_at' in row) return row;
    const next_due_at = 'recorded_at' in row ? row.recorded_at : row.learned_at;
    return { agency_id, recipient_id, seat_id, next_due_at };
  });
  return [...new Map(rows.map((row) => [`${row.seat_id} ${row.recipient_id}`, row])).values()];
}
