import { refuse, type Refusal } from '../../errors.js';
import { readPastSends } from '../../ledger/hindsight/past-sends.js';
import type { LedgerReader } from '../../ledger/told/reader.js';
import { readStandings } from '../../ledger/reading/standing.js';
import { Backtest, type Overrun } from '../../quota/backtest.js';
import { zoneInForce, type ZoneFrom } from '../../quota/calendar.js';
import { lowestLimits, policyLimits } from '../../quota/limit.js';
import type { Policy } from '../../quota/policy/index.js';
import type { Instant } from '../../quota/window.js';
import type { Viewer } from '../../tenancy/viewer.js';

/** What a policy would have refused of a seat's past. */
export interface BacktestReport {
  readonly version: string;
  readonly sends: number;
  /** Of them, by whichever limit is the strictest. */
  readonly refused: number;
  readonly firstAt: Instant | null;
  readonly lastAt: Instant | null;
  /** In the order in which they begin. */
  readonly overruns: readonly Overrun[];
  /** Further ones that are not listed. */
  readonly overrunsUnlisted: number;
  /** The seat's zone at an instant. */
  readonly timeZoneAt: (at: Instant) => string;
}

export interface BacktestAsked {
  readonly seatId: string;
  /** Null: the version in force. */
  readonly policy: Policy | null;
  /** Called with how many were read, now and then. */
  readonly onProgress?: (sends: number) => void;
}

const OVERRUNS_MAX = 1_000;
const TELL_EVERY = 5_000;

/** Runs the limits of a policy over what seats have sent. It reads one seat's ledger, in one snapshot, and changes nothing. */
export class BacktestService {
  constructor(private readonly ledger: LedgerReader) {}

  /**
   * Judges all sends of a seat by the limits of one version, as if it had been in force all the time, at the tier and the
   * mode that the seat has now. Refuses with NOT_FOUND.
   */
  backtest(viewer: Viewer, asked: BacktestAsked): Promise<BacktestReport | Refusal> {
    const seat = { agencyId: viewer.agencyId, seatId: asked.seatId };
    return this.ledger.read(viewer, async (transaction, at) => {
      const [standing] = await readStandings(transaction, [seat]);
      if (!standing) return refuse('NOT_FOUND', 'There is no such seat.', 'seatId');
      const policy = asked.policy ?? standing.course.at(at);
      // Its history is what is judged: what would hold while it is not known says nothing.
      const terms = { ...standing, history: 'DECLARED' as const };
      const limits = lowestLimits(policyLimits(policy, terms, { kind: 'SEAT', id: seat.seatId }));
      const backtest = new Backtest(limits, standing.zones.seat);
      const report = new Report(policy.version, standing.zones.seat);
      for await (const send of readPastSends(transaction, seat)) {
        const { refused, ended } = backtest.take(send);
        report.add(send, refused, ended);
        if (report.sends % TELL_EVERY === 0) asked.onProgress?.(report.sends);
      }
      report.list(backtest.end());
      return report.done();
    });
  }
}

class Report {
  sends = 0;
  private refused = 0;
  private firstAt: Instant | null = null;
  private lastAt: Instant | null = null;
  private unlisted = 0;
  private readonly overruns: Overrun[] = [];

  constructor(
    private readonly version: string,
    private readonly zones: readonly ZoneFrom[],
  ) {}

  add(
    { at, count }: { readonly at: Instant; readonly count: number },
    refused: number,
    ended: readonly Overrun[],
  ): void {
    this.sends += count;
    this.refused += refused;
    this.firstAt ??= at;
    this.lastAt = at;
    this.list(ended);
  }

  list(overruns: readonly Overrun[]): void {
    for (const overrun of overruns) {
      if (this.overruns.length < OVERRUNS_MAX) this.overruns.push(overrun);
      else this.unlisted += 1;
    }
  }

  done(): BacktestReport {
    const { version, sends, refused, firstAt, lastAt, zones } = this;
    return {
      ...{ version, sends, refused, firstAt, lastAt },
      overruns: this.overruns.toSorted((one, other) => one.from - other.from),
      overrunsUnlisted: this.unlisted,
      timeZoneAt: (at) => zoneInForce('CALENDAR_DAY', zones, at),
    };
  }
}
