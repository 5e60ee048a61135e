import type { EntityManager } from 'typeorm';
import { refuse, Refusal } from '../../errors.js';
import {
  listMutes,
  MUTES_MAX,
  MUTES_OF_ONE_MAX,
  MUTES_OF_SEAT_MAX,
  type AlertMute,
  type Muting,
} from '../../ledger/alerts/alert-mutes.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import { seenOf, seenValues } from '../../ledger/told/seen.js';
import { DAY, type Instant } from '../../quota/window.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden, forbiddenBeyondClientAccount } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { findClientAccount } from '../agency/client-account.service.js';
import { afterId, pageOf, type Page, type PageAsked } from '../page.js';
import { findSeat } from '../seats/seat.service.js';

export interface MuteAlerts extends Muting {
  readonly until: Instant;
}

/** A mute that is forgotten hides things: it ends by itself. */
const MUTED_DAYS_MAX = 90;

/** What nobody is pushed for a while. It is written and listed all the same, and acknowledged as anything else. */
export class AlertMuteService {
  constructor(
    private readonly reader: LedgerReader,
    private readonly changes: Changes,
    private readonly audit: AuditLog,
  ) {}

  /** Those in force that the viewer sees, newest first. */
  async mutes(viewer: Viewer, asked: PageAsked): Promise<Page<AlertMute>> {
    const found = await this.reader.read(viewer, (transaction, at) =>
      listMutes(transaction, viewer, at, { before: afterId(asked), rows: asked.rows + 1 }),
    );
    return pageOf(found, asked, ({ id }) => [id]);
  }

  /**
   * From now on, for everybody who would be told: so of a client account it is for those who were given the whole of it,
   * and of the agency for those who see all of it. Refuses with FORBIDDEN_FOR_ROLE, INVALID, NOT_FOUND, WRONG_STATE (too
   * many).
   */
  async mute(viewer: Viewer, input: MuteAlerts): Promise<AlertMute | Refusal> {
    const isOfAgency = input.clientAccountId === null && input.seatId === null;
    const refusal = isOfAgency
      ? forbiddenBeyondClientAccount(viewer, 'muteAlerts')
      : forbidden(viewer, 'muteAlerts');
    if (refusal) return refusal;
    if (input.kinds?.length === 0) return refuse('INVALID', 'kinds is empty: leave it out for all.', 'kinds');
    return this.changes.make(viewer, async (manager, at) => {
      if (input.until <= at || input.until > at + MUTED_DAYS_MAX * DAY) {
        return refuse('INVALID', `until is later than now, by ${MUTED_DAYS_MAX} days at most.`, 'until');
      }
      const muting = await whatIsMuted(manager, viewer, input);
      if (muting instanceof Refusal) return muting;
      const full = await refuseMore(manager, viewer, muting, at);
      if (full) return full;
      const terms = { ...muting, until: input.until };
      const mute = { ...terms, id: uuidAt(at), mutedAt: at, mutedBy: viewer.actor };
      await insert(manager, viewer, mute);
      await this.audit.write(manager, viewer, at, {
        ...{ verb: 'muteAlerts', subjectKind: 'ALERT_MUTE', subjectId: mute.id },
        ...{ before: {}, after: auditedOf(mute) },
      });
      return mute;
    });
  }

  /** Ends a mute before its time: what is raised from now on is pushed. Refuses with FORBIDDEN_FOR_ROLE, NOT_FOUND. */
  async unmute(viewer: Viewer, id: string): Promise<AlertMute | Refusal> {
    const refusal = forbidden(viewer, 'unmuteAlerts');
    if (refusal) return refusal;
    return this.changes.make(viewer, async (manager, at) => {
      const [[mute]] = await manager.query<[MuteRow[], number]>(
        `DELETE FROM alert_mute WHERE ${seenOf('alert_mute')} AND id = $4 AND until > $5
         RETURNING id, kinds, client_account_id AS "clientAccountId", seat_id AS "seatId", until,
           muted_at AS "mutedAt", muted_by AS "mutedBy"`,
        [...seenValues(viewer), id, at],
      );
      if (!mute) return refuse('NOT_FOUND', 'There is no such mute in force.', 'muteId');
      const ended = { ...mute, until: Number(mute.until), mutedAt: Number(mute.mutedAt) };
      await this.audit.write(manager, viewer, at, {
        ...{ verb: 'unmuteAlerts', subjectKind: 'ALERT_MUTE', subjectId: id },
        ...{ before: auditedOf(ended), after: {} },
      });
      return ended;
    });
  }
}

/** As TypeORM reads it: bigints are texts. */
type MuteRow = Omit<AlertMute, 'until' | 'mutedAt'> & { readonly until: string; readonly mutedAt: string };

/** With the client account of the seat: when the seat is another's, its alerts are that one's. */
async function whatIsMuted(
  manager: EntityManager,
  viewer: Viewer,
  { kinds, clientAccountId, seatId }: MuteAlerts,
): Promise<Muting | Refusal> {
  const sorted = kinds && [...new Set(kinds)].toSorted();
  if (clientAccountId !== null && !(await findClientAccount(manager, viewer, clientAccountId))) {
    return refuse('NOT_FOUND', 'There is no such client account.', 'clientAccountId');
  }
  if (seatId === null) return { kinds: sorted, clientAccountId, seatId };
  const seat = await findSeat(manager, viewer, seatId);
  if (!seat) return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
  if (clientAccountId !== null && seat.clientAccountId !== clientAccountId) {
    return refuse('INVALID', 'The seat is of another client account.', 'seatId');
  }
  return { kinds: sorted, clientAccountId: seat.clientAccountId, seatId };
}

/** Forgets those that have ended, and counts the others. */
async function refuseMore(
  manager: EntityManager,
  { agencyId }: Viewer,
  { clientAccountId, seatId }: Muting,
  at: Instant,
): Promise<Refusal | null> {
  await manager.query('DELETE FROM alert_mute WHERE agency_id = $1 AND until <= $2', [agencyId, at]);
  const [row] = await manager.query<{ all: string; own: string }[]>(
    `SELECT count(*) AS all, count(*) FILTER (
       WHERE client_account_id IS NOT DISTINCT FROM $2::uuid AND seat_id IS NOT DISTINCT FROM $3::uuid) AS own
     FROM alert_mute WHERE agency_id = $1`,
    [agencyId, clientAccountId, seatId],
  );
  const ownMax = seatId === null ? MUTES_OF_ONE_MAX : MUTES_OF_SEAT_MAX;
  if (Number(row?.own) < ownMax && Number(row?.all) < MUTES_MAX) return null;
  const message = `The agency as a whole, and a client account as a whole, has ${MUTES_OF_ONE_MAX} mutes at most, a seat ${MUTES_OF_SEAT_MAX}: take some back first.`;
  return refuse('WRONG_STATE', message);
}

async function insert(manager: EntityManager, { agencyId }: Viewer, mute: AlertMute): Promise<void> {
  const { id, kinds, clientAccountId, seatId, until, mutedAt, mutedBy } = mute;
  await manager.query('INSERT INTO alert_mute VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
    ...[agencyId, id, kinds, clientAccountId, seatId, until, mutedAt, mutedBy],
  ]);
}

function auditedOf({ kinds, clientAccountId, seatId, until }: AlertMute): object {
  return { alertKinds: kinds, clientAccountId, seatId, until };
}
