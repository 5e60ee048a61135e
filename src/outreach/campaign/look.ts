/** What becomes of one person of a campaign when somebody looks at them: a pure function, the same whoever looks and however late. */
import type { Instant } from '../../quota/window.js';
import { nextStep, type End, type EnrolmentFacts, type Next, type Place } from './next-step.js';
import { pickByWeight } from './shares.js';
import { variantsOf, type Definition, type TouchStep, type Variant } from './steps.js';

/** What is to be written of somebody. */
export type Look =
  /** A touch of theirs is open: nobody looks again until it was done, or more is known. */
  | {
      readonly kind: 'OPEN';
      readonly place: Place;
      readonly step: TouchStep;
      readonly variant: Variant | null;
      readonly dueAt: Instant;
    }
  | { readonly kind: 'WAITS'; readonly place: Place; readonly until: Instant }
  | { readonly kind: 'ENDS'; readonly because: End; readonly at: Instant };

/** `who` is whose text it is: of several texts each person gets the same one whenever somebody looks. */
export function lookAt(
  definition: Definition,
  place: Place,
  facts: EnrolmentFacts,
  { at, who }: { readonly at: Instant; readonly who: string },
): Look {
  return lookOf(nextStep(definition, place, facts, at), who, at);
}

function lookOf(next: Next, who: string, at: Instant): Look {
  if (next.kind !== 'TOUCH') return next;
  const { step, place, dueAt } = next;
  // Until then it may turn out that nothing is to be done.
  if (at < dueAt) return { kind: 'WAITS', place, until: dueAt };
  return { kind: 'OPEN', place, step, dueAt, variant: variantFor(step, who) };
}

/** The text of a step that somebody gets; null where it has none. */
export function variantFor(step: TouchStep, who: string): Variant | null {
  return pickByWeight(variantsOf(step), `${who} ${step.key}`);
}
