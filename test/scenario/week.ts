import type { Json } from '../support/api.js';
import {
  FATES,
  MISHAPS,
  SEATS,
  type Answer,
  type Fate,
  type Mishap,
  type PlannedMishap,
  type SeatName,
} from './fates.js';
import type { WeekStage } from './stage.js';

const MINUTE = 60_000;
/** Whoever has nothing to do looks again then. */
const PAUSE = 60 * MINUTE;

/** What an operator was given. */
export interface Claim {
  readonly seat: SeatName;
  readonly touch: string;
  readonly campaign: string;
  readonly step: string;
  readonly variant: string | null;
  readonly action: string;
  readonly person: string;
  readonly body: string | null;
  readonly reservation: string;
  readonly at: number;
  /** What it came to, and when. */
  ended: 'SENT' | 'SKIPPED' | 'PERSON_GONE' | Mishap;
  endedAt: number;
}

/** What was heard of somebody. */
export interface Heard {
  readonly seat: SeatName;
  readonly person: string;
  readonly kind: string;
  readonly at: number;
  readonly creditsReturned: number;
}

export interface Denied {
  readonly seat: SeatName;
  readonly step: string;
  readonly touch: string;
  readonly codes: readonly string[];
}

interface News {
  readonly seat: SeatName;
  readonly person: string;
  readonly kind: string;
  readonly at: number;
}

interface Offer {
  readonly seat: SeatName;
  readonly at: number;
  readonly next: Json;
}

/** Two operators at the queues of three seats, and people who answer. It keeps lists of its own of all that it did. */
export class Week {
  readonly claims: Claim[] = [];
  readonly heard: Heard[] = [];
  readonly denied: Denied[] = [];
  private readonly news: News[] = [];
  private readonly fates = new Map<string, number>();
  private readonly mishaps = new Set<PlannedMishap>(MISHAPS);
  private readonly offers = new Map<SeatName, { offer: Offer | null; askedAt: number }>();
  private turn = 0;

  constructor(private readonly stage: WeekStage) {}

  get sends(): Claim[] {
    return this.claims.filter(({ ended }) => ended === 'SENT');
  }

  /** Mishaps that had no occasion. */
  get leftOut(): PlannedMishap[] {
    return [...this.mishaps];
  }

  /** What people do while nobody works. */
  async rest(until: number): Promise<void> {
    for (let news = this.nextNews(); news && news.at < until; news = this.nextNews()) {
      await this.stage.clock(Math.max(news.at, this.stage.now));
      await this.hear(news);
    }
    await this.stage.clock(until);
  }

  /** Everything that is due is done at the instant that the queue tells. */
  async work(until: number): Promise<void> {
    for (;;) {
      const offer = await this.firstOffer();
      const news = this.nextNews();
      const at = Math.min(offer?.at ?? Infinity, news?.at ?? Infinity, this.stage.now + PAUSE);
      if (at >= until) break;
      await this.stage.clock(Math.max(at, this.stage.now));
      if (news && news.at <= at) await this.hear(news);
      else if (offer && offer.at <= at) await this.take(offer);
    }
    await this.stage.clock(until);
  }

  next(seat: SeatName): Promise<Json> {
    const { seats, operators } = this.stage;
    return this.stage.ask('Next', { seat: seats[seat] }, operators[0]).then((data) => data.nextTouches);
  }

  private nextNews(): News | undefined {
    return this.news.toSorted((one, other) => one.at - other.at)[0];
  }

  private async firstOffer(): Promise<Offer | null> {
    const offers: Offer[] = [];
    for (const seat of SEATS) {
      const known = this.offers.get(seat);
      const isKnown = known && this.stage.now < known.askedAt + PAUSE;
      const offer = isKnown ? known.offer : await this.look(seat);
      if (offer) offers.push(offer);
    }
    return offers.toSorted((one, other) => one.at - other.at)[0] ?? null;
  }

  private async look(seat: SeatName): Promise<Offer | null> {
    const [next] = (await this.next(seat)).touches;
    const offer = next ? { seat, next, at: Date.parse(next.at) } : null;
    this.offers.set(seat, { offer, askedAt: this.stage.now });
    return offer;
  }

  private async take({ seat, next }: Offer): Promise<void> {
    this.offers.delete(seat);
    this.turn += 1;
    const who = this.stage.operators[this.turn % 2]!;
    const { touch, action } = next;
    const key = `${touch.id} ${this.turn}`;
    const answer = await this.stage.do('Claim', { touch: touch.id, key }, who);
    const { step, variant } = touch;
    if (answer.decision?.outcome !== 'ALLOWED') {
      const codes = answer.decision?.reasons.map(({ code }: Json) => code) ?? [answer.touch.endedBecause];
      this.denied.push({ seat, step, touch: touch.id, codes });
      return;
    }
    const claim: Claim = {
      ...{ seat, touch: touch.id, campaign: touch.campaign.name, step, variant, action },
      ...{ person: answer.profileUrl, body: answer.body, reservation: answer.decision.reservation.id },
      ...{ at: this.stage.now, ended: 'SENT', endedAt: this.stage.now },
    };
    this.claims.push(claim);
    const mishap = this.mishapOf(claim);
    if (mishap) await this.fail(claim, mishap, { who, key });
    else await this.end(claim, this.fateOf(claim), who);
  }

  private mishapOf({ seat, step, at }: Claim): Mishap | null {
    for (const mishap of this.mishaps) {
      const { seat: whose, from, step: which = step, what } = mishap;
      if (whose !== seat || at < from || which !== step) continue;
      this.mishaps.delete(mishap);
      return what;
    }
    return null;
  }

  private fateOf({ seat, step }: Claim): Fate {
    const name = `${seat} ${step}`;
    const count = this.fates.get(name) ?? 0;
    this.fates.set(name, count + 1);
    return FATES[seat][step]?.[count] ?? null;
  }

  private async end(claim: Claim, fate: Fate, who: string): Promise<void> {
    const touch = { touch: claim.touch };
    if (fate === 'SKIPPED') {
      const { touch: skipped } = await this.stage.do('Skip', touch, who);
      expect(skipped).toMatchObject({ state: 'SKIPPED' });
      claim.ended = 'SKIPPED';
    } else if (fate === 'PERSON_GONE') {
      const { touch: failed } = await this.stage.do('Fail', { ...touch, because: fate }, who);
      expect(failed).toMatchObject({ state: 'FAILED', endedBecause: 'PERSON_GONE' });
      claim.ended = 'PERSON_GONE';
    } else {
      const { touch: done } = await this.stage.do('Complete', touch, who);
      expect(done).toMatchObject({ state: 'DONE', reservation: { status: 'COMMITTED' } });
      if (fate) this.expectAnswer(claim, fate);
    }
  }

  private expectAnswer({ seat, person, at }: Claim, { kind, after }: Answer): void {
    this.news.push({ seat, person, kind, at: at + after * MINUTE });
  }

  private async hear(news: News): Promise<void> {
    const index = this.news.indexOf(news);
    if (index >= 0) this.news.splice(index, 1);
    this.offers.delete(news.seat);
    const { seat, person, kind, at } = news;
    const input = {
      ...{ seatId: this.stage.seats[seat], recipientProfileUrl: person, kind },
      ...{ occurredAt: new Date(at).toISOString(), idempotencyKey: `${seat} ${person} ${kind} ${at}` },
    };
    const { results } = await this.stage.do('Engage', { inputs: [input] }, this.stage.operators[0]);
    expect(results).toMatchObject([{ matched: true, alreadyKnown: false }]);
    this.heard.push({ seat, person, kind, at, creditsReturned: results[0].creditsReturned });
  }

  private async fail(
    claim: Claim,
    mishap: Mishap,
    { who, key }: { readonly who: string; readonly key: string },
  ): Promise<void> {
    claim.ended = mishap;
    const { touch, seat, person, reservation } = claim;
    if (mishap === 'FORGOTTEN') claim.endedAt = this.stage.now + 15 * MINUTE;
    else if (mishap === 'LIMIT_NOTICE') {
      const because = 'LINKEDIN_LIMIT_NOTICE';
      const answer = await this.stage.do('Fail', { touch, because }, who);
      expect(answer.touch).toEqual({ state: 'DUE', endedBecause: null });
    } else if (mishap === 'OPTED_OUT') {
      await this.hear({ seat, person, kind: 'OPTED_OUT', at: this.stage.now });
      expect(await this.became(reservation)).toEqual(['RELEASED', 'DO_NOT_CONTACT']);
      const again = await this.stage.do('Claim', { touch, key }, who);
      expect(again).toMatchObject({ decision: null, body: null, touch: { state: 'CANCELLED' } });
    } else await this.pause(claim);
  }

  /** The operator has it in hand when the seat is paused: from then on nobody has it, and a colleague takes it later. */
  private async pause({ seat, touch, reservation }: Claim): Promise<void> {
    const { seats } = this.stage;
    const turn = (verb: string) =>
      this.stage.other(`mutation ($id: ID!) { ${verb}(input: { seatId: $id }) { userErrors { message } } }`, {
        id: seats[seat],
      });
    await turn('pauseSeat');
    expect(await this.became(reservation)).toEqual(['RELEASED', 'SEAT_PAUSED']);
    expect(await this.next(seat)).toMatchObject({ touches: [], binding: { code: 'SEAT_PAUSED' } });
    await this.stage.clock(this.stage.now + 5 * MINUTE);
    await turn('resumeSeat');
    const due = 'query ($id: ID!) { nextTouches(seatId: $id, first: 100) { touches { touch { id } } } }';
    const { touches } = (await this.stage.other(due, { id: seats[seat] })).nextTouches;
    expect(touches.map((one: Json) => one.touch.id)).toContain(touch);
  }

  private async became(reservation: string): Promise<string[]> {
    const query = 'query ($id: ID!) { node(id: $id) { ... on Reservation { status releasedBecause } } }';
    const { node } = await this.stage.other(query, { id: reservation });
    return [node.status, node.releasedBecause];
  }
}
