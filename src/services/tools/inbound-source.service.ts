import type { DataSource, EntityManager } from 'typeorm';
import { refuse, type Refusal } from '../../errors.js';
import type { InboundTool, UnreadReason } from '../../quota/inbound-words.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import { mintToken } from '../../tenancy/token.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbiddenBeyondClientAccount, requireWhole } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { type Check, checkAll, checkName } from '../checks.js';
import { findClientAccount } from '../agency/client-account.service.js';
import { checkMapping, isOfPeople } from './inbound-mapping.js';
import { readSources, type InboundMapping, type InboundSource } from './inbound-source.js';
import { UNREAD_KEPT_MS } from './unread-events.js';
import { afterId, pageOf, type Page, type PageAsked } from '../page.js';
import { findSeat } from '../seats/seat.service.js';

export interface AddInboundSource {
  readonly name: string;
  readonly tool: InboundTool;
  readonly clientAccountId?: string | null | undefined;
  readonly seatId?: string | null | undefined;
  readonly mapping?: InboundMapping | null | undefined;
}

/** An event that could not be read: why, and which fields it had, without any value. */
export interface UnreadEvent {
  readonly id: string;
  readonly sourceId: string;
  readonly why: UnreadReason;
  readonly type: string | null;
  readonly outline: readonly string[];
  readonly receivedAt: number;
}

/** Sources of one agency that work at once. */
const SOURCES_MAX = 200;

/** The addresses that an agency's tools send their events to. */
export class InboundSourceService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: { readonly changes: Changes; readonly audit: AuditLog },
  ) {}

  /** The token in the address is shown this once. Refuses with FORBIDDEN_FOR_ROLE, INVALID, NOT_FOUND, WRONG_STATE. */
  async add(
    viewer: Viewer,
    input: AddInboundSource,
  ): Promise<{ readonly source: InboundSource; readonly token: string } | Refusal> {
    const refusal = forbiddenBeyondClientAccount(viewer, 'addInboundSource') ?? checkSource(input);
    if (refusal) return refusal;
    const { agencyId } = viewer;
    const { name, tool, clientAccountId = null, seatId = null, mapping = null } = input;
    return this.parts.changes.make(viewer, async (manager, at) => {
      const refused = await refusePlace(manager, viewer, input);
      if (refused) return refused;
      const id = uuidAt(at);
      const { token, secretSha256 } = mintToken('INBOUND', agencyId, id);
      await manager.query(
        `INSERT INTO inbound_source
           (agency_id, id, name, tool, mapping, client_account_id, seat_id, seat_account_id, secret_sha256, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT s.client_account_id FROM seat s WHERE s.agency_id = $1 AND s.id = $7),
           $8, $9, $10)`,
        [
          ...[agencyId, id, name, tool, mapping && JSON.stringify({ v: 1, ...mapping }), clientAccountId],
          ...[seatId, secretSha256, at, viewer.actor],
        ],
      );
      const [source] = await readSources(manager, agencyId, 'id = $2', [id]);
      if (!source) throw new Error('A source that was written is there.');
      await this.parts.audit.write(manager, viewer, at, {
        ...{ verb: 'addInboundSource', subjectKind: 'INBOUND_SOURCE', subjectId: id },
        ...{ before: {}, after: { name, tool, clientAccountId, seatId, mapping } },
      });
      return { source, token };
    });
  }

  /** Nothing that comes in there counts any more. Again, it is a no-op. Refuses with FORBIDDEN_FOR_ROLE, NOT_FOUND. */
  async revoke(viewer: Viewer, sourceId: string): Promise<InboundSource | Refusal> {
    const refusal = forbiddenBeyondClientAccount(viewer, 'revokeInboundSource');
    if (refusal) return refusal;
    const { agencyId } = viewer;
    return this.parts.changes.end(viewer, async (manager, at) => {
      const [source] = await readSources(manager, agencyId, 'id = $2', [sourceId]);
      if (!source) return refuse('NOT_FOUND', 'There is no such source.', 'inboundSourceId');
      if (source.revokedAt !== null) return source;
      await manager.query('UPDATE inbound_source SET revoked_at = $3 WHERE agency_id = $1 AND id = $2', [
        ...[agencyId, sourceId, at],
      ]);
      await this.parts.audit.write(manager, viewer, at, {
        ...{ verb: 'revokeInboundSource', subjectKind: 'INBOUND_SOURCE', subjectId: sourceId },
        ...{ before: { revokedAt: null }, after: { revokedAt: at } },
      });
      return { ...source, revokedAt: at };
    });
  }

  /** Newest first. Throws FORBIDDEN. */
  async sources(viewer: Viewer, asked: PageAsked): Promise<Page<InboundSource>> {
    requireWhole(viewer, 'inboundSources');
    const where = '($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3';
    const found = await inAgency(this.dataSource, viewer, (manager) =>
      readSources(manager, viewer.agencyId, where, [afterId(asked), asked.rows + 1]),
    );
    return pageOf(found, asked, ({ id }) => [id]);
  }

  /** Newest first. Throws FORBIDDEN. */
  async unread(viewer: Viewer, sourceId: string | null, asked: PageAsked): Promise<Page<UnreadEvent>> {
    requireWhole(viewer, 'unreadEvents');
    const rows = await inAgency(this.dataSource, viewer, async (manager) => {
      const from = (await clockOf(manager)) - UNREAD_KEPT_MS;
      return manager.query<(Omit<UnreadEvent, 'receivedAt'> & { readonly receivedAt: string })[]>(
        `SELECT id, source_id AS "sourceId", why, type, outline, received_at AS "receivedAt" FROM unread_event
         WHERE agency_id = $1 AND ($2::uuid IS NULL OR id < $2) AND ($3::uuid IS NULL OR source_id = $3)
           AND received_at >= $5
         ORDER BY id DESC LIMIT $4`,
        [viewer.agencyId, afterId(asked), sourceId, asked.rows + 1, from],
      );
    });
    const found = rows.map((row) => ({ ...row, receivedAt: Number(row.receivedAt) }));
    return pageOf(found, asked, ({ id }) => [id]);
  }
}

function checkSource({ name, tool, clientAccountId, seatId, mapping }: AddInboundSource): Check {
  const isBoth = (clientAccountId ?? null) !== null && (seatId ?? null) !== null;
  const isMapped = (mapping ?? null) !== null;
  return checkAll(
    checkName(name, 'name'),
    isBoth ? refuse('INVALID', 'A source is of a seat or of a client account, not of both.', 'seatId') : null,
    isMapped === (tool === 'GENERIC')
      ? null
      : refuse('INVALID', 'A GENERIC tool needs a mapping, and no other takes one.', 'mapping'),
    mapping ? checkMapping(mapping) : null,
    mapping && isOfPeople(mapping) && !clientAccountId
      ? refuse('INVALID', 'People are put on the list of a client account: say of which.', 'clientAccountId')
      : null,
  );
}

async function refusePlace(
  manager: EntityManager,
  viewer: Viewer,
  { clientAccountId, seatId }: AddInboundSource,
): Promise<Refusal | null> {
  if (clientAccountId && !(await findClientAccount(manager, viewer, clientAccountId))) {
    return refuse('NOT_FOUND', 'There is no such client account.', 'clientAccountId');
  }
  if (seatId && !(await findSeat(manager, viewer, seatId))) {
    return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
  }
  const [counted] = await manager.query<{ sources: string }[]>(
    'SELECT count(*) AS sources FROM inbound_source WHERE agency_id = $1 AND revoked_at IS NULL',
    [viewer.agencyId],
  );
  if (Number(counted?.sources) < SOURCES_MAX) return null;
  return refuse('WRONG_STATE', `An agency has ${SOURCES_MAX} sources at most: revoke one first.`);
}
