import {
  acceptanceCap,
  acceptanceSince,
  acceptanceSteps,
  acceptanceTerms,
  nameOfTerms,
  stepsFrom,
  type AcceptanceStep,
} from '../../quota/acceptance.js';
import type { Ask } from '../../quota/ask.js';
import { tailAt, type Counter, type Tally } from '../../quota/counter.js';
import { lowestLimits, type Limit } from '../../quota/limit.js';
import type { OutsideUses } from '../../quota/outside-use.js';
import { pendingCounterOf, pendingLimit } from '../../quota/pending.js';
import { PendingPast } from '../../quota/pending-past.js';
import type { Policy } from '../../quota/policy/index.js';
import type { Instant } from '../../quota/window.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { askOf } from '../reading/asks.js';
import type { LedgerTransaction } from '../books/connection.js';
import type { PastAsk } from './past-ask.js';
import { outsideAt, readRecordedOverTime, type RecordedOverTime } from './hindsight-outside.js';
import {
  readInvitationsOverTime,
  type InvitationsAsked,
  type InvitationsOverTime,
} from './hindsight-invitations.js';
import { readSendsByInstant, recentFrom, type SendsByInstant } from './hindsight-paces.js';
import { LimitsInHindsight } from './hindsight-limits.js';
import { invitedOf } from '../invitations/invited.js';
import { NO_PACE, PacesOfPass, type Pace } from '../reading/paces.js';
import { readRestrictions, type RestrictionRecord } from '../reading/restrictions.js';
import type { Standing } from '../reading/standing.js';

/** All that is known behind it of one seat, over the time in which some of its requests were. */
export class SeatInHindsight {
  private readonly steps = new Map<string, readonly AcceptanceStep[]>();
  private readonly gauges = new Map<string, PendingPast>();
  private readonly limits: LimitsInHindsight;

  constructor(
    private readonly standing: Standing,
    private readonly read: SeatOverTime,
  ) {
    this.limits = new LimitsInHindsight(standing);
  }

  /** A request as it would have been judged, but for the person and for credits. */
  askAt({ send, campaign, at }: PastAsk): Ask {
    const { standing } = this;
    const restrictions = this.read.restrictions.filter(({ reportedAt }) => reportedAt <= at);
    const policy = standing.course.at(at);
    const pace = this.paceAt(at);
    const limitsAt = this.limits.at(at, pace, campaign);
    const ask = askOf(standing, campaign, send, { at, policy, pace, limits: limitsAt });
    const judged = {
      ...ask,
      restrictions,
      states: { ...NOTHING_STOPPED, holderAgreed: standing.holderAgreed },
    };
    const limits = judged.limits.filter(
      ({ scope }) => scope.kind !== 'CLIENT_ACCOUNT' || scope.id === send.clientAccountId,
    );
    return send.action === 'CONNECTION_REQUEST'
      ? this.invitingAt(judged, limits, policy, at)
      : { ...judged, limits };
  }

  /** The gauge of pending invitations, where some charges of the very instant were made only behind it. */
  pendingAt({ counter }: Limit, at: Instant, notYet: ReadonlySet<string>): Tally {
    return this.gaugeOf(counter).tallyAt(at, notYet);
  }

  /** Room that was set aside for what is done elsewhere. */
  outsideAt(past: PastAsk): OutsideUses | null {
    return outsideAt(past, this.read.recorded);
  }

  private invitingAt(ask: Ask, limits: readonly Limit[], policy: Policy, at: Instant): Ask {
    const { seatId, limitMode } = this.standing;
    const scope = { kind: 'SEAT', id: seatId } as const;
    const terms = acceptanceTerms(policy);
    const acceptance = terms ? stepsFrom(this.stepsBy(policy), at) : [];
    const cap = terms && acceptanceCap(acceptance, terms, scope);
    return {
      ...ask,
      limits: cap ? lowestLimits([...limits, cap]) : limits,
      pending: pendingLimit(policy, limitMode, scope),
      acceptance,
    };
  }

  /** What is answered later says nothing of before: the steps of all instants are found at once. */
  private stepsBy(policy: Policy): readonly AcceptanceStep[] {
    const terms = acceptanceTerms(policy)!;
    const name = nameOfTerms(terms);
    const { sent, answers } = this.read.invited;
    const known = this.steps.get(name) ?? acceptanceSteps(invitedOf(sent, answers), terms, this.read.from);
    this.steps.set(name, known);
    return known;
  }

  private gaugeOf(counter: Counter): PendingPast {
    const known = this.gauges.get(counter.key) ?? new PendingPast(counter, this.read.invited);
    this.gauges.set(counter.key, known);
    return known;
  }

  /** When the seat had last sent something, and whether it had been idle: of a seat that warms up. */
  private paceAt(at: Instant): Pace {
    const { sends } = this.read;
    const from = recentFrom(this.standing, at);
    if (!sends || from === null) return NO_PACE;
    const newest = (sends.get(at) ?? []).map((one) => [one, 1] as const);
    const read = {
      agencyId: '',
      seatId: '',
      recentFrom: from,
      lastHeldAt: null,
      oldest: [],
      older: [],
      newest,
    };
    return { ...NO_PACE, ...new PacesOfPass(new Map([['', read]])).of('') };
  }
}

const NOTHING_STOPPED = { seatPaused: false, clientAccountStatus: 'ACTIVE', campaignStatus: null } as const;

/** What was read of a seat, from the instant of its first request on. */
interface SeatOverTime {
  readonly from: Instant;
  readonly restrictions: readonly RestrictionRecord[];
  readonly invited: InvitationsOverTime;
  /** Null where no ramp goes by them. */
  readonly sends: SendsByInstant | null;
  readonly recorded: RecordedOverTime;
}

interface SeatAsked {
  readonly standing: Standing;
  readonly from: Instant;
  readonly until: Instant;
  readonly instants: Instant[];
  readonly invites: boolean;
}

/** Reads what is known of the seats of some requests, by seat. */
export async function readSeatsInHindsight(
  transaction: LedgerTransaction,
  viewer: Viewer,
  pasts: readonly PastAsk[],
): Promise<ReadonlyMap<string, SeatInHindsight>> {
  const seats = seatsOf(pasts);
  const from = Math.min(...seats.map((seat) => seat.from));
  const inviting = seats.filter(({ invites }) => invites);
  const warming = seats.filter(({ standing }) => standing.warmUpStartedOn !== null);
  const [restrictions, invited, recorded, sends] = await Promise.all([
    readRestrictions(
      transaction,
      viewer,
      seats.map(({ standing }) => standing.seatId),
      from,
    ),
    readInvitationsOverTime(transaction, inviting.map(invitationsAsked)),
    readRecordedOverTime(transaction, seats),
    readSendsByInstant(transaction, warming),
  ]);
  return new Map(
    seats.map((seat, index) => {
      const { seatId } = seat.standing;
      const read = {
        from: seat.from,
        restrictions: restrictions.filter((one) => one.seatId === seatId),
        invited: invited[inviting.indexOf(seat)] ?? noInvitations(seat.standing),
        sends: sends[warming.indexOf(seat)] ?? null,
        recorded: recorded[index]!,
      };
      return [seatId, new SeatInHindsight(seat.standing, read)] as const;
    }),
  );
}

function seatsOf(pasts: readonly PastAsk[]): SeatAsked[] {
  const seats = new Map<string, SeatAsked>();
  for (const { standing, at, send } of pasts) {
    const known = seats.get(standing.seatId);
    const instants = known?.instants ?? [];
    instants.push(at);
    seats.set(standing.seatId, {
      standing,
      from: Math.min(at, known?.from ?? at),
      until: Math.max(at, known?.until ?? at),
      instants,
      invites: send.action === 'CONNECTION_REQUEST' || known?.invites === true,
    });
  }
  return [...seats.values()];
}

/** Of a seat that invites nobody. */
function noInvitations({ opening }: Standing): InvitationsOverTime {
  return { invitations: [], ends: [], withdrawals: [], opening, sent: [], answers: [] };
}

/** As far back as any version of the time judges invitations, has them pending, or had them when the seat was added. */
function invitationsAsked({ standing, from, until }: SeatAsked): InvitationsAsked {
  const { agencyId, seatId, course, opening } = standing;
  const versions = [course.at(from), ...course.after(from)];
  const since = versions.flatMap((policy) => {
    const terms = acceptanceTerms(policy);
    const window = pendingCounterOf(policy)?.window;
    const lapsed = window?.kind === 'ROLLING' ? [tailAt(window, from)] : [];
    const named = lapsed
      .filter((tail) => opening.count > 0 && opening.at > tail)
      .map((tail) => opening.at - (from - tail));
    return [...lapsed, ...named, ...(terms ? [acceptanceSince(terms, from)] : [])];
  });
  return { agencyId, seatId, opening, since: Math.min(from, ...since), until };
}
