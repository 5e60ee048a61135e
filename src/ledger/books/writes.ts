import { MINUTE, type Instant } from '../../quota/window.js';
import {
  BOOKS_ADVANCED,
  HOLD_FORGOTTEN_AFTER_MS,
  HOLDS_ACCOUNTED,
  HOLDS_FORGOTTEN,
  HOLDS_RESOLVED,
} from './altered-rows.js';
import { ALERT, alertRows, BOOKS_ALERTED, type Alert } from '../alerts/alerts.js';
import { LongWork } from '../long-work.js';
import type { LedgerTransaction } from './connection.js';
import { deleteOldRows, deleteRows, insertLongRows, insertRows, updateRows, type Table } from './rows.js';
import * as people from './people-tables.js';
import * as tables from './tables.js';
import * as texts from './text-tables.js';
import { UsageHours, type Happened, type Happening } from './usage-hours.js';

/** All that a desk writes: gathered while it decides, sent set-wise at the end of the batch. */
export class Writes {
  readonly charges: tables.ChargeRow[] = [];
  readonly holds: tables.HoldRow[] = [];
  readonly holdsResolved: { agencyId: string; id: string }[] = [];
  readonly holdsAccounted: { agencyId: string; id: string; at: Instant }[] = [];
  readonly decisions: tables.DecisionRow[] = [];
  readonly resolutions: tables.ResolutionRow[] = [];
  readonly keys: tables.IdempotencyRow[] = [];
  readonly recipients: tables.RecipientRow[] = [];
  readonly recipientKeys: tables.RecipientKeyRow[] = [];
  /** By person. */
  readonly spellings = new Map<string, people.RecipientSpelledRow>();
  readonly sources: tables.ActivitySourceRow[] = [];
  readonly engagements: people.EngagementRow[] = [];
  /** Besides those of whom engagements tell. */
  readonly stirred: people.StirredRow[] = [];
  readonly invitationEnds: people.InvitationEndRow[] = [];
  /** By seat and person. */
  readonly connections = new Map<string, people.ConnectionRow>();
  readonly marks: people.DoNotContactRow[] = [];
  readonly employers: people.RecipientEmployerRow[] = [];
  readonly auditEntries: tables.AuditEntryRow[] = [];
  /** By id: one row for all copies of a text. */
  readonly textSketches = new Map<string, texts.TextSketchRow>();
  readonly textBands: texts.TextBandRow[] = [];
  readonly textSends: texts.TextSendRow[] = [];
  readonly textsSent: Pick<texts.TextSendRow, 'agency_id' | 'id' | 'held' | 'counts_until'>[] = [];
  readonly textsDropped: Pick<texts.TextSendRow, 'agency_id' | 'id'>[] = [];
  readonly keptTexts: texts.KeptTextRow[] = [];
  readonly keptTextsDropped: Pick<texts.KeptTextRow, 'agency_id' | 'id'>[] = [];
  readonly alerts: Alert[] = [];
  private readonly chargesBySeat = new Map<string, tables.ChargeRow[]>();
  private readonly hours = new UsageHours();

  charge(row: tables.ChargeRow): void {
    this.charges.push(row);
    const ofSeat = this.chargesBySeat.get(row.seat_id);
    if (ofSeat) ofSeat.push(row);
    else this.chargesBySeat.set(row.seat_id, [row]);
  }

  chargesOf(seatId: string): readonly tables.ChargeRow[] {
    return this.chargesBySeat.get(seatId) ?? [];
  }

  /** Counts something in the rollup of its hour. */
  tell(happening: Happening, happened: Happened, at: Instant, count = 1): void {
    this.hours.tell(happening, happened, at, count);
  }

  hoursTold(): readonly tables.UsageHourRow[] {
    return this.hours.rows();
  }
}

/** The agencies whose books go on, from the last instant in them to that of the batch, with the batch's turn. */
type Advanced = ReadonlyMap<
  string,
  { readonly at: Instant; readonly lastAt: Instant; readonly turn: number }
>;

/** Sends what desks gathered, table by table; the answers are looked at when the transaction commits. */
export async function sendWrites(
  transaction: LedgerTransaction,
  gathered: readonly Writes[],
  states: readonly tables.ScopeStateRow[],
  books: Advanced,
): Promise<void> {
  const insert = <Row extends object>(table: Table<Row>, rowsOf: (writes: Writes) => readonly Row[]): void =>
    insertRows(transaction, table, gathered.flatMap(rowsOf));
  insert(tables.RECIPIENT, ({ recipients }) => recipients);
  insert(tables.RECIPIENT_KEY, ({ recipientKeys }) => recipientKeys);
  const spelled = gathered.flatMap(({ spellings }) => [...spellings.values()]);
  updateRows(transaction, people.RECIPIENTS_SPELLED, spelled);
  insert(people.RECIPIENT_EMPLOYER, ({ employers }) => employers);
  insert(people.ENGAGEMENT, ({ engagements }) => engagements);
  insert(people.CONNECTION, ({ connections }) => [...connections.values()]);
  insert(people.DO_NOT_CONTACT, ({ marks }) => marks);
  insert(tables.ACTIVITY_SOURCE, ({ sources }) => sources);
  const decisions = gathered.flatMap((writes) => writes.decisions);
  const [agencyId, ...others] = new Set(decisions.map(({ agency_id }) => agency_id));
  const long = LongWork.byItself(others.length === 0 ? agencyId : undefined);
  await insertLongRows(transaction, tables.DECISION, decisions, ({ answer }) => answer.limits.length, long);
  insert(tables.IDEMPOTENCY, ({ keys }) => keys);
  insert(tables.HOLD, ({ holds }) => holds);
  insert(tables.RESOLUTION, ({ resolutions }) => resolutions);
  insert(tables.CHARGE, ({ charges }) => charges);
  insert(people.INVITATION_END, ({ invitationEnds }) => invitationEnds);
  insert(tables.AUDIT_ENTRY, ({ auditEntries }) => auditEntries);
  insert(tables.USAGE_HOUR, (writes) => writes.hoursTold());
  insertRows(transaction, tables.SCOPE_STATE, states);
  sendStirred(transaction, gathered);
  sendHolds(transaction, gathered, books);
  sendTexts(transaction, gathered, books);
  const advanced = [...books].map(([agencyId, { at, turn }]) => ({ agency_id: agencyId, last_at: at, turn }));
  updateRows(transaction, BOOKS_ADVANCED, advanced);
}

/** There is news of people whom campaigns wait for. */
function sendStirred(transaction: LedgerTransaction, gathered: readonly Writes[]): void {
  const news = gathered.flatMap(({ engagements, stirred }) => [...engagements, ...stirred]);
  updateRows(transaction, people.ENROLMENTS_STIRRED, people.stirredBy(news));
}

/** What became of holds. */
function sendHolds(transaction: LedgerTransaction, gathered: readonly Writes[], books: Advanced): void {
  const resolved = gathered.flatMap(({ holdsResolved }) => holdsResolved);
  deleteRows(
    transaction,
    HOLDS_RESOLVED,
    resolved.map(({ agencyId, id }) => ({ agency_id: agencyId, id })),
  );
  // No answer depends on that: what has lapsed is passed over.
  deleteOldRows(transaction, HOLDS_FORGOTTEN, oncePerMinute(books, HOLD_FORGOTTEN_AFTER_MS));
  const accounted = gathered.flatMap(({ holdsAccounted }) => holdsAccounted);
  updateRows(
    transaction,
    HOLDS_ACCOUNTED,
    accounted.map(({ agencyId, id, at }) => ({ agency_id: agencyId, id, accounted_at: at })),
  );
}

/** What is known of texts. Whoever adds to it takes out of it what counts no more. */
function sendTexts(transaction: LedgerTransaction, gathered: readonly Writes[], books: Advanced): void {
  const sends = gathered.flatMap(({ textSends }) => textSends);
  insertRows(
    transaction,
    texts.TEXT_SKETCH,
    gathered.flatMap(({ textSketches }) => [...textSketches.values()]),
  );
  insertRows(
    transaction,
    texts.TEXT_BAND,
    gathered.flatMap(({ textBands }) => textBands),
  );
  insertRows(transaction, texts.TEXT_SEND, sends);
  updateRows(
    transaction,
    texts.TEXTS_SENT,
    gathered.flatMap(({ textsSent }) => textsSent),
  );
  deleteRows(
    transaction,
    texts.TEXTS_DROPPED,
    gathered.flatMap(({ textsDropped }) => textsDropped),
  );
  insertRows(
    transaction,
    texts.KEPT_TEXT,
    gathered.flatMap(({ keptTexts }) => keptTexts),
  );
  deleteRows(
    transaction,
    texts.KEPT_TEXTS_DROPPED,
    gathered.flatMap(({ keptTextsDropped }) => keptTextsDropped),
  );
  const old = (age: number) => oncePerMinute(books, age);
  deleteOldRows(transaction, texts.TEXT_SENDS_FORGOTTEN, old(texts.TEXT_FORGOTTEN_AFTER_MS));
  deleteOldRows(transaction, texts.TEXT_SKETCHES_FORGOTTEN, old(0));
}

/** What is older than `age`, of the agencies whose books come into a new minute: that is often enough to clear away. */
function oncePerMinute(books: Advanced, age: number): { agency_id: string; before: Instant }[] {
  return [...books].flatMap(([agencyId, { at, lastAt }]) =>
    minuteOf(at) === minuteOf(lastAt) ? [] : { agency_id: agencyId, before: at - age },
  );
}

function minuteOf(at: Instant): number {
  return Math.floor(at / MINUTE);
}

/** Alerts of an agency, with the number of the last one before them. */
export interface AgencyAlerts {
  readonly agencyId: string;
  readonly alertSequence: number;
  readonly alerts: readonly Alert[];
}

/** Numbers and sends what is to be told, under the books' locks. */
export function sendAlerts(transaction: LedgerTransaction, agencies: readonly AgencyAlerts[]): void {
  const telling = agencies.filter(({ alerts }) => alerts.length > 0);
  insertRows(
    transaction,
    ALERT,
    telling.flatMap(({ agencyId, alertSequence, alerts }) => alertRows(agencyId, alertSequence, alerts)),
  );
  updateRows(
    transaction,
    BOOKS_ALERTED,
    telling.map(({ agencyId, alertSequence, alerts }) => ({
      agency_id: agencyId,
      alert_sequence: alertSequence + alerts.length,
    })),
  );
}
