import { countUntil } from '../../quota/instants.js';
import { pendingCounterOf } from '../../quota/pending.js';
import type { Policy } from '../../quota/policy/index.js';
import { tailAt } from '../../quota/counter.js';
import type { Instant } from '../../quota/window.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import type { NamedOfOpening } from '../../quota/opening-invitations.js';
import { ENDS_STAND, openingOfSeat, sentToNobody } from './pending-entries.js';
import type { SeatRef } from '../reading/standing.js';

/** What a seat sent to nobody in particular after an instant is asked for. */
export interface NobodysQuestion extends SeatRef {
  readonly since: Instant;
  /** How long an invitation lives. */
  readonly life: number;
}

/** Invitations of one instant, and those of them that were withdrawn. */
interface SentAndEnded {
  readonly sent: number;
  readonly ended: number;
}

interface EndedAt {
  readonly at: Instant;
  readonly count: number;
}

/** What a seat sent to nobody in particular after an instant. */
export interface SentToNobody {
  readonly since: Instant;
  readonly instants: ReadonlyMap<Instant, SentAndEnded>;
  /** What a withdrawal ended, by its charge. */
  readonly endedBy: ReadonlyMap<string, readonly EndedAt[]>;
  /** The number at the seat's adding, which is among the instants; null where there is none. */
  readonly opening: OpeningRead | null;
}

/** What is left of a number that was told, and how many of it are named. */
interface OpeningRead {
  readonly at: Instant;
  readonly left: number;
  readonly listed: number;
}

const READ_SENT_TO_NOBODY: Statement = {
  name: 'read_sent_to_nobody',
  text: `
SELECT n.i AS index, f.by, f.at, f.count, f.listed FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::int8[])
  AS n (i, agency_id, id, since, life)
CROSS JOIN LATERAL (
  SELECT NULL::uuid AS by, a.at, sum(a.count)::int8 AS count, NULL::int8 AS listed
  FROM (${sentToNobody('n.since')}) AS a GROUP BY a.at
  UNION ALL
  SELECT NULL, o.at, o."left", o.listed FROM (${openingOfSeat('n.since')}) AS o
  UNION ALL
  SELECT e.ended_by, e.sent_at, e.count, NULL FROM invitation_end e
  WHERE e.agency_id = n.agency_id AND e.seat_id = n.id AND e.sent_at > n.since AND ${ENDS_STAND}) AS f
ORDER BY n.i, f.at, f.by`,
};

interface NobodysRow {
  readonly index: number;
  /** What ended them; null: they were sent. */
  readonly by: string | null;
  readonly at: Instant;
  readonly count: number;
  /** Of the number at the seat's adding: how many are named, and `count` is what is left of it. Null of all else. */
  readonly listed: number | null;
}

/** Reads what seats sent to nobody in particular, as far back as any question of the seat asks. */
export async function readSentToNobody(
  transaction: LedgerTransaction,
  questions: readonly NobodysQuestion[],
  of: (agencyId: string) => Map<string, SentToNobody>,
): Promise<void> {
  if (questions.length === 0) return;
  const seats = new Map<string, NobodysQuestion>();
  for (const question of questions) {
    const known = seats.get(question.seatId);
    if (!known || question.since < known.since) seats.set(question.seatId, question);
  }
  const asked = [...seats.values()];
  const rows = await transaction.query<NobodysRow>(READ_SENT_TO_NOBODY, [
    asked.map((_, index) => index),
    asked.map(({ agencyId }) => agencyId),
    asked.map(({ seatId }) => seatId),
    asked.map(({ since }) => since),
    asked.map(({ life }) => life),
  ]);
  const ofSeats = asked.map((): NobodysRow[] => []);
  for (const row of rows) ofSeats[row.index]!.push(row);
  for (const [index, { agencyId, seatId, since }] of asked.entries()) {
    of(agencyId).set(seatId, gathered(since, ofSeats[index]!));
  }
}

function gathered(since: Instant, rows: readonly NobodysRow[]): SentToNobody {
  const instants = new Map<Instant, SentAndEnded>();
  const endedBy = new Map<string, EndedAt[]>();
  let opening: OpeningRead | null = null;
  for (const { by, at, count, listed } of rows) {
    if (listed !== null) {
      opening = { at, left: count, listed };
      continue;
    }
    const { sent, ended } = instants.get(at) ?? { sent: 0, ended: 0 };
    instants.set(at, by === null ? { sent: sent + count, ended } : { sent, ended: ended + count });
    if (by === null) continue;
    const taken = endedBy.get(by);
    if (taken) taken.push({ at, count });
    else endedBy.set(by, [{ at, count }]);
  }
  return { since, instants, endedBy, opening };
}

/** What is sent or withdrawn. */
interface NobodysCharge {
  readonly id: string;
  readonly at: Instant;
  readonly count: number;
}

/** What one seat sent to nobody in particular, as requests of a pass go on with it; its gauge follows. */
export class NobodysInvitations {
  private readonly instants: Map<Instant, SentAndEnded>;
  private readonly endedBy: Map<string, readonly EndedAt[]>;
  private opening: OpeningRead | null;
  /** The instants of which some are pending, in order, from when a withdrawal asks for them; null: not known. */
  private pending: Instant[] | null = null;

  constructor(
    read: SentToNobody,
    private readonly pend: (at: Instant, count: number) => void,
  ) {
    this.instants = new Map(read.instants);
    this.endedBy = new Map(read.endedBy);
    this.opening = read.opening;
  }

  /** Somebody stands otherwise to the number at the seat's adding: the higher of what is left and who is named counts. */
  name(before: NamedOfOpening, after: NamedOfOpening): void {
    if (!this.opening) return;
    const { at, left, listed } = this.opening;
    const change = (is: boolean, was: boolean): number => Number(is) - Number(was);
    this.opening = {
      at,
      left: left - change(after.ended, before.ended),
      listed: listed + change(after.listed, before.listed),
    };
    this.alter(at, { sent: Math.max(this.opening.left, this.opening.listed) - Math.max(left, listed) });
  }

  /** Some are sent, or a record of them is taken out. */
  send({ at, count }: NobodysCharge): void {
    this.alter(at, { sent: count });
  }

  /**
   * So many are withdrawn: the oldest ones that were pending at that instant. Of more than there were, the rest was never
   * known, and ends nothing. Those of `after`, and before, had lapsed by then.
   */
  withdraw({ id, at: withdrawnAt, count }: NobodysCharge, after: Instant): readonly EndedAt[] {
    const pending = this.inOrder();
    const first = countUntil(pending, after);
    const taken: EndedAt[] = [];
    let left = count;
    for (let place = first; left > 0 && place < pending.length; place += 1) {
      const at = pending[place]!;
      if (at > withdrawnAt) break;
      const ended = Math.min(left, pendingOf(this.instants.get(at)));
      left -= ended;
      taken.push({ at, count: ended });
    }
    // Of the last one alone some may be left: what is spent is walked over no more.
    const last = taken.at(-1);
    const isSpent = last && last.count === pendingOf(this.instants.get(last.at));
    pending.splice(first, taken.length - (isSpent ? 0 : Math.min(1, taken.length)));
    for (const end of taken) this.alter(end.at, { ended: end.count });
    this.endedBy.set(id, taken);
    return taken;
  }

  /** A withdrawal is taken out: what it ended is pending again. */
  undo(withdrawalId: string): void {
    // It may be very many: to put them in order once is less than to find a place for each.
    this.pending = null;
    for (const { at, count } of this.endedBy.get(withdrawalId) ?? []) this.alter(at, { ended: -count });
    this.endedBy.delete(withdrawalId);
  }

  private alter(at: Instant, { sent = 0, ended = 0 }: Partial<SentAndEnded>): void {
    const known = this.instants.get(at) ?? { sent: 0, ended: 0 };
    const altered = { sent: known.sent + sent, ended: known.ended + ended };
    this.instants.set(at, altered);
    const change = pendingOf(altered) - pendingOf(known);
    if (change === 0) return;
    this.pend(at, change);
    this.place(at, pendingOf(altered) > 0);
  }

  private inOrder(): Instant[] {
    this.pending ??= [...this.instants]
      .flatMap(([at, one]) => (pendingOf(one) > 0 ? [at] : []))
      .sort((one, other) => one - other);
    return this.pending;
  }

  private place(at: Instant, isPending: boolean): void {
    if (!this.pending) return;
    const place = countUntil(this.pending, at);
    const isAmong = this.pending[place - 1] === at;
    if (isPending && !isAmong) this.pending.splice(place, 0, at);
    if (!isPending && isAmong) this.pending.splice(place - 1, 1);
  }
}

/** Never less than nothing: what was withdrawn may be taken out of the books afterwards. */
function pendingOf({ sent, ended }: SentAndEnded = { sent: 0, ended: 0 }): number {
  return Math.max(0, sent - ended);
}

/** What was sent until then is pending no more at an instant, under a version of the policy. */
export function lapsedAt(policy: Policy, at: Instant): Instant {
  const window = pendingCounterOf(policy)?.window;
  return window?.kind === 'ROLLING' ? tailAt(window, at) : at;
}
