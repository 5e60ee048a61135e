import type { EntityManager } from 'typeorm';
import { SeatEntity } from '../../entities/seat.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import type { LinkedInExport, Send } from '../../imports/linkedin-export.js';
import { lockBook } from '../../ledger/books/lock.js';
import { ledgerOn, writeRows } from '../../ledger/books/manager-rows.js';
import { readStandings, type Standing } from '../../ledger/reading/standing.js';
import { MATCH_WITHIN_MS } from '../../quota/matching.js';
import { DAY, type Instant } from '../../quota/window.js';
import { uuidAt } from '../../tenancy/uuid.js';
import { accountsSeenOf, sees, type Viewer } from '../../tenancy/viewer.js';
import type { AuditLog } from '../audit-log.js';
import { checkAuthorityUnderLock } from '../changes.js';
import {
  findKnownAnswers,
  findKnownRows,
  hasArchiveRows,
  readBookedLate,
  readBookedSends,
  readHeldSends,
  type BookedLate,
  type SeatOf,
} from './import.books.js';
import { countCommittedNotTold, countEngagements, countSends, type ImportCounts } from './import.counts.js';
import { FATE, Fates } from './import.fates.js';
import type { BookedSend } from './import.matching.js';
import { findInvitedOften } from './import.often.js';
import type { ArchivePeople } from './import.people.js';
import { ARCHIVE_IMPORT } from './import.tables.js';
import { ImportWriter } from './import.writer.js';
import { inTurns } from '../in-turns.js';
import { findSeat } from '../seats/seat.service.js';

/** Of an earlier hour hardly anything is recorded by anybody else. */
const BUSY_MS = 7 * DAY;
/** Rows that are looked up in one statement. */
const LOOKED_UP_AT_ONCE = 2_000;

/** An archive that was read, of a seat that it was found to be of. */
export interface ArchiveToImport {
  readonly viewer: Viewer;
  /** As it was when the archive's owner was compared with it. */
  readonly seat: SeatEntity;
  readonly archive: LinkedInExport;
  /** Known already, each with an id. */
  readonly people: ArchivePeople;
  readonly importedAt: Instant;
  readonly forced: boolean;
  readonly fingerprintVersion: number;
  readonly signal: AbortSignal | undefined;
  onWritten(rows: number): void;
}

/** Something of the past was recorded or voided meanwhile, and what was found before is no longer so: try again. */
export class BooksMoved extends Error {}

/** What the books said before they were locked, and what came in until then. */
interface Booked {
  readonly before: readonly BookedSend[];
  readonly late: BookedLate;
}

/**
 * One import in one transaction. Nearly all of it is written before the agency's book is taken, so that decisions go on
 * meanwhile. Under the book it looks at what came in since, decides the rows that this may concern, and lets the counters
 * follow. Nobody waits for it but at the book.
 */
export class ImportUnit {
  private readonly seatOf: SeatOf;
  private readonly fates: Fates;
  private readonly writer: ImportWriter;
  private engagements: LinkedInExport['engagements'] = [];
  private often: ReadonlySet<Send> = new Set();

  constructor(
    private readonly manager: EntityManager,
    private readonly audit: AuditLog,
    private readonly told: ArchiveToImport,
  ) {
    const { viewer, seat, archive, people, importedAt } = told;
    this.seatOf = { agencyId: viewer.agencyId, seatId: seat.id };
    this.fates = new Fates(archive.sends, (send) => people.personId(send), importedAt);
    const { clientAccountId } = seat;
    this.writer = new ImportWriter(manager, { ...this.seatOf, ...told, clientAccountId });
  }

  /** Throws BooksMoved, CrowdedRows, and UNAUTHENTICATED where the viewer's key was revoked meanwhile. */
  async run(): Promise<ImportCounts | Refusal> {
    if (!(await this.isAlone())) {
      return refuse('WRONG_STATE', 'Another import of this seat is under way; ask again later.', 'seatId');
    }
    const since = await this.lastInstant();
    await this.findKnown();
    const before = await readBookedSends(this.manager, this.seatOf, ...this.span());
    const heldBefore = await readHeldSends(this.manager, this.seatOf, this.told.importedAt);
    await this.fates.settle(before, heldBefore, this.told.signal);
    await this.findInvitedOften();
    await this.writeSettled();

    const { at } = await lockBook(this.manager, this.seatOf.agencyId);
    await checkAuthorityUnderLock(this.manager, this.told.viewer, at);
    const refusal = await this.refuseSeat();
    if (refusal) return refusal;
    const late = await readBookedLate(this.manager, this.seatOf, since);
    const held = await readHeldSends(this.manager, this.seatOf, at);
    if (this.fates.isOutdated(late, held)) {
      throw new BooksMoved('The books moved while an archive was imported.');
    }
    await this.fates.decideLive(late, held, this.told.signal);
    await this.writeLive(at);
    const { sends } = this.told.archive;
    await this.writer.writeSpellings([...sends, ...this.engagements], await this.standing());
    await this.writer.writeHours(Infinity);
    await this.writer.count(await this.standing(), this.told.archive.sends, this.fates, at);
    await this.told.people.giveBackHeld(this.manager, at);
    return this.conclude(at, { before, late });
  }

  /** Imports of one seat go one after the other: each has to know what the one before told of. */
  private async isAlone(): Promise<boolean> {
    const [lock] = await this.manager.query<{ taken: boolean }[]>(
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken',
      [`import ${this.seatOf.agencyId} ${this.seatOf.seatId}`],
    );
    return lock?.taken === true;
  }

  /** What is written from now on bears this instant or a later one. */
  private async lastInstant(): Promise<Instant> {
    const [book] = await this.manager.query<{ last_at: string }[]>(
      'SELECT last_at FROM agency_book WHERE agency_id = $1',
      [this.seatOf.agencyId],
    );
    return Number(book?.last_at);
  }

  private async findKnown(): Promise<void> {
    const { viewer, archive, signal } = this.told;
    if (!(await hasArchiveRows(this.manager, this.seatOf))) {
      this.engagements = archive.engagements;
      return;
    }
    await inTurns(archive.sends, LOOKED_UP_AT_ONCE, signal, async (sends, start) => {
      for (const place of await findKnownRows(this.manager, this.seatOf, sends)) {
        this.fates.markKnown(start + place);
      }
    });
    // An answer is each client account's own: who answered the one that the seat left is not told to the one that it came to.
    const seen = accountsSeenOf(viewer, this.seatOf.seatId);
    const fresh: LinkedInExport['engagements'][number][] = [];
    await inTurns(archive.engagements, LOOKED_UP_AT_ONCE, signal, async (engagements) => {
      const known = new Set(await findKnownAnswers(this.manager, this.seatOf, engagements, seen));
      fresh.push(...engagements.filter((_, place) => !known.has(place)));
    });
    this.engagements = fresh;
  }

  private async findInvitedOften(): Promise<void> {
    const { viewer, archive, people, signal } = this.told;
    const fresh = archive.sends.filter((_, place) => {
      const fate = this.fates.of(place);
      return fate === FATE.RECORDED || fate === FATE.UNDECIDED;
    });
    const recipientOf = (send: Send) => people.recipientId(send);
    const seen = accountsSeenOf(viewer, this.seatOf.seatId);
    this.often = await findInvitedOften(this.manager, this.seatOf, fresh, { recipientOf, seen, signal });
    this.writer.nameNobody(this.often);
  }

  /** All the time that a send could lie in that is a row. */
  private span(): [from: Instant, until: Instant] {
    let [from, until] = [Infinity, -Infinity];
    for (const { earliest, latest } of this.told.archive.sends) {
      from = Math.min(from, earliest);
      until = Math.max(until, latest);
    }
    if (from > until) return [0, 0];
    return [from - MATCH_WITHIN_MS, until + MATCH_WITHIN_MS];
  }

  private async standing(): Promise<Standing> {
    const [standing] = await readStandings(await ledgerOn(this.manager), [this.seatOf]);
    if (!standing) throw new Error('A seat that was seen is not deleted.');
    return standing;
  }

  private async writeSettled(): Promise<void> {
    const { archive, importedAt: at, people, signal } = this.told;
    const standing = await this.standing();
    const live = new Set(this.fates.liveRows());
    const settled = archive.sends.flatMap((_, place) =>
      live.has(place) || this.fates.of(place) === FATE.KNOWN ? [] : [place],
    );
    await this.writer.writeSends(archive.sends, settled, this.fates, { standing, at });
    await this.writer.writeEngagements(this.engagements, { standing, at });
    await this.writer.writeConnections(archive.connections, at);
    await people.describe(this.manager, signal);
    await this.writer.writeHours(at - BUSY_MS);
  }

  /** The seat may have changed while its archive was read and written. */
  private async refuseSeat(): Promise<Refusal | null> {
    const { viewer, seat } = this.told;
    const now = await findSeat(this.manager, viewer, seat.id);
    if (!now) return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
    // What was written already may count for whose it was.
    const isMoved = now.clientAccountId !== seat.clientAccountId;
    if (isMoved || now.status === 'REMOVED' || now.profileUrl !== seat.profileUrl) {
      return refuse('WRONG_STATE', 'The seat was changed meanwhile; import the archive again.', 'seatId');
    }
    return null;
  }

  private async writeLive(at: Instant): Promise<void> {
    const standing = await this.standing();
    await this.writer.writeSends(this.told.archive.sends, this.fates.liveRows(), this.fates, {
      standing,
      at,
    });
  }

  /** The history is known from now on; the import itself is kept in numbers alone. */
  private async conclude(at: Instant, { before, late }: Booked): Promise<ImportCounts> {
    const { viewer, seat, archive, forced } = this.told;
    const { agencyId, seatId } = this.seatOf;
    const booked = new Map([...before, ...late.sends].map((send) => [send.id, send]));
    // Rows are matched with whatever the account sent; how much it sent for others is not told.
    const seen = [...booked.values()].filter((send) => sees(viewer, { ...send, seatId }));
    const counts = {
      ...countSends(archive.sends, this.fates),
      unnamed: this.often.size,
      engagements: countEngagements(this.engagements),
      committedNotInArchive: countCommittedNotTold(archive.sends, seen, this.fates),
    };
    const { rowsRead, rejected } = archive;
    const kept = { v: 1, rowsRead, rejected: rejected.total, ...counts };
    await writeRows(this.manager, ARCHIVE_IMPORT, [
      {
        agency_id: agencyId,
        id: uuidAt(at),
        seat_id: seatId,
        imported_at: at,
        imported_by: viewer.actor,
        forced,
        result: kept,
        rows_recorded_at: this.engagements.length > 0 ? this.told.importedAt : null,
      },
    ]);
    await this.manager.update(SeatEntity, { agencyId, id: seatId }, { history: 'DECLARED' });
    await this.writer.tell(at, await this.standing(), archive.sends, this.fates);
    await this.audit.write(this.manager, viewer, at, {
      verb: 'importArchive',
      subjectKind: 'SEAT',
      subjectId: seatId,
      before: { history: seat.history },
      after: { history: 'DECLARED', forced, rowsRead, alreadyKnown: counts.alreadyKnown, ...counts.recorded },
    });
    // The last moment at which whoever went away has imported nothing.
    this.told.signal?.throwIfAborted();
    return counts;
  }
}
