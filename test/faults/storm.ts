import { randomInt, randomUUID } from 'node:crypto';
import type { KeyedOffice } from './keyed-office.js';
import type { Served } from './served.js';
import type { Json } from '../support/api.js';

/** Instead of an answer: its caller had gone. */
const GONE = Symbol('The caller went before the answer.');

/** A mutation that was sent, so that it can be sent again. */
export interface Sent {
  readonly office: KeyedOffice;
  readonly input: Json;
}

const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) {
  decision { id outcome reservation { id } usage { used held unknown limit { max } } } userErrors { code }
} }`;
const PREVIEW = `query ($input: DecisionInput!) { previewDecision(input: $input) { outcome retryAt } }`;
const COMMIT = `mutation ($input: CommitReservationInput!) {
  commitReservation(input: $input) { reservation { id } userErrors { code } }
}`;
const RELEASE = `mutation ($input: ReleaseReservationInput!) {
  releaseReservation(input: $input) { reservation { id } userErrors { code } }
}`;
const RECORD = `mutation ($inputs: [ActivityInput!]!) {
  recordActivities(inputs: $inputs) { recorded userErrors { code } }
}`;
const ENGAGE = `mutation ($inputs: [EngagementInput!]!) {
  recordEngagement(inputs: $inputs) { userErrors { code } }
}`;
const PAUSE = `mutation ($input: SeatInput!) { pauseSeat(input: $input) { userErrors { code } } }`;
const RESUME = `mutation ($input: SeatInput!) { resumeSeat(input: $input) { userErrors { code } } }`;
const LIMIT = `mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }`;
const READ = `query ($seatId: ID!) { seat(id: $seatId) { usage { used held unknown } } }`;

/** The longest that a caller who goes waits first: some go before their request is read, some just before its answer. */
const PATIENCE_MS = 40;
const ACTIONS = ['PROFILE_VIEW', 'REACTION', 'FOLLOW', 'CONNECTION_REQUEST', 'DIRECT_MESSAGE'];

/** P1: with this decision's own room counted. */
function isOver({ used, held, unknown, limit }: Json): boolean {
  return used + held + unknown > limit.max;
}

/** Callers of several agencies at several servers, who ask all kinds of things at once; some go before they are answered. */
export class Storm {
  readonly met = { answered: 0, gone: 0, allowed: 0, denied: 0 };
  /** Everything that was neither answered as it should be nor gone. */
  readonly troubles: string[] = [];
  /** Reservations whose caller went: nobody knows what came of them. */
  readonly unanswered: Sent[] = [];
  private readonly open: { readonly office: KeyedOffice; readonly reservationId: string }[] = [];

  constructor(
    private readonly servers: readonly Served[],
    private readonly offices: readonly KeyedOffice[],
    private readonly goneShare: number,
  ) {}

  /** For `ms`, and on a slow machine for longer: until each kind of end was met at least `times`. */
  async rage(callers: number, ms: number, times: number): Promise<void> {
    const until = Date.now() + ms;
    const isSpent = (): boolean =>
      Date.now() >= until && Object.values(this.met).every((met) => met >= times);
    await Promise.all(
      Array.from({ length: callers }, async () => {
        while (!isSpent()) await this.step(this.offices[randomInt(this.offices.length)]!);
      }),
    );
  }

  private step(office: KeyedOffice): Promise<void> {
    const seatId = office.seatIds[randomInt(office.seatIds.length)]!;
    const turn = randomInt(20);
    if (turn < 9) return this.reserve(office, seatId);
    if (turn < 13) return this.resolve();
    if (turn < 14) return this.do(office, PREVIEW, { input: this.wish(seatId) });
    if (turn < 16) return this.record(office, seatId);
    if (turn < 17) return this.engage(office, seatId);
    if (turn < 18) return this.do(office, READ, { seatId });
    if (turn < 19) return this.do(office, randomInt(3) === 0 ? PAUSE : RESUME, { input: { seatId } });
    return this.limit(office, seatId);
  }

  private wish(seatId: string): Json {
    const profileUrl = `https://www.linkedin.com/in/somebody-${randomInt(5_000)}`;
    const action = ACTIONS[randomInt(ACTIONS.length)]!;
    return {
      seatId,
      action,
      recipient: { profileUrl, degree: action === 'DIRECT_MESSAGE' ? 'FIRST' : 'SECOND' },
    };
  }

  private async reserve(office: KeyedOffice, seatId: string): Promise<void> {
    const input = { ...this.wish(seatId), holdSeconds: 60, idempotencyKey: randomUUID() };
    const answer = await this.ask(office, RESERVE, { input });
    if (answer === GONE) {
      this.unanswered.push({ office, input });
      return;
    }
    const decision = answer?.reserve.decision;
    if (!decision) return;
    this.met[decision.outcome === 'ALLOWED' ? 'allowed' : 'denied'] += 1;
    if (decision.outcome === 'ALLOWED' && decision.usage.some(isOver)) {
      this.troubles.push(`Over: ${JSON.stringify(decision)}`);
    }
    if (decision.reservation) this.open.push({ office, reservationId: decision.reservation.id });
  }

  private async resolve(): Promise<void> {
    const [taken] = this.open.splice(randomInt(this.open.length + 1), 1);
    if (!taken) return;
    const { office, reservationId } = taken;
    await this.do(office, randomInt(4) === 0 ? RELEASE : COMMIT, { input: { reservationId } });
  }

  private record(office: KeyedOffice, seatId: string): Promise<void> {
    const { action, recipient } = this.wish(seatId);
    const occurredAt = new Date(Date.now() - randomInt(86_400_000)).toISOString();
    const input = { seatId, action, recipient, occurredAt, idempotencyKey: randomUUID() };
    return this.do(office, RECORD, { inputs: [input] });
  }

  private engage(office: KeyedOffice, seatId: string): Promise<void> {
    const recipientProfileUrl = this.wish(seatId).recipient.profileUrl;
    const kind = randomInt(2) === 0 ? 'REPLIED' : 'OPTED_OUT';
    const occurredAt = new Date().toISOString();
    const input = { seatId, recipientProfileUrl, kind, occurredAt, idempotencyKey: randomUUID() };
    return this.do(office, ENGAGE, { inputs: [input] });
  }

  private limit(office: KeyedOffice, seatId: string): Promise<void> {
    const limit = { actions: ['COMMENT'], windowKind: 'ROLLING', windowSeconds: 86_400, max: randomInt(15) };
    return this.do(office, LIMIT, { input: { scopeId: seatId, limit } });
  }

  private async do(office: KeyedOffice, query: string, variables: object): Promise<void> {
    await this.ask(office, query, variables);
  }

  private async ask({ key }: KeyedOffice, query: string, variables: object): Promise<Json> {
    const server = this.servers[randomInt(this.servers.length)]!;
    const goes = Math.random() < this.goneShare;
    const signal = goes ? AbortSignal.timeout(1 + randomInt(PATIENCE_MS)) : undefined;
    try {
      const { data, errors } = await server.ask<Json>(key, query, variables, signal);
      this.met.answered += 1;
      if (!errors) return data;
      this.troubles.push(JSON.stringify(errors));
    } catch (error) {
      if (signal?.aborted) {
        this.met.gone += 1;
        return GONE;
      }
      this.troubles.push(String(error));
    }
    return null;
  }
}
