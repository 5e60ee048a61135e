import { likeness, NEAR } from '../../quota/sketch.js';
import {
  carriesText,
  repetitionWindowMs,
  type EarlierText,
  type TextMarks,
  type TextSketch,
} from '../../quota/text.js';
import type { PolicyCourse } from '../../quota/policy/index.js';
import type { Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import type { ChargeRow } from '../books/tables.js';
import { TEXT_FORGOTTEN_AFTER_MS } from '../books/text-tables.js';
import type { KnownText, TextSend } from './text-sends.js';
import type { Writes } from '../books/writes.js';

/** A hold that a pass made. */
export interface HeldHere {
  readonly id: string;
  readonly seatId: string;
  readonly recipientId: string;
  readonly action: Action;
  readonly noted: boolean;
  readonly expiresAt: Instant;
  readonly text: TextMarks | null;
}

/** What a pass did so far, as far as the texts behind it are judged by it, and what it writes of texts. */
export class TextsOfPass {
  private readonly held: HeldHere[] = [];
  private readonly written = new Set<string>();
  private readonly keptUntil = new Map<string, Instant>();
  /** What became of sends by now; null where nothing is left of one. */
  private readonly changed = new Map<string, Pick<TextSend, 'held' | 'countsUntil'> | null>();

  constructor(
    private readonly agencyId: string,
    private readonly writes: Writes,
    private readonly courseOf: (seatId: string) => PolicyCourse,
    private readonly keepsTexts: (seatId: string) => boolean,
  ) {}

  /** How long a text of a seat counts that is sent at an instant. */
  private windowMs(seatId: string, at: Instant): number {
    return repetitionWindowMs(this.courseOf(seatId).at(at));
  }

  /** Keeps of a text what later ones are compared with; `known` is what was read of those like it. */
  hold(held: HeldHere, known: readonly KnownText[]): void {
    this.held.push(held);
    const [newest] = held.text?.sketches ?? [];
    if (!newest) return;
    const { agencyId } = this;
    const { id, recipientId, expiresAt } = held;
    this.keep(held.seatId, newest, expiresAt + this.windowMs(held.seatId, expiresAt), known);
    this.writes.textSends.push({
      agency_id: agencyId,
      id,
      text_id: newest.id,
      recipient_id: recipientId,
      held: true,
      counts_until: expiresAt,
    });
  }

  /** One row for all copies; kept longer than they count, so that it need not be altered for each of them. */
  private keep(seatId: string, text: TextSketch, until: Instant, known: readonly KnownText[]): void {
    const { agencyId } = this;
    const kept = this.keptUntil.get(text.id) ?? known.find(({ id }) => id === text.id)?.keptUntil;
    if (kept !== undefined && kept >= until + TEXT_FORGOTTEN_AFTER_MS) return;
    const keptUntil = until + 2 * TEXT_FORGOTTEN_AFTER_MS;
    this.keptUntil.set(text.id, keptUntil);
    this.writes.textSketches.set(text.id, {
      agency_id: agencyId,
      id: text.id,
      seat_id: seatId,
      sketch: text.sketch,
      fingerprint_version: text.version,
      kept_until: keptUntil,
    });
    if (kept !== undefined) return;
    for (const band of new Set(text.bands)) {
      this.writes.textBands.push({ agency_id: agencyId, seat_id: seatId, band, text_id: text.id });
    }
  }

  charge({ seat_id, recipient_id, action, noted, reservation_id, effective_at }: ChargeRow): void {
    if (recipient_id !== null && carriesText(action, noted)) this.written.add(`${seat_id} ${recipient_id}`);
    if (reservation_id !== null) this.sent(reservation_id, seat_id, effective_at);
  }

  /** A reservation's text went out. */
  sent(reservationId: string, seatId: string, at: Instant): void {
    const countsUntil = at + this.windowMs(seatId, at);
    this.changed.set(reservationId, { held: false, countsUntil });
    this.writes.textsSent.push({
      agency_id: this.agencyId,
      id: reservationId,
      held: false,
      counts_until: countsUntil,
    });
  }

  /** A reservation's text did not go out after all. */
  drop({ id, seatId }: Pick<HeldHere, 'id' | 'seatId'>): void {
    const row = { agency_id: this.agencyId, id };
    this.changed.set(id, null);
    this.writes.textsDropped.push(row);
    if (this.keepsTexts(seatId)) this.writes.keptTextsDropped.push(row);
  }

  hasWritten(seatId: string, recipientId: string): boolean {
    return this.written.has(`${seatId} ${recipientId}`);
  }

  /** What this pass holds of texts from a seat to a person. */
  heldTo(seatId: string, recipientId: string): HeldHere[] {
    return this.held.filter(
      (hold) =>
        hold.seatId === seatId && hold.recipientId === recipientId && carriesText(hold.action, hold.noted),
    );
  }

  /** Sends and live holds of the same text, or nearly, by a seat. */
  like(seatId: string, text: TextMarks, known: readonly KnownText[]): EarlierText[] {
    const read = known
      .filter((one) => text.sketches.some((sketch) => isNear(sketch, one)))
      .flatMap(({ sends }) => sends.flatMap((send) => this.asItIsNow(send)));
    const here = this.held
      .filter((hold) => hold.seatId === seatId && hold.text && areNear(text, hold.text))
      .map(({ recipientId, expiresAt }) => ({ recipientId, held: true, countsUntil: expiresAt }));
    return [...read, ...here];
  }

  private asItIsNow(send: TextSend): EarlierText[] {
    const changed = this.changed.get(send.id);
    return changed === null ? [] : [{ ...send, ...changed }];
  }
}

function isNear(
  one: Pick<TextSketch, 'version' | 'sketch'>,
  other: Pick<TextSketch, 'version' | 'sketch'>,
): boolean {
  return one.version === other.version && likeness(one.sketch, other.sketch) >= NEAR;
}

function areNear(one: TextMarks, other: TextMarks): boolean {
  const [newest, newestOfOther] = [one.sketches[0], other.sketches[0]];
  return newest !== undefined && newestOfOther !== undefined && isNear(newest, newestOfOther);
}
