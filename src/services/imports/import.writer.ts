import type { EntityManager } from 'typeorm';
import type { Connection, Engagement, Send } from '../../imports/linkedin-export.js';
import { alterRows, writeRows } from '../../ledger/books/manager-rows.js';
import {
  CONNECTION,
  ENGAGEMENT,
  ENROLMENTS_STIRRED,
  RECIPIENTS_SPELLED,
  spelledAs,
  stirredBy,
  type EngagementRow,
  type RecipientSpelledRow,
} from '../../ledger/books/people-tables.js';
import type { CountedCharge } from '../../ledger/reading/charged-over-time.js';
import { PastCharges } from '../../ledger/reading/past-charges.js';
import { clientAccountToldOf, type Standing } from '../../ledger/reading/standing.js';
import { USAGE_HOUR, type ChargeRow } from '../../ledger/books/tables.js';
import type { Instant } from '../../quota/window.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { fingerprintBytes } from './import.books.js';
import { FATE, type Fates } from './import.fates.js';
import type { ArchivePeople } from './import.people.js';
import { ARCHIVE_ROW, type ArchiveRowRow } from './import.tables.js';
import { inTurns } from '../in-turns.js';

/** Rows of one statement: to write them down for it takes some 10 ms, in which nobody else has a turn. */
const WRITTEN_AT_ONCE = 1_000;

/** Whose sends are written, and by whom. */
export interface Writing {
  readonly agencyId: string;
  readonly seatId: string;
  /** Whose the seat is. */
  readonly clientAccountId: string;
  readonly viewer: Viewer;
  readonly fingerprintVersion: number;
  readonly people: ArchivePeople;
  readonly signal: AbortSignal | undefined;
  onWritten(rows: number): void;
}

/** Writes what an archive tells into the books of a seat, in the transaction of an import. */
export class ImportWriter {
  private readonly past: PastCharges;
  /** Sends of which the books don't say to whom they went. */
  private unnamed: ReadonlySet<Send> = new Set();

  constructor(
    private readonly manager: EntityManager,
    private readonly writing: Writing,
  ) {
    this.past = new PastCharges(manager, writing);
  }

  nameNobody(sends: ReadonlySet<Send>): void {
    this.unnamed = sends;
  }

  /** Writes the sends at some places of the archive: a charge for each that is new, and the row that told of it. */
  async writeSends(
    sends: readonly Send[],
    places: readonly number[],
    fates: Fates,
    { standing, at }: { readonly standing: Standing; readonly at: Instant },
  ): Promise<void> {
    await inTurns(places, WRITTEN_AT_ONCE, this.writing.signal, async (piece) => {
      const charges: ChargeRow[] = [];
      const rows: ArchiveRowRow[] = [];
      for (const place of piece) {
        const send = sends[place];
        const fate = fates.of(place);
        if (!send || (fate !== FATE.RECORDED && fate !== FATE.MATCHED)) continue;
        const isMatched = fate === FATE.MATCHED;
        const subjectId = isMatched ? fates.matchOf(place) : uuidAt(send.at);
        if (!isMatched) charges.push(this.charge(send, subjectId, standing, at));
        rows.push(this.archiveRow(send, 'CHARGE', subjectId, isMatched));
      }
      await this.past.write(charges);
      await writeRows(this.manager, ARCHIVE_ROW, rows);
      this.writing.onWritten(piece.length);
    });
  }

  /** How people are spelled here, to the client accounts that their sends and answers count for. Under the book, as an erasure is. */
  async writeSpellings(told: readonly (Send | Engagement)[], standing: Standing): Promise<void> {
    const { agencyId, people, signal } = this.writing;
    const rows = new Map<string, RecipientSpelledRow>();
    for (const one of told) {
      const id = people.recipientId(one);
      if (id === null || one.recipientUrl === null) continue;
      const account = this.clientAccountOf(standing, one.at);
      rows.set(id, spelledAs({ agencyId, id }, account, one.recipientUrl, rows.get(id)));
    }
    await inTurns([...rows.values()], WRITTEN_AT_ONCE, signal, (piece) =>
      alterRows(this.manager, RECIPIENTS_SPELLED, piece),
    );
  }

  async writeEngagements(
    engagements: readonly Engagement[],
    { standing, at }: { readonly standing: Standing; readonly at: Instant },
  ): Promise<void> {
    await inTurns(engagements, WRITTEN_AT_ONCE, this.writing.signal, async (piece) => {
      const rows = piece.map((engagement) => this.engagement(engagement, standing, at));
      await writeRows(this.manager, ENGAGEMENT, rows);
      await alterRows(this.manager, ENROLMENTS_STIRRED, stirredBy(rows));
      const told = piece.map((engagement, index) =>
        this.archiveRow(engagement, 'ENGAGEMENT', rows[index]?.id ?? '', false),
      );
      await writeRows(this.manager, ARCHIVE_ROW, told);
      this.writing.onWritten(piece.length);
    });
  }

  /** Who is connected, as of this archive. Namesakes without addresses are one person here: the oldest tie counts. */
  async writeConnections(connections: readonly Connection[], at: Instant): Promise<void> {
    const { agencyId, seatId, people, signal } = this.writing;
    const since = new Map<string, Instant>();
    for (const { profileUrl, name, at: connectedAt } of connections) {
      const recipientId = people.recipientId({ recipientUrl: profileUrl, recipientName: name });
      if (recipientId === null) continue;
      since.set(recipientId, Math.min(since.get(recipientId) ?? Infinity, connectedAt));
    }
    await inTurns([...since], WRITTEN_AT_ONCE, signal, async (piece) => {
      const rows = piece.map(([recipientId, connectedAt]) => ({
        agency_id: agencyId,
        seat_id: seatId,
        recipient_id: recipientId,
        connected_at: connectedAt,
        learned_at: at,
      }));
      await writeRows(this.manager, CONNECTION, rows);
      await alterRows(this.manager, ENROLMENTS_STIRRED, stirredBy(rows));
      this.writing.onWritten(piece.length);
    });
  }

  /**
   * Adds the charges of the hours before an instant to the rollups, each hour once. What else is recorded of the seat counts
   * in the same rows, and whoever comes second waits: so the hours in which something may happen are for the time under
   * the agency's book, and nearly all others, which take long, for just before it.
   */
  async writeHours(before: Instant): Promise<void> {
    await inTurns(this.past.takeHours(before), WRITTEN_AT_ONCE, this.writing.signal, (piece) =>
      writeRows(this.manager, USAGE_HOUR, piece),
    );
  }

  /** Lets the counters that are kept know of the charges, those of client accounts of the past too, and the credits. */
  async count(standing: Standing, sends: readonly Send[], fates: Fates, at: Instant): Promise<void> {
    await this.past.takeCredits(at);
    await this.past.forgetInvitations();
    const accounts = [standing, ...standing.assignments].map(({ clientAccountId }) => clientAccountId);
    await this.past.count(accounts, (after) => this.chargedAfter(after, standing, sends, fates));
  }

  /** Raises what the charges make due, once the seat is what it is after the import. */
  async tell(at: Instant, standing: Standing, sends: readonly Send[], fates: Fates): Promise<void> {
    await this.past.tell(at, (after) => this.chargedAfter(after, standing, sends, fates));
  }

  private charge(send: Send, id: string, standing: Standing, at: Instant): ChargeRow {
    const { agencyId, seatId, viewer, people } = this.writing;
    return {
      agency_id: agencyId,
      effective_at: send.at,
      id,
      seat_id: seatId,
      client_account_id: this.clientAccountOf(standing, send.at),
      campaign_id: null,
      action: send.action,
      noted: send.noted,
      count: 1,
      origin: 'IMPORT',
      earliest_at: send.earliest < send.at ? send.earliest : null,
      recipient_id: this.unnamed.has(send) ? null : people.recipientId(send),
      told_recipient_id: null,
      reservation_id: null,
      voids: null,
      source_id: null,
      recorded_at: at,
      recorded_by: viewer.actor,
    };
  }

  private engagement(engagement: Engagement, standing: Standing, at: Instant): EngagementRow {
    const { agencyId, seatId, viewer, people } = this.writing;
    return {
      agency_id: agencyId,
      id: uuidAt(engagement.at),
      seat_id: seatId,
      client_account_id: this.clientAccountOf(standing, engagement.at),
      recipient_id: people.actorId(engagement),
      told_recipient_id: null,
      kind: engagement.kind,
      origin: 'IMPORT',
      occurred_at: engagement.at,
      earliest_at: engagement.earliest < engagement.at ? engagement.earliest : null,
      reservation_id: null,
      recorded_at: at,
      recorded_by: viewer.actor,
    };
  }

  private archiveRow(
    row: Pick<Send, 'fingerprint' | 'ordinal'>,
    subjectKind: ArchiveRowRow['subject_kind'],
    subjectId: string,
    matched: boolean,
  ): ArchiveRowRow {
    const { agencyId, seatId, fingerprintVersion } = this.writing;
    return {
      agency_id: agencyId,
      seat_id: seatId,
      fingerprint: fingerprintBytes(row.fingerprint),
      fingerprint_version: fingerprintVersion,
      ordinal: row.ordinal,
      subject_kind: subjectKind,
      subject_id: subjectId,
      matched,
    };
  }

  /** Of an archive anybody can make one: it counts for whom a record of the same instant does, by whoever shows it. */
  private clientAccountOf(standing: Standing, at: Instant): string {
    const { viewer, clientAccountId } = this.writing;
    return clientAccountToldOf(viewer, { ...standing, clientAccountId }, at);
  }

  /** The sends later than an instant that were charged, as counters see them. */
  private chargedAfter(
    after: Instant,
    standing: Standing,
    sends: readonly Send[],
    fates: Fates,
  ): CountedCharge[] {
    return sends
      .filter(({ at }, place) => at > after && fates.of(place) === FATE.RECORDED)
      .map(({ action, noted, at }) => {
        return { action, noted, at, clientAccountId: this.clientAccountOf(standing, at) };
      });
  }
}
