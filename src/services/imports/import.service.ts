import type { DataSource } from 'typeorm';
import type { SeatEntity } from '../../entities/seat.entity.js';
import { Failure, refuse, Refusal } from '../../errors.js';
import { INVITED_OFTEN_MAX } from '../../ledger/invitations/invited-often.js';
import { counted } from '../../quota/counted.js';
import { ExportError, readLinkedInExport, type LinkedInExport } from '../../imports/linkedin-export.js';
import { comparedAddress } from '../../imports/profile-url.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbidden } from '../members/access.js';
import type { AuditLog } from '../audit-log.js';
import { fingerprintText } from './import.books.js';
import type { ImportCounts } from './import.counts.js';
import { CrowdedRows } from './import.matching.js';
import { importMemory } from './import.memory.js';
import { ArchivePeople } from './import.people.js';
import { ArchiveRefused, type ImportProgress, type ImportReport } from './import.report.js';
import { BooksMoved, ImportUnit, type ArchiveToImport } from './import.unit.js';
import { findSeat } from '../seats/seat.service.js';

/** Whoever records or voids the past of the very same people at the very same time makes an import begin again. */
const TRIES_MAX = 4;
const RETRY_AFTER_MS = 5_000;

export interface ImportArchive {
  readonly seatId: string;
  /** A `.zip`, or the folder that it unpacks to. */
  readonly path: string;
  /** Takes an archive of another profile than the seat's as well: addresses change. */
  readonly force?: boolean | undefined;
  /** Ends the import, and nothing of it is kept. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** Takes LinkedIn's own data export into the books. */
export class ImportService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly fingerprints: Fingerprints,
  ) {}

  /**
   * Records what an archive tells of a seat: all of it or nothing, and each thing once, however often it is told. The
   * seat's history is DECLARED afterwards. Refuses with FORBIDDEN_FOR_ROLE, NOT_FOUND, WRONG_STATE (the seat is removed,
   * or another import of it is under way); with ArchiveRefused what can't be read or is somebody else's. Throws
   * UNAVAILABLE where the books of the same people kept changing.
   */
  async importArchive(
    viewer: Viewer,
    input: ImportArchive,
  ): Promise<ImportReport | Refusal | ArchiveRefused> {
    const opened = forbidden(viewer, 'importArchive') ?? (await this.openSeat(viewer, input.seatId));
    if (opened instanceof Refusal) return opened;
    const { seat, importedAt } = opened;
    const archive = await this.read(viewer, seat, importedAt, input);
    if (archive instanceof ArchiveRefused) return archive;
    const isForeign = archive.owner !== null && comparedAddress(archive.owner) !== seat.profileUrl;
    if (isForeign && input.force !== true) return wrongOwner(archive.owner, seat);
    // What reading it took is let go, before writing it takes as much again.
    importMemory.giveBack(recordsOf(archive));
    const people = new ArchivePeople(this.fingerprints, viewer, seat);
    await people.collect(archive, input.signal);
    await people.makeKnown(this.dataSource, importedAt, input.signal);
    const counts = await this.write({
      ...{ viewer, seat, archive, people, importedAt, signal: input.signal },
      forced: input.force === true,
      fingerprintVersion: this.fingerprints.version,
      onWritten: progressOf(archive, input.onProgress),
    });
    if (counts instanceof Refusal || counts instanceof ArchiveRefused) return counts;
    return reportOf(seat, archive, counts, isForeign);
  }

  /** Why no archive at all would be taken, to be asked before one is sent up; null where one would be read. */
  async refusalOf(viewer: Viewer, seatId: string): Promise<Refusal | null> {
    const opened = forbidden(viewer, 'importArchive') ?? (await this.openSeat(viewer, seatId));
    return opened instanceof Refusal ? opened : null;
  }

  /** The seat, and the database's clock: no row of the archive counts later than that. */
  private openSeat(
    viewer: Viewer,
    seatId: string,
  ): Promise<{ seat: SeatEntity; importedAt: Instant } | Refusal> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const seat = await findSeat(manager, viewer, seatId);
      if (!seat) return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
      if (seat.status === 'REMOVED') {
        return refuse('WRONG_STATE', 'The seat is removed; restore it first.', 'seatId');
      }
      return { seat, importedAt: await clockOf(manager) };
    });
  }

  private async read(
    { agencyId }: Viewer,
    seat: SeatEntity,
    importedAt: Instant,
    { path, signal, onProgress }: ImportArchive,
  ): Promise<LinkedInExport | ArchiveRefused> {
    try {
      return await readLinkedInExport(path, {
        importedAt,
        signal,
        seatProfileUrl: seat.profileUrl,
        holderName: seat.holderName,
        fingerprint: (parts) => {
          const told = [seat.id, ...parts];
          const older = this.fingerprints.olderOf('ARCHIVE_ROW', agencyId, ...told);
          const newest = this.fingerprints.of('ARCHIVE_ROW', agencyId, ...told);
          return fingerprintText([newest, ...older.map(({ fingerprint }) => fingerprint)]);
        },
        onProgress: ({ bytesRead, bytesTotal }) =>
          onProgress?.({ stage: 'READING', done: bytesRead, total: bytesTotal }),
      });
    } catch (error) {
      if (error instanceof ExportError) return new ArchiveRefused(error.code, error.message);
      throw error;
    }
  }

  private async write(told: ArchiveToImport): Promise<ImportCounts | Refusal | ArchiveRefused> {
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      try {
        return await inAgency(this.dataSource, told.viewer, (manager) =>
          new ImportUnit(manager, this.audit, told).run(),
        );
      } catch (error) {
        if (error instanceof CrowdedRows) return crowded(error);
        if (!(error instanceof BooksMoved)) throw error;
      }
    }
    const message = 'What the archive tells of is being recorded at the same time; import it again later.';
    throw new Failure('UNAVAILABLE', message, RETRY_AFTER_MS);
  }
}

function wrongOwner(owner: string | null, seat: SeatEntity): ArchiveRefused {
  return new ArchiveRefused(
    'WRONG_OWNER',
    `The archive is of ${owner}, and the seat of ${seat.profileUrl}. If that is one person, whose address has changed, import it with force.`,
  );
}

function crowded({ action, at }: CrowdedRows): ArchiveRefused {
  const day = new Date(at).toISOString().slice(0, 10);
  return new ArchiveRefused(
    'TOO_LARGE',
    `Rows of ${action} to one person, the last of ${day}, are so many within minutes, here and in the books, that nobody could tell which is which. Nothing of the archive was imported.`,
  );
}

function recordsOf({ sends, engagements, connections }: LinkedInExport): number {
  return sends.length + engagements.length + connections.length;
}

function progressOf(
  archive: LinkedInExport,
  onProgress: ImportArchive['onProgress'],
): (rows: number) => void {
  const total = recordsOf(archive);
  let done = 0;
  return (rows) => {
    done = Math.min(total, done + rows);
    onProgress?.({ stage: 'WRITING', done, total });
  };
}

function reportOf(
  seat: SeatEntity,
  archive: LinkedInExport,
  { held, unnamed, ...counts }: ImportCounts,
  isForeign: boolean,
): ImportReport {
  const warnings = [...archive.warnings];
  if (isForeign) {
    warnings.push(
      `The archive is of ${archive.owner}, not of ${seat.profileUrl}; it was taken all the same.`,
    );
  }
  if (held > 0) {
    warnings.push(
      `${counted(held, 'send')} of reservations that are still held: commit them. Where they lapse, they count again once they are recorded with their reservationId, or the archive is imported again.`,
    );
  }
  if (unnamed > 0) {
    warnings.push(
      `${counted(unnamed, 'invitation')} counted without a name: more than ${INVITED_OFTEN_MAX} went to one person, or to namesakes without an address.`,
    );
  }
  return {
    seatId: seat.id,
    owner: archive.owner,
    rowsRead: archive.rowsRead,
    recorded: counts.recorded,
    notedInvitations: counts.notedInvitations,
    engagements: counts.engagements,
    connections: archive.connections.length,
    alreadyKnown: counts.alreadyKnown,
    matched: counts.matched,
    committedNotInArchive: counts.committedNotInArchive,
    rejected: archive.rejected.first,
    rejectedTotal: archive.rejected.total,
    warnings,
  };
}
