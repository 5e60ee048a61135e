/** Which touches of a seat come next, and when: each at the first instant that the rules admit, the campaigns by their weights. */
import type { AskedKind, TouchPlan } from '../../quota/touch-plan.js';
import type { Instant } from '../../quota/window.js';
import { furthestBelow } from './shares.js';

/** What a campaign has to do from a seat, in order, by what it sends. */
export interface Line<Kind, Touch> {
  readonly weight: number;
  /** What went out for it in the day behind, or is under way: its share is one of the day, however often somebody looks. */
  readonly taken: number;
  readonly waiting: ReadonlyMap<Kind, readonly Touch[]>;
}

export interface PlannedTouch<Touch> {
  readonly touch: Touch;
  readonly at: Instant;
}

export interface QueueTerms<Touch> {
  /** So many at most, all before `until`. */
  readonly most: number;
  readonly until: Instant;
  /** What is planned is put here one by one: whoever ends it before it is through has what was planned by then. */
  readonly planned: PlannedTouch<Touch>[];
}

interface Head<Kind, Touch> {
  readonly line: Line<Kind, Touch>;
  readonly kind: Kind;
  readonly touch: Touch;
  readonly at: Instant;
}

/**
 * What could go out first goes first; of several, by the weights. Answers with the kinds that have touches left which do not fit. It
 * yields where others may have their turn.
 */
export function* planQueue<Kind extends AskedKind, Touch>(
  lines: readonly Line<Kind, Touch>[],
  plan: TouchPlan<Kind>,
  { most, until, planned }: QueueTerms<Touch>,
): Generator<void, readonly Kind[]> {
  yield* plan.looksAhead();
  const taken = new Map(lines.map((line) => [line, new Map<Kind, number>()]));
  const turns = new Map(lines.map((line) => [line, line.taken]));
  const full = new Set<Kind>();
  while (planned.length < most) {
    const heads: Head<Kind, Touch>[] = [];
    for (const line of lines) {
      for (const [kind, touches] of line.waiting) {
        const touch = touches[taken.get(line)?.get(kind) ?? 0];
        if (touch === undefined || full.has(kind)) continue;
        const at = plan.slotOf(kind);
        yield;
        if (at === null || at >= until) full.add(kind);
        else heads.push({ line, kind, touch, at });
      }
    }
    const next = firstOf(heads, turns);
    if (!next) break;
    const { line, kind, touch, at } = next;
    plan.take(kind, at);
    planned.push({ touch, at });
    const ofLine = taken.get(line)!;
    ofLine.set(kind, (ofLine.get(kind) ?? 0) + 1);
    turns.set(line, turns.get(line)! + 1);
  }
  return [...full];
}

function firstOf<Kind, Touch>(
  heads: readonly Head<Kind, Touch>[],
  turns: ReadonlyMap<Line<Kind, Touch>, number>,
): Head<Kind, Touch> | null {
  if (heads.length === 0) return null;
  const earliest = Math.min(...heads.map(({ at }) => at));
  const first = heads.filter(({ at }) => at === earliest);
  const line = furthestBelow(
    first.map((head) => head.line),
    turns,
  );
  return first.find((head) => head.line === line)!;
}
