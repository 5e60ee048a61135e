import type { AuditEntryEntity } from '../entities/audit-entry.entity.js';
import type { SubjectKind } from '../quota/words.js';
import { AuditChange, AuditEntry, type AuditOrigin } from '../schema/audit.schema.js';
import { fill } from '../schema/fill.js';
import { type IdKind, toId } from '../schema/ids.js';
import { instantOf } from '../tenancy/uuid.js';
import { actorId } from '../schema/actor.js';

/** From the audit log's rows to the schema: ids and instants as the API has them, wherever they stand. */

const ID_KIND_OF: Readonly<Record<SubjectKind, IdKind | null>> = {
  AGENCY: 'agency',
  PLAN: 'plan',
  CLIENT_ACCOUNT: 'client',
  SEAT: 'seat',
  CAMPAIGN: 'campaign',
  LIMIT: 'limit',
  API_KEY: 'key',
  DO_NOT_CONTACT: null,
  POLICY: 'policy',
  MEMBER: 'member',
  ACCESS_RULES: 'agency',
  TRUSTED_DOCUMENTS: 'agency',
  WEBHOOK: 'webhook',
  INBOUND_SOURCE: 'source',
  ALERT_MUTE: 'mute',
  PROSPECT: 'prospect',
  SEGMENT: 'segment',
  PERSON: null,
  ACTIVITY: 'activity',
};

/** Fields that hold ids; what a scope is says the field beside it. */
const ID_KIND_OF_FIELD: Readonly<Record<string, IdKind>> = {
  planId: 'plan',
  clientAccountId: 'client',
  clientAccountIds: 'client',
  campaignIds: 'campaign',
  seatId: 'seat',
  seatIds: 'seat',
  memberIds: 'member',
  restrictionId: 'restriction',
  replacedBy: 'key',
};

/** Fields that hold instants: milliseconds in the row, an instant in the API. */
const INSTANT_FIELD = /(?:At|Until|From|^until|^from)$/;

interface Changed {
  readonly old: unknown;
  readonly new: unknown;
}

export function showAuditEntry(entry: AuditEntryEntity): AuditEntry {
  const kind = entry.subjectKind as SubjectKind;
  const idKind = ID_KIND_OF[kind];
  const { v: _, ...fields } = entry.changes as { readonly v: number } & Readonly<Record<string, Changed>>;
  return fill(AuditEntry, {
    id: toId('entry', entry.id),
    at: instantOf(entry.id),
    actor: actorId(entry.actor),
    origin: originOf(entry.actor),
    verb: entry.verb,
    subjectKind: kind,
    subjectId: idKind && toId(idKind, entry.subjectId),
    changes: Object.entries(fields).map(([field, changed]) => showChange(field, changed, fields)),
  });
}

function showChange(field: string, changed: Changed, fields: Readonly<Record<string, Changed>>): AuditChange {
  const scope = fields['scopeKind'];
  const shown = (value: unknown, scopeKind: unknown): string | null => {
    const kind = field === 'scopeId' ? ID_KIND_OF[scopeKind as SubjectKind] : ID_KIND_OF_FIELD[field];
    const told = kind ? withIds(kind, value) : withInstant(field, value);
    return told === null ? null : JSON.stringify(told);
  };
  return fill(AuditChange, {
    field,
    old: shown(changed.old, scope?.old),
    new: shown(changed.new, scope?.new),
  });
}

function withIds(kind: IdKind, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => withIds(kind, one));
  return typeof value === 'string' ? toId(kind, value) : value;
}

function withInstant(field: string, value: unknown): unknown {
  return typeof value === 'number' && INSTANT_FIELD.test(field) ? new Date(value).toISOString() : value;
}

function originOf(actor: string): AuditOrigin {
  if (actor.startsWith('key:')) return 'API_KEY';
  return actor.startsWith('member:') ? 'MEMBER' : 'SYSTEM';
}
