import type { EntityManager } from 'typeorm';
import type { Meaning, SourcedShape, ToolShape } from '../../imports/tool-shape.js';
import { answered, did, IGNORED, isToBe } from '../../imports/tool-shape.js';
import { TOOL_SHAPES } from '../../imports/tools/index.js';
import type { Instant } from '../../quota/window.js';
import type { ProspectText } from '../../outreach/prospect.js';
import type { Action, EngagementKind } from '../../quota/words.js';
import type { Credential } from '../../tenancy/viewer.js';
import type { InboundPersonChange, InboundTool, ProspectField } from '../../quota/inbound-words.js';

/** An address that a tool of the agency sends its events to. */
export interface InboundSource {
  readonly agencyId: string;
  readonly id: string;
  readonly name: string;
  readonly tool: InboundTool;
  /** Of a GENERIC tool alone. */
  readonly mapping: InboundMapping | null;
  readonly clientAccountId: string | null;
  readonly seatId: string | null;
  /** Whose the seat was when the source was made: a tool is that client account's, and stays behind when the seat moves. */
  readonly seatAccountId: string | null;
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
  /** About when the last event came in. */
  readonly lastEventAt: Instant | null;
}

/** What stands where in the events of a tool, as the agency says it. */
export interface InboundMapping {
  /** Left out where a body is an event, or a list of them. */
  readonly listPath?: string | null | undefined;
  /** Left out where all events are of the one type that `events` has. */
  readonly typePath?: string | null | undefined;
  readonly personPath: string;
  readonly idPath?: string | null | undefined;
  readonly occurredAtPath?: string | null | undefined;
  readonly seatPath?: string | null | undefined;
  readonly events: readonly MappedEvent[];
  /** What an event says of a person who is to be on the list. */
  readonly prospectFields?: readonly MappedField[] | null | undefined;
  /** Tags that whoever is listed gets. */
  readonly tags?: readonly string[] | null | undefined;
}

/** Of a prospect's own fields one, or one of the list's own. */
export interface MappedField {
  readonly path: string;
  readonly field?: ProspectField | null | undefined;
  readonly customField?: string | null | undefined;
}

/** What a type of event means, one of the three; with none, it is known and counts for nothing. */
export interface MappedEvent {
  readonly type: string;
  readonly action?: Action | null | undefined;
  readonly engagement?: EngagementKind | null | undefined;
  readonly person?: InboundPersonChange | null | undefined;
}

export interface InboundSourceRow {
  readonly id: string;
  readonly name: string;
  readonly tool: InboundTool;
  readonly mapping: InboundMapping | null;
  readonly clientAccountId: string | null;
  readonly seatId: string | null;
  readonly seatAccountId: string | null;
  readonly createdAt: string;
  readonly revokedAt: string | null;
  readonly lastEventAt: string | null;
}

export const SOURCE_COLUMNS = `id, name, tool, mapping, client_account_id AS "clientAccountId", seat_id AS "seatId",
  seat_account_id AS "seatAccountId", created_at AS "createdAt", revoked_at AS "revokedAt", last_event_at AS "lastEventAt"`;

/** The sources that `where` names, by a condition on $1, the agency, and what follows. */
export async function readSources(
  manager: EntityManager,
  agencyId: string,
  where: string,
  values: readonly unknown[],
): Promise<InboundSource[]> {
  const rows = await manager.query<InboundSourceRow[]>(
    `SELECT ${SOURCE_COLUMNS} FROM inbound_source WHERE agency_id = $1 AND ${where}`,
    [agencyId, ...values],
  );
  return rows.map((row) => sourceFromRow(agencyId, row));
}

export function sourceFromRow(
  agencyId: string,
  { createdAt, revokedAt, lastEventAt, ...row }: InboundSourceRow,
): InboundSource {
  const instant = (text: string | null): Instant | null => (text === null ? null : Number(text));
  return {
    ...{ ...row, agencyId, createdAt: Number(createdAt) },
    ...{ revokedAt: instant(revokedAt), lastEventAt: instant(lastEventAt) },
  };
}

/** By which it is looked at again under the lock: one that was revoked meanwhile does nothing any more. */
export function credentialOf(sourceId: string): Credential {
  return { kind: 'SOURCE', id: sourceId, rights: 0 };
}

/** How the events of a source are read. */
export function shapeOf({
  tool,
  mapping,
}: Pick<InboundSource, 'tool' | 'mapping'>): ToolShape | SourcedShape {
  if (tool !== 'GENERIC') return TOOL_SHAPES[tool];
  if (!mapping) throw new Error('A GENERIC tool has a mapping.');
  const path = (text: string | null | undefined): string[] => (text ? [text] : []);
  return {
    ...(mapping.listPath && { list: mapping.listPath }),
    ...(!mapping.typePath && mapping.events[0] && { typeOfAll: mapping.events[0].type }),
    type: path(mapping.typePath),
    id: path(mapping.idPath),
    at: path(mapping.occurredAtPath),
    person: [mapping.personPath],
    senderId: path(mapping.seatPath),
    senderUrl: path(mapping.seatPath),
    fields: (mapping.prospectFields ?? []).map(({ path: at, field, customField }) => {
      return { path: at, field: field ? TEXT_OF[field] : (customField ?? ''), isCustom: !field };
    }),
    events: Object.fromEntries(
      mapping.events.map((event) => [event.type.toUpperCase(), [{ means: meaningOf(event) }]]),
    ),
  };
}

const TEXT_OF: Readonly<Record<ProspectField, ProspectText>> = {
  ...({ FIRST_NAME: 'firstName', LAST_NAME: 'lastName', COMPANY: 'company' } as const),
  ...({ COMPANY_DOMAIN: 'companyDomain', POSITION: 'position', INDUSTRY: 'industry' } as const),
  ...({ LOCATION: 'location', NOTES: 'notes' } as const),
};

function meaningOf({ action, engagement, person }: MappedEvent): Meaning {
  if (action) return did(action);
  if (engagement) return answered(engagement);
  return person ? isToBe(person) : IGNORED;
}

const TOOL_NAMES: Readonly<Record<InboundTool, string | null>> = {
  HEYREACH: 'HeyReach',
  SALESFLOW: 'Salesflow',
  UNIPILE: 'Unipile',
  GENERIC: null,
};

/** Where something was seen, as an activity names it. */
export function nameOfTool({ tool, name }: Pick<InboundSource, 'tool' | 'name'>): string {
  return TOOL_NAMES[tool] ?? [...name].slice(0, 100).join('');
}
