/** When a campaign will be through: its touches are played through from one seat, by the same plan that gives them out. */
import { SECOND, DAY, type Instant } from '../../quota/window.js';
import { HORIZON, type Reason } from '../../quota/rule.js';
import type { AskedKind, TouchPlan } from '../../quota/touch-plan.js';
import type { Action } from '../../quota/words.js';
import { nextStep, placeBehind, type EnrolmentFacts, type Place } from './next-step.js';
import { furthestBelow } from './shares.js';
import { actionOf, variantsOf, type Definition, type TouchStep } from './steps.js';

/** How people answer, as far as a forecast goes by it. */
export interface Answers {
  /** Of those who are invited, how many accept: 0 to 1. */
  readonly accepting: number;
  /** How long they take; null: as long as the campaign waits for them. */
  readonly acceptedAfter: number | null;
}

/** Somebody who is still to be written to. */
export interface Ahead {
  readonly definition: Definition;
  readonly place: Place;
  readonly facts: EnrolmentFacts;
  /** Nothing has gone out to them. */
  readonly isFirst: boolean;
}

/** A campaign of the seat, with its share. */
export interface AheadOf {
  readonly campaignId: string;
  readonly weight: number;
  /** The end of its last day: from then on nothing of it goes out. Null where it has none. */
  readonly until: Instant | null;
  readonly people: readonly Ahead[];
}

/** Whose turn it may be, and until when. */
type Share = Omit<AheadOf, 'people'>;

export interface PlayedTouch {
  readonly campaignId: string;
  readonly isFirst: boolean;
  readonly at: Instant;
}

export interface Played {
  readonly touches: readonly PlayedTouch[];
  /** Not all could be played through: in so many steps, as far as anybody looks ahead, or because nothing may go out any more. */
  readonly isCut: boolean;
  /** Campaigns whose last day is over before they are through. */
  readonly unfinished: ReadonlySet<string>;
  /** What touches waited for, and how long in all. */
  readonly waits: readonly { readonly reason: Reason; readonly ms: number }[];
}

interface Waiting {
  readonly person: Ahead;
  readonly step: TouchStep;
  readonly dueAt: Instant;
  readonly facts: EnrolmentFacts;
  readonly isFirst: boolean;
}

interface Lane {
  readonly campaignId: string;
  readonly weight: number;
  readonly until: Instant;
  readonly kind: AskedKind;
  /** In the order of their time; those before `done` went out. */
  readonly waiting: Waiting[];
  done: number;
}

/** Waits that are shorter than this are the pace itself. */
const WAIT_MIN = 600 * SECOND;
/** Of the people who are invited one after the other, one in so many accepts: always the same ones. */
const GOLDEN = 0.6180339887498949;

/** It yields where others may have their turn. */
export function* play(
  campaigns: readonly AheadOf[],
  {
    plan,
    kinds,
    at,
  }: { readonly plan: TouchPlan<AskedKind>; readonly kinds: readonly AskedKind[]; readonly at: Instant },
  { answers, touchesMax }: { readonly answers: Answers; readonly touchesMax: number },
): Generator<void, Played> {
  yield* plan.looksAhead();
  const game = new Game(campaigns, kinds, answers, at);
  const touches: PlayedTouch[] = [];
  const waits = new Map<string, { reason: Reason; ms: number }>();
  const blocked = new Set<AskedKind>();
  const unfinished = new Set<string>();
  const told = (isCut: boolean): Played => ({ touches, isCut, unfinished, waits: [...waits.values()] });
  let last = at;
  while (touches.length < touchesMax) {
    const heads: { lane: Lane; head: Waiting; slot: Instant | null }[] = [];
    for (const lane of game.lanes) {
      const head = lane.waiting[lane.done];
      if (!head || blocked.has(lane.kind)) continue;
      const free = plan.slotOf(lane.kind);
      const slot = free === null || free >= head.dueAt ? free : plan.slotOf(lane.kind, head.dueAt);
      heads.push({ lane, head, slot });
      yield;
    }
    for (const { lane, slot } of heads) {
      if (slot !== null || blocked.has(lane.kind)) continue;
      blocked.add(lane.kind);
      note(waits, plan.bindingOf(lane.kind), Infinity);
      yield;
    }
    const open = heads.flatMap((one) => (one.slot === null ? [] : [{ ...one, slot: one.slot }]));
    const over = open.filter(({ lane, slot }) => slot >= lane.until);
    for (const { lane, head, slot } of over) {
      // Whoever is behind the first is no earlier.
      lane.done = lane.waiting.length;
      unfinished.add(lane.campaignId);
      if (head.dueAt < lane.until) note(waits, plan.bindingOf(lane.kind), slot - Math.max(last, head.dueAt));
      yield;
    }
    if (over.length > 0) continue;
    if (open.length === 0) return told(blocked.size > 0);
    const earliest = Math.min(...open.map(({ slot }) => slot));
    if (earliest > at + HORIZON) return told(true);
    const turn = game.turnOf(open.filter(({ slot }) => slot === earliest).map(({ lane }) => lane));
    const { head } = open.find(({ lane }) => lane === turn)!;
    // What had been due for a while and could not go out, something held back.
    const waited = earliest - Math.max(last, head.dueAt);
    if (waited > WAIT_MIN) note(waits, plan.bindingOf(turn.kind), waited);
    plan.take(turn.kind, earliest);
    touches.push({ campaignId: turn.campaignId, isFirst: head.isFirst, at: earliest });
    game.sent(turn, head, earliest);
    last = earliest;
  }
  return told(true);
}

function note(waits: Map<string, { reason: Reason; ms: number }>, reason: Reason, ms: number): void {
  const name = `${reason.code} ${reason.limit?.scope.kind ?? ''} ${reason.limit?.counter.key ?? ''}`;
  const known = waits.get(name) ?? { reason, ms: 0 };
  waits.set(name, { reason: known.reason, ms: known.ms + ms });
}

/** Who is where, while it is played. */
class Game {
  readonly lanes: Lane[] = [];
  private readonly turns = new Map<string, number>();
  private invited = 0;

  constructor(
    campaigns: readonly AheadOf[],
    private readonly kinds: readonly AskedKind[],
    private readonly answers: Answers,
    at: Instant,
  ) {
    for (const campaign of campaigns) {
      for (const person of campaign.people) this.goOn(campaign, person, at);
    }
  }

  /** Of lanes that could all go now, whose campaign's turn it is. */
  turnOf(lanes: readonly Lane[]): Lane {
    const got = new Map(lanes.map((lane) => [lane, this.turns.get(lane.campaignId) ?? 0]));
    return furthestBelow(lanes, got);
  }

  sent(lane: Lane, { person, step, facts }: Waiting, at: Instant): void {
    lane.done += 1;
    this.turns.set(lane.campaignId, (this.turns.get(lane.campaignId) ?? 0) + 1);
    const known = step.kind === 'CONNECT' ? { ...facts, ...this.answerTo(at) } : facts;
    const place = placeBehind(step, at);
    this.goOn(lane, { ...person, isFirst: false, place, facts: known }, at);
  }

  /** Whether somebody who is invited accepts, and when: evenly among all of them. */
  private answerTo(at: Instant): Partial<EnrolmentFacts> {
    this.invited += 1;
    const { accepting, acceptedAfter } = this.answers;
    if ((this.invited * GOLDEN) % 1 >= accepting) return {};
    return { acceptedAt: acceptedAfter === null ? Infinity : at + acceptedAfter };
  }

  /** Walks somebody to their next touch, as if nothing else came to be known of them. */
  private goOn(of: Share, person: Ahead, from: Instant): void {
    const { definition, isFirst } = person;
    let { place, facts } = person;
    let at = from;
    for (let steps = 0; steps <= 2 * definition.steps.length; steps += 1) {
      const next = nextStep(definition, place, facts, at);
      if (next.kind === 'ENDS') return;
      if (next.kind === 'TOUCH') {
        this.wait(of, { person, step: next.step, dueAt: next.dueAt, facts, isFirst });
        return;
      }
      place = next.place;
      // Whoever accepts as late as can be does it in the last moment in which it is waited for.
      const isBranch = definition.steps.find(({ key }) => key === place.step)?.kind === 'BRANCH';
      if (isBranch && facts.acceptedAt === Infinity) facts = { ...facts, acceptedAt: next.until - 1 };
      const { acceptedAt } = facts;
      at = acceptedAt !== null && acceptedAt > at ? Math.min(acceptedAt, next.until) : next.until;
    }
  }

  private wait({ campaignId, weight, until }: Share, waiting: Waiting): void {
    const { action, noted } = sendOf(waiting.step, waiting.facts);
    const kind = this.kinds.find(
      (one) => one.campaignId === campaignId && one.action === action && one.noted === noted,
    );
    if (!kind) throw new Error('A forecast is made for all that its steps send.');
    let lane = this.lanes.find((one) => one.kind === kind);
    if (!lane) {
      lane = { campaignId, weight, until: until ?? Infinity, kind, waiting: [], done: 0 };
      this.lanes.push(lane);
    }
    let index = lane.waiting.length;
    while (index > lane.done && lane.waiting[index - 1]!.dueAt > waiting.dueAt) index -= 1;
    lane.waiting.splice(index, 0, waiting);
  }
}

/** What a step sends, as a forecast takes it. */
export function sendOf(
  step: TouchStep,
  facts: { readonly openProfile: boolean },
): { readonly action: Action; readonly noted: boolean } {
  return { action: actionOf(step, facts), noted: step.kind === 'CONNECT' && variantsOf(step).length > 0 };
}

/** Half of those who accept do it within this time, where nothing is known of them: opinions, not facts. */
export const ACCEPTED_AFTER = 2 * DAY;
export const ACCEPTING = 0.3;
