import type { DataSource, EntityManager } from 'typeorm';
import { AgencyEntity } from '../../entities/agency.entity.js';
import { SeatEntity } from '../../entities/seat.entity.js';
import { refuse, Refusal } from '../../errors.js';
import { raise } from '../../ledger/alerts/alerts.js';
import { releaseHoldsOfSeat } from '../../ledger/release-holds.js';
import type { Instant } from '../../quota/window.js';
import { inAgency } from '../../tenancy/door.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { readHolderLink, writeHolderLink, type HolderLink } from '../../tenancy/holder-link.js';
import { ShownLinks } from '../../tenancy/shown-links.js';
import { systemViewer, type Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import type { Changes, ChangeWork } from '../changes.js';
import { findSeat } from './seat.service.js';

export interface CreateHolderLink {
  readonly seatId: string;
  /** Whether the links given so far are none any more. */
  readonly revokeOthers: boolean;
}

/** A link as it is handed out. */
export interface HandedLink {
  readonly seat: SeatEntity;
  /** What names the seat in the address of the holder's page. */
  readonly token: string;
}

/** What the holder of a seat is shown: no more than concerns the account, and who operates it. */
export interface HolderView {
  readonly agencyName: string;
  readonly profileUrl: string;
  /** Whether the agency has recorded that the holder agreed; nothing is allowed without. */
  readonly hasAgreed: boolean;
  /** Null while the holder has not withdrawn. */
  readonly withdrewAt: Instant | null;
}

/** The agreement of those whose LinkedIn accounts are operated, and how they take it back. */
export class HolderService {
  private readonly shown = new ShownLinks();

  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly audit: AuditLog,
    private readonly fingerprints: Fingerprints,
  ) {}

  /** The link by which a seat's holder stops it. Each one given is put down. Refuses with NOT_FOUND and FORBIDDEN_FOR_ROLE. */
  async createHolderLink(
    viewer: Viewer,
    { seatId, revokeOthers }: CreateHolderLink,
  ): Promise<HandedLink | Refusal> {
    const refusal = forbidden(viewer, 'createHolderLink');
    if (refusal) return refusal;
    const handOut: ChangeWork<HandedLink> = async (manager, at) => {
      const seat = await findSeat(manager, viewer, seatId);
      if (!seat) return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
      const { agencyId, id, holderLinkGeneration: before } = seat;
      const generation = revokeOthers ? before + 1 : before;
      await manager.update(SeatEntity, { agencyId, id }, { holderLinkGeneration: generation });
      await this.audit.write(manager, viewer, at, {
        verb: 'createHolderLink',
        subjectKind: 'SEAT',
        subjectId: id,
        before: { holderLinkGeneration: before },
        after: { holderLinkGeneration: generation, holderLinkGiven: generation },
      });
      const link = { agencyId, seatId: id, generation };
      return {
        seat: manager.create(SeatEntity, { ...seat, holderLinkGeneration: generation }),
        token: writeHolderLink(this.fingerprints, link),
      };
    };
    return revokeOthers ? this.changes.end(viewer, handOut) : this.changes.make(viewer, handOut);
  }

  /** What a link leads to; null where it is none, or none any more. Changes nothing. */
  async look(token: string): Promise<HolderView | null> {
    const link = readHolderLink(this.fingerprints, token);
    if (!link) return null;
    return (await this.find(link))?.view ?? null;
  }

  /**
   * The holder takes their agreement back: the seat is paused, what it holds is released at once (P13), and it can't be
   * resumed until agreement is recorded anew. Again, it is a no-op, for which nobody waits behind the agency's changes; null as look.
   */
  async stop(token: string): Promise<HolderView | null> {
    const link = readHolderLink(this.fingerprints, token);
    const found = link && (await this.find(link));
    if (!found || found.view.withdrewAt !== null) return found?.view ?? null;
    const viewer = { ...systemViewer(link.agencyId, 'holder'), ...this.shown.askerOf(link, actorOf(link)) };
    const stopped = await this.changes.end(viewer, async (manager, at) => {
      const seat = await seatOf(manager, link);
      if (!seat) return refuse('NOT_FOUND', 'There is no such link.');
      if (seat.holderWithdrewAt !== null) return viewOf(manager, seat);
      return viewOf(manager, await this.withdraw(manager, viewer, seat, at));
    });
    return stopped instanceof Refusal ? null : stopped;
  }

  private find(link: HolderLink): Promise<{ readonly seat: SeatEntity; readonly view: HolderView } | null> {
    const actor = actorOf(link);
    return inAgency(this.dataSource, this.shown.askerOf(link, actor), async (manager) => {
      const seat = await seatOf(manager, link);
      if (seat) this.shown.found(link, actor, seat.clientAccountId);
      return seat && { seat, view: await viewOf(manager, seat) };
    });
  }

  private async withdraw(
    manager: EntityManager,
    viewer: Viewer,
    seat: SeatEntity,
    at: Instant,
  ): Promise<SeatEntity> {
    const { agencyId, id, clientAccountId } = seat;
    const isRemoved = seat.status === 'REMOVED';
    const columns = {
      status: isRemoved ? 'REMOVED' : 'PAUSED',
      removedAs: isRemoved ? 'PAUSED' : null,
      holderAgreedOn: null,
      holderWithdrewAt: at,
    } as const;
    await releaseHoldsOfSeat(manager, seat, { because: 'HOLDER_NOT_AGREED', at, by: viewer.actor });
    const changed = manager.create(SeatEntity, { ...seat, ...columns });
    await manager.update(SeatEntity, { agencyId, id }, columns);
    const subject = { verb: 'withdrawAgreement', subjectKind: 'SEAT', subjectId: id } as const;
    await this.audit.write(manager, viewer, at, { ...subject, before: seat, after: changed });
    await raise(manager, agencyId, [{ kind: 'HOLDER_WITHDREW', seatId: id, clientAccountId, at }]);
    return changed;
  }
}

/** The seat of a link, if it is still of its generation. */
function seatOf(
  manager: EntityManager,
  { agencyId, seatId: id, generation: holderLinkGeneration }: HolderLink,
): Promise<SeatEntity | null> {
  return manager.findOneBy(SeatEntity, { agencyId, id, holderLinkGeneration });
}

async function viewOf(
  manager: EntityManager,
  { agencyId, profileUrl, holderAgreedOn, holderWithdrewAt }: SeatEntity,
): Promise<HolderView> {
  const { name } = await manager.findOneByOrFail(AgencyEntity, { agencyId });
  const hasAgreed = holderAgreedOn !== null;
  return { agencyName: name, profileUrl, hasAgreed, withdrewAt: holderWithdrewAt };
}

function actorOf({ seatId }: HolderLink): string {
  return `holder:${seatId}`;
}
